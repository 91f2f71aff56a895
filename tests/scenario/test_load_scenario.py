"""Scenarios that are accepted, and those refused with a position and a hint."""

from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.scenario.load import (
    BUNDLED,
    ScenarioErrors,
    find_scenario,
    load_scenario,
    parse_scenario,
)

GOOD = """\
fwgen-scenario: 1
name: one minute asleep
distance:
  - {at: 0 s, mm: 1500}
  - {at: 60 s, mm: 300.5}
noise: 2 mm
missed: 0.2 %
air: -5 °C
steps:
  - {at: 10 s, do: suspend}
  - {at: 70 s, do: resume}
until: 80 s
expect: {lost: 0, ddr_accesses_while_closed: 0}
"""


def test_the_example_of_the_documentation() -> None:
    scenario = parse_scenario(GOOD)
    assert scenario.points == ((0, 1_500_000), (60_000, 300_500))
    assert (scenario.noise_um, scenario.missed_ppm, scenario.air_decicelsius) == (2000, 2000, -50)
    assert [(at, step.do) for at, step in scenario.timeline()] == [
        (10_000_000, "suspend"),
        (70_000_000, "resume"),
    ]
    assert scenario.until_us == 80_000_000
    world = scenario.scene(7)
    assert (world.seed, world.noise_um) == (7, 2000)


def test_steps_are_sorted_by_time_then_by_position() -> None:
    steps = """
  - {at: 30 s, do: resume}
  - {at: 1 s, do: suspend, every: 29 s, times: 2}
  - {at: 30 s, do: send-wake}
"""
    text = GOOD.replace(GOOD[GOOD.index("  - {at: 10 s, do") : GOOD.index("until")], steps[1:])
    names = [(at // 1_000_000, step.do) for at, step in parse_scenario(text).timeline()]
    assert names == [(1, "suspend"), (30, "resume"), (30, "suspend"), (30, "send-wake")]


REFUSED = {
    "spec instead": ("fwgen: 1\nname: x", "not-a-scenario", "expected a scenario, found a spec"),
    "no format": ("name: x", "missing-key", "expected the key `fwgen-scenario`"),
    "newer format": ("fwgen-scenario: 2\nname: x", "newer-format", "upgrade"),
    "no distance": (GOOD.replace("distance:", "distanc:"), "unknown-key", "`distance`?"),
    "bare time": (GOOD.replace("until: 80 s", "until: 80"), "no-unit", "`80 s`?"),
    "bare noise": (GOOD.replace("noise: 2 mm", "noise: 2"), "no-unit", "`2 mm`?"),
    "unknown step": (GOOD.replace("do: resume", "do: resum"), "unknown-value", "`resume`?"),
    "step without do": (GOOD.replace(", do: resume", ""), "missing-key", "`do`"),
    "step without time": (GOOD.replace("at: 70 s, do", "do"), "missing-key", "`at`"),
    "step's key": (
        GOOD.replace("do: suspend", "do: suspend, fr: 1 s"),
        "unknown-key",
        "did you mean `for`?",
    ),
    "step after the end": (GOOD.replace("at: 70 s", "at: 80 s"), "step-late", "`until`"),
    "every without times": (
        GOOD.replace("do: resume", "do: resume, every: 1 s"),
        "step-repeat",
        "`times`",
    ),
    "crash without start": (
        GOOD.replace("do: resume", "do: crash-app"),
        "step-open",
        "`do: start-app`",
    ),
    "bind without unbind": (GOOD.replace("do: resume", "do: bind"), "step-unmatched", "unbind"),
    "points out of order": (
        GOOD.replace("at: 60 s", "at: 0 s"),
        "points-order",
        "sort the points by time",
    ),
    "point too far": (GOOD.replace("mm: 1500", "mm: 1e9"), "bad-distance", "millimetres"),
    "point with unit": (GOOD.replace("mm: 1500", "mm: 1500 mm"), "bad-distance", "mm: 1500"),
    "no points": (
        GOOD[: GOOD.index("  - {at: 0")] + GOOD[GOOD.index("noise") :],
        "wrong-shape",
        "at least 1",
    ),
    "empty expect": (
        GOOD[: GOOD.index("expect:")] + "expect:\n",
        "wrong-shape",
        "expected a mapping, found none",
    ),
    "empty signals": (GOOD + "signals:\n", "wrong-shape", "of channels, found none"),
    "unknown field": (GOOD.replace("{lost: 0", "{lots: 0"), "unknown-field", "`lost`?"),
    "unknown limit": (
        GOOD.replace("{lost: 0", "{lost: {atleast: 1}"),
        "unknown-limit",
        "`at-least`?",
    ),
    "limit without unit": (GOOD.replace("{lost: 0", "{drain: 5"), "no-unit", "`5 ms`?"),
    "limit missing": (GOOD.replace("{lost: 0", "{lost: {}"), "no-value", "at-least"),
    "not a count": (GOOD.replace("{lost: 0", "{lost: none"), "not-an-integer", "`0`"),
    "not a number": (
        GOOD.replace("{lost: 0", "{bytes_per_sample: few"),
        "not-a-number",
        "`1.0`",
    ),
}


@pytest.mark.parametrize(("text", "rule", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, rule: str, says: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        parse_scenario(text, "walk.yaml")
    assert rule in {found.rule_id for found in caught.value.diagnostics}
    assert says in str(caught.value)
    assert str(caught.value).startswith("walk.yaml")
    assert caught.value.exit_code == 2


BELLS = "do: disturb-doorbells, to: firmware, for: 1 s"


@pytest.mark.parametrize(
    ("step", "rule", "marked"),
    [
        ("{at: 81 s, do: resume}", "step-late", "81 s"),
        ("{at: 70 s, do: resume, every: 1 min, times: 24}", "step-late", "24"),
        ("{at: 70 s, do: resume, every: 1 s}", "step-repeat", "1 s"),
        ("{at: 70 s, do: resume, times: 3}", "step-repeat", "3"),
        (f"{{at: 70 s, {BELLS}, how: late, by: 41 ms}}", "step-late-doorbell", "41 ms"),
        (f"{{at: 70 s, {BELLS}, how: lost, by: 20 ms}}", "step-unused", "20 ms"),
        ("{at: 70 s, do: suspend, for: 5 s, again: 6 s}", "step-unused", "6 s"),
        ("{at: 70 s, do: suspend, for: 5 s, again: 5 s}", "step-unused", "5 s"),
        ("{at: 70 s, do: bind}", "step-unmatched", "bind"),
        ("{at: 70 s, do: unbind}", "step-open", "unbind"),
        ("{at: 7 sec, do: resume}", "unknown-unit", "sec"),
        ("{at: 70 s, do: suspend, agian: 1 s}", "unknown-key", "agian"),
    ],
)
def test_the_wrong_value_of_a_step_is_marked(step: str, rule: str, marked: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        parse_scenario(GOOD.replace("{at: 70 s, do: resume}", step), "walk.yaml")
    (found,) = caught.value.diagnostics
    place = found.position
    assert (found.rule_id, place.text[place.column - 1 :][: place.length]) == (rule, marked)


def test_all_errors_are_reported_together() -> None:
    text = GOOD.replace("noise: 2 mm", "noise: 2").replace("do: resume", "do: resum")
    with pytest.raises(ScenarioErrors) as caught:
        parse_scenario(text.replace("until: 80 s", "until: 80 m"))
    assert len(caught.value.diagnostics) == 3


def _with_csv(folder: Path, content: str) -> Path:
    (folder / "walk.csv").write_text(content)
    head, tail = GOOD[: GOOD.index("distance:")], GOOD[GOOD.index("noise") :]
    path = folder / "walk.yaml"
    path.write_text(f"{head}distance: {{csv: walk.csv}}\n{tail}")
    return path


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("{sleeps: 2}", "`expect.sleeps` cannot be met: the scenario suspends Linux 1 time"),
        ("{acknowledged: {at-least: 3}}", "write at most 1, or add steps"),
        ("{woken_by_timer: 2}", "`expect.woken_by_timer` cannot be met"),
        ("{slept: {at-least: 2 h}}", "cannot be met: the scenario ends after 80 s"),
    ],
)
def test_an_expectation_out_of_reach_is_refused(expect: str, says: str) -> None:
    head = GOOD.split("expect:")[0]
    with pytest.raises(ScenarioErrors) as caught:
        parse_scenario(f"{head}expect: {expect}\n")
    assert says in str(caught.value)
    parse_scenario(f"{head}expect: {{sleeps: {{at-most: 9}}, slept: {{at-least: 1 min}}}}\n")


def test_a_csv_path_starts_at_the_scenario_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _with_csv(tmp_path, "time_s,mm\n0,1500\n0.5, 1499.25\n\n60,300\n")
    monkeypatch.chdir("/")
    points = load_scenario(path).points
    assert points == ((0, 1_500_000), (500, 1_499_250), (60_000, 300_000))


CSV_REFUSED = {
    "header": ("t,d\n0,1\n", ":1:1: error[csv-row]: expected the header `time_s,mm`"),
    "words": ("time_s,mm\n0,1500\none,2\n", ":3:1: error[csv-row]: expected two numbers"),
    "columns": ("time_s,mm\n0,1500,1\n", ":2:1: error[csv-row]: expected two numbers"),
    "order": (
        "time_s,mm\n1,1500\n1,1500\n",
        ":3:1: error[csv-row]: expected a time at least 1 ms after",
    ),
    "range": ("time_s,mm\n0,-1\n", ":2:1: error[csv-row]: expected a distance from 0 to 100000"),
    "nanoseconds": (
        "time_s,mm\n0,1500\n1716374884909059000,1400\n",
        ":3:1: error[csv-row]: expected a time from 0 to 31622400 s (a leap year), found "
        "`1716374884909059000`",
    ),
    "before": ("time_s,mm\n-1,1500\n", ":2:1: error[csv-row]: expected a time from 0"),
    "long line": ("time_s,mm\n" + "1" * 2_000_000, ":2:1: error[csv-row]: expected two numbers"),
    "long header": ("x" * 2_000_000, ":1:1: error[csv-row]: expected the header"),
    "other digits": ("time_s,mm\n\u0663,1\n", ":2:1: error[csv-row]: expected two numbers"),
    "empty": ("time_s,mm\n", ":1:1: error[csv-row]: expected points after the header"),
}


@pytest.mark.parametrize(("content", "says"), CSV_REFUSED.values(), ids=CSV_REFUSED)
def test_refused_csv(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        load_scenario(_with_csv(tmp_path, content))
    assert f"walk.csv{says}" in str(caught.value)


def test_a_csv_that_is_missing_not_text_or_too_large(tmp_path: Path) -> None:
    path = _with_csv(tmp_path, "")
    (tmp_path / "walk.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioErrors, match="not UTF-8"):
        load_scenario(path)
    (tmp_path / "walk.csv").unlink()
    with pytest.raises(ScenarioErrors, match="No such file"):
        load_scenario(path)
    (tmp_path / "walk.csv").symlink_to("/dev/zero")
    with pytest.raises(ScenarioErrors, match="expected at most 16 MiB"):
        load_scenario(path)


def test_a_csv_in_quotes_is_read(tmp_path: Path) -> None:
    plain = _with_csv(tmp_path, "time_s,mm\n0,1500\n60,300\n")
    points = load_scenario(plain).points
    quoted = _with_csv(tmp_path, '"time_s","mm"\r\n"0","1500"\r\n"60","300"\r\n')
    assert load_scenario(quoted).points == points


def test_a_name_is_a_file_or_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_scenario("minute").name == "minute.yaml"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "minute").write_text(GOOD)
    assert find_scenario("minute") == Path("minute")
    for wrong in ("minut", "no/minute.yaml"):
        with pytest.raises(InputError, match=r"did you mean the bundled `minute`\?"):
            find_scenario(wrong)
    with pytest.raises(InputError, match="bundled: abort, app-crash"):
        find_scenario("zzz.yaml")


def test_a_bundled_name_takes_precedence_over_a_folder_but_not_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After README's own `fwgen run night --report night`."""
    monkeypatch.chdir(tmp_path)
    Path("night").mkdir()
    assert find_scenario("night") == BUNDLED / "night.yaml"
    Path("minute").touch()
    assert find_scenario("minute") == Path("minute")


@pytest.mark.parametrize("name", ["n" * 5000, "nihgt"], ids=["long", "slip"])
def test_no_such_scenario(name: str) -> None:
    with pytest.raises(InputError, match="found no file and no bundled scenario"):
        find_scenario(name)
