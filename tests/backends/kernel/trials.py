"""What runs in the real Linux, one function a trial, as its first process. argv: TRIAL RESULT."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import select
import struct
import sys
import termios
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.backends.kernel.inside import power
from fwgen.peer.events import Event, SuspendReady, SuspendRefused
from fwgen.peer.modes import wrong_modes
from fwgen.peer.session import Known, Session
from fwgen.peer.system import System, boot_time_us, make_raw, open_raw
from fwgen.peer.tty import TtyError, TtyPeer

_MOUNTS: Final = (("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/run"))
_DRIVER: Final = Path("/sys/bus/virtio/drivers/virtio_rpmsg_bus")
_DEVICE: Final = Path("/sys/bus/virtio/devices/virtio0")
_POWER_OFF: Final = 0x4321FEDC
TTY: Final = Path("/dev/ttyRPMSG0")
SPEC_HASH: Final = bytes(range(8))

library = ctypes.CDLL(None, use_errno=True)


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.001)


def opened() -> int:
    wait_for(TTY)
    handle = open_raw(TTY)
    assert handle is not None
    return handle


def write(handle: int, data: bytes) -> int | str:
    """Return the number of bytes taken, or the errno's name."""
    try:
        return os.write(handle, data)
    except OSError as error:
        return errno.errorcode[error.errno or 0]


def read_for(handle: int, for_s: float) -> bytes:
    """Return all that arrives within this time."""
    found = b""
    end_s = time.monotonic() + for_s
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    while (left_s := end_s - time.monotonic()) > 0:
        if poll.poll(left_s * 1e3):
            with contextlib.suppress(BlockingIOError):  # another process has read it
                found += os.read(handle, 65536)
    return found


# ------------------------------------------------------------------------------------ the trials


def modes() -> dict[str, Any]:
    wait_for(TTY)
    plain = os.open(TTY, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    fresh = wrong_modes(termios.tcgetattr(plain))
    os.close(plain)
    handle = opened()
    return {"fresh": fresh, "raw": wrong_modes(termios.tcgetattr(handle))}


def all_buffers_taken() -> dict[str, Any]:
    handle = opened()
    taken = [write(handle, b"%02d" % number) for number in range(10)]
    os.set_blocking(handle, True)
    began_s = time.monotonic()
    blocking = write(handle, b"blocking")
    waited_s = time.monotonic() - began_s
    _, writable, _ = select.select([], [handle], [], 0)
    poll = select.poll()
    poll.register(handle, select.POLLOUT)
    polled = [event for _, event in poll.poll(0)]
    queued = struct.unpack("i", fcntl.ioctl(handle, termios.TIOCOUTQ, bytes(4)))[0]
    return {
        "taken": taken,
        "blocking": blocking,
        "waited_s": waited_s,
        "select": bool(writable),
        "poll": polled,
        "queued": queued,
    }


def long_writes() -> list[int | str]:
    """The firmware holds all 8 buffers, gives two back after 5 s, and all after 10 s."""
    handle = opened()
    for _ in range(8):
        os.write(handle, b".")
    time.sleep(6)
    two_free = [write(handle, b"a" * 3000), write(handle, b"b" * 3000)]
    time.sleep(6)
    return [*two_free, write(handle, b"c" * 20_000), write(handle, b"d")]


def ring_traffic() -> list[int | str]:
    """Write at the times at which test_emulation.py expects it."""
    handle = opened()
    results: list[int | str] = []
    for at_s, sizes in ((3, (10, 10, 10)), (4, (3000,)), (5, (5000, 1)), (7, (10,))):
        time.sleep(at_s - time.monotonic())
        results += [write(handle, bytes(size)) for size in sizes]
    time.sleep(1)
    return results


def before_a_plain_open() -> str:
    """The firmware sends after 2 and 6 s; the tty is open from 4 s on, without a flush."""
    wait_for(TTY)
    time.sleep(4 - time.monotonic())
    return read_for(os.open(TTY, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK), 4).decode()


def before_the_open() -> list[str]:
    """The firmware sends after 2, 6, 8 and 12 s. The tty is open from 4 to 7 s, then from 10 s."""
    wait_for(TTY)
    found = []
    for start_s, end_s in ((4, 7), (10, 14)):
        time.sleep(start_s - time.monotonic())
        handle = opened()
        for until_s in (start_s + 1, end_s):
            found.append(read_for(handle, until_s - time.monotonic()).decode())
        os.close(handle)
    return found


def unread() -> dict[str, Any]:
    """The firmware sends from 2 s on; nobody reads before 20 s."""
    handle = opened()
    time.sleep(20)
    found = read_for(handle, 2)
    return {"bytes": len(found), "intact": found == bytes(i % 251 for i in range(len(found)))}


def doorbells() -> list[float]:
    """Suspend twice, with an alarm after 100 s; return how long Linux slept."""
    wait_for(TTY)
    power.enable_wakeup(_DEVICE)
    slept = []
    for _ in range(2):
        power.set_alarm(100)
        began_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        power.suspend()
        slept.append(time.clock_gettime(time.CLOCK_BOOTTIME) - began_s)
        time.sleep(1)
    (_DEVICE / "power/wakeup").write_text("disabled")
    return slept


def unbound() -> dict[str, Any]:
    handle = opened()
    (_DRIVER / "unbind").write_text("virtio0")
    time.sleep(0.01)
    gone = not TTY.exists()
    after = [os.read(handle, 10).decode(), write(handle, b"x")]
    again_while_gone = open_raw(TTY)
    (_DRIVER / "bind").write_text("virtio0")
    time.sleep(0.1)
    ttys = sorted(path.name for path in Path("/dev").glob("ttyRPMSG*"))
    os.close(handle)
    second = open_raw(Path("/dev") / ttys[-1])
    assert second is not None
    return {
        "gone": gone,
        "after": after,
        "opened_while_gone": again_while_gone,
        "ttys": ttys,
        "write": write(second, b"again"),
    }


def second_reader() -> dict[str, Any]:
    """The firmware sends 20 messages, 0.1 s apart, from 2 s on; another process reads until 3 s."""
    handle = opened()
    try:
        locked: object = open_raw(TTY)
    except TtyError as error:
        locked = errno.errorcode[error.errno or 0]
    out, into = os.pipe()
    if os.fork() == 0:
        other = os.open(TTY, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        os.write(into, read_for(other, 2.95 - time.monotonic()))
        os._exit(0)
    other_read = os.read(out, 4096)
    own = read_for(handle, 6)
    return {"locked": locked, "own": own.decode(), "other": other_read.decode()}


def prober() -> dict[str, Any]:
    """As a getty: cooked modes with echo, and a prompt. The firmware sends after 2 s and 4 s."""
    handle = opened()
    getty = os.open(TTY, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    sane = termios.tcgetattr(getty)
    sane[0] |= termios.ICRNL | termios.IXON
    sane[1] |= termios.OPOST | termios.ONLCR
    sane[3] |= termios.ICANON | termios.ECHO | termios.ISIG
    termios.tcsetattr(getty, termios.TCSANOW, sane)
    os.write(getty, b"login: \n")
    time.sleep(3 - time.monotonic())
    wrong = make_raw(handle, TTY, System())
    time.sleep(2)
    return {"wrong": wrong, "read": read_for(handle, 1).decode()}


def _peer(handle: Callable[[Event], None], **options: Any) -> TtyPeer:
    def session(known: Known | None) -> Session:
        return Session(session_id=0x1000, new_log=lambda: 1, spec_hash=SPEC_HASH, known=known)

    wait_for(TTY)
    return TtyPeer(TTY, session, handle, **options)


def peer_without_buffers() -> dict[str, Any]:
    """A peer for 10 s. The firmware holds all buffers that it gets; each hello takes one."""
    sessions = 0

    def session(known: Known | None) -> Session:
        nonlocal sessions
        sessions += 1
        return Session(session_id=sessions, new_log=lambda: 1, spec_hash=SPEC_HASH, known=known)

    def clock_us() -> int:
        now_us = boot_time_us()
        if now_us > 10_000_000:
            peer.stop()
        return now_us

    wait_for(TTY)
    with TTY.open("wb", buffering=0) as file:
        for _ in range(7):
            file.write(b".")
    calls = 0

    class Counted(System):
        def write(self, handle: int, data: bytes) -> int:
            nonlocal calls
            calls += 1
            return super().write(handle, data)

    peer = TtyPeer(TTY, session, lambda event: None, clock_us=clock_us, system=Counted())
    peer.run()
    return {"sessions": sessions, "writes": calls}


def _failing(handle: Callable[[Event], None], event: type[Event]) -> dict[str, Any]:
    """Run a peer that is to suspend; `handle` is called with one kind of event."""
    events: list[str] = []

    def take(one: Event) -> None:
        events.append(type(one).__name__)
        if isinstance(one, event):
            handle(one)

    peer = _peer(take)
    peer.suspend()
    try:
        peer.run()
    except OSError as error:
        return {"errno": errno.errorcode[error.errno or 0], "file": error.filename, "saw": events}
    return {"errno": None, "saw": events}


def disk_full() -> dict[str, Any]:
    """The application stores what it gets on a disk that is full."""
    full = Path("/run/full")
    full.mkdir()
    library.mount(b"tmpfs", str(full).encode(), b"tmpfs", 0, b"size=4k")

    def store(_: Event) -> None:
        with (full / "samples").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    return _failing(store, SuspendRefused)


def no_wakealarm() -> dict[str, Any]:
    """The firmware permits the suspend; the application sets an alarm of an RTC that is missing."""

    def set_alarm(_: Event) -> None:
        Path("/sys/class/rtc/rtc9/wakealarm").write_text("+10")

    return _failing(set_alarm, SuspendReady)


def no_suspend() -> dict[str, Any]:
    """The application may suspend, but the kernel cannot: /sys/power/state refuses the state."""

    def suspend_linux() -> None:
        with Path("/sys/power/state").open("wb", buffering=0) as file:
            file.write(b"disk")

    events: list[str] = []

    def take(one: Event) -> None:
        events.append(type(one).__name__)
        if type(one).__name__ == "SuspendFailed":
            events.append(str(one)[:200])
            peer.stop()

    peer = _peer(take, suspend_linux=suspend_linux)
    peer.suspend()
    peer.run()
    return {"saw": events}


def main() -> None:
    for kind, place in _MOUNTS:
        library.mount(kind.encode(), place.encode(), kind.encode(), 0, None)
    try:
        found: dict[str, Any] = {"returned": globals()[sys.argv[1]]()}
    except BaseException:
        found = {"failed": traceback.format_exc()}
    Path(sys.argv[2]).write_text(json.dumps(found))
    library.sync()
    library.reboot(_POWER_OFF)


if __name__ == "__main__":
    main()
