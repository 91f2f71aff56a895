"""What is known of a board (boards/*.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fwgen.soc.chip import Chip
from fwgen.soc.region import Carveout
from fwgen.soc.release import Flavour, Release


@dataclass(frozen=True)
class Ddr:
    """The DDR that the stock board gives to the firmware; closed while Linux sleeps."""

    code: Carveout
    data: Carveout

    @property
    def memory(self) -> str:
        return self.code.memory


@dataclass(frozen=True)
class Rings:
    """A memory through which Linux and the M33 exchange messages.

    `windows`: the parts of memories that are left for the firmware. `shm`: its OP-TEE label is that
    of the region that contains all parts.
    """

    name: str
    shm: Carveout
    vring0: Carveout
    vring1: Carveout
    vdev_buffer: Carveout
    windows: Mapping[str, Carveout] = field(default_factory=dict)

    @property
    def memory(self) -> str:
        return self.shm.memory

    @property
    def parts(self) -> tuple[Carveout, ...]:
        return self.shm, self.vring0, self.vring1, self.vdev_buffer


@dataclass(frozen=True)
class Rpmsg:
    """`buffers`: the number of buffers in each direction."""

    buffers: int
    buffer_bytes: int
    source: str


@dataclass(frozen=True)
class Pin:
    """A known pin of the board.

    `connector`: '' if it is on none. `position`: 0 if only the schematic shows it. `taken_by`: ''
    if nothing else uses it. `interrupt`: the board itself needs the pin's EXTI line.
    """

    name: str
    source: str
    connector: str = ""
    position: int = 0
    signal: str = ""
    taken_by: str = ""
    interrupt: bool = False

    @property
    def port(self) -> str:
        return self.name[1]

    @property
    def number(self) -> int:
        return int(self.name[2:])

    @property
    def place(self) -> str:
        """Where to connect a wire: 'CN5 pin 11'."""
        return f"{self.connector} pin {self.position}" if self.position else self.connector


I2C_SPEEDS_HZ: Final = (100_000, 400_000, 1_000_000)
"""Standard, Fast and Fast-mode Plus (UM10204, table 10). Zephyr's driver for the STM32 accepts no
speed between them (Zephyr 4.3.0 drivers/i2c/i2c-priv.h:25: i2c_map_dt_bitrate)."""


@dataclass(frozen=True)
class Bus:
    """An I2C bus that the M33 may use and that is on a connector of the board.

    `pinctrl`: the nodes of Zephyr's pin control that select these pins. `speed_hz`: one of
    `I2C_SPEEDS_HZ`.
    """

    name: str
    scl: str
    sda: str
    pinctrl: tuple[str, ...]
    speed_hz: int
    source: str


@dataclass(frozen=True)
class Console:
    uart: str
    tx: str
    rx: str
    where: str
    source: str


@dataclass(frozen=True)
class Budget:
    """`rest_bytes`: data memory that is not for the log (data, bss, stacks), until there is an ELF.

    `resume_us`: the longest time from the wake-up doorbell until Linux reads.
    """

    rest_bytes: int
    resume_us: int
    source: str


@dataclass(frozen=True)
class Labels:
    """Names in the trees: Zephyr's board, its memory nodes, Linux's remote processor.

    `zephyr_on`: devices that Zephyr's board file enables, without the console.
    """

    zephyr_board: str
    zephyr_code: str
    zephyr_data: str
    zephyr_on: tuple[str, ...]
    linux_rproc: str
    source: str


@dataclass(frozen=True)
class Trees:
    """What fragments say of the device trees of a user's own board: their files."""

    linux: str = ""
    optee: str = ""


@dataclass(frozen=True)
class Board:
    """`windows`: the part of each memory that the firmware may use, by the memory's name.

    Windows and reserved pages are those of `release`; `flavour` is one of its sets of trees.
    `rings`: where the rings can be, by memory. `own`: the file of a user's own board, '' for one
    that fwgen knows. `zephyr_root`: the folder with the `boards/` that has its Zephyr board, '' for
    Zephyr's own; `trees`: the names of its trees, if they are not the release's.
    """

    name: str
    title: str
    chip: Chip
    release: Release
    flavour: Flavour
    labels: Labels
    windows: Mapping[str, Carveout]
    reserved: tuple[Carveout, ...]
    ddr: Ddr
    rings: Mapping[str, Rings]
    rpmsg: Rpmsg
    console: Console
    pins: Mapping[str, Pin]
    buses: Mapping[str, Bus]
    budget: Budget
    own: str = ""
    zephyr_root: str = ""
    trees: Trees = field(default_factory=lambda: Trees())

    @property
    def called(self) -> str:
        """The title within a sentence: `the STM32MP257F-DK`; a user's own as it is written."""
        return self.title if self.own else f"the {self.title}"

    @property
    def emulated_as(self) -> str:
        """The name of the emulated platform: the board's, or the chip's for a user's own board."""
        return self.chip.name if self.own else self.name

    @property
    def zephyr_board(self) -> str:
        return self.labels.zephyr_board

    @property
    def linux_rproc_label(self) -> str:
        return self.labels.linux_rproc
