"""Makes the sinks that the settings name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Final

from fwgen.service.sensors import Sensors
from fwgen.service.settings import SinkSettings
from fwgen.service.sinks.base import Sink


def _sqlite(settings: SinkSettings, sensors: Sensors) -> Sink:
    from fwgen.service.sinks.retention import Retention
    from fwgen.service.sinks.sqlite import SqliteSink

    options = settings.options
    retention = Retention(options.get("keep"), options.get("most"))
    return SqliteSink(options["file"], retention)


def _csv(settings: SinkSettings, sensors: Sensors) -> Sink:
    from fwgen.service.sinks.csv_file import CsvFile

    return CsvFile(settings.options["file"], sensors)


def _json(settings: SinkSettings, sensors: Sensors) -> Sink:
    from fwgen.service.sinks.lines import JsonLines

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    return JsonLines(write, ends=settings.required)


def _mqtt(settings: SinkSettings, sensors: Sensors) -> Sink:
    from fwgen.service.sinks.mqtt import Broker, MqttSink

    return MqttSink(Broker(**settings.options), sensors)


_MAKERS: Final[Mapping[str, Callable[[SinkSettings, Sensors], Sink]]] = {
    "sqlite": _sqlite,
    "csv": _csv,
    "json": _json,
    "mqtt": _mqtt,
}


def make(settings: SinkSettings, sensors: Sensors) -> Sink:
    """Return the sink; it is not open yet."""
    return _MAKERS[settings.kind](settings, sensors)
