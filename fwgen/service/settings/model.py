"""What the settings say, and what holds without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fwgen.service.power.button import ButtonLine
from fwgen.service.power.sysfs import AS_USUAL, Wanted
from fwgen.service.sensors import RANGE_SENSOR, Sensors

DEFAULT_FILE: Final = Path("/etc/fwgen-peer.toml")
SOCKET: Final = Path("/run/fwgen-peer/socket")
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
