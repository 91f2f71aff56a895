"""The modes of a raw tty: one that transfers bytes unchanged."""

from __future__ import annotations

import termios
from typing import Any, Final

Modes = list[Any]
"""As returned by termios.tcgetattr."""
_IFLAG, _OFLAG, _CFLAG, _LFLAG, _CC = 0, 1, 2, 3, 6
_FLAGS: Final = {
    _IFLAG: "IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXOFF IUCLC",
    _OFLAG: "OPOST",
    _LFLAG: "ISIG ICANON ECHO ECHONL IEXTEN XCASE",
}
"""Flags that must be off so that bytes arrive unchanged and are not echoed."""


def wrong_modes(modes: Modes) -> tuple[str, ...]:
    """Return the names, as in stty, of the modes that a raw tty must not have."""
    found = []
    for field, names in _FLAGS.items():
        for name in names.split():
            if modes[field] & getattr(termios, name, 0):
                found.append(name.lower())
    if not modes[_LFLAG] & termios.ICANON:  # with ICANON, VMIN and VTIME have other meanings
        found += ["min"] if modes[_CC][termios.VMIN] != 1 else []
        found += ["time"] if modes[_CC][termios.VTIME] != 0 else []
    return tuple(found)


def raw_modes(modes: Modes) -> Modes:
    """Return a copy for a raw tty: bytes unchanged, no echo, no signals, no flow control."""
    raw = list(modes)
    raw[_CC] = list(modes[_CC])
    raw[_IFLAG] = raw[_OFLAG] = raw[_LFLAG] = 0
    raw[_CFLAG] &= ~(termios.CSIZE | termios.PARENB)
    raw[_CFLAG] |= termios.CS8 | termios.CREAD | termios.CLOCAL
    raw[_CC][termios.VMIN], raw[_CC][termios.VTIME] = 1, 0
    return raw
