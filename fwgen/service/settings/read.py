"""Reads the settings. Each error says where it is, what was expected, and how to fix it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError
from fwgen.service.lock import ENDING as LOCK_ENDING
from fwgen.service.power.button import ButtonLine
from fwgen.service.power.sysfs import Wanted
from fwgen.service.sensors import TAKEN, Sensor, Sensors
from fwgen.service.settings.model import (
    DATABASE,
    DEFAULT_FILE,
    Settings,
    SinkSettings,
    SleepSettings,
)
from fwgen.service.settings.values import (
    BUTTON,
    CHANNEL,
    SENSOR,
    SINKS,
    SLEEP,
    TOP,
    Kinds,
    shown,
)
from fwgen.toml_places import Places, TomlPath
from fwgen.toml_syntax import TomlSyntaxError, line_and_column, parse_toml
from fwgen.wire.channel import Channel
from fwgen.wire.log_format import STREAMS_MAX
from fwgen.words import did_you_mean, quote, suggest

_MOST_BYTES: Final = 1 << 20
_SYNTAX_HINTS: Final = {
    "cannot overwrite": "the key is there already: remove one of the two",
    "twice": "the header is there already: write the lines of both below one of them",
    "invalid value": 'a text needs quotes, for example `channel = "rpmsg-tty"`',
}
"""By words of tomllib's message."""
_TABLES: Final = ("sinks", "sleep", "button", "sensors")
_NEEDED: Final = {"csv": ("file",), "mqtt": ("host",)}
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {"sqlite": {"file": DATABASE}}
_OF_A_DATABASE: Final = ("", "-wal", "-shm", "-journal", LOCK_ENDING)
"""What SQLite and the service append to the name of the database for their own files."""


@dataclass(frozen=True, order=True)
class Fault:
    """`line` and `column` count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}\nhelp: {self.hint}"

    def to_json(self) -> dict[str, Any]:
        return {"rule": "settings", "severity": "error", **asdict(self)}


class SettingsErrors(InputError):
    """`diagnostics`: what is wrong, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        self.diagnostics = sorted(set(faults))
        super().__init__(str(self.diagnostics[0]))

    def __str__(self) -> str:
        return "\nerror: ".join(map(str, self.diagnostics))


def load(path: Path | None) -> Settings:
    """Return the settings of a file; None: of DEFAULT_FILE if it exists, else the defaults.

    Raises InputError with file, line and column.
    """
    if path is None:
        if not DEFAULT_FILE.exists():
            return Settings()
        path = DEFAULT_FILE
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        hint = "name a TOML file that this user may read"
        raise InputError(f"{path}: cannot read the settings: {why}", hint) from error
    if len(content) > _MOST_BYTES:
        text = f"{path}: cannot read the settings: it has more than {_MOST_BYTES >> 20} MiB"
        raise InputError(text, "name a TOML file")
    return parse(_decoded(content, str(path)), str(path))


def _decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        message = f"expected UTF-8, found the byte {content[error.start]:#04x}"
        place = line_and_column(before, len(before))
        raise SettingsErrors([Fault(name, *place, message, "save the file as UTF-8")]) from error
    return text.replace("\r\n", "\n")


def parse(text: str, name: str) -> Settings:
    """Return the settings of a TOML text. Raises InputError; `name` is the file's."""
    try:
        data = parse_toml(text)
    except TomlSyntaxError as error:
        raise SettingsErrors([_syntax_fault(name, error)]) from None
    reader = _Reader(text, name)
    settings = reader.settings(data)
    if reader.faults:
        raise SettingsErrors(reader.faults)
    return settings


def _syntax_fault(name: str, error: TomlSyntaxError) -> Fault:
    message = error.message + " at the end of the file" * error.at_end
    hints = (hint for words, hint in _SYNTAX_HINTS.items() if words in message)
    return Fault(name, error.line, error.column, message, next(hints, error.hint))


class _Reader:
    """Checks the tables; `faults`: what is wrong with them. What is wrong has its default."""

    def __init__(self, text: str, name: str) -> None:
        self.faults: list[Fault] = []
        self._places = Places(text)
        self._name = name

    def settings(self, data: Mapping[str, Any]) -> Settings:
        values = self._read((), {k: v for k, v in data.items() if k not in _TABLES}, TOP)
        if "sleep" in data:
            values["sleep"] = self._sleep(data["sleep"])
        if "button" in data:
            values["button"] = self._button(data["button"])
        if "sensors" in data:
            values["sensors"] = self._sensors(data["sensors"])
        if "sinks" in data:
            values["sinks"] = self._sinks(data["sinks"])
        settings = Settings(**values)
        for path, text in two_uses(settings, self._name):
            self._fault(path, text, "name another file")
        return settings

    def _fault(self, path: TomlPath, message: str, hint: str, *, of_key: bool = False) -> None:
        place = (self._places.key if of_key else self._places.value)(path)
        self.faults.append(Fault(self._name, *place, message, hint))

    def _table(
        self, path: TomlPath, data: object, kinds: Kinds, needed: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the values of a table that are as expected."""
        header = _header(path)
        if not isinstance(data, dict):
            hint = f"write `{header}`, and the lines of the table below it"
            if isinstance(path[-1], int) and path[-2] == "channels":
                header, hint = "a table", 'for example `{name = "humidity", bits = 10}`'
            self._fault(path, f"expected {header}, found {shown(data)}", hint)
            return {}
        for key in needed:
            if key not in data:
                hint = f"for example `{key} = {kinds[key].example}`"
                self._fault(path, f"`{key}` is missing in {header}", hint, of_key=True)
        return self._read(path, data, kinds)

    def _read(self, path: TomlPath, data: Mapping[str, object], kinds: Kinds) -> dict[str, Any]:
        values = {}
        for key, value in data.items():
            if key not in kinds:
                hint = _unknown(path, key, kinds)
                self._fault((*path, key), f"unknown key {quote(key)}", hint, of_key=True)
                continue
            try:
                values[key] = kinds[key].check(value)
            except ValueError as error:
                hint = f"for example `{key} = {kinds[key].example}`"
                self._fault((*path, key), f"`{key}`: {error}", hint)
        return values

    def _sleep(self, data: object) -> SleepSettings:
        values = self._table(("sleep",), data, SLEEP)
        wanted = Wanted(values.pop("mode", ""), values.pop("alarm", None))
        return SleepSettings(wanted=wanted, **values)

    def _button(self, data: object) -> ButtonLine:
        values = self._table(("button",), data, BUTTON, ("line",))
        debounce_us = values.pop("debounce", ButtonLine.debounce_us)
        return ButtonLine(**{"line": "", **values}, debounce_us=debounce_us)

    def _sensors(self, tables: object) -> Sensors:
        if not isinstance(tables, list) or not 1 <= len(tables) <= STREAMS_MAX:
            found = f"{len(tables)}" if isinstance(tables, list) else shown(tables)
            text = f"expected one or two tables [[sensors]], found {found}"
            hint = "take them from fragments/fwgen-peer.toml, which `fwgen generate` writes"
            self._fault(("sensors",), text, hint)
            return ()
        made = tuple(self._sensor(("sensors", n), data) for n, data in enumerate(tables))
        if len(made) > 1 and len({sensor.name for sensor in made} - {""}) < len(made):
            hint = 'give each its own, for example `name = "climate"`'
            self._fault(("sensors", 1), "two [[sensors]] need two names", hint, of_key=True)
        return made

    def _sensor(self, path: TomlPath, data: object) -> Sensor:
        values = self._table(path, data, SENSOR, ("channels",))
        path = (*path, "channels")
        channels: list[Channel] = []
        for number, each in enumerate(values.get("channels", ())):
            channel = self._channel((*path, number), each)
            if channel.name in {other.name for other in channels} - {""}:
                text = f"`name`: {quote(channel.name)} is the name of two channels"
                self._fault((*path, number, "name"), text, "give each channel its own name")
            channels.append(channel)
        sensor = Sensor(values.get("name", ""), tuple(channels))
        for number, name in enumerate(sensor.columns if not sensor.is_plain else ()):
            if name in TAKEN:
                text = f"`name`: {quote(name)} is a column of every sample"
                self._fault((*path, number, "name"), text, "give the channel another name")
        return sensor

    def _channel(self, path: TomlPath, data: object) -> Channel:
        values = self._table(path, data, CHANNEL, ("name", "bits"))
        name, unit, width = (values.pop(k, v) for k, v in (("name", ""), ("unit", ""), ("bits", 1)))
        return Channel(name, unit, width, **values)

    def _sinks(self, tables: object) -> tuple[SinkSettings, ...]:
        if not isinstance(tables, dict) or not tables:
            found = "no table" if tables == {} else shown(tables)
            text = f"expected tables such as [sinks.sqlite], found {found}"
            hint = "write `[sinks.sqlite]`, or remove `sinks`: the default is the database"
            self._fault(("sinks",), text, hint)
            return ()
        made = tuple(self._sink(kind, data) for kind, data in tables.items())
        if not any(sink.required for sink in made):
            path = ("sinks", made[0].kind, "required")
            text = "no sink is required: samples would be acknowledged unstored"
            self._fault(path, text, "remove `required = false` from one of them", of_key=True)
        return made

    def _sink(self, kind: str, data: object) -> SinkSettings:
        path = ("sinks", kind)
        if kind not in SINKS:
            hint = did_you_mean(kind, SINKS, "known sinks")
            self._fault(path, f"unknown sink {quote(kind)}", hint, of_key=True)
            return SinkSettings(kind)
        values = self._table(path, data, SINKS[kind], _NEEDED.get(kind, ()))
        required = values.pop("required", True)
        if "password_file" in values and isinstance(data, dict) and "user" not in data:
            hint = 'for example `user = "board"`'
            self._fault((*path, "password_file"), "`password_file` needs `user`", hint, of_key=True)
        return SinkSettings(kind, required, {**_DEFAULTS.get(kind, {}), **values})


def two_uses(settings: Settings, name: str) -> Iterator[tuple[TomlPath, str]]:
    """Yield where the settings name a file that they use already, and the error's text. `name`:
    the file of the settings."""
    uses = {os.path.realpath(name): "the settings"}
    for path, file in _files(settings):
        use = f"`{path[-1]}` {_header(path[:-1])}".strip()
        is_database = path[:2] == ("sinks", "sqlite")
        names = [f"{os.path.realpath(file)}{end}" for end in _OF_A_DATABASE]
        for each in names if is_database else names[:1]:
            if each in uses:
                yield path, f"`{path[-1]}`: {quote(str(file), 100)} is already {uses[each]}"
            uses.setdefault(each, use)


def _files(settings: Settings) -> Iterator[tuple[TomlPath, Path]]:
    """Yield where the settings name a file, and the file."""
    for key, file in (("tty", settings.tty), ("socket", settings.socket)):
        if file is not None:
            yield (key,), file
    for sink in settings.sinks:
        for key in ("file", "password_file", "ca"):
            if key in sink.options:
                yield ("sinks", sink.kind, key), sink.options[key]


def _header(path: TomlPath) -> str:
    """Return a table's header as it is in the file: `[sinks.csv]`, `[[sensors]]`."""
    names = [str(each) for each in path if not isinstance(each, int)]
    if names[-1:] == ["channels"]:
        return "a channel"
    text = ".".join(names)
    return f"[[{text}]]" if names == ["sensors"] else f"[{text}]" if names else ""


def _unknown(path: TomlPath, key: str, kinds: Kinds) -> str:
    """Return the hint for an unknown key."""
    if path and key in TOP:
        return "write it above the first table: in TOML a line belongs to the header before it"
    known = (*kinds, *(() if path else _TABLES))
    others = {"sleep": SLEEP, "button": BUTTON, **{f"sinks.{kind}": SINKS[kind] for kind in SINKS}}
    owners = [f"[{table}]" for table, its in others.items() if key in its]
    if owners and not suggest(key, known):
        return f"`{key}` is a key of {', '.join(owners)}"
    return did_you_mean(key, known, "known keys")
