"""The M33, its tty and who else uses it."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fwgen.peer.errnos import GoneError, TtyError
from fwgen.peer.modes import wrong_modes
from fwgen.service.doctor.board import RUNNING, Board, Finding, bad, ok, unknown
from fwgen.service.find_tty import choose, find_ttys, ttys_there
from fwgen.service.readers import readers
from fwgen.words import count


def remoteproc(board: Board) -> Iterator[Finding]:
    """remoteproc runs the firmware."""
    processors = board.glob("/sys/class/remoteproc/remoteproc*")
    if not processors:
        cure = "the kernel needs CONFIG_STM32_RPROC and a device tree with m33_rproc"
        yield bad("remoteproc", "no remote processor", cure)
    for processor in processors:
        state = board.text(f"{processor}/state")
        name, firmware = board.text(f"{processor}/name"), board.text(f"{processor}/firmware")
        text = f"{processor} ({name}) is {state}, firmware {firmware}"
        if state in RUNNING:
            yield ok("remoteproc", text)
        else:
            trace = board.text(f"/sys/kernel/debug/remoteproc/{Path(processor).name}/trace0")
            last = f"; the firmware's last line: {trace.splitlines()[-1]}" if trace else ""
            yield bad("remoteproc", text + last, f"`echo start > {processor}/state`")


def tty(board: Board) -> Iterator[Finding]:
    """The channel's tty is there, raw, and nobody else has it open."""
    node = find(board)
    channel = board.settings.channel
    if isinstance(node, str):
        cure = f"the firmware announces {channel} when it runs and Linux has rpmsg_tty"
        cure = f"{cure}: `modprobe rpmsg_tty`, `dmesg | grep rpmsg`"
        there = board.glob("/sys/class/tty/ttyRPMSG*")
        if there:
            node = f"{node}; {ttys_there(board.path('/sys/class/tty'))}"
            cure = "correct `channel` or `tty` in the settings; the spec has it: `link.channel`"
        yield bad("tty", node, cure)
        return
    named = "named in the settings" if board.settings.tty else f"the channel {channel}"
    yield ok("tty", f"{node} is {named}")
    yield _modes(board, node)
    own = (board.status or {}).get("pid")
    others = {pid: name for pid, name in readers(node, board.root).items() if pid != own}
    if others:
        names = ", ".join(f"{name} ({pid})" for pid, name in others.items())
        getty = f"serial-getty@{_real(board, node).name}"
        cure = (
            f"stop it: `systemctl mask --now {getty}`, or for ModemManager the "
            "udev rule 70-fwgen-peer.rules"
        )
        yield bad("tty-users", f"other processes have {node} open: {names}", cure)
    else:
        yield ok("tty-users", f"no other process has {node} open")


def find(board: Board) -> Path | str:
    """Return the tty, or why there is none."""
    if board.settings.tty is not None:
        tty = board.settings.tty
        return tty if board.path(str(tty)).exists() else f"{tty} does not exist"
    channel = board.settings.channel
    try:
        return choose(find_ttys(channel, board.path("/sys/class/tty")), channel)
    except (GoneError, TtyError) as error:
        return str(error)


def _real(board: Board, node: Path) -> Path:
    """Return the kernel's name of a tty that a symbolic link may name."""
    for tty in board.glob("/sys/class/tty/ttyRPMSG*"):
        with suppress(OSError):  # a node that is not there
            if board.path(f"/dev/{Path(tty).name}").samefile(board.path(str(node))):
                return Path(f"/dev/{Path(tty).name}")
    return node


def _modes(board: Board, node: Path) -> Finding:
    try:
        handle = os.open(board.path(str(node)), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        return unknown("tty-modes", f"{node}: {error.strerror}")
    try:
        wrong = wrong_modes(termios.tcgetattr(handle))
    except termios.error as error:
        return unknown("tty-modes", f"{node}: {error}")
    finally:
        os.close(handle)
    if not wrong:
        return ok("tty-modes", f"{node} is raw")
    cure = f"start the service, which sets them; without it: `stty -F {node} raw -echo`"
    if board.status is not None and board.status["tty"] is not None:
        cure = (
            "the service corrects it within some seconds: look again; if it comes back, another "
            "process changes the modes: see tty-users"
        )
    return bad("tty-modes", f"{node} changes bytes or echoes them: {' '.join(wrong)}", cure)


def service(board: Board) -> Iterator[Finding]:
    """The service runs, and its firmware and log are in order."""
    status = board.status
    if status is None:
        yield bad("service", board.silent.message, board.silent.hint)
        return
    for name, text in status["trouble"].items():
        yield bad("service", f"{name}: {text}", "the text says what is missing")
    if not status["trouble"]:
        yield ok("service", f"fwgen-peer runs, {'online' if status['online'] else 'offline'}")
    firmware, cure = status["firmware"], "check remoteproc and tty above"
    if status["other_spec"]:
        yield _other(board, status["other_spec"])
    elif not firmware:
        yield bad("firmware", "the firmware has not answered", cure)
    elif not status["online"]:
        last = f"log {firmware['log']}, boot {firmware['boot']}"
        yield bad("firmware", f"the firmware no longer answers; it was {last}", cure)
    else:
        yield from _firmware(board, firmware)


def _other(board: Board, found: str) -> Finding:
    """The firmware answers, but the service does not take its samples."""
    wanted = board.settings.spec
    if wanted is None or found == wanted.hex():
        cure = "install the fwgen-peer of the fwgen that made the firmware"
        return bad("format", "the firmware has another format than this fwgen-peer", cure)
    return _spec(board, found)


def _spec(board: Board, found: str) -> Finding:
    wanted = board.settings.spec
    if wanted is None or found == wanted.hex():
        return ok("spec", f"the firmware's spec is {found}")
    cure = "load the firmware of that spec, or correct `spec` in the settings"
    return bad("spec", f"expected firmware of the spec {wanted.hex()}, found {found}", cure)


def _firmware(board: Board, firmware: dict[str, object]) -> Iterator[Finding]:
    yield _spec(board, str(firmware["spec"]))
    used, slots = firmware.get("log_used"), firmware.get("log_slots")
    if isinstance(used, int) and isinstance(slots, int) and slots:
        text = f"{used} of {slots} blocks of the firmware's log are in use"
        if used * 10 >= slots * 9:
            cure = "samples wait because a sink does not store; see service above"
            yield bad("log", text, cure)
        else:
            yield ok("log", text)
    dropped = firmware.get("dropped")
    if isinstance(dropped, int) and dropped:
        text = f"the firmware had to drop {count(dropped, 'sample')} since its start"
        yield bad("dropped", text, "shorten the sleeps, or set sleep.when_full in the spec")
