"""The emulated platform's files against the chip data, and the wiring generated from a plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fwgen.backends.renode.platform import (
    PlatformError,
    board_file,
    merged_models,
    model_files,
    renode_folder,
)
from fwgen.backends.renode.wiring import platform_repl
from fwgen.plan import Plan, make_plan
from fwgen.soc import board_names, load_board
from fwgen.soc.chip import Chip, I2cController, Uart
from fwgen.spec import load_spec

REFERENCE = Path(__file__).parents[3] / "fwgen" / "spec" / "examples" / "range-node.yaml"


@dataclass
class Entry:
    """One entry of a platform description: type, address, attributes, connections."""

    type: str
    address: int | None
    attributes: dict[str, str] = field(default_factory=dict)
    wires: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return int(self.attributes[name], 0)


def read_repl(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    current = Entry("", None)
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("//")[0].rstrip()
        if found := re.fullmatch(r"(\w+): (\S+) @ \w+(?: (0x[0-9A-Fa-f]+))?", text):
            current = Entry(found[2], int(found[3], 16) if found[3] else None)
            entries[found[1]] = current
        elif found := re.fullmatch(r"    (\S+) -> (\S+)", text):
            current.wires[found[1]] = found[2]
        elif found := re.fullmatch(r"    (\w+): (\S+)", text):
            current.attributes[found[1]] = found[2]
        else:
            assert not text, f"{path.name}: cannot parse: {text}"
    return entries


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_board("stm32mp257f_dk").chip


@pytest.fixture(scope="module")
def cpu() -> dict[str, Entry]:
    return read_repl(renode_folder() / "cpus" / "stm32mp257_m33.repl")


def test_memories_have_the_chips_addresses(chip: Chip, cpu: dict[str, Entry]) -> None:
    for name in ("sram1", "sram2", "retram"):
        assert cpu[name].address == chip.memories[name].start
        assert cpu[name].number("size") == chip.memories[name].size_bytes
    ddr = chip.memories["ddr"]
    assert cpu["ddr"].address == cpu["ddr"].number("start") == ddr.start
    assert ddr.start + cpu["ddr"].number("size") == min(ddr.end, 0xE000_0000)


def test_the_core_runs_at_the_chips_clock(chip: Chip, cpu: dict[str, Entry]) -> None:
    assert cpu["nvic"].number("systickFrequency") == chip.m33.hz
    assert cpu["cpu"].number("PerformanceInMips") * 1_000_000 == chip.m33.hz


def test_every_port_reaches_its_lines(chip: Chip, cpu: dict[str, Entry]) -> None:
    ports = {name: entry for name, entry in cpu.items() if name.startswith("gpio")}
    assert ports.keys() == {f"gpio{letter.lower()}" for letter in chip.gpio_ports}
    for letter, port in chip.gpio_ports.items():
        number = 11 if letter == "Z" else ord(letter) - ord("A")  # RM0457, EXTI_EXTICR1
        assert ports[f"gpio{letter.lower()}"].address == port.start
        assert ports[f"gpio{letter.lower()}"].wires == {"[0-15]": f"exti2#{number}@[0-15]"}


def test_the_lines_reach_their_interrupts(chip: Chip, cpu: dict[str, Entry]) -> None:
    first, last = chip.exti.first_irq, chip.exti.first_irq + chip.exti.lines - 1
    assert cpu[chip.exti.node].address == chip.exti.start
    assert cpu[chip.exti.node].wires == {f"[0-{chip.exti.lines - 1}]": f"nvic@[{first}-{last}]"}


def test_the_mailbox_is_the_chips(chip: Chip, cpu: dict[str, Entry]) -> None:
    entry = cpu[chip.ipcc.node]
    assert entry.address == chip.ipcc.start
    assert entry.number("channels") == chip.ipcc.channels
    assert (chip.ipcc.a35_processor, chip.ipcc.m33_processor) == (1, 2)
    assert entry.wires == {
        "Processor2Occupied": f"nvic@{chip.ipcc.rx_irq}",
        "Processor2Free": f"nvic@{chip.ipcc.tx_irq}",
    }


def test_buses_and_uarts_are_the_chips(chip: Chip, cpu: dict[str, Entry]) -> None:
    parts: dict[str, I2cController | Uart] = {**chip.i2c, **chip.uarts}
    for name, part in parts.items():
        assert cpu[name].address == part.start
        assert cpu[name].wires == {"IRQ": f"nvic@{part.irq}"}
    assert {name for name in cpu if name.startswith("i2c")} == chip.i2c.keys()


def test_power_and_watchdog_are_the_chips(chip: Chip, cpu: dict[str, Entry]) -> None:
    assert cpu[chip.power.node].address == chip.power.start
    assert cpu[chip.watchdog.node].address == chip.watchdog.start
    assert cpu[chip.watchdog.node].number("frequency") == chip.watchdog.clock_hz


@pytest.mark.parametrize("name", board_names())
def test_every_board_can_be_emulated(name: str) -> None:
    using = re.findall(r'^using "(.+)"$', board_file(name).read_text(encoding="utf-8"), re.M)
    assert [(board_file(name).parent / path).resolve() for path in using] == [
        renode_folder() / "cpus" / "stm32mp257_m33.repl"
    ]


def test_an_unknown_board_is_an_error() -> None:
    with pytest.raises(PlatformError, match="the board nucleo has no emulation"):
        board_file("nucleo")


def test_all_models_are_compiled_and_have_a_header() -> None:
    files = model_files()
    assert sorted(files) == sorted((renode_folder() / "models").glob("*.cs"))
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        header = "\n".join(line for line in lines[:40] if line.startswith("//"))
        if path.stem in ("EventLog", "KeptRegisters"):
            assert "Models no hardware" in header
        else:
            assert "// Modelled: " in header, path.name
            assert "// Left out: " in header, path.name
        assert max(map(len, lines)) <= 130, path.name


def test_merged_models_have_their_usings_first() -> None:
    text = merged_models()
    head, body = text.split("//", 1)
    assert all(re.fullmatch(r"using [\w.]+;", line) for line in head.splitlines())
    assert not re.search(r"^using ", body, re.M)
    assert len(re.findall(r"^namespace ", body, re.M)) == len(model_files())


def test_scripts_have_name_and_description() -> None:
    for path in (renode_folder() / "scripts").glob("*.resc"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(":name: ")
        assert lines[1].startswith(":description: ")


def plan_of(text: str, tmp_path: Path) -> Plan:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    spec = load_spec(path)
    return make_plan(spec, load_board(spec.board))


def test_the_committed_wiring_is_the_references() -> None:
    spec = load_spec(REFERENCE)
    wiring = platform_repl(make_plan(spec, load_board(spec.board)))
    committed = renode_folder() / "scripts" / "range-node.repl"
    assert committed.read_text(encoding="utf-8") == wiring


def test_another_spec_has_another_wiring(tmp_path: Path) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    text = re.sub(r"trigger: \w+", "trigger: PF15", text)
    text = re.sub(r"echo: \w+", "echo: PG5", text)
    text = re.sub(r"address: 0x3c", "address: 0x3d", text)
    text = re.sub(r"size: 128x64", "size: 128x32", text)
    wiring = platform_repl(plan_of(text, tmp_path))
    assert "    Echo -> gpiog@5\n" in wiring
    assert "\ngpiof:\n    15 -> sensor@0\n" in wiring
    assert "\npanel: Video.PagePanel @ i2c8 0x3d\n    width: 128\n    height: 32\n" in wiring
    assert "\ngpiog:\n    5 -> exti2#6@5 | sensor@1\n" in wiring
    assert "\ni2c8:\n    Clock -> gpioz@4\n    Data -> gpioz@3\n" in wiring
    assert "\ngpioz:\n    4 -> exti2#11@4 | i2c8@0\n" in wiring


def test_without_a_display_the_bus_is_not_wired(tmp_path: Path) -> None:
    text = re.sub(r"\ndisplay:.*?\n\n", "\n", REFERENCE.read_text(encoding="utf-8"), flags=re.S)
    wiring = platform_repl(plan_of(text, tmp_path))
    assert "panel" not in wiring
    assert "i2c8" not in wiring


def test_a_pin_with_another_receiver_still_reaches_its_exti(cpu: dict[str, Entry]) -> None:
    """The wiring replaces the platform's connection of the pin."""
    spec = load_spec(REFERENCE)
    wiring = platform_repl(make_plan(spec, load_board(spec.board)))
    found = re.findall(r"^(gpio\w):\n    (\d+) -> (exti2#\d+)@(\d+) \| ", wiring, re.M)
    assert len(found) == 2
    for port, pin, exti, line in found:
        assert cpu[port].wires["[0-15]"] == f"{exti}@[0-15]"
        assert pin == line
