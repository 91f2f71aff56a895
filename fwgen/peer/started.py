"""What a message `start` says: why the firmware started, what became of its log, which crashes it
kept. docs/SPEC.md has the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fwgen.wire.messages import Start

RESET_POWER: Final = 0x01
RESET_PIN: Final = 0x04
RESET_SYSTEM: Final = 0x08
RESET_WATCHDOG: Final = 0x10
RESET_CORE: Final = 0x20
_STALE: Final = 0x200
_RESETS: Final = {
    RESET_POWER: "power-on",
    0x02: "a supply voltage too low",
    RESET_PIN: "the reset pin",
    RESET_SYSTEM: "a software reset of the chip",
    RESET_WATCHDOG: "the watchdog",
    RESET_CORE: "a reset of the M33 alone",
    0x40: "an error of the retained memory after standby",
    0x80: "the end of standby",
    0x100: "another cause",
}
CRASH_BUS: Final = 2
CRASH_PANIC: Final = 7
_KINDS: Final = {
    1: "memory fault",
    CRASH_BUS: "bus fault",
    3: "usage fault",
    4: "CPU exception",
    5: "interrupt without a handler",
    6: "stack overflow",
    CRASH_PANIC: "panic",
    8: "failed check",
    9: "watchdog",
}
_MEMORIES: Final = ("kept", "only blocks", "new", "unusable")


@dataclass(frozen=True)
class Crash:
    """One crash. `number` counts the crashes of this memory from 1 on. 0 in `pc`, `lr`, `file` (an
    address in the firmware), `line` and `uptime_s`: unknown."""

    number: int
    kind: str
    pc: int
    lr: int
    file: int
    line: int
    boot: int
    uptime_s: int


def reset_words(reset: int) -> str:
    """Return the causes of the reset in words; "" if none is known."""
    causes = {bit: text for bit, text in _RESETS.items() if reset & bit}
    if len(causes) > 1:  # nearly every reset of the chip drives the pin as well
        causes.pop(RESET_PIN, None)
    words = " and ".join(causes.values())
    return f"{words}, or an earlier one" if words and reset & _STALE else words


def memory_words(memory: int) -> str:
    return _MEMORIES[memory] if memory < len(_MEMORIES) else f"state {memory}"


def crashes(start: Start) -> list[Crash]:
    """Return the first and the last crash that no peer has acknowledged: none, one or two."""
    last = Crash(
        start.crashes,
        _kind(start.last_kind),
        start.last_pc,
        start.last_lr,
        start.last_file,
        start.last_line,
        start.last_boot,
        start.last_uptime_s,
    )
    first = Crash(
        start.crashes - start.untold + 1,
        _kind(start.first_kind),
        start.first_pc,
        start.first_lr,
        start.first_file,
        start.first_line,
        start.first_boot,
        start.first_uptime_s,
    )
    return [first, last][max(0, 2 - start.untold) :]


def crash_words(crash: Crash, where: str = "") -> str:
    """Return a crash in words. `where`: the function and line of its program counter, if known."""
    words = f"crash {crash.number}: {crash.kind}"
    if crash.pc:
        words += f" at {crash.pc:#010x}"
    if where:
        words += f" ({where})"
    if crash.line:
        words += f", source line {crash.line}"
    words += f", in boot {crash.boot}" if crash.boot else ", during a start"
    return f"{words} after {crash.uptime_s} s" if crash.uptime_s else words


def started_words(start: Start) -> list[str]:
    """Return what a start says, a sentence for each."""
    said = []
    reset = reset_words(start.reset)
    if reset:
        said.append(f"boot {start.boot} of the firmware began after {reset}")
    if start.unreadable:
        memory = memory_words(start.memory)
        said.append(f"{start.unreadable} words of the log's memory were unreadable: {memory}")
    if start.damaged:
        said.append(f"damaged blocks in the log: {start.damaged}; their samples are lost")
    found = crashes(start)
    between = start.untold - len(found)
    said += [crash_words(crash) for crash in found]
    if between > 0:
        said.insert(len(said) - 1, f"crashes between these two: {between}")
    return said


def _kind(number: int) -> str:
    return _KINDS.get(number, f"kind {number}")
