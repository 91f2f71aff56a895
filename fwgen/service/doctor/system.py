"""Linux: sleep, wake-up, time, disk, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from fwgen.service.doctor.board import Board, Finding, bad, ok, unknown
from fwgen.service.system_clock import SET_SINCE_US
from fwgen.service.times import iso

_LEAST_FREE_BYTES: Final = 64 << 20
_LIMITS: Final = {
    "sqlite": "limit the database: `most` or `keep` in [sinks.sqlite]",
    "csv": "begin a new file at times: logrotate, without `copytruncate`",
}
"""By sink: how its file stays small."""


def mailbox(board: Board) -> Iterator[Finding]:
    """The firmware can wake Linux through the mailbox."""
    name = board.settings.mailbox
    found = board.glob(f"/sys/bus/{f'*/devices/{name}' if name else 'platform/devices/*.mailbox'}")
    for device in found:
        state = board.text(f"{device}/power/wakeup")
        if state == "enabled":
            yield ok("mailbox", f"{device} wakes Linux")
        elif state == "disabled":
            cure = f"`echo enabled > {device}/power/wakeup`; the udev rule does it at each start"
            yield bad("mailbox", f"{device} does not wake Linux", cure)
        else:
            cure = "add `wakeup-source` and the interrupt through exti1: see the Linux fragment"
            yield bad("mailbox", f"{device} cannot wake Linux: no wakeup-source", cure)
    if name and not found:
        cure = "correct `mailbox` in the settings: `ls -d /sys/bus/*/devices/*` shows the devices"
        yield bad("mailbox", f"no device has the name {name}", cure)
    elif not found:
        yield unknown("mailbox", "no mailbox is there")


def mem_sleep(board: Board) -> Iterator[Finding]:
    """`mem` is the deep sleep."""
    states = board.text("/sys/power/state")
    modes = board.text("/sys/power/mem_sleep")
    if states is None or "mem" not in states.split():
        cure = "a kernel with CONFIG_SUSPEND, and a TF-A that supports it"
        yield bad("mem_sleep", "this kernel cannot suspend to RAM", cure)
    elif modes is None:
        yield unknown("mem_sleep", "/sys/power/mem_sleep cannot be read")
    elif "[deep]" in modes:
        yield ok("mem_sleep", "deep")
    elif "deep" in modes.split():
        cure = "`echo deep > /sys/power/mem_sleep`, or mem_sleep_default=deep for the kernel"
        yield bad("mem_sleep", f"Linux sleeps less deeply: {modes}", cure)
    else:
        yield bad("mem_sleep", f"no deep sleep: {modes}", "use ST's TF-A 2.10 or later with PSCI")


def alarm(board: Board) -> Iterator[Finding]:
    """The RTC can end a sleep that nothing else ends."""
    path = "/sys/class/rtc/rtc0/wakealarm"
    if board.path(path).exists():
        yield ok("alarm", "rtc0 can wake Linux")
    else:
        cure = "enable the RTC with `wakeup-source` in the device tree"
        yield bad("alarm", "rtc0 has no alarm: nothing ends a sleep if the firmware fails", cure)


def clock(board: Board) -> Iterator[Finding]:
    """The system clock is set."""
    now = iso(board.utc_us)
    if board.utc_us >= SET_SINCE_US:
        yield ok("clock", now)
    else:
        cure = "set it (`timedatectl set-ntp true`, chrony, or `date -s`); samples have no time yet"
        yield bad("clock", f"the system clock was never set: {now}", cure)


def disk(board: Board) -> Iterator[Finding]:
    """There is room for samples."""
    for sink in board.settings.sinks:
        file = sink.options.get("file")
        if file is not None:
            yield _disk_of(board, file, _LIMITS[sink.kind])


def _disk_of(board: Board, file: Path, limit: str) -> Finding:
    real = board.path(str(file))
    with suppress(OSError, RuntimeError):  # a loop of links
        real = real.resolve()
    stat = os.statvfs(next(path for path in real.parents if path.exists()))
    free = stat.f_bavail * stat.f_frsize
    text = f"{free >> 20} MiB are free for {file}"
    if free < _LEAST_FREE_BYTES or stat.f_bavail * 20 < stat.f_blocks:
        return bad("disk", text, f"free space, or {limit}")
    return ok("disk", text)


def latency(board: Board) -> Iterator[Finding]:
    """The service can keep an idle Linux from closing DDR."""
    if not board.settings.hold_latency:
        return
    path = "/dev/cpu_dma_latency"
    if not board.path(path).exists():
        yield unknown("latency", f"{path} does not exist")
    elif os.access(board.path(path), os.W_OK):
        yield ok("latency", f"{path} can be held")
    else:
        cure = "the udev rule gives it to the group fwgen-peer"
        yield bad("latency", f"{path} cannot be opened by this user", cure)


def bus(board: Board) -> Iterator[Finding]:
    """Linux does not use the bus that belongs to the firmware."""
    for device in board.settings.firmware_devices:
        path = f"/sys/bus/platform/devices/{device}"
        if board.path(f"{path}/driver").exists():
            cure = 'give it up in the device tree: `status = "disabled"`'
            yield bad("bus", f"Linux holds {device}, which belongs to the firmware", cure)
        else:
            yield ok("bus", f"Linux does not hold {device}")
