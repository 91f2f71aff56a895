from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import fwgen
import fwgen.soc
from fwgen.errors import InputError
from fwgen.soc import (
    BoardError,
    board_names,
    load_board,
    load_release,
    refused_releases,
    region,
    release,
    release_names,
)
from fwgen.soc import board as soc_board
from fwgen.soc import chip as soc_chip
from fwgen.soc import load as soc_load
from fwgen.soc.board import Board
from fwgen.spec import model as spec_model
from fwgen.wire.log_format import MESSAGE_MAX_BYTES

PACKAGE = Path(fwgen.__file__).parent
DATA_FILES = sorted(Path(fwgen.soc.__file__).parent.glob("*/*.toml"))


@pytest.fixture(
    params=[(name, trees) for name in board_names() for trees in release_names()],
    ids=lambda param: "-".join(param),
)
def board(request: pytest.FixtureRequest) -> Board:
    return load_board(*request.param)


def test_there_are_two_boards() -> None:
    assert board_names() == ["stm32mp257f_dk", "stm32mp257f_ev1"]


def test_an_unknown_board_is_told() -> None:
    with pytest.raises(
        BoardError, match="unknown board `nucleo`\nhelp: known boards: stm32mp257f_dk"
    ):
        load_board("nucleo")


def _tables(data: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(data, dict):
        yield where, data
        for key, value in data.items():
            yield from _tables(value, f"{where}.{key}")
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _tables(value, f"{where}[{i}]")


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.name)
def test_every_figure_has_a_source(path: Path) -> None:
    for where, table in _tables(tomllib.loads(path.read_text("utf-8")), path.name):
        figures = [value for value in table.values() if isinstance(value, int | float)]
        if figures:
            assert len(table.get("source", "")) > 10, where


def without_docstrings(code: str) -> str:
    return re.sub(r'""".*?"""', "", code, flags=re.S)


FIGURE = re.compile(r"\b0x[0-9A-Fa-f_]{3,}\b")
NOT_OF_A_CHIP = {
    "0xFFFF_FFFF": "32 bits",
    "0xffffffff": "an address that is left to Linux, as its drivers write it",
    "0xfffffffc": "the whole address space, as ST's trees write it",
    "0xD00DFEED": "the first word of a device tree",
}


@pytest.mark.parametrize("room", ["soc", "plan", "generate", "verify"])
def test_no_figure_of_a_chip_stands_in_code(room: str) -> None:
    """Addresses, offsets and bits are data: none may be a number in the rooms that use them."""
    for path in (PACKAGE / room).rglob("*.py"):
        found = FIGURE.findall(without_docstrings(path.read_text("utf-8")))
        assert [figure for figure in found if figure not in NOT_OF_A_CHIP] == [], path


REGISTER = re.compile(r"sys_(?:read|write)32\(")
IN_PLACE = re.compile(r"DT_REG_ADDR\(\w+\) *\+|\b0x[0-9A-Fa-f]{2,}u?\b|(?:>>|<<) *\d")


def test_no_figure_of_a_chip_stands_in_the_firmware() -> None:
    """A source that accesses a register has its address and its bits from the device tree."""
    files = [
        path
        for path in (PACKAGE / "generate/templates/app/src").glob("*.c")
        if REGISTER.search(path.read_text("utf-8"))
    ]
    assert {path.name for path in files} >= {"doorbell.c", "reset.c"}
    for path in files:
        assert IN_PLACE.findall(path.read_text("utf-8")) == [], path


def test_facts_of_the_reference_board() -> None:
    board = load_board("stm32mp257f_dk")
    chip, ddr = board.chip, board.ddr
    in_ddr, in_sram2 = board.rings["ddr"], board.rings["sram2"]
    known = {name: (w.start, w.size_bytes) for name, w in board.windows.items()}
    assert known == {
        "sram1": (0x0A043000, 0x1D000),
        "sram2": (0x0A060000, 0x20000),
        "retram": (0x0A080000, 0x1F000),
    }
    carved = [ddr.code, ddr.data, *in_ddr.parts]
    assert [(c.name, c.start, c.size_bytes) for c in carved] == [
        ("cm33_cube_fw", 0x80100000, 0x800000),
        ("cm33_cube_data", 0x80A00000, 0x800000),
        ("ipc_shmem_1", 0x81200000, 0xF8000),
        ("vdev0vring0", 0x812F8000, 0x1000),
        ("vdev0vring1", 0x812F9000, 0x1000),
        ("vdev0buffer", 0x812FA000, 0x6000),
    ]
    assert [(c.name, c.start, c.size_bytes) for c in in_sram2.parts] == [
        ("ipc_shmem", 0x0A070000, 0x8000),
        ("vdev0vring0", 0x0A078000, 0x1000),
        ("vdev0vring1", 0x0A079000, 0x1000),
        ("vdev0buffer", 0x0A07A000, 0x6000),
    ]
    ipcc = chip.ipcc
    assert (ipcc.start, ipcc.rx_irq, ipcc.tx_irq) == (0x40490000, 171, 172)
    cells = [bell.mbox_cell for bell in (ipcc.vq0, ipcc.vq1, ipcc.shutdown)]
    assert cells == [0x100, 0x101, 2]
    guard = chip.firewall
    assert (guard.a35_cid, guard.m33_cid) == (1, 2)
    ids = {name: guarded.id for name, guarded in guard.rifsc.items()}
    assert ids == {"uart5": 35, "usart6": 36, "i2c1": 41, "i2c2": 42, "i2c8": 48, "iwdg4": 101}
    assert (chip.exti.first_irq, chip.exti.lines) == (17, 16)
    assert {name: uart.irq for name, uart in chip.uarts.items()} == {"uart5": 127, "usart6": 136}
    assert {name: bus.irq for name, bus in chip.i2c.items()} == {
        "i2c1": 108,
        "i2c2": 110,
        "i2c8": 212,
    }


def test_windows_are_whole_pages_and_nobody_else_s(board: Board) -> None:
    page = board.chip.alignment.page_bytes
    assert page == 4096
    for name, window in board.windows.items():
        assert name == window.memory
        assert board.chip.memories[name].contains(window)
        assert window.start % page == window.size_bytes % page == 0
        assert not any(window.overlaps(other) for other in board.reserved)


@pytest.mark.parametrize("rings", ["ddr", "sram2"])
def test_nothing_overlaps(board: Board, rings: str) -> None:
    board = load_board(board.name, rings=rings)
    parts = [board.ddr.code, board.ddr.data, *board.rings[rings].parts]
    parts += [*board.reserved, *board.windows.values()]
    for one, other in combinations(parts, 2):
        assert not one.overlaps(other), (one.name, other.name)
    for part in parts:
        assert board.chip.memories[part.memory].contains(part), part.name


def test_rings_in_sram2_leave_the_rest_of_it_to_the_firmware(board: Board) -> None:
    rings, whole = board.rings["sram2"], board.windows["sram2"]
    left = load_board(board.name, rings="sram2").windows["sram2"]
    assert (left.start, left.end) == (whole.start, rings.shm.start)
    assert rings.vdev_buffer.end == whole.end
    assert {left.optee, rings.shm.optee} == {whole.optee}


def test_every_set_of_trees_says_where_its_rings_can_be(board: Board) -> None:
    for name in release_names():
        for flavour in load_release(name).flavours.values():
            assert bool(flavour.rings) != bool(flavour.refused), (name, flavour.name)
            assert set(flavour.rings) <= board.rings.keys()


def test_the_last_page_of_retram_holds_the_ddr_parameters(board: Board) -> None:
    (page,) = [part for part in board.reserved if part.name == "ddr_param"]
    retram = board.chip.memories["retram"]
    assert (page.end, page.size_bytes) == (retram.end, board.chip.alignment.page_bytes)


def test_buffers_fit(board: Board) -> None:
    """Both directions' buffers, and the payload that a block is made for."""
    rpmsg = board.rpmsg
    for rings in board.rings.values():
        assert 2 * rpmsg.buffers * rpmsg.buffer_bytes <= rings.vdev_buffer.size_bytes
    assert rpmsg.buffer_bytes - 16 >= MESSAGE_MAX_BYTES


def test_pins_exist_and_buses_run_on_pins(board: Board) -> None:
    for name, pin in board.pins.items():
        assert name == pin.name == f"P{pin.port}{pin.number}"
        assert pin.port in board.chip.gpio_ports
        assert 0 <= pin.number < board.chip.exti.lines
        assert bool(pin.position) <= bool(pin.connector)
    for bus in board.buses.values():
        assert board.pins[bus.scl].connector
        assert board.pins[bus.sda].connector
        assert bus.name in board.chip.i2c
        for node, name in zip(bus.pinctrl, (bus.scl, bus.sda), strict=True):
            assert node.startswith(bus.name)
            assert node.endswith(name.lower())
    places = [(p.connector, p.position) for p in board.pins.values() if p.position]
    assert len(places) == len(set(places))


def test_the_console_is_known(board: Board) -> None:
    assert board.console.uart in board.chip.uarts
    assert {board.console.tx, board.console.rx} <= board.pins.keys()


def test_power_modes_speak_of_memories(board: Board) -> None:
    chip = board.chip
    for mode in chip.power_modes.values():
        assert set(mode.reachable) <= set(mode.kept) <= chip.memories.keys()
        assert mode.m33_runs or not mode.reachable
        assert board.ddr.memory not in mode.reachable
    assert set(board.windows) <= set(chip.power_modes["lp-stop2"].reachable)


def test_the_wake_up_doorbell_is_rung_by_the_m33_alone(board: Board) -> None:
    ipcc = board.chip.ipcc
    assert ipcc.wakeup.rung_by == ("m33",)
    assert "m33" not in ipcc.shutdown.rung_by
    assert ipcc.wakeup.channel not in (ipcc.vq0.channel, ipcc.vq1.channel)
    bells = (ipcc.vq0, ipcc.vq1, ipcc.shutdown, ipcc.wakeup)
    assert all(bell.channel < ipcc.channels for bell in bells)
    # Linux must have asked for the channel, or its interrupt stays masked
    assert ipcc.wakeup.mbox_cell in [b.mbox_cell for b in (ipcc.vq0, ipcc.vq1, ipcc.shutdown)]


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("title =", "titel =", ":8:1: unknown key `titel`\nhelp: did you mean `title`?"),
        ('chip = "stm32mp257"', "", ":1:1: the key `chip` is missing"),
        ('"stm32mp257"', '"stm32mp275"', ":9:8: `chip`: expected the name of a chip, found"),
        ("buffers = 8", 'buffers = "8"', 'buffers`: expected a whole number, found `"8"`'),
        (
            "buffers = 8",
            "buffers = true",
            "buffers`: expected a whole number, found `true`",
        ),
        ("buffers = 8", "buffers =", ": invalid value"),
        ("buffers = 8", "", ": `rpmsg`: the key `buffers` is missing\nhelp: add a line like"),
        ("[rpmsg]", "[[rpmsg]]", ": `rpmsg`: expected a table, found"),
    ],
)
def test_a_mistake_in_a_board_of_fwgen_has_its_place(
    was: str, becomes: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "stm32mp257f_dk"
    text = (PACKAGE / f"soc/boards/{name}.toml").read_text(encoding="utf-8")
    assert was in text
    text = text.replace(was, becomes, 1)
    file = tmp_path / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(soc_load, "_BOARDS", tmp_path)
    with pytest.raises(InputError) as caught:
        load_board.__wrapped__(name)
    found = str(caught.value)
    assert re.match(rf"{re.escape(str(file))}:\d+:\d+: ", found)
    assert told in found and caught.value.hint
    if "missing" not in told:
        line = int(found.removeprefix(f"{file}:").split(":")[0])
        assert becomes in text.splitlines()[line - 1]


def test_every_figure_has_a_reader() -> None:
    """What nobody reads is wrong some day without anybody noticing: it belongs into a comment."""
    readers = [path for suffix in ("py", "j2") for path in PACKAGE.rglob(f"*.{suffix}")]
    readers += Path(__file__).parents[1].rglob("*.py")
    code = "\n".join(path.read_text(encoding="utf-8") for path in readers)
    unread = [
        f"{name}.{field.name}"
        for module in (region, soc_chip, release, soc_board)
        for name, kind in inspect.getmembers(module, dataclasses.is_dataclass)
        for field in dataclasses.fields(kind)
        if field.name != "source" and not re.search(rf"\.{field.name}\b", code)
    ]
    assert unread == []


def test_the_spec_s_default_is_the_boards_default() -> None:
    assert (spec_model.DEFAULT_TREES, spec_model.DEFAULT_FLAVOUR) == (
        soc_load.DEFAULT_TREES,
        soc_load.DEFAULT_FLAVOUR,
    )


@pytest.mark.parametrize("name", release_names())
def test_a_release_says_what_becomes_of_every_mode_and_board(name: str) -> None:
    release = load_release(name)
    chip = load_board("stm32mp257f_dk").chip
    assert release.name == name
    assert set(release.modes) == set(chip.power_modes)
    assert set(release.layouts) == set(board_names())
    for mode in release.modes.values():
        assert bool(mode.reaches) != bool(mode.refused_by), mode.name
        # TF-A refuses what would stop the M33, and nothing else
        assert bool(mode.refused_by) != chip.power_modes[mode.name].m33_runs, mode.name
        assert not mode.instead or not release.modes[mode.instead].refused_by
    for flavour in release.flavours.values():
        assert bool(flavour.refused) != bool(flavour.boards), flavour.name
        assert set(flavour.boards) <= set(board_names())


@pytest.mark.parametrize("name", release_names())
def test_lines_to_change_by_hand_give_the_m33_one_thing_each(name: str) -> None:
    for flavour in load_release(name).flavours.values():
        for line in flavour.by_hand:
            board = load_board(line.board)
            known = {*board.pins, *board.buses, board.console.uart, board.chip.watchdog.node}
            assert line.uses in known or line.uses.startswith("exti2 ")
            assert line.was != line.becomes
            assert line.becomes.endswith("RIF_CID2, RIF_SEM_DIS, RIF_CFEN)")
            assert line.was.split("_ID, ")[0].split("), ")[0] in line.becomes


def test_refused_software_is_known_by_several_words_and_never_a_release() -> None:
    words = [word for one in refused_releases().values() for word in one.words]
    assert len(words) == len(set(words))
    assert not set(words) & set(release_names())
    assert {"mainline", "upstream-optee", "upstream-tfa"} <= set(words)
