from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from fwgen.sensors.hc_sr04.plan import part_of
from fwgen.spec import MemoryWindow, Spec, SpecErrors, load_spec, parse_spec
from fwgen.spec.diagnostics import render_all
from fwgen.spec.examples import REFERENCE_BOARD, example_paths

REFERENCE = example_paths()[REFERENCE_BOARD]
TEXT = REFERENCE.read_text(encoding="utf-8")


def changed(old: str, new: str) -> Spec:
    assert old in TEXT
    return parse_spec(TEXT.replace(old, new))


def test_the_reference_spec() -> None:
    spec = load_spec(REFERENCE)
    assert (spec.format, spec.name, spec.board) == (1, "range-node", "stm32mp257f_dk")
    assert (spec.sensors[0].type, spec.sensors[0].period_us) == ("hc-sr04", 60_000)
    assert (part_of(spec.sensors[0]).range_mm, part_of(spec.sensors[0]).air_decicelsius) == (
        (20, 4000),
        200,
    )
    assert spec.display is not None
    assert (spec.display.type, spec.display.address) == ("ssd1306", 0x3C)
    assert (spec.display.size, spec.display.refresh_period_us) == ((128, 64), 200_000)
    assert (spec.link.channel, spec.link.latency_us) == ("rpmsg-tty", 200_000)
    assert spec.memory.code == MemoryWindow(memory="sram1")
    assert spec.memory.data == MemoryWindow(memory="retram")
    assert spec.memory.log_size_bytes is None
    assert (spec.sleep.mode, spec.sleep.when_full) == ("lp-stop2", "wake")
    assert (spec.sleep.longest_us, spec.console, spec.watchdog_us) == (None, True, None)
    assert spec.source is not None
    assert spec.source.path == str(REFERENCE)
    assert not spec.warnings


def test_all_that_is_optional() -> None:
    spec = load_spec(example_paths()["stm32mp257f_ev1"])
    assert (spec.sensors[0].period_us, part_of(spec.sensors[0]).range_mm) == (100_000, (30, 2500))
    assert part_of(spec.sensors[0]).air_decicelsius == 50
    assert spec.memory.log_size_bytes == 80 * 1024
    assert spec.memory.code.start is not None
    assert spec.memory.code.size_bytes is not None
    assert (spec.sleep.longest_us, spec.watchdog_us) == (30 * 60 * 10**6, 4 * 10**6)


def test_a_node_without_a_screen() -> None:
    text = re.sub(r"^display:.*?(?=^link:)", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert parse_spec(text).display is None


@pytest.mark.parametrize(
    ("written", "value"), [("on", True), ("off", False), ('"off"', False), ("'on'", True)]
)
def test_on_and_off_are_words(written: str, value: bool) -> None:
    assert changed("# console: on", f"console: {written} #").console is value
    yaml_1_1 = f"%YAML 1.1\n---\n{TEXT}\nconsole: {written}\n"
    assert parse_spec(yaml_1_1).console is value


def test_the_watchdog_can_be_off() -> None:
    assert changed("# watchdog: off", "watchdog: off").watchdog_us is None
    assert changed("# watchdog: off", "watchdog: 500 ms").watchdog_us == 500_000


def test_hash_follows_the_meaning_alone() -> None:
    spec = load_spec(REFERENCE)
    assert len(spec.spec_hash) == 8
    same = changed("60 ms  ", "0.06 s  # another spelling")
    assert same == spec
    assert same.spec_hash == spec.spec_hash
    assert same.source is not None
    assert spec.source is not None
    assert same.source.sha256 != spec.source.sha256
    other = changed("60 ms", "61 ms")
    assert other != spec
    assert other.spec_hash != spec.spec_hash


def test_every_field_counts_for_the_hash() -> None:
    hashes = {
        changed(old, new).spec_hash
        for old, new in [
            ("name: range-node", "name: other"),
            ("# air: 20", "air: 21"),
            ("0x3c", "0x3d"),
            ("# longest: 1 h", "longest: 1 h"),
            ("# console: on", "console: off"),
            ("code: sram1", "code: {in: sram1, size: 64 KiB}"),
        ]
    }
    assert len(hashes | {load_spec(REFERENCE).spec_hash}) == 7


def test_is_frozen_and_closed() -> None:
    spec = load_spec(REFERENCE)
    with pytest.raises(ValidationError):
        spec.name = "other"
    with pytest.raises(ValidationError):
        Spec(**{**dict(spec), "colour": "red"})


def test_places_survive_a_change_in_code() -> None:
    spec = load_spec(REFERENCE).model_copy(update={"name": "other"})
    period = next(n for n, line in enumerate(TEXT.splitlines(), 1) if "period:" in line)
    assert spec.where("sensor", "period").line == period
    without_file = Spec(**dict(spec))
    assert str(without_file.where("sensor", "period")) == str(REFERENCE)


def test_a_warning_does_not_stop() -> None:
    spec = parse_spec(TEXT.replace("# air: 20 °C", "air: 80 °C"), "hot.yaml")
    assert render_all(spec.warnings).splitlines()[0] == (
        "hot.yaml:15:8: warning[air-temperature]: the HC-SR04 works only from -15 °C to 70 °C"
    )


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec("sleep: {}\nfwgen: 1\nname: X\nsensor: {trigger: 5, period: 60, peroid: 70}\n")
    diagnostics = caught.value.diagnostics
    lines = [d.position.line for d in diagnostics]
    assert lines == sorted(lines)
    assert len(diagnostics) == 12
    assert str(caught.value).endswith("12 errors")


def test_a_slip_of_the_pen_is_one_error_and_its_value_is_looked_at() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT.replace("period: 60 ms", "perod: 60 kg"))
    assert [d.rule_id for d in caught.value.diagnostics] == ["unknown-key", "unknown-unit"]


def test_a_duplicate_does_not_hide_the_other_mistakes() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT.replace("period: 60 ms", "period: 60") + "name: again\n")
    assert [d.rule_id for d in caught.value.diagnostics] == ["no-unit", "duplicate-key"]


def test_diagnostics_as_json() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT.replace("period: 60 ms", "period: 60"), "x.yaml")
    assert [d.to_json() for d in caught.value.diagnostics] == [
        {
            "rule": "no-unit",
            "severity": "error",
            "message": "`sensor.period`: `60` has no unit",
            "file": "x.yaml",
            "line": 13,
            "column": 11,
            "length": 2,
            "hint": "did you mean `60 ms`?",
        }
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(TEXT)),
            st.integers(0, 12),
            st.sampled_from(
                ["", "x", ":", " ", "\n", "[", "}", "-", "0", "°", "&a ", "*a", "#", "'"]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
@example([(TEXT.index("ode: sram1"), 0, "\n\n")])  # ruamel: "overlap in comment"
def test_a_mutilated_spec_is_read_or_refused_with_a_way_out(
    cuts: list[tuple[int, int, str]],
) -> None:
    text = TEXT
    for start, length, instead in cuts:
        text = text[:start] + instead + text[start + length :]
    try:
        parse_spec(text)
    except SpecErrors as error:
        assert error.diagnostics
        assert all(d.hint and d.message for d in error.diagnostics)


def test_a_flood_of_mistakes_is_cut() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT + "".join(f"k{n}: 1\n" for n in range(100)))
    assert str(caught.value).endswith("100 errors (the first 40 shown)")


def test_a_spec_that_does_not_pull_the_echo_low_has_the_hash_of_before() -> None:
    """So that an update of fwgen alone does not make it another spec."""
    plain = parse_spec(TEXT)
    off = parse_spec(TEXT.replace("# air: 20 °C ", "pull-echo-low: off #"))
    on = parse_spec(TEXT.replace("# air: 20 °C ", "pull-echo-low: on #"))
    assert part_of(on.sensors[0]).pull_echo_low
    assert plain.spec_hash == off.spec_hash != on.spec_hash
    assert "pull_echo_low" not in plain.canonical()["sensor"]


def test_the_place_of_the_rings_counts_for_the_hash_and_its_default_does_not() -> None:
    plain = parse_spec(TEXT)
    spelt = parse_spec(TEXT.replace("  # rings: ddr", "  rings: ddr"))
    moved = parse_spec(TEXT.replace("  # rings: ddr", "  rings: sram2 #"))
    assert (plain.link.rings, spelt.link.rings, moved.link.rings) == ("ddr", "ddr", "sram2")
    assert plain.spec_hash == spelt.spec_hash != moved.spec_hash
    assert "rings" not in plain.canonical()["link"]


def test_the_rate_asleep_counts_for_the_hash_only_if_it_is_written() -> None:
    plain = parse_spec(TEXT)
    dark = parse_spec(TEXT.replace("  # refresh_asleep: 1 Hz", "  refresh_asleep: off"))
    slow = parse_spec(TEXT.replace("  # refresh_asleep: 1 Hz", "  refresh_asleep: 0.5 Hz"))
    rates = [spec.display and spec.display.refresh_asleep_period_us for spec in (plain, dark, slow)]
    assert rates == [None, 0, 2_000_000]
    assert len({spec.spec_hash for spec in (plain, dark, slow)}) == 3
    assert "refresh_asleep_period_us" not in plain.canonical()["display"]


def test_the_caret_stands_under_wide_and_tabbed_text() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT + "'\u6e2c\u8ddd': 1\n")
    assert "   46 | '\u6e2c\u8ddd': 1\n      | ^^^^^^\n" in str(caught.value)
    with pytest.raises(SpecErrors) as caught:
        parse_spec("fwgen: 1\nsensor: {\tcolour: red}\n")
    assert "    2 | sensor: {\tcolour: red}\n      |          \t^^^^^^\n" in str(caught.value)


def test_a_long_line_is_cut_around_the_caret() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(TEXT.replace("name: range-node", "name: " + "x" * 300 + "!"))
    text = str(caught.value)
    assert max(map(len, text.splitlines())) < 170
    assert "is not a name" in text
    assert f"`{'x' * 40}…`" in text


def test_reading_a_spec_brings_in_nothing_heavy() -> None:
    code = (
        "import sys, fwgen.spec; "
        "print([m for m in ('numpy', 'jinja2', 'cbor2', 'asyncio', 'jsonschema') "
        "if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_folder_of_examples_is_complete() -> None:
    assert [Path(path).name for path in example_paths().values()] == [
        "range-node.yaml",
        "range-node-ev1.yaml",
    ]
