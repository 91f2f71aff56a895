"""Finds the firmware's tty in sysfs by the name of its channel: its number can change.

/sys/class/tty/ttyRPMSG*/device is the RPMsg device (Documentation/ABI/testing/sysfs-bus-rpmsg):
`name` is the channel's name, `dst` the firmware's address as "0x400".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fwgen.peer.errnos import GoneError, TtyError
from fwgen.peer.system import System, open_raw

FIRMWARE_ADDRESS: Final = 1024
"""docs/SPEC.md: the firmware's RPMsg address is always this one."""
TTY_CLASS: Final = Path("/sys/class/tty")


@dataclass(frozen=True, slots=True)
class Found:
    node: Path
    """As /dev/ttyRPMSG0."""
    address: int | None
    """The firmware's RPMsg address; None: sysfs does not say."""


def find_ttys(channel: str, sysfs: Path = TTY_CLASS, dev: Path = Path("/dev")) -> list[Found]:
    """Return the ttys of a channel, sorted by name."""
    found = []
    for tty in sorted(sysfs.glob("ttyRPMSG*")):
        if _read(tty / "device/name") == channel:
            found.append(Found(dev / tty.name, _number(_read(tty / "device/dst"))))
    return found


def ttys_there(sysfs: Path = TTY_CLASS, dev: Path = Path("/dev")) -> str:
    """Return which ttys of channels there are, in words."""
    names = [
        f"{dev / tty.name} (channel {_read(tty / 'device/name') or 'unknown'})"
        for tty in sorted(sysfs.glob("ttyRPMSG*"))
    ]
    if names:
        return f"there are {', '.join(names)}"
    return "there is no /dev/ttyRPMSG*: `fwgen-peer doctor` looks for the reason"


def choose(found: list[Found], channel: str) -> Path:
    """Return the firmware's tty. Raises GoneError if there is none, TtyError if it is not clear
    which one it is."""
    if not found:
        raise GoneError(f"no tty of the channel {channel} exists")
    if len(found) == 1:
        return found[0].node
    own = [tty for tty in found if tty.address == FIRMWARE_ADDRESS]
    if len(own) == 1:
        return own[0].node
    names = ", ".join(str(tty.node) for tty in found)
    raise TtyError(
        f"expected one tty of the channel {channel}, found {names}; "
        'name the right one in the settings: tty = "/dev/..."'
    )


class BoardSystem(System):
    """Opens the tty that has the channel's name at that moment, or always `tty`."""

    def __init__(
        self,
        channel: str,
        tty: Path | None = None,
        sysfs: Path = TTY_CLASS,
        dev: Path = Path("/dev"),
    ) -> None:
        self._channel = channel
        self._tty = tty
        self._sysfs = sysfs
        self._dev = dev
        self.opened: Path | None = None
        """The tty that is open."""

    def open_tty(self, path: Path) -> int:
        """Raises GoneError, AgainError, TtyError. `path` only describes what is looked for."""
        found = [] if self._tty else find_ttys(self._channel, self._sysfs, self._dev)
        node = self._tty or choose(found, self._channel)
        handle = open_raw(node, self)
        if handle is None:
            raise GoneError(f"{node} does not exist")
        self.opened = node
        return handle

    def close(self, handle: int) -> None:
        self.opened = None
        super().close(handle)

    def missing(self) -> str:
        """Return which tty is not there, and which ones are, in words."""
        what = self._tty or f"no tty of the channel {self._channel}"
        how = f"{what} {'does not exist' if self._tty else 'exists'}"
        return f"{how}; {self.others()}"

    def others(self) -> str:
        return ttys_there(self._sysfs, self._dev)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None
