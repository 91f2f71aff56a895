"""What is known of chips and boards, as typed data. Every record names the source of its figures.

Addresses and sizes are in bytes, seen from the Cortex-M33 (non-secure alias). The figures stand in
the `.toml` files beside this module; nothing here or above it may hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A piece of address space: `start` up to, and without, `end`."""

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
    """A memory of the chip, whole. `firewall` is the label of the unit that guards it."""

    name: str
    title: str
    firewall: str
    source: str


@dataclass(frozen=True)
class PowerMode:
    """The deepest mode that the chip may enter while Linux sleeps, as the M33 sees it.

    `m33_runs`: can the M33 run, or be woken by a timer or a pin, while Linux stays asleep?
    `reachable`: memories that it can access then; `kept`: memories that keep their contents.
    """

    name: str
    title: str
    m33_runs: bool
    reachable: tuple[str, ...]
    kept: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class GpioPort:
    """`letter` as in pin names: 'F' for PF6."""

    letter: str
    start: int
    source: str

    @property
    def node(self) -> str:
        return f"gpio{self.letter.lower()}"


@dataclass(frozen=True)
class Exti:
    """The interrupts of the pins: line n, for pin number n of any port, is irq `first_irq` + n."""

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
    """One IPCC channel. `channel` counts from 0 as in device trees; `mbox_cell`: see Ipcc.

    `rung_by` names the processors that ring it, 'a35', 'm33' or both.
    """

    name: str
    channel: int
    mbox_cell: int
    rung_by: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class WakeLine:
    """How the mailbox's receive interrupt reaches a stopped A35: by a line of an EXTI. `tx_spi`,
    which needs no waking, stays on the GIC; numbers as in device trees."""

    exti: str
    exti_start: int
    line: int
    tx_spi: int
    device: str
    source: str


@dataclass(frozen=True)
class Ipcc:
    """The mailbox between the cores. `mbox_cell` of a doorbell is what Linux's `mboxes` wants."""

    node: str
    start: int
    rx_irq: int
    tx_irq: int
    channels: int
    a35_processor: int
    m33_processor: int
    vq0: Doorbell
    vq1: Doorbell
    shutdown: Doorbell
    wakeup: Doorbell
    wake: WakeLine
    source: str


@dataclass(frozen=True)
class Power:
    """Power control. `a35_status`: the register that tells whether the A35 runs."""

    node: str
    start: int
    a35_status: int
    source: str


@dataclass(frozen=True)
class Alignment:
    """Granularity of the firewall's pages and of Linux's reserved memory."""

    page_bytes: int
    source: str


@dataclass(frozen=True)
class Firewall:
    """Compartment figures of the resource isolation framework, by their device-tree names.

    `protreg`: the words of a memory that Linux loads and the M33 runs from, and nobody else.
    `rifsc`: number of each peripheral in the peripherals' firewall.
    """

    a35_cid: int
    m33_cid: int
    protreg: str
    source: str
    rifsc: Mapping[str, Guarded]


@dataclass(frozen=True)
class Guarded:
    """A peripheral's number in the firewall."""

    name: str
    id: int
    source: str


@dataclass(frozen=True)
class Core:
    """`boot_vector`: the register that says where its non-secure vector table is."""

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
    watchdog: Watchdog
    gpio_ports: Mapping[str, GpioPort]
    i2c: Mapping[str, I2cController]
    uarts: Mapping[str, Uart]


@dataclass(frozen=True)
class Carveout(Region):
    """A piece of memory as the board's three trees declare it.

    `owner` says whose it is ('m33' if the firmware may have it); `linux` and `optee` are the labels
    of the reserved-memory nodes in those trees ('' where the tree has none).
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
    """Where Linux and the M33 exchange messages: closed while Linux sleeps.

    `code` and `data`: where the stock board puts the firmware, in DDR as well.
    """

    code: Carveout
    data: Carveout
    shm: Carveout
    vring0: Carveout
    vring1: Carveout
    vdev_buffer: Carveout


@dataclass(frozen=True)
class Rpmsg:
    """`buffers` in each direction."""

    buffers: int
    buffer_bytes: int
    source: str


@dataclass(frozen=True)
class Pin:
    """A pin of the board that can be spoken of.

    `connector` is '' if the board does not bring it out, `position` 0 if only the schematic tells.
    `taken_by` is '' where nothing else uses it. `interrupt`: the firmware listens to its edges for
    the board's own sake.
    """

    name: str
    connector: str
    position: int
    source: str
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
        """Where a wire goes: 'CN5 pin 11'."""
        return f"{self.connector} pin {self.position}" if self.position else self.connector


@dataclass(frozen=True)
class Bus:
    """An I2C bus that the M33 may use and that the board brings out.

    `pinctrl`: the nodes of Zephyr's pin control that put it on these pins.
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
    """`rest_bytes`: data memory beside the log (data, bss, stacks), until an ELF tells.

    `resume_us`: from the wake-up doorbell until Linux reads, at most.
    """

    rest_bytes: int
    resume_us: int
    source: str


@dataclass(frozen=True)
class Labels:
    """What the trees call things: Zephyr's board, its memory nodes, Linux's remote processor.

    `zephyr_on`: devices that Zephyr's board file switches on, the console's aside.
    """

    zephyr_board: str
    zephyr_code: str
    zephyr_data: str
    zephyr_on: tuple[str, ...]
    linux_rproc: str
    source: str


@dataclass(frozen=True)
class BootVector:
    """Where Linux tells the M33 its vector table: `label`'s register at `offset`, under `mask`."""

    label: str
    offset: int
    mask: int
    source: str


@dataclass(frozen=True)
class Domains:
    """Power domains of the remote processor: labels for awake and asleep."""

    awake: str
    asleep: str
    source: str


@dataclass(frozen=True)
class Mode:
    """What a release makes of one of the chip's power modes while the M33 runs.

    `refused_by`: who refuses it, '' if nobody; `mem_sleep`: what Linux is told to get there ('' for
    none); `reaches`: what the chip really does; `instead`: a mode that is taken in its place.
    """

    name: str
    source: str
    refused_by: str = ""
    mem_sleep: str = ""
    reaches: str = ""
    instead: str = ""


@dataclass(frozen=True)
class ByHand:
    """A line of a list that no fragment can mend: `uses` names the pin or bus that it is about."""

    board: str
    uses: str
    file: str
    line: str
    was: str
    becomes: str
    source: str

    @property
    def effect(self) -> str:
        """What happens as long as the line stays. OP-TEE does not panic at accesses to pins alone
        (ST OP-TEE core/drivers/firewall/stm32_iac.c: iac_fbd_periph)."""
        if self.uses.startswith("P"):
            return "what it writes to the pin is ignored"
        return "its first access makes OP-TEE panic"


@dataclass(frozen=True)
class Flavour:
    """One set of device trees of a release.

    `linux_tree` and `optee_tree`: where the board's source stands, `{board}` for `dk` or `ev1`.
    `loads_by_optee`: as ST ships it, OP-TEE checks and loads the firmware, and its memories carry
    other rights for that time. `refused`: why it cannot be used, '' if it can.
    """

    name: str
    title: str
    source: str
    linux_tree: str = ""
    optee_tree: str = ""
    loads_by_optee: bool = False
    boards: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Layout:
    """What a release says of a board's memories that others say otherwise."""

    name: str
    windows: Mapping[str, Carveout]
    reserved: tuple[Carveout, ...] = ()


@dataclass(frozen=True)
class Release:
    """The software on the A35: ST's device trees and what stands beside them.

    `read`: which of it was read, and where. `rif_headers`: folder of the firewall's headers.
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
    """Software that a person may name and that cannot work: `words` that mean it."""

    name: str
    title: str
    words: tuple[str, ...]
    reason: str
    source: str


@dataclass(frozen=True)
class Board:
    """`windows`: what of each memory the firmware may have, by the memory's name.

    Windows and reserved pages are those of `release`; `flavour` is one of its.
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
    rpmsg: Rpmsg
    console: Console
    pins: Mapping[str, Pin]
    buses: Mapping[str, Bus]
    budget: Budget

    @property
    def zephyr_board(self) -> str:
        return self.labels.zephyr_board

    @property
    def linux_rproc_label(self) -> str:
        return self.labels.linux_rproc
