"""Holds /dev/cpu_dma_latency, so that an idle Linux does not put DDR into self-refresh.

While a process keeps the file open after it has written 0, cpuidle selects only idle states without
exit latency: the cores wait in WFI, and their cluster stays on. Linux sleeps as before: a suspend
does not ask cpuidle. See Linux Documentation/power/pm_qos_interface.rst and kernel/power/qos.c
(cpu_latency_qos_write: four bytes are a number in the machine's byte order, in microseconds;
cpu_latency_qos_release: closing the file ends the request).
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final

CPU_DMA_LATENCY: Final = Path("/dev/cpu_dma_latency")
_NO_LATENCY: Final = struct.pack("=i", 0)


def hold_latency(path: Path) -> int | None:
    """Return a file descriptor; the request ends when it is closed. None: the file does not exist,
    since this kernel has no idle states. Raises OSError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        os.write(handle, _NO_LATENCY)
    except BaseException:
        os.close(handle)
        raise
    return handle
