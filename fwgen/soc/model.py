"""Data about chips and boards as typed models. Every record names the source of its figures.

Sizes are in bytes; addresses are those of the Cortex-M33 (non-secure alias). The figures are in the
`.toml` files beside this module. No module of fwgen that derives something from them and no source
of the firmware contains an address, an offset or a bit of a chip; tests/soc looks for them. The
models in renode/ are chips themselves: their figures are in each file's head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Region:
    """A range of addresses from `start` to `end`, without `end`."""

    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        return self.start + self.size_bytes

    def overlaps(self, other: Region) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Region) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Memory(Region):
    """A complete memory of the chip. `firewall`: the label of the unit that protects it."""

    name: str
    title: str
    firewall: str
    source: str


@dataclass(frozen=True)
class PowerMode:
    """The deepest mode that the chip may enter while Linux sleeps, and what it means for the M33.

    `m33_runs`: the M33 can run, or a timer or a pin can wake it, while Linux stays asleep.
    `reachable`: memories that it can access then; `kept`: memories that keep their contents.
    `a35_off`: the A35's domain D1 is switched off, and not only stopped.
    """

    name: str
    title: str
    m33_runs: bool
    reachable: tuple[str, ...]
    kept: tuple[str, ...]
    source: str
    a35_off: bool = False


@dataclass(frozen=True)
class GpioPort:
    """`letter`: as in pin names, 'F' for PF6."""

    letter: str
    start: int
    source: str

    @property
    def node(self) -> str:
        return f"gpio{self.letter.lower()}"


@dataclass(frozen=True)
class Exti:
    """The pins' interrupts: line n, for pin number n of any port, has the irq `first_irq` + n."""

    node: str
    start: int
    first_irq: int
    lines: int
    source: str


@dataclass(frozen=True)
class I2cController:
    name: str
    start: int
    irq: int
    source: str


@dataclass(frozen=True)
class Uart:
    name: str
    start: int
    irq: int
    source: str


@dataclass(frozen=True)
class Watchdog:
    node: str
    start: int
    clock_hz: int
    longest_us: int
    source: str


@dataclass(frozen=True)
class Doorbell:
    """One IPCC channel. `channel`: from 0, as in device trees; `mbox_cell`: see Ipcc.

    `rung_by`: the processors that ring it, 'a35', 'm33' or both.
    """

    name: str
    channel: int
    mbox_cell: int
    rung_by: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class WakeLine:
    """The EXTI line by which the mailbox's receive interrupt wakes a stopped A35. The transmit
    interrupt `tx_spi` stays on the GIC, because it does not wake. Numbers as in device trees."""

    exti: str
    exti_start: int
    line: int
    tx_spi: int
    device: str
    source: str


@dataclass(frozen=True)
class Ipcc:
    """The mailbox between the cores. A doorbell's `mbox_cell` is its cell in Linux's `mboxes`.

    `occupied`: the register whose bit n is set while channel n from the M33 to the A35 is occupied.
    `m33_entry`: the number of the M33's side of channel 0 in the mailbox's part of the firewall.
    """

    node: str
    start: int
    size_bytes: int
    occupied: int
    rx_irq: int
    tx_irq: int
    channels: int
    a35_processor: int
    m33_processor: int
    m33_entry: int
    vq0: Doorbell
    vq1: Doorbell
    shutdown: Doorbell
    wakeup: Doorbell
    wake: WakeLine
    source: str


@dataclass(frozen=True)
class Power:
    """Power control. `a35_status`: the register that shows whether the A35 runs.

    `a35_state`: the mask of the states of the A35 and of its domain. `a35_runs`: their values while
    the A35 executes code or waits for an interrupt. `a35_domain`: the mask of the domain's state;
    `a35_domain_off`: its value while the domain is switched off. `m33_status`: the M33's register;
    `m33_state`: the mask of its state. `guards`: the firewall's resources of which one may guard
    `a35_status`; no public source says which.
    """

    node: str
    start: int
    guards: tuple[int, ...]
    a35_status: int
    a35_state: int
    a35_runs: tuple[int, ...]
    a35_domain: int
    a35_domain_off: int
    m33_status: int
    m33_state: int
    source: str


@dataclass(frozen=True)
class Reset:
    """`status`: the register that shows why the M33 was reset; writing a 1 clears a bit. `node`,
    `start`: the device that has it; `guards`: the firewall's resources of which one may guard it;
    no public source says which. The other fields: the register's bits for each cause."""

    node: str
    start: int
    guards: tuple[int, ...]
    status: int
    power: int
    voltage: int
    pin: int
    system: int
    watchdog: int
    core: int
    memory: int
    standby: int
    source: str

    @property
    def bits(self) -> tuple[int, ...]:
        """The bits for RESET_... in the firmware's crash.h, from 1 << 0 on."""
        chip = (self.power, self.voltage, self.pin, self.system)
        return (*chip, self.watchdog, self.core, self.memory, self.standby)


@dataclass(frozen=True)
class Ecc:
    """Error correction of the memory `name`: how many bytes have a common code."""

    name: str
    word_bytes: int
    source: str


@dataclass(frozen=True)
class Alignment:
    """Page size of the firewall and of Linux's reserved memory."""

    page_bytes: int
    source: str


@dataclass(frozen=True)
class Firewall:
    """Compartments of the resource isolation framework, by their device-tree names.

    `protreg`: the entry for a memory that only Linux (which loads it) and the M33 may access.
    `rifsc`: the number of each peripheral in the peripherals' firewall.
    """

    a35_cid: int
    m33_cid: int
    protreg: str
    source: str
    rifsc: Mapping[str, Guarded]


@dataclass(frozen=True)
class Guarded:
    """A peripheral's number in the firewall (`id`)."""

    name: str
    id: int
    source: str


@dataclass(frozen=True)
class Core:
    """`boot_vector`: the register with the address of its non-secure vector table."""

    hz: int
    boot_vector: int
    source: str


@dataclass(frozen=True)
class Chip:
    name: str
    title: str
    m33: Core
    alignment: Alignment
    firewall: Firewall
    memories: Mapping[str, Memory]
    power_modes: Mapping[str, PowerMode]
    exti: Exti
    ipcc: Ipcc
    power: Power
    reset: Reset
    ecc: Mapping[str, Ecc]
    watchdog: Watchdog
    gpio_ports: Mapping[str, GpioPort]
    i2c: Mapping[str, I2cController]
    uarts: Mapping[str, Uart]


@dataclass(frozen=True)
class Carveout(Region):
    """A piece of memory that the board's device trees declare.

    `owner`: its owner ('m33' if the firmware may use it). `linux` and `optee`: the labels of the
    reserved-memory nodes in those trees ('' if a tree has none).
    """

    name: str
    memory: str
    owner: str
    title: str
    source: str
    linux: str = ""
    optee: str = ""


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
class BootVector:
    """The register for the M33's vector table: at `offset` of `label`, the bits of `mask`."""

    label: str
    offset: int
    mask: int
    source: str


@dataclass(frozen=True)
class Domains:
    """Labels of the remote processor's power domains, for awake and asleep."""

    awake: str
    asleep: str
    source: str


@dataclass(frozen=True)
class Mode:
    """What a release does for one of the chip's power modes while the M33 runs.

    `refused_by`: the software that refuses it, or ''. `mem_sleep`: the value for Linux's
    `mem_sleep`, or ''. `reaches`: what the chip really does. `instead`: the mode that it enters
    instead, or ''.
    """

    name: str
    source: str
    refused_by: str = ""
    mem_sleep: str = ""
    reaches: str = ""
    instead: str = ""


@dataclass(frozen=True)
class ByHand:
    """A line of a list that no fragment can change. `uses`: what it denies (pin, bus or device)."""

    board: str
    uses: str
    file: str
    line: str
    was: str
    becomes: str
    source: str

    @property
    def effect(self) -> str:
        """What happens on the board without the change. OP-TEE panics at every denied access except
        those to pins (ST OP-TEE core/drivers/firewall/stm32_iac.c: iac_fbd_periph)."""
        if self.uses.startswith("P"):
            return "the M33's writes to the pin are ignored"
        return "the M33's first access makes OP-TEE panic"


@dataclass(frozen=True)
class Flavour:
    """One set of device trees of a release.

    `linux_tree` and `optee_tree`: the file of the board's tree, `{board}` for `dk` or `ev1`.
    `rings`: the memories whose nodes its trees have, so that a fragment can put the rings there.
    `refused`: why it cannot be used, '' if it can.
    """

    name: str
    title: str
    source: str
    linux_tree: str = ""
    optee_tree: str = ""
    boards: tuple[str, ...] = ()
    rings: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Layout:
    """A board's memories that differ from release to release."""

    name: str
    windows: Mapping[str, Carveout]
    reserved: tuple[Carveout, ...] = ()


@dataclass(frozen=True)
class Release:
    """The software on the A35: ST's device trees, Linux, TF-A and OP-TEE.

    `read`: which sources the figures come from. `rif_headers`: folder of the firewall's headers.
    """

    name: str
    title: str
    linux: str
    tfa: str
    optee: str
    read: str
    rif_headers: str
    source: str
    boot_vector: BootVector
    domains: Domains
    modes: Mapping[str, Mode]
    flavours: Mapping[str, Flavour]
    layouts: Mapping[str, Layout]


@dataclass(frozen=True)
class Refused:
    """Software that cannot run the firmware. `words`: names that a user may write for it."""

    name: str
    title: str
    words: tuple[str, ...]
    reason: str
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
