"""What is known of chips and boards, as typed data. Every record names the source of its figures.

Addresses and sizes are in bytes, seen from the Cortex-M33 (non-secure alias). The figures stand in
the `.toml` files beside this module; nothing here or above it may hold one.
"""

from __future__ import annotations

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
    """A power mode of the chip while Linux sleeps, as the M33 sees it."""

    name: str
    title: str
    m33_runs: bool
    reachable: tuple[str, ...]
    source: str
    note: str = ""


@dataclass(frozen=True)
class GpioPort:
    """`letter` as in pin names: 'F' for PF6."""

    letter: str
    node: str
    start: int


@dataclass(frozen=True)
class Exti:
    """The interrupt controller of the pins: line n (pin number n of any port) -> irq first_irq+n."""

    node: str
    start: int
    first_irq: int
    lines: int
    source: str


@dataclass(frozen=True)
class I2cController:
    node: str
    start: int
    irq: int
    source: str


@dataclass(frozen=True)
class Uart:
    node: str
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
    """One IPCC channel in one direction. `channel` counts from 0 as in device trees."""

    name: str
    channel: int
    mbox_cell: int
    purpose: str


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
    source: str


@dataclass(frozen=True)
class Alignment:
    """Granularity of the firewall's pages and of Linux's reserved memory."""

    page_bytes: int
    source: str


@dataclass(frozen=True)
class Firewall:
    """Compartment figures of the resource isolation framework, by their device-tree names."""

    a35_cid: int
    m33_cid: int
    protreg: str
    source: str


@dataclass(frozen=True)
class Chip:
    name: str
    title: str
    m33_hz: int
    alignment: Alignment
    firewall: Firewall
    memories: dict[str, Memory]
    power_modes: dict[str, PowerMode]
    exti: Exti
    ipcc: Ipcc
    watchdog: Watchdog
    gpio_ports: dict[str, GpioPort]
    i2c: dict[str, I2cController]
    uarts: dict[str, Uart]


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
    linux: str
    optee: str
    source: str


@dataclass(frozen=True)
class Ddr:
    """Where Linux and the M33 exchange messages: closed while Linux sleeps."""

    shm: Carveout
    vring0: Carveout
    vring1: Carveout
    vdev_buffer: Carveout
    buffers: int
    buffer_bytes: int
    payload_bytes: int
    source: str


@dataclass(frozen=True)
class Pin:
    """A pin that the board brings out. `taken_by` is '' where nothing else uses it."""

    name: str
    connector: str
    position: int
    level_mv: int
    taken_by: str
    source: str

    @property
    def port(self) -> str:
        return self.name[1]

    @property
    def number(self) -> int:
        return int(self.name[2:])


@dataclass(frozen=True)
class Bus:
    """An I2C bus that the M33 may use and that the board brings out."""

    name: str
    scl: str
    sda: str
    pinctrl: tuple[str, ...]
    speed_hz: int
    pull_ups: str
    source: str


@dataclass(frozen=True)
class Console:
    uart: str
    tx: str
    rx: str
    baud: int
    where: str
    source: str


@dataclass(frozen=True)
class Budget:
    """Memory that the firmware needs beside the log (data, bss, stacks), before an ELF tells."""

    rest_bytes: int
    source: str


@dataclass(frozen=True)
class Board:
    name: str
    title: str
    chip: Chip
    zephyr_board: str
    zephyr_code_label: str
    zephyr_data_label: str
    linux_rproc_label: str
    windows: dict[str, Carveout]
    reserved: tuple[Carveout, ...]
    ddr: Ddr
    console: Console
    pins: dict[str, Pin]
    buses: dict[str, Bus]
    budget: Budget
