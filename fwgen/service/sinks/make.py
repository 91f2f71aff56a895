"""Makes the sinks that the settings name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from fwgen.service.settings import SinkSettings
from fwgen.service.sinks.base import Sink


def _sqlite(options: Mapping[str, Any]) -> Sink:
    from fwgen.service.sinks.retention import Retention
    from fwgen.service.sinks.sqlite import SqliteSink

    retention = Retention(options.get("keep"), options.get("most"))
    return SqliteSink(options["file"], retention)


def _csv(options: Mapping[str, Any]) -> Sink:
    from fwgen.service.sinks.lines import CsvFile

    return CsvFile(options["file"])


def _json(options: Mapping[str, Any]) -> Sink:
    from fwgen.service.sinks.lines import JsonLines

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    return JsonLines(write)


def _mqtt(options: Mapping[str, Any]) -> Sink:
    from fwgen.service.sinks.mqtt import Broker, MqttSink

    return MqttSink(Broker(**options))


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Sink]]] = {
    "sqlite": _sqlite,
    "csv": _csv,
    "json": _json,
    "mqtt": _mqtt,
}


def make(settings: SinkSettings) -> Sink:
    """Return the sink; it is not open yet."""
    return _MAKERS[settings.kind](settings.options)
