"""An error in a condition marks the wrong words: line, column and length, however YAML has them.

In the tables « and » are around the words that an error must mark.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.plan import plan_spec
from fwgen.spec import parse_spec
from fwgen.spec.diagnostics import Diagnostic, DiagnosticErrors
from fwgen.spec.scalar import Span, locate

HEAD = """\
fwgen: 1
name: range-node
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 60 ms, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 200 ms}
memory: {code: sram1, data: retram, log: auto}
sleep:
  mode: lp-stop2
  when_full: wake
"""

WRONG = [
    # what a condition names
    ("«Distance» < 300 mm for 3 samples", "bad-condition", "did you mean `distance`?"),
    ("«distanc» < 300 mm for 3 samples", "wake-unknown", "did you mean `distance`?"),
    ("«air temperature» < 3 °C for 3 samples", "wake-unknown", "no channel"),
    ("«cellar.distance» < 300 mm for 3 samples", "wake-unknown", "no channel"),
    ("«no ehco» for 30 s", "wake-unknown", "did you mean `no echo`?"),
    ("«sensor» for 30 s", "wake-unknown", "did you mean `sensor fault`?"),
    ("«<» 300 mm for 3 samples", "bad-condition", "expected a channel or a status, found `<`"),
    ("«for» 30 s", "bad-condition", "expected a channel or a status, found `for`"),
    # durations
    ("no echo for «8784.1 h»", "out-of-range", "a time up to `8784 h`"),
    ("distance changes by > 1 m within «9000 h»", "out-of-range", "a time up to `8784 h`"),
    # operators
    ("distance «<=» 300 mm for 3 samples", "bad-condition", "mean `distance < 300 mm for 3"),
    ("distance «≥» 300 mm for 3 samples", "bad-condition", "mean `distance > 300 mm for 3"),
    ("distance «=» 300 mm for 3 samples", "bad-condition", "expected `<`, `>`, `changes` or `for`"),
    ("distance «below» 300 mm for 3 s", "bad-condition", "mean `distance < 300 mm for 3 s`?"),
    ("distance «300» mm for 3 samples", "bad-condition", "mean `distance < 300 mm for 3 samples`?"),
    ("distance changes by «<» 1 m within 2 s", "bad-condition", "expected `>`, found `<`"),
    ("distance changes by «200» mm within 2 s", "bad-condition", "by > 200 mm within 2 s`?"),
    ("distance < 1 m for 3 s until «<» 2 m", "bad-condition", "write `until > 2 m`"),
    ("distance < 1 m for 3 s until «2» m", "bad-condition", "1 m for 3 s until > 2 m`?"),
    # keywords
    ("«distance»", "bad-condition", "expected `<`, `>`, `changes` or `for` after `distance`"),
    ("«sensor fault»", "bad-condition", "mean `sensor fault for 3 samples`?"),
    ("no echo «30» s", "bad-condition", "did you mean `no echo for 30 s`?"),
    ("no echo «fro» 30 s", "bad-condition", "did you mean `no echo for 30 s`?"),
    ("distance < «300 mm»", "bad-condition", "mean `distance < 300 mm for 3 samples`?"),
    ("distance < 300 mm «within» 3 s", "bad-condition", "expected `for`, found `within`"),
    ("distance < 300 mm «fro» 3 s", "bad-condition", "did you mean `distance < 300 mm for 3 s`?"),
    ("distance < 300 mm «FOR» 3 s", "bad-condition", "did you mean `distance < 300 mm for 3 s`?"),
    ("distance < 300 mm «until» > 350 mm", "bad-condition", "expected `for`, found `until`"),
    ("distance «chagnes» by > 1 m within 2 s", "bad-condition", "mean `distance changes by > 1 m"),
    ("distance changes «>» 1 m within 2 s", "bad-condition", "mean `distance changes by > 1 m"),
    ("distance changes by > 1 m «for» 2 s", "bad-condition", "expected `within`, found `for`"),
    ("distance changes by > 1 m «in» 2 s", "bad-condition", "by > 1 m within 2 s`?"),
    ("distance changes by > «1 m»", "bad-condition", "expected `within` after `1 m`"),
    # quantities
    ("distance < «for» 3 samples", "bad-condition", "expected a quantity, found `for`"),
    ("distance «<»", "bad-condition", "expected a quantity after `<`"),
    ("distance < «near» for 3 samples", "bad-condition", "expected a quantity, found `near`"),
    ("distance < «0,3 m» for 3 samples", "not-a-quantity", "write a decimal point: `0.3 m`"),
    ("distance < «3 00 mm» for 3 samples", "not-a-quantity", "expected a quantity"),
    ("distance < «300» for 3 samples", "wake-value", "`300` has no unit"),
    ("distance < 300 «mn» for 3 samples", "wake-value", "unknown unit `mn`"),
    ("distance < 300«inch» for 3 samples", "wake-value", "unknown unit `inch`"),
    ("distance < «300 ms» for 3 samples", "wake-value", "expected a length, found a time"),
    ("distance < 1 m for 3 s until > 2 «mtr»", "wake-value", "unknown unit `mtr`"),
    ("distance < 1 m for 3 s until > «2»", "wake-value", "`2` has no unit"),
    ("distance < 1 m for 3 s until > «2 s»", "wrong-dimension", "expected a length"),
    ("distance < 1 m for 3 s until > «900 mm»", "bad-condition", "true and false at once"),
    ("distance < 1 m for 3 s until «>»", "bad-condition", "expected a quantity after `>`"),
    ("distance changes by > 1 «mtr» within 2 s", "wake-value", "unknown unit `mtr`"),
    ("distance changes by > «1 s» within 2 s", "wake-value", "expected a length, found a time"),
    # durations
    ("no echo «for»", "bad-condition", "expected a duration after `for`"),
    ("no echo for «long»", "bad-condition", "expected a duration, found `long`"),
    ("no echo for «3»", "no-unit", "did you mean `for 3 samples`, or `for 3 s`?"),
    ("no echo for «0 samples»", "out-of-range", "write a number from 1 to 1000000"),
    ("no echo for «1.5 samples»", "bad-condition", "expected a whole number of samples"),
    ("no echo for «3samples»", "bad-condition", "a space and `samples`"),
    ("no echo for 3 «smaples»", "unknown-unit", "unknown unit `smaples`"),
    ("no echo for 3 «sec»", "unknown-unit", "did you mean `3 s`?"),
    ("no echo for «3 mm»", "wrong-dimension", "expected a time, found a length"),
    ("no echo for «0 s»", "out-of-range", "`0 s` is too short"),
    ("no echo for «-3 s»", "out-of-range", "`-3 s` is too short"),
    ("no echo for «1.0000001 s»", "not-whole", "not a whole multiple of 1 us"),
    ("distance changes by > 1 m within «3 samples»", "bad-condition", "expected a time"),
    # words left over
    ("no echo for 3 s «for» 3 samples", "bad-condition", "expected the end of the condition"),
    ("no echo for 3 s «and» too near for 3 s", "bad-condition", "as an item of the list"),
    ("distance < 1 m for 3 s «or» no echo for 1 s", "bad-condition", "as an item of the list"),
    ("distance < 1 m for 3 s «untli» > 2 m", "bad-condition", "for 3 s until > 2 m`?"),
    ("distance < 1 m for 3 s until > 2 m «now»", "bad-condition", "remove `now`"),
    ("distance changes by > 1 m within 2 s «until» > 2 m", "bad-condition", "remove `until > 2 m`"),
    # what the sensor and its period allow
    ("distance < «20 mm» for 3 samples", "wake-unreachable", "cannot be below 20 mm"),
    ("distance < «5 m» for 3 samples", "wake-unreachable", "is below 5 m"),
    ("distance < 1 m for 3 s until > «4 m»", "wake-unreachable", "as `until` says"),
    ("distance changes by > «4 m» within 2 s", "wake-unreachable", "cannot change by more"),
    ("no echo for «59 ms»", "wake-period", "at least `for 60 ms`"),
    ("distance > 1 m for «1 ms» until < 50 cm", "wake-period", "at least `for 60 ms`"),
    ("distance changes by > 1 m within «59 ms»", "wake-period", "at least `within 60 ms`"),
    ("distance changes by > 1 m within «1 min»", "wake-period", "at most `within 15.36 s`"),
    # the whole
    ("distance < 1234.00000001 mm for 1000 samples until > 1235.00 «mm»", "bad-condition", "60"),
    ("no«\u200b» echo for 3 s", "bad-condition", "control character"),
]

STYLES = (
    "  wake_if:\n    - {}   # a comment\n",
    "  wake_if:\n  - too near for 9 s\n  - {}\n",
    "  wake_if: [too near for 9 s, {}]\n",
    "  wake_if:\n    - '{}'\n",
    '  wake_if: [ "{}" ]\n',
    "  wake_if:\n    - &one {}\n",
    "  wake_if:\n    - |\n      {}\n",
    "  wake_if:\n    - >-  # a comment\n      {}\n    - too near for 9 s\n",
    "  wake_if:\r\n    - {}\r\n",
)


def diagnostic(sleep: str) -> Diagnostic:
    """Return the one diagnostic of a spec with these lines in its section `sleep`."""
    with pytest.raises(DiagnosticErrors) as caught:
        plan_spec(parse_spec(HEAD + sleep, "x.yaml"))
    (found,) = caught.value.diagnostics
    assert found.hint
    return found


def check(marked: str, rule: str, says: str) -> None:
    """Check the diagnostic of these lines, with the marks around the part that it must mark."""
    begin, end = marked.index("«"), marked.index("»")
    before = (HEAD + marked[:begin]).split("\n")
    found = diagnostic(marked.replace("«", "").replace("»", ""))
    place = found.position
    assert (place.line, place.column) == (len(before), len(before[-1]) + 1)
    wanted = marked[begin + 1 : end].split("\n")[0]
    assert place.length == len(wanted)
    assert place.text[place.column - 1 :][: place.length] == wanted
    assert found.rule_id == rule
    assert says in f"{found.message} {found.hint}"


@pytest.mark.parametrize(("condition", "rule", "says"), WRONG, ids=[text for text, *_ in WRONG])
def test_an_error_marks_the_wrong_words(condition: str, rule: str, says: str) -> None:
    for style in STYLES:
        if "," in condition and "[too near" in style:
            continue  # to YAML these are two items
        check(style.replace("{}", condition), rule, says)


@pytest.mark.parametrize(("condition", "rule", "says"), WRONG, ids=[text for text, *_ in WRONG])
def test_a_condition_on_several_lines(condition: str, rule: str, says: str) -> None:
    indent = "\n      "
    text = condition.replace(" «", f"{indent}«").replace("» ", f"»{indent}")
    for begin, end in ((f">-{indent}", ""), (f"|{indent}", ""), ("", ""), ("'", "'"), ('"', '"')):
        check(f"  wake_if:\n    - {begin}{text}{end}\n", rule, says)


@pytest.mark.parametrize(
    "written",
    [
        r'"distance\x20< 300 mn for 3 samples"',
        r'"distance < 300 m\u006e for 3 samples"',
        '"distance < 300 mn \\\n      for 3 samples"',
        "'distance < 300 m''n for 3 samples'",
    ],
)
def test_with_escapes_the_whole_value_is_marked(written: str) -> None:
    place = diagnostic(f"  wake_if:\n    - {written}\n").position
    assert (place.line, place.column, place.length) == (
        11,
        7,
        len(written.splitlines()[0].rstrip()),
    )


def test_an_alias_marks_the_words_at_its_anchor() -> None:
    lines = "  wake_if:\n    - &one distance < 300 mn for 3 samples\n    - *one\n"
    with pytest.raises(DiagnosticErrors) as caught:
        plan_spec(parse_spec(HEAD + lines, "x.yaml"))
    places = [(d.rule_id, d.position.line, d.position.column) for d in caught.value.diagnostics]
    assert places == [("wake-twice", 11, 7), ("wake-value", 11, 27)]


def test_a_folded_scalar_is_a_condition() -> None:
    folded = "  wake_if:\n    - >-\n      no echo\n      for 3 s\n"
    (condition,) = parse_spec(HEAD + folded).sleep.wake_if
    assert condition.text == "no echo for 3 s"
    plain = parse_spec(HEAD + "  wake_if: [no echo for 3 s]\n")
    assert parse_spec(HEAD + folded).spec_hash == plain.spec_hash


def test_the_places_are_not_part_of_the_meaning() -> None:
    spec = parse_spec(HEAD + "  wake_if: [no echo for 3 s]\n")
    (condition,) = spec.canonical()["sleep"]["wake_if"]
    assert sorted(condition) == [
        "form", "limit", "samples", "span_us", "subject", "text", "until",
    ]  # fmt: skip


def test_the_unit_of_any_quantity_is_marked() -> None:
    text = HEAD.replace("latency: 200 ms", "latency: '  200   mss'") + "  max_age: 3 dayz\n"
    with pytest.raises(DiagnosticErrors) as caught:
        parse_spec(text, "x.yaml")
    shown = [
        d.position.text[d.position.column - 1 :][: d.position.length]
        for d in caught.value.diagnostics
    ]
    assert shown == ["mss", "dayz"]


def test_json_has_the_same_places(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(HEAD + "  wake_if:\n    - distance <= 300 mm for 3 samples\n")
    done = subprocess.run(
        [sys.executable, "-m", "fwgen", "check", "--json", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (found,) = json.loads(done.stdout)["diagnostics"]
    assert (found["line"], found["column"], found["length"]) == (11, 16, 2)
    assert f"{path}:11:16: error" in done.stderr
    assert "\n      |                ^^\n" in done.stderr


@given(st.text(max_size=100))
def test_any_text_is_a_condition_or_an_error_within_it(text: str) -> None:
    quoted = text.replace("'", "''")
    try:
        parse_spec(HEAD + f"  wake_if:\n    - '{quoted}'\n", "x.yaml")
    except DiagnosticErrors as errors:
        for found in errors.diagnostics:
            place = found.position
            assert place.column - 1 <= len(place.text)
            assert found.hint


@given(st.lists(st.text("abc<>09", min_size=1), min_size=1), st.data())
def test_words_are_found_whatever_the_white_space(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    spaces = st.text(" \n\t", min_size=1)
    source = " ".join([*words[:at], ""])
    source = "".join(word + data.draw(spaces) for word in source.split())
    value = " ".join(words)
    start = len(" ".join([*words[:at], ""])) if at else 0
    rest = "".join(data.draw(spaces) + word for word in words[at + 1 :])
    found = locate(f"'{source}{words[at]}{rest}'", value, Span(start, len(words[at])))
    assert found == Span(len(source) + 1, len(words[at]))
