from __future__ import annotations

import dataclasses
import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.plan import Plan, PlanErrors, plan_spec
from fwgen.plan.export import plan_to_json
from fwgen.plan.memory_map import memory_maps
from fwgen.sensors.hc_sr04.times import echo_timeout_us, echo_us, least_period_us, timeout_us
from fwgen.spec import load_spec, parse_spec
from fwgen.spec.examples import example_paths
from fwgen.wire import log_format
from tests.plan.examples import BASE

KIB = 1024
WORST = log_format.worst_samples((13,))


@pytest.fixture(scope="module")
def reference() -> Plan:
    return plan_spec(load_spec(example_paths()["stm32mp257f_dk"]))


def test_the_reference_lies_where_the_demo_lies(reference: Plan) -> None:
    assert (reference.code.start, reference.code.size_bytes) == (0x0A043000, 0x1D000)
    assert (reference.data.start, reference.data.size_bytes) == (0x0A080000, 0x1F000)
    assert reference.log.end == reference.data.end == 0x0A09F000
    assert reference.log.size_bytes == 106 * KIB
    assert reference.log_slots == (106 * KIB - 64) // 488 == 222
    assert reference.code.asleep
    assert reference.data.asleep
    assert reference.log.asleep
    assert not reference.rings.vring0.asleep
    labels = [w.linux for w in (reference.code, reference.data)]
    assert labels == ["cm33_sram1", "cm33_retram"]


def test_the_reference_s_pins_and_bus(reference: Plan) -> None:
    echo, bus = reference.pins["echo"], reference.bus
    assert (echo.exti_line, echo.irq) == (echo.number, 17 + echo.number)
    assert bus
    assert (bus.node, bus.irq, bus.address) == ("i2c8", 212, 0x3C)
    assert bus.data.pinctrl == ("i2c8_scl_pz4", "i2c8_sda_pz3")
    assert bus.frame_us < reference.timing.refresh_period_us


def test_the_endurance_is_counted_in_whole_blocks(reference: Plan) -> None:
    covered, timing = reference.endurance, reference.timing
    usable = reference.log_slots - timing.window_blocks - 1 - timing.reserve_slots
    assert covered.samples_worst == usable * WORST
    assert covered.samples_array == reference.log.size_bytes // 8
    assert covered.worst_s == pytest.approx(covered.samples_worst * 0.06)
    assert covered.worst_s < covered.reference_s
    # the aim: over 100 minutes, where a plain array lasts 13
    assert covered.reference_s > 100 * 60
    assert covered.array_s // 60 == 13


def test_the_reserve_is_for_waking_alone() -> None:
    waking = plan_spec(parse_spec(BASE))
    keeping = plan_spec(parse_spec(BASE.replace("when_full: wake", "when_full: keep-oldest")))
    more = keeping.endurance.samples_worst - waking.endurance.samples_worst
    assert more == waking.timing.reserve_slots * WORST
    assert waking.timing.reserve_slots * WORST * 0.06 > 20


def test_an_elf_refines_the_log() -> None:
    spec = parse_spec(BASE)
    measured = plan_spec(spec, log_size_bytes=110 * KIB + 3)
    assert measured.log.size_bytes == 110 * KIB
    assert measured.log.end == measured.data.end
    fixed = parse_spec(BASE.replace("log: auto", "log: 96 KiB"))
    assert plan_spec(fixed, log_size_bytes=110 * KIB).log.size_bytes == 96 * KIB
    with pytest.raises(PlanErrors, match="log-too-large"):
        plan_spec(fixed, log_size_bytes=95 * KIB)


def test_another_board_goes_the_same_road() -> None:
    plan = plan_spec(load_spec(example_paths()["stm32mp257f_ev1"]))
    assert plan.board.name == "stm32mp257f_ev1"
    assert plan.code.memory == "sram2"
    assert plan.code.optee == "cm33_sram2"
    assert plan.timing.watchdog_us == 4_000_000


@pytest.mark.parametrize("board", ["stm32mp257f_dk", "stm32mp257f_ev1"])
@pytest.mark.parametrize(
    ("trees", "start", "size_bytes"),
    [
        ("openstlinux-6.0", 0x0A041000, 0x1F000),
        ("openstlinux-6.1", 0x0A043000, 0x1D000),
        ("openstlinux-6.2", 0x0A043000, 0x1D000),
    ],
)
def test_the_window_of_the_code_follows_the_release(
    board: str, trees: str, start: int, size_bytes: int
) -> None:
    text = BASE.replace("stm32mp257f_ev1", board).replace("PF13", "PG5").replace("PF14", "PF15")
    plan = plan_spec(parse_spec(f"{text}linux: {trees}\n"))
    assert (plan.code.start, plan.code.size_bytes) == (start, size_bytes)
    scmi = [page for page in plan.reserved if page.name == "scmi_cid2"]
    assert len(scmi) == (trees != "openstlinux-6.0")


def test_a_window_over_the_scmi_pages_is_told_on_6_1_and_later() -> None:
    """OP-TEE would make its own secure page open without a word (the old window of the EV1)."""
    old = BASE.replace("code: sram1", "code: {in: sram1, at: 0x0A041000, size: 124 KiB}")
    with pytest.raises(PlanErrors, match="SCMI mailboxes"):
        plan_spec(parse_spec(old))
    plan_spec(parse_spec(old + "linux: openstlinux-6.0\n"))


def test_the_default_of_the_trees_does_not_change_a_spec_s_hash() -> None:
    said = parse_spec(BASE + "linux: {trees: openstlinux-6.2, flavour: plain}\n")
    assert said.spec_hash == parse_spec(BASE).spec_hash
    assert parse_spec(BASE + "linux: openstlinux-6.1\n").spec_hash != said.spec_hash


def test_the_same_in_gives_the_same_out() -> None:
    assert plan_to_json(plan_spec(parse_spec(BASE))) == plan_to_json(plan_spec(parse_spec(BASE)))


@pytest.mark.parametrize("board", example_paths())
def test_the_plan_is_plain_data(board: str) -> None:
    plan = plan_spec(load_spec(example_paths()[board]))
    data = json.loads(json.dumps(plan_to_json(plan)))
    assert data["windows"]["log"]["start"] == plan.log.start
    assert data["windows"]["code"]["reachable_asleep"] is True
    assert data["ddr"]["vdev0vring0"]["reachable_asleep"] is False
    assert data["endurance"]["samples_worst"] == plan.endurance.samples_worst
    assert data["spec"]["hash"] == plan.spec.spec_hash.hex()
    assert data["pins"]["echo"]["irq"] == plan.pins["echo"].irq


def test_rings_in_sram2_leave_no_window_in_ddr() -> None:
    plan = plan_spec(parse_spec(BASE.replace("200 ms", "200 ms, rings: sram2")))
    data = plan_to_json(plan)
    assert data["ddr"] == {}
    assert data["rings"]["memory"] == "sram2"
    assert all(window["reachable_asleep"] for window in data["rings"]["windows"].values())
    assert [memory["name"] for memory in data["memories"]] == ["sram1", "sram2", "retram"]
    assert (plan.rings.region.start, plan.rings.region.end) == (0x0A070000, 0x0A080000)
    assert (plan.rings.guard.start, plan.rings.guard.size_bytes) == (0x0A060000, 0x20000)


@pytest.mark.parametrize(
    ("refresh", "asleep_us"),
    [("5 Hz", 1_000_000), ("2 s", 2_000_000), ("5 Hz, refresh_asleep: 500 ms", 500_000),
     ("5 Hz, refresh_asleep: off", 0)],
)  # fmt: skip
def test_the_display_is_drawn_once_a_second_while_linux_sleeps(
    refresh: str, asleep_us: int
) -> None:
    plan = plan_spec(parse_spec(BASE.replace("refresh: 5 Hz", f"refresh: {refresh}")))
    assert plan.timing.refresh_asleep_period_us == asleep_us


def test_without_a_display_there_is_no_bus() -> None:
    text = "\n".join(line for line in BASE.splitlines() if not line.startswith("display"))
    plan = plan_spec(parse_spec(text))
    assert plan.bus is None
    assert plan.timing.refresh_period_us == plan.timing.refresh_asleep_period_us == 0
    assert plan_to_json(plan)["bus"] is None


def test_plans_are_frozen(reference: Plan) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        reference.log_slots = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("period", "most_mm", "words"),
    [
        ("15 ms", 1000, "2 of 3 samples will be a `sensor fault`"),
        ("30 ms", 4000, "every other sample will be a `sensor fault`"),
        ("38 ms", 4000, "every other sample will be a `sensor fault`"),
        ("39 ms", 4000, "a late echo may be taken for the next one"),
        ("59 ms", 4000, "a late echo may be taken for the next one"),
    ],
)
def test_a_short_period_is_warned_of_by_what_will_happen(
    period: str, most_mm: int, words: str
) -> None:
    text = BASE.replace("60 ms", period).replace("4000 mm", f"{most_mm} mm")
    plan = plan_spec(parse_spec(text))
    short = [found.message for found in plan.diagnostics if found.rule_id == "period-short"]
    assert len(short) == 1
    assert words in short[0]


def test_the_echo_s_times() -> None:
    assert echo_us(4000, 200) == 23_530  # 4 m at the data sheet's 340 m/s
    assert echo_us(4000, -400) > 26_000  # sound is slower in the cold
    assert least_period_us(4000, 200) == 30_000
    assert least_period_us(2000, 200) == 20_000
    assert timeout_us(4000, 200) < least_period_us(4000, 200)
    # near obstacles only, but room to hear that there is a far one
    assert echo_timeout_us(60_000, 1000, 200) == timeout_us(4000, 200)
    assert echo_timeout_us(15_000, 1000, 200) == 14_000


_pages = st.integers(0, 40).map(lambda n: n * 4 * KIB)
_windows = st.fixed_dictionaries(
    {},
    optional={
        "at": st.one_of(_pages, st.integers(0, 160 * KIB)),
        "size": st.one_of(_pages, st.integers(1, 160 * KIB)).filter(bool),
    },
)
_memories = st.sampled_from(["sysram", "sram1", "sram2", "retram", "ddr"])
_starts = {
    "sysram": 0x0A000000,
    "sram1": 0x0A040000,
    "sram2": 0x0A060000,
    "retram": 0x0A080000,
    "ddr": 0x81180000,
}


def _written(memory: str, window: dict[str, int]) -> str:
    parts = [f"in: {memory}"]
    if "at" in window:
        parts.append(f"at: 0x{_starts[memory] + window['at']:08x}")
    if "size" in window:
        parts.append(f"size: {window['size']} B")
    return "{" + ", ".join(parts) + "}"


@given(
    _memories,
    _windows,
    _memories,
    _windows,
    st.sampled_from(["lp-stop2", "run"]),
    st.sampled_from(["ddr", "sram2"]),
)
def test_what_passes_is_sound(
    code: str,
    code_window: dict[str, int],
    data: str,
    data_window: dict[str, int],
    mode: str,
    rings: str,
) -> None:
    text = (
        BASE.replace("code: sram1", f"code: {_written(code, code_window)}")
        .replace("data: retram", f"data: {_written(data, data_window)}")
        .replace("lp-stop2", mode)
        .replace("latency: 200 ms", f"latency: 200 ms, rings: {rings}")
    )
    spec = parse_spec(text)
    try:
        plan = plan_spec(spec)
    except PlanErrors:
        return
    owned = [*plan.reserved, *plan.rings.parts]
    for one, other in combinations([plan.code, plan.data, *owned], 2):
        assert one.end <= other.start or other.end <= one.start
    for window in (plan.code, plan.data):
        memory = plan.board.chip.memories[window.memory]
        assert memory.start <= window.start < window.end <= memory.end
        assert window.start % 4096 == 0
        assert window.size_bytes % 4096 == 0
        assert window.asleep
    assert plan.data.start <= plan.log.start < plan.log.end == plan.data.end
    assert plan.log.start % 8 == 0
    for shown in memory_maps(plan):
        assert shown.pieces[0].start == shown.start
        assert shown.pieces[-1].end == shown.end
        for piece, after in zip(shown.pieces, shown.pieces[1:], strict=False):
            assert piece.end == after.start


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in _numbers(item)]
    if isinstance(value, list):
        return [n for item in value for n in _numbers(item)]
    return [value] if isinstance(value, int | float) else []


def test_no_figure_is_negative(reference: Plan) -> None:
    document = plan_to_json(reference)
    assert min(_numbers(document["windows"])) >= 0
    assert min(_numbers(document["timing"])) >= 0
