"""The service's settings: a TOML file, all of it optional.

    channel = "rpmsg-tty"                 # name of the firmware's RPMsg channel
    tty = "/dev/ttyRPMSG0"                # instead of looking for the channel's tty
    spec = "0011223344556677"             # hash of the spec; without it any firmware is accepted
    hold_latency = false                  # for a spec with `rings: sram2`; the default is true
    socket = "/run/fwgen-peer/socket"     # for the other commands; "" if none is wanted
    firmware_devices = ["46040000.i2c"]   # devices that Linux must leave to the firmware (doctor)
    mailbox = "40490000.mailbox"          # device by which the firmware wakes Linux (doctor); the
                                          # default is each platform device *.mailbox

    [sleep]
    by = "helper"                         # who suspends Linux: "helper" (`fwgen-peer suspend`),
                                          # "logind", or "auto": logind where it is there
    unacknowledged = "refuse"             # or "allow": suspend also if the firmware does not agree
    alarm = "12 h"                        # the helper lets the RTC end each sleep after this
    mode = "deep"                         # or "s2idle": the helper writes it to mem_sleep

    [button]                              # puts Linux to sleep; needs gpiod
    line = "User-1"                       # name of the GPIO line, as gpioinfo shows it
    debounce = "30 ms"
    active_low = true

    [[sensors]]                           # without it: one range sensor, distances in mm
    name = "climate"                      # of two sensors each has a table and a name
    channels = [                          # as `fwgen generate` writes them to fragments/
      {name = "ambient-temp", unit = "°C", bits = 14, resolution = "0.01", offset = "-40"},
      {name = "humidity", unit = "%", bits = 10, resolution = "0.1"},
    ]

    [sinks.sqlite]
    file = "/var/lib/fwgen-peer/samples.sqlite"
    keep = "30 d"                         # remove samples older than this
    most = "1 GiB"                        # remove the oldest samples above this size
    required = true                       # acknowledge only what this sink has stored

    [sinks.csv]
    file = "/var/lib/fwgen-peer/samples.csv"

    [sinks.json]                          # JSON lines on standard output

    [sinks.mqtt]                          # needs paho-mqtt
    host = "broker.example"               # or the path of a local socket
    port = 1883
    topic = "fwgen-peer/samples"
    user = "board"
    password_file = "/etc/fwgen-peer.password"
    ca = "/etc/ssl/certs/ca.pem"          # with TLS
    required = false                      # true: samples wait in the firmware while it is away

Without a table of sinks there is the SQLite database.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError
from fwgen.service.power.button import ButtonLine
from fwgen.service.power.sysfs import AS_USUAL, MODES, MOST_ALARM_S, Wanted
from fwgen.service.quantities import duration_us, size_bytes
from fwgen.service.sensors import RANGE_SENSOR, TAKEN, Sensor, Sensors
from fwgen.wire.channel import Channel
from fwgen.wire.log_format import STREAMS_MAX, WIDTH_MAX
from fwgen.words import did_you_mean, quote

DEFAULT_FILE: Final = Path("/etc/fwgen-peer.toml")
SOCKET: Final = Path("/run/fwgen-peer/socket")
_MOST_DIGITS: Final = 60
DATABASE: Final = Path("/var/lib/fwgen-peer/samples.sqlite")


@dataclass(frozen=True)
class SinkSettings:
    kind: str
    required: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SleepSettings:
    by: str = "auto"
    unacknowledged: str = "refuse"
    wanted: Wanted = AS_USUAL
    """For the helper."""


@dataclass(frozen=True)
class Settings:
    channel: str = "rpmsg-tty"
    tty: Path | None = None
    spec: bytes | None = None
    hold_latency: bool = True
    socket: Path | None = SOCKET
    firmware_devices: tuple[str, ...] = ()
    mailbox: str = ""
    sleep: SleepSettings = field(default_factory=SleepSettings)
    button: ButtonLine | None = None
    sinks: tuple[SinkSettings, ...] = (SinkSettings("sqlite", options={"file": DATABASE}),)
    sensors: Sensors = (RANGE_SENSOR,)

    @property
    def database(self) -> Path | None:
        """The SQLite file, if there is one."""
        files = (sink.options["file"] for sink in self.sinks if sink.kind == "sqlite")
        return next(files, None)


def load(path: Path | None) -> Settings:
    """Return the settings of a file; None: of DEFAULT_FILE if it exists, else the defaults.

    Raises InputError with file and line.
    """
    if path is None:
        if not DEFAULT_FILE.exists():
            return Settings()
        path = DEFAULT_FILE
    try:
        text = path.read_text("utf-8", "replace")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{path}: cannot read the settings: {why}", "name a TOML file") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Settings:
    """Return the settings of a TOML text. Raises InputError; `name` is the file's."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: {error}", "see https://toml.io for the syntax") from error
    except RecursionError:
        text = f"{name}: expected settings, found lists or tables nested too deeply"
        raise InputError(text, "remove the brackets that are too many") from None
    reader = _Reader(text, name)
    names = ("sinks", "sleep", "button", "sensors")
    sinks, sleep, button, sensors = (data.pop(name, None) for name in names)
    values = reader.read("", data, _TOP)
    if sleep is not None:
        values["sleep"] = reader.sleep(sleep)
    if button is not None:
        values["button"] = reader.button(button)
    if sensors is not None:
        values["sensors"] = reader.sensors(sensors)
    if sinks is not None:
        values["sinks"] = reader.sinks(sinks)
    return Settings(**values)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text, found {value!r}")
    if "\0" in value:
        raise ValueError(f"expected a text without a NUL character, found {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of texts, found {value!r}")
    return tuple(map(_text, value))


def _path(value: object) -> Path:
    path = Path(_text(value))
    if not path.is_absolute():
        raise ValueError(f"expected an absolute path, found {value!r}")
    return path


def _file(value: object) -> Path:
    path = _path(value)
    if path.name in ("", ".."):
        raise ValueError(f"expected a file, found {value!r}, which is a folder")
    return path


def _topic(value: object) -> str:
    topic = _text(value)
    if "+" in topic or "#" in topic or topic.startswith("$"):
        raise ValueError(f"expected a topic without `+`, `#` and a `$` in front, found {value!r}")
    return topic


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {value!r}")
    return value


def _hash(value: object) -> bytes:
    if not re.fullmatch("[0-9a-fA-F]{16}", _text(value)):
        raise ValueError(f"expected 16 hexadecimal digits, found {value!r}")
    return bytes.fromhex(_text(value))


def alarm_s(value: object) -> int:
    """Return the seconds of a text such as "12 h". Raises ValueError."""
    seconds = duration_us(value) // 1_000_000
    if not 1 <= seconds <= MOST_ALARM_S:
        raise ValueError(f"expected 1 s to {MOST_ALARM_S // 86_400} d, found {value!r}")
    return seconds


def _port(value: object) -> int:
    if not isinstance(value, int) or not 0 < value < 65_536:
        raise ValueError(f"expected a port, 1 to 65535, found {value!r}")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]+", value):
        raise ValueError(f"expected a word of letters, digits and `-`, found {value!r}")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list of tables, found {value!r}")
    return value


def _bits(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= WIDTH_MAX:
        raise ValueError(f"expected 1 to {WIDTH_MAX}, found {value!r}")
    return value


def _number(value: object) -> Fraction:
    """Return the number of a text such as "0.01" or "1/3", or of a number."""
    text = str(value)
    try:
        if len(text) > _MOST_DIGITS or re.search(r"[eE][-+]?\d{3}", text):
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'expected a number such as "0.01", found {value!r:.60}') from None


def _socket(value: object) -> Path | None:
    return None if value == "" else _path(value)


def _one_of(*words: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}, found {value!r}")
        return str(value)

    return check


_Kinds = Mapping[str, Callable[[object], Any]]
_TOP: Final[_Kinds] = {
    "channel": _text,
    "tty": _path,
    "spec": _hash,
    "hold_latency": _flag,
    "socket": _socket,
    "firmware_devices": _texts,
    "mailbox": _text,
}
_SLEEP: Final[_Kinds] = {
    "by": _one_of("auto", "helper", "logind"),
    "unacknowledged": _one_of("refuse", "allow"),
    "alarm": alarm_s,
    "mode": _one_of(*MODES),
}
_BUTTON: Final[_Kinds] = {"line": _text, "debounce": duration_us, "active_low": _flag}
_TABLES: Final = {"sinks": _text, "sleep": _text, "button": _text, "sensors": _text}
_SENSOR: Final[_Kinds] = {"name": _word, "channels": _list}
_CHANNEL: Final[_Kinds] = {
    "name": _word,
    "unit": str,
    "bits": _bits,
    "resolution": _number,
    "offset": _number,
}
_SINKS: Final[Mapping[str, _Kinds]] = {
    "sqlite": {"file": _file, "keep": duration_us, "most": size_bytes},
    "csv": {"file": _file},
    "json": {},
    "mqtt": {
        "host": _text,
        "port": _port,
        "topic": _topic,
        "user": _text,
        "password_file": _path,
        "ca": _path,
    },
}
_NEEDED: Final = {"csv": ("file",), "mqtt": ("host",)}
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {"sqlite": {"file": DATABASE}}


class _Reader:
    """Checks tables of the file; errors name file and line."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name

    def read(self, table: str, data: Mapping[str, object], kinds: _Kinds) -> dict[str, Any]:
        values = {}
        for key, value in data.items():
            if key not in kinds:
                kinds_of_tables = {**kinds, **_TABLES} if not table else kinds
                hint = did_you_mean(key, kinds_of_tables, "known keys")
                raise InputError(f"{self._place(table, key)}: unknown key {quote(key)}", hint)
            try:
                values[key] = kinds[key](value)
            except ValueError as error:
                place = self._place(table, key)
                place = self._inside(key, value) if place == self._name else place
                raise InputError(f"{place}: `{key}`: {error}") from error
        return values

    def sleep(self, data: object) -> SleepSettings:
        values = self.table("sleep", data, _SLEEP)
        wanted = Wanted(values.pop("mode", ""), values.pop("alarm", None))
        return SleepSettings(wanted=wanted, **values)

    def button(self, data: object) -> ButtonLine:
        values = self.table("button", data, _BUTTON)
        if "line" not in values:
            raise InputError(f"{self._place('button')}: `line` is missing in [button]")
        debounce_us = values.pop("debounce", ButtonLine.debounce_us)
        return ButtonLine(debounce_us=debounce_us, **values)

    def table(self, table: str, data: object, kinds: _Kinds) -> dict[str, Any]:
        if not isinstance(data, dict):
            place = self._place("", table.rpartition(".")[2])
            raise InputError(f"{place}: expected a table [{table}], found {data!r}")
        return self.read(table, data, kinds)

    def sensors(self, tables: object) -> Sensors:
        if not isinstance(tables, list) or not 1 <= len(tables) <= STREAMS_MAX:
            text = f"{self._place('sensors')}: expected one or two tables [[sensors]]"
            raise InputError(f"{text}, found {tables!r}")
        made = tuple(map(self._sensor, tables))
        if len(made) > 1 and len({sensor.name for sensor in made} - {""}) < len(made):
            raise InputError(f"{self._place('sensors')}: two [[sensors]] need two names")
        return made

    def _sensor(self, data: object) -> Sensor:
        values = self.table("sensors", data, _SENSOR)
        if "channels" not in values:
            raise InputError(f"{self._place('sensors')}: `channels` is missing in [[sensors]]")
        channels = []
        for each in values["channels"]:
            channel = self.table("sensors", each, _CHANNEL)
            for key in ("name", "bits"):
                if key not in channel:
                    place = self._place("sensors", "channels")
                    raise InputError(f"{place}: a channel without `{key}`: {each!r}")
            width = channel.pop("bits")
            channels.append(Channel(channel.pop("name"), channel.pop("unit", ""), width, **channel))
        if len({channel.name for channel in channels}) < len(channels):
            raise InputError(f"{self._place('sensors', 'channels')}: two channels with one name")
        sensor = Sensor(values.get("name", ""), tuple(channels))
        for name in sensor.columns if not sensor.is_plain else ():
            if name in TAKEN:
                text = f"`name`: {quote(name)} is a column of every sample"
                place = self._inside("name", name)
                raise InputError(f"{place}: {text}", "give the channel another name")
        return sensor

    def sinks(self, tables: object) -> tuple[SinkSettings, ...]:
        if not isinstance(tables, dict) or not tables:
            place = self._place("", "sinks")
            raise InputError(f"{place}: expected tables such as [sinks.sqlite], found {tables!r}")
        made = tuple(self._sink(kind, data) for kind, data in tables.items())
        if not any(sink.required for sink in made):
            text = f"{self._name}: no sink is required: samples would be acknowledged unstored"
            raise InputError(text, "remove `required = false` from one of them")
        return made

    def _sink(self, kind: str, data: object) -> SinkSettings:
        table = f"sinks.{kind}"
        if kind not in _SINKS:
            hint = did_you_mean(kind, _SINKS, "known sinks")
            raise InputError(f"{self._place(table)}: unknown sink {quote(kind)}", hint)
        values = self.table(table, data, {**_SINKS[kind], "required": _flag})
        required = values.pop("required", True)
        for key in _NEEDED.get(kind, ()):
            if key not in values:
                raise InputError(f"{self._place(table)}: `{key}` is missing in [{table}]")
        return SinkSettings(kind, required, {**_DEFAULTS.get(kind, {}), **values})

    def _inside(self, key: str, value: object) -> str:
        """Return file and line of a key with this value inside an inline table."""
        written = re.compile(rf"\b{key}\s*=\s*[\"']?{re.escape(str(value))}\b")
        found = (n for n, line in enumerate(self._lines, 1) if written.search(line))
        number = next(found, 0)
        return f"{self._name}:{number}" if number else self._name

    def _place(self, table: str, key: str = "") -> str:
        """Return file and line of a key, or of a table's header."""
        current = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[\s*([^\]]*?)\s*\]", line)
            if header:
                current = header[1].replace('"', "").lstrip("[")
                if current == table and not key:
                    return f"{self._name}:{number}"
            written = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)
            if key and current == table and written and written[1] == key:
                return f"{self._name}:{number}"
        return self._name
