"""What is known of a chip (chips/*.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fwgen.soc.region import Region


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
