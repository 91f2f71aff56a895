"""Linux's init: does the scenario's steps with the kernel's own means.

    argv: FOLDER (settings.json, the journal)

It is one process that waits for commands; the application is its child.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.backends.kernel.inside import power
from fwgen.backends.kernel.inside.application import Settings, run
from fwgen.backends.kernel.inside.relay import Relay
from fwgen.backends.kernel.inside.shell import Shell
from fwgen.backends.kernel.journal import ENDED, FAILED, OUTPUT, READY, RELAYED, UP, JournalWriter
from fwgen.peer.session import Known

_MOUNTS: Final = (("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/run"))
_CONTROL: Final = Path("/dev/rpmsg0")
_LOOK_AGAIN_S: Final = 0.001
_DRIVER: Final = Path("/sys/bus/virtio/drivers/virtio_rpmsg_bus")
_DEVICE: Final = "virtio0"
"""The firmware's device; the control channel is virtio1."""
_RECOVERS_S: Final = 0.05
"""remoteproc removes the firmware's device for longer than that when it starts it again."""
_MESSAGE_BYTES: Final = 512


class Init:
    def __init__(self, folder: Path) -> None:
        self._settings = Settings(**json.loads((folder / "settings.json").read_text()))
        self._journal = JournalWriter(folder / "journal")
        self._control = _open_control()
        self._application: int | None = None  # its process
        self._orders = -1  # the application reads commands from the other end
        self._life = -1  # closed at the other end when the application has ended
        self._shell = Shell(lambda text: self._tell(OUTPUT, text))
        self._relay = Relay(lambda number, data: self._tell(RELAYED, (number, data)))
        self._commands: dict[str, Callable[[str], None]] = {
            "start-app": self._start_application,
            "crash-app": self._crash_application,
            "alarm": lambda command: power.set_alarm(int(command.split()[1])),
            "suspend": self._order,
            "suspend-untold": self._suspend,
            "resume": self._order,
            "send-wake": self._order,
            "write-tty": lambda command: self._write_tty(bytes.fromhex(command.split()[1])),
            "unbind": lambda _: self._write_driver("unbind"),
            "bind": lambda _: self._write_driver("bind"),
            "recover": self._recover,
            "shell": lambda command: self._shell.line(command.partition(" ")[2]),
            "interrupt": lambda _: self._shell.interrupt(),
            "relay": self._relay.obey,
        }

    def run(self) -> None:
        for device in (_DEVICE, "virtio1"):
            power.enable_wakeup(Path("/sys/bus/virtio/devices") / device)
        self._tell(READY, os.uname().release)
        while True:
            poll = select.poll()
            own = (self._control, self._life, self._shell.output)
            for handle in (*own, *self._relay.handles):
                if handle >= 0:
                    poll.register(handle, select.POLLIN)
            ready = [handle for handle, _ in poll.poll()]
            if self._life in ready:
                self._reap()
            if self._shell.output in ready:
                self._shell.forward()
            self._relay.forward(ready)
            if self._control in ready:
                self._obey(os.read(self._control, _MESSAGE_BYTES).decode())

    def _tell(self, kind: str, value: object = None) -> None:
        self._journal.write(kind, value)
        os.write(self._control, b"!")

    def _obey(self, command: str) -> None:
        try:
            self._commands[command.partition(" ")[0]](command)
        except OSError as error:
            self._tell(FAILED, f"{command}: {error}")

    # -------------------------------------------------------------------------- the application

    def _start_application(self, command: str) -> None:
        number, *known = (int(word) for word in command.split()[1:])
        orders, self._orders = os.pipe()
        self._life, life = os.pipe()
        self._application = os.fork()
        if self._application:
            os.close(orders)
            os.close(life)
            return
        os.close(self._orders)
        os.close(self._life)
        run(
            self._settings,
            self._tell,
            self._journal,
            orders,
            number,
            Known(*known) if known else None,
        )

    def _crash_application(self, _: str) -> None:
        assert self._application is not None
        os.kill(self._application, signal.SIGKILL)
        self._reap()

    def _reap(self) -> None:
        assert self._application is not None
        _, status = os.waitpid(self._application, 0)
        os.close(self._orders)
        os.close(self._life)
        self._application, self._orders, self._life = None, -1, -1
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self._tell(ENDED, None if killed else f"it ended with status {status}")

    def _order(self, command: str) -> None:
        if self._orders >= 0:
            os.write(self._orders, f"{command}\n".encode())

    # -------------------------------------------------------------------------- power and drivers

    def _suspend(self, _: str) -> None:
        """Suspend Linux without the application: it has no session with the firmware."""
        if not self._called_off():
            power.suspend()
            time.sleep(self._settings.resume_us / 1e6)
        self._tell(UP)

    def _called_off(self) -> bool:
        """Let the time pass that a board needs to suspend; return whether a resume came."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if not poll.poll(self._settings.suspend_us / 1e3):
            return False
        command = os.read(self._control, _MESSAGE_BYTES).decode()
        self._obey(command)
        return command == "resume"

    def _write_tty(self, data: bytes) -> None:
        """Write to the firmware's tty, as any other program may."""
        tty = os.open(sorted(Path("/dev").glob("ttyRPMSG*"))[-1], os.O_WRONLY | os.O_NOCTTY)
        os.write(tty, data)
        os.close(tty)

    def _write_driver(self, file: str) -> None:
        (_DRIVER / file).write_text(_DEVICE)

    def _recover(self, _: str) -> None:
        """The firmware has started again: its device gets a new driver with new rings."""
        self._write_driver("unbind")
        time.sleep(_RECOVERS_S)
        self._write_driver("bind")


def _open_control() -> int:
    while not _CONTROL.exists():
        time.sleep(_LOOK_AGAIN_S)
    return os.open(_CONTROL, os.O_RDWR)


def _mount() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    for kind, place in _MOUNTS:
        library.mount(kind.encode(), place.encode(), kind.encode(), 0, None)


if __name__ == "__main__":
    _mount()
    Init(Path(sys.argv[1])).run()
