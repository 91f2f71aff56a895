"""The spec (format 1): the user's document as typed, frozen models. Names carry units.

Each field's kind says what a user may write; loading and the JSON Schema both use it. The plan
checks what depends on the chip or the board (pins, buses, memories, sleep modes).
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, SerializeAsAny

from fwgen.panels import Panel, panels, sizes
from fwgen.spec.conditions import WakeIf, WakeIfText
from fwgen.spec.diagnostics import Diagnostic, Findings, Position, Rejected
from fwgen.spec.document import Document, Node, PathStep
from fwgen.spec.kinds import (
    Amount,
    Choice,
    Integer,
    Key,
    Kind,
    ListOf,
    Part,
    Period,
    Schema,
    Word,
    WordOr,
    on_off,
    read_text,
)
from fwgen.spec.parts import Section, Variants
from fwgen.spec.scalar import Span
from fwgen.spec.sensor import SensorPart, sensor_parts
from fwgen.spec.two_sensors import TwoSensors

FORMAT = 1

_NAME = Word(
    r"(?=.{1,64}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
    "a name (a-z, 0-9 and `-`, beginning with a letter, at most 64 characters)",
    "range-node",
    "bad-name",
    lambda text: "-".join(text.lower().replace("_", " ").replace("-", " ").split()),
)


_BOARD = Word(
    r"[a-z][a-z0-9_-]*(?:\.toml)?|[^\x00-\x1f]*/[^\x00-\x1f/]+\.toml",
    "the name of a board, or a path with `/` that ends in `.toml`",
    "stm32mp257f_dk",
    correct=lambda text: text.lower() if "/" not in text else f"{text}.toml",
)


def _name_of(what: str, example: str) -> Word:
    return Word(r"[a-z][a-z0-9_-]*", f"the name of {what}", example, correct=str.lower)


def _release() -> Word:
    return Word(r"[a-z][a-z0-9._-]*", "the name of a release", "openstlinux-6.2", correct=str.lower)


class Shown(Part):
    """A channel on the display."""

    channel: Annotated[
        str,
        Word(
            r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)?",
            "the name of a channel",
            "distance",
            correct=str.lower,
        ),
        Field(description="A channel of the sensor."),
    ]
    large: Annotated[
        bool,
        Key("size"),
        Choice({"large": True, "small": False}),
        Field(description="As large figures, or as a line of text with its name."),
    ]


MOST_SHOWN = 6


class _Size(Kind[tuple[int, int]]):
    """A size that some panel has; the rule `panel-size` says whether this one has it."""

    example = "128x64"

    def read(self, node: Node, findings: Findings) -> tuple[int, int]:
        known, panel = sizes(), _panel_beside(node)
        if panel and read_text(node, findings, self.example) not in known:
            known = {text: size for text, size in known.items() if size in panel.sizes}
        return Choice(known).read(node, findings)

    def schema(self) -> Schema:
        return Choice(sizes()).schema()


def _panel_beside(node: Node) -> Panel | None:
    """Return the panel that `type` names in the same section."""
    display = node.document.root.child("display")
    chooser = display.child("type") if display and display.shape == "mapping" else None
    return panels().get(chooser.text) if chooser and chooser.shape == "text" else None


class Display(Part):
    """The display; omit the section if there is none."""

    type: Annotated[
        str,
        Choice({name: name for name in panels()}),
        Field(description="The panel: the controller that it has."),
    ]
    bus: Annotated[str, _name_of("a bus", "i2c8"), Field(description="The display's I2C bus.")]
    address: Annotated[
        int,
        Integer(0, 0xFFFF, "0x3c", hexadecimal=True),
        Field(description="Its 7-bit address on the bus."),
    ]
    size: Annotated[
        tuple[int, int],
        _Size(),
        Field(description="Width x height in pixels; not every panel has every size."),
    ]
    refresh_period_us: Annotated[
        int,
        Key("refresh"),
        Period("1 ms", "1 h", example="5 Hz", rounded=True),
        Field(description="How often the picture is updated."),
    ]
    refresh_asleep_period_us: Annotated[
        int | None,
        Key("refresh_asleep"),
        WordOr("off", 0, Period("1 ms", "1 h", example="1 Hz", rounded=True)),
        Field(
            description="The same while Linux sleeps, at most as often as `refresh`; `off` "
            "switches the panel off. The default is 1 Hz. Distances are rounded to a centimetre."
        ),
    ] = None
    show: Annotated[
        tuple[Shown, ...] | None,
        ListOf(Section(Shown), most=MOST_SHOWN),
        Field(
            description="What it shows, from above; the default is the sensor's first channel, "
            "large if it fits."
        ),
    ] = None


DEFAULT_RINGS = "ddr"


class Link(Part):
    """The connection to Linux."""

    channel: Annotated[
        str, Choice({"rpmsg-tty": "rpmsg-tty"}), Field(description="The RPMsg channel.")
    ]
    latency_us: Annotated[
        int,
        Key("latency"),
        Amount("us", "1 ms", "1 h", example="200 ms"),
        Field(description="Longest time until a sample is sent while Linux is awake."),
    ]
    rings: Annotated[
        str,
        Choice({"ddr": "ddr", "sram2": "sram2"}),
        Field(
            description="The memory of the rings and message buffers; the default is ddr. sram2 "
            "works while DDR is in self-refresh."
        ),
    ] = DEFAULT_RINGS


class MemoryWindow(Part):
    """A memory of the chip, or a part of it; for None the plan chooses."""

    memory: Annotated[
        str, Key("in"), _name_of("a memory", "sram1"), Field(description="The memory's name.")
    ]
    start: Annotated[
        int | None,
        Key("at"),
        Integer(0, 0xFFFF_FFFF, "0x0A043000", hexadecimal=True),
        Field(description="First address."),
    ] = None
    size_bytes: Annotated[
        int | None,
        Key("size"),
        Amount("bytes", "1 B", "4096 MiB", example="116 KiB"),
        Field(description="Size of the window."),
    ] = None


class Memory(Part):
    """The memories of code, data and log, which must work while Linux sleeps."""

    code: Annotated[
        MemoryWindow,
        Section(MemoryWindow, short="memory"),
        Field(description="Memory for the code, or {in: memory, at: address, size: ...}."),
    ]
    data: Annotated[
        MemoryWindow,
        Key("data", example="retram"),
        Section(MemoryWindow, short="memory"),
        Field(description="Memory for data and the sample log, or {in:, at:, size:}."),
    ]
    log_size_bytes: Annotated[
        int | None,
        Key("log"),
        WordOr("auto", None, Amount("bytes", "1 B", "4096 MiB", example="96 KiB")),
        Field(description="Size of the sample log; `auto` takes all memory that is left."),
    ] = None


MOST_CONDITIONS = 8
DEFAULT_WAKE_PAUSE_US = 60_000_000


class Sleep(Part):
    """What happens while Linux sleeps."""

    mode: Annotated[
        str,
        _name_of("a power mode", "lp-stop2"),
        Field(description="The deepest power mode while Linux sleeps."),
    ]
    when_full: Annotated[
        str,
        Choice({name: name for name in ("wake", "keep-newest", "keep-oldest")}),
        Field(description="What to do when the log is full."),
    ]
    longest_us: Annotated[
        int | None,
        Key("longest"),
        Amount("us", "1 s", "8784 h", example="1 h"),
        Field(description="The longest sleep that the log must cover."),
    ] = None
    wake_at_ppm: Annotated[
        int | None,
        Key("wake_at"),
        Amount("ppm", "1 %", "100 %", example="80 %"),
        Field(
            description="Wake Linux when this much of the log is used; the default is as late as "
            "nothing is lost."
        ),
    ] = None
    max_age_us: Annotated[
        int | None,
        Key("max_age"),
        Amount("us", "1 s", "8784 h", example="1 h"),
        Field(description="Wake Linux when the oldest sample has waited for this long."),
    ] = None
    wake_if: Annotated[
        tuple[WakeIf, ...],
        ListOf(WakeIfText(), most=MOST_CONDITIONS),
        Field(description="Wake Linux when one of these conditions becomes true."),
    ] = ()
    wake_pause_us: Annotated[
        int,
        Key("wake_pause"),
        Amount("us", "0 s", "8784 h", example="1 min"),
        Field(description="Least time between two wakes by conditions; the default is 1 min."),
    ] = DEFAULT_WAKE_PAUSE_US

    @property
    def wakes_at_level(self) -> bool:
        """Whether the firmware wakes Linux because of how much of the log is used."""
        return self.when_full == "wake" or self.wake_at_ppm is not None


_ADDED_TO_SLEEP = ("wake_at_ppm", "max_age_us", "wake_if", "wake_pause_us")

DEFAULT_TREES = "openstlinux-6.2"
DEFAULT_FLAVOUR = "plain"


class Linux(Part):
    """The software on the A35; the fragments fit its device trees."""

    trees: Annotated[
        str,
        Key("trees", example=DEFAULT_TREES),
        _release(),
        Field(description="The release; the default is openstlinux-6.2."),
    ] = DEFAULT_TREES
    flavour: Annotated[
        str,
        _name_of("a set of trees", DEFAULT_FLAVOUR),
        Field(description="One of its sets of device trees; the default is plain."),
    ] = DEFAULT_FLAVOUR


SENSOR: Variants[SensorPart] = Variants("type", sensor_parts(), listed=True)


class Source(Part):
    """The file that a spec was read from; `sha256` (hex) of its text."""

    path: str
    sha256: str


class Spec(Part):
    """One firmware: sensor, display, link, memory and sleep."""

    format: Annotated[
        int,
        Key("fwgen", required=True),
        Integer(FORMAT, FORMAT, str(FORMAT)),
        Field(description="Format of this file."),
    ] = FORMAT
    name: Annotated[str, _NAME, Field(description="Name of the firmware.")]
    board: Annotated[
        str,
        _BOARD,
        Field(description="A board's name, or the file of a board of one's own."),
    ]
    sensor: Annotated[
        SerializeAsAny[SensorPart] | None,
        Key("sensor", example=SENSOR.example),
        SENSOR,
        Field(description="The sensor."),
    ] = None
    named: Annotated[
        tuple[SerializeAsAny[SensorPart], ...],
        Key("sensors"),
        TwoSensors(),
        Field(description="Instead of `sensor`: two sensors, each with its name and its period."),
    ] = ()
    display: Annotated[
        Display | None, Section(Display), Field(description="The display; optional.")
    ] = None
    link: Annotated[Link, Section(Link), Field(description="The connection to Linux.")]
    memory: Annotated[Memory, Section(Memory), Field(description="Memories of code and data.")]
    sleep: Annotated[Sleep, Section(Sleep), Field(description="How Linux sleeps.")]
    linux: Annotated[
        Linux,
        Section(Linux, short="trees"),
        Field(description="The software on the A35: its release and its device trees."),
    ] = Linux()
    console: Annotated[bool, on_off(), Field(description="The M33's own serial console.")] = True
    watchdog_us: Annotated[
        int | None,
        Key("watchdog"),
        WordOr("off", None, Amount("us", "1 ms", "1 h", example="2 s")),
        Field(description="Restart the firmware when it hangs for this long."),
    ] = None
    source: Source | None = None

    _document: Document | None = PrivateAttr(default=None)
    _warnings: tuple[Diagnostic, ...] = PrivateAttr(default=())

    def where(self, *path: PathStep, key: bool = False, part: Span | None = None) -> Position:
        """Return the position of a value by its YAML keys: where("sensor", "period").

        For a section it is the position of its key, for an absent value that of its section.
        `part`: a part of the value, as in Document.where. A spec without a file has no positions:
        the result has line 0.
        """
        if self._document is None:
            return Position(self.source.path if self.source else f"<{self.name}>")
        return self._document.where(*path, key=key, part=part)

    @property
    def sensors(self) -> tuple[SensorPart, ...]:
        """The sensor, or both; each one's place is the number of its stream of samples. Raises
        Rejected if none could be read."""
        found = (self.sensor,) if self.named == () and self.sensor else self.named
        if not found:
            raise Rejected
        return found

    def where_in(self, sensor: SensorPart, *path: PathStep, key: bool = False) -> Position:
        """Return the position of a value of a sensor by its YAML keys."""
        return self.where(*self.path_of(sensor), *path, key=key)

    def path_of(self, sensor: SensorPart) -> tuple[PathStep, ...]:
        """Return the YAML keys that lead to a sensor."""
        places = [index for index, one in enumerate(self.named) if one is sensor]
        return ("sensors", places[0]) if places else ("sensor",)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return self._warnings

    def canonical(self) -> dict[str, Any]:
        """Return all values without their positions.

        Keys that were added to the format later are included only if they are used, so that the
        hash of a spec without them does not change.
        """
        values: dict[str, Any] = self.model_dump(mode="json", exclude={"source"})
        for sensor, written in zip(self.named, values["named"], strict=True):
            sensor.drop_unused(written)
        if self.sensor:
            self.sensor.drop_unused(values["sensor"])
            del values["sensor"]["name"], values["named"]
        else:
            values["sensors"] = values.pop("named")
            del values["sensor"]
        if self.link.rings == DEFAULT_RINGS:
            del values["link"]["rings"]
        if self.display and self.display.refresh_asleep_period_us is None:
            del values["display"]["refresh_asleep_period_us"]
        if self.display and self.display.show is None:
            del values["display"]["show"]
        if self.linux == Linux():
            del values["linux"]
        for name in _ADDED_TO_SLEEP:
            if getattr(self.sleep, name) == Sleep.model_fields[name].default:
                del values["sleep"][name]
        return values

    @cached_property
    def spec_hash(self) -> bytes:
        """8 bytes of SHA-256 over the values; comments, order and units do not change it."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()[:8]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spec) and self.canonical() == other.canonical()

    def __hash__(self) -> int:
        return hash(self.spec_hash)
