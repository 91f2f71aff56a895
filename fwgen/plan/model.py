"""The plan: everything derived from a spec and its board. Sizes in bytes, times in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fwgen.plan.screen import ScreenPlan
from fwgen.plan.wake import WakeRule
from fwgen.soc.board import Board, Bus
from fwgen.soc.chip import PowerMode
from fwgen.soc.region import Region
from fwgen.soc.release import ByHand, Mode

if TYPE_CHECKING:
    from fwgen.plan.sensor import SensorPlan
    from fwgen.spec.diagnostics import Diagnostic
    from fwgen.spec.model import Spec
    from fwgen.spec.sensor import PinUse, SensorPart
    from fwgen.wire.channel import Channel


@dataclass(frozen=True)
class Window(Region):
    """A piece of memory and its owner. `memory`: the chip's memory that contains it."""

    name: str
    memory: str
    owner: str
    title: str
    asleep: bool
    """The M33 can access it while Linux sleeps."""

    linux: str = ""
    optee: str = ""


@dataclass(frozen=True)
class RingsPlan:
    """Where Linux and the M33 exchange messages.

    `region`: from the first to the last byte of all parts. `nodes`: the parts that have nodes in
    Linux's tree. `left`: what is left of their memory for the firmware, if a node of Linux's tree
    covers both. `guard`: the region of OP-TEE's firewall that contains them. `in_ddr`: they are in
    the memory that is closed while Linux sleeps.
    """

    memory: str
    in_ddr: bool
    shm: Window
    vring0: Window
    vring1: Window
    vdev_buffer: Window
    guard: Window
    left: tuple[Window, ...]

    @property
    def nodes(self) -> tuple[Window, ...]:
        return self.vring0, self.vring1, self.vdev_buffer

    @property
    def parts(self) -> tuple[Window, ...]:
        return self.shm, self.vring0, self.vring1, self.vdev_buffer

    @property
    def region(self) -> Region:
        return hull(self.parts)


def hull(parts: Iterable[Region]) -> Region:
    """Return the region from the first to the last byte of all parts."""
    regions = list(parts)
    start = min(part.start for part in regions)
    return Region(start, max(part.end for part in regions) - start)


@dataclass(frozen=True)
class Endurance:
    """How long a sleep the log covers.

    `worst`: guaranteed, whatever the sensor measures. `reference`: on the reference walk, at the
    measured density. `array`: with a plain array of 8-byte records in the same memory.
    `signal`: of which the density is, such as the reference walk.
    """

    worst_s: float
    reference_s: float
    array_s: float
    samples_worst: int
    samples_reference: int
    samples_array: int
    bytes_per_sample: float
    bytes_per_sample_source: str
    signal: str


@dataclass(frozen=True)
class Timing:
    """`period_us`: of the sensor that measures most often. `window_blocks`: the largest number of
    blocks that are sent and not acknowledged. `refresh_asleep_period_us`: 0 if the display is off
    while Linux sleeps, or absent."""

    period_us: int
    latency_us: int
    refresh_period_us: int
    refresh_asleep_period_us: int
    watchdog_us: int
    window_blocks: int
    reserve_slots: int


@dataclass(frozen=True)
class PinPlan:
    """A pin of the sensor. `irq`: the M33's interrupt for the pin's EXTI line. `use`: see
    spec.sensor.PinUse."""

    name: str
    port: str
    number: int
    gpio_node: str
    gpio_start: int
    exti_line: int
    irq: int
    connector: str
    position: int
    use: PinUse


@dataclass(frozen=True)
class BusPlan:
    """The display's bus. `frame_us`: how long a complete picture takes on it. `most_bytes`: of
    picture in a transfer, None: a whole row."""

    name: str
    node: str
    start: int
    irq: int
    address: int
    speed_hz: int
    frame_bytes: int
    frame_us: int
    data: Bus
    most_bytes: int | None = None


@dataclass(frozen=True)
class BusWait:
    """What a sensor waits for on its bus: at most one transfer of each of the `others`, together
    `longest_us`."""

    others: tuple[str, ...] = ()
    longest_us: int = 0


@dataclass(frozen=True)
class PlannedSensor:
    """One of the sensors. `number`: of its stream of samples, in blocks and messages. `pins`: by
    use. `bus`: None if it is on no bus."""

    number: int
    part: SensorPart
    figures: SensorPlan
    pins: Mapping[str, PinPlan]
    bus: Bus | None
    waits: BusWait = field(default_factory=BusWait)

    @property
    def name(self) -> str:
        """The sensor's name; "" if the node has only one."""
        return self.part.name

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self.part.channels

    @property
    def period_us(self) -> int:
        return self.part.period_us

    def named(self, what: str) -> str:
        """Return what belongs to this sensor with the sensor's name, if there are two."""
        return f"{self.name}.{what}" if self.name else what


@dataclass(frozen=True)
class Plan:
    spec: Spec
    board: Board
    mode: PowerMode
    code: Window
    data: Window
    log: Window
    log_slots: int
    rings: RingsPlan
    reserved: tuple[Window, ...]
    endurance: Endurance
    timing: Timing
    sensors: tuple[PlannedSensor, ...]
    """One or two; the place of each is its number."""

    bus: BusPlan | None
    """The display's."""

    wake_rules: tuple[WakeRule, ...] = ()
    screen: ScreenPlan = field(default_factory=ScreenPlan)
    by_hand: tuple[ByHand, ...] = ()
    """Lines of the trees that the user must change by hand, because no fragment can."""

    linux_off: tuple[str, ...] = ()
    """Labels of devices that use what the M33 uses: Linux must not enable them."""

    diagnostics: tuple[Diagnostic, ...] = field(default=())

    @property
    def pins(self) -> dict[str, PinPlan]:
        """The sensors' pins, by use; of two sensors as `sensor.use`."""
        return {one.named(use): pin for one in self.sensors for use, pin in one.pins.items()}

    @property
    def buses(self) -> list[Bus]:
        """The buses of the sensors and of the display, each once."""
        used = [*(one.bus for one in self.sensors), self.bus.data if self.bus else None]
        return list({bus.name: bus for bus in used if bus}.values())

    @property
    def reached(self) -> Mode:
        """The mode that the release reaches for the sleep mode while the M33 runs."""
        return self.board.release.modes[self.mode.name]
