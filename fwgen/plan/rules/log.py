"""The sample log: its size, and the sleep that it must cover."""

from __future__ import annotations

from fwgen.plan.draft import Draft, firmware_part
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import duration, size
from fwgen.spec.diagnostics import Findings, Position
from fwgen.wire import log_format

TOO_LARGE = Rule("log-too-large", "error", "the log leaves the rest of the data its room")
TOO_SMALL = Rule("log-too-small", "error", "the log outlasts what is under way to Linux")
UNUSED = Rule("log-unused", "warning", "the log is no larger than the firmware's index of it")
TOO_LONG = Rule("sleep-too-long", "error", "the log covers the longest sleep")
UNSURE = Rule("sleep-not-guaranteed", "warning", "the log covers the longest sleep for certain")

RULES = (TOO_LARGE, TOO_SMALL, UNUSED, TOO_LONG, UNSURE)


def _check_log(draft: Draft, findings: Findings) -> None:
    if draft.log_bytes is None:
        return
    data = draft.windows["data"]
    if not data.size_bytes or not draft.memory_of(data).contains(data):
        return  # told by the rules of memory
    if _fits(draft, draft.log_bytes, findings):
        _check_sleep(draft, findings)


def _fits(draft: Draft, log_bytes: int, findings: Findings) -> bool:
    data = draft.windows["data"]
    place = draft.spec.where("memory", "log")
    room = data.size_bytes - draft.rest_bytes
    if log_bytes > room:
        left = size(max(0, data.size_bytes - log_bytes))
        TOO_LARGE.broken(
            findings,
            f"a log of {size(log_bytes)} leaves {left} of {size(data.size_bytes)}; the rest of the "
            f"data (variables, stacks) needs {size(draft.rest_bytes)}",
            place,
            f"at most `{size(room)}`, or `auto`" if room > 0 else "",
        )
        return False
    least_slots = draft.timing.window_blocks + draft.timing.reserve_slots + 2
    least_bytes = log_format.SUPERBLOCK_BYTES + least_slots * log_format.BLOCK_BYTES
    slots = log_format.slots(log_bytes)
    if slots < least_slots:
        blocks = f"{slots} block{'s'[: slots != 1]} of {log_format.BLOCK_BYTES} B"
        timing = draft.timing
        TOO_SMALL.broken(
            findings,
            f"{size(log_bytes)} hold {blocks}; {least_slots} are needed: {timing.window_blocks} "
            f"under way to Linux, {timing.reserve_slots} while it resumes, 2 to work with",
            _log_place(draft, place),
            f"at least `{-(-least_bytes // 1024)} KiB`",
        )
        return False
    if log_bytes >= log_format.MOST_BYTES + log_format.BLOCK_BYTES:
        UNUSED.broken(
            findings,
            f"the firmware keeps an index of {log_format.SLOTS_MAX} blocks: of {size(log_bytes)} "
            f"it uses {size(log_format.MOST_BYTES)}",
            place,
        )
    return True


def _log_place(draft: Draft, place: Position) -> Position:
    """With `auto` it is the data window that has the wrong size."""
    if draft.spec.memory.log_size_bytes is not None:
        return place
    return draft.spec.where("memory", "data", "size")


def _check_sleep(draft: Draft, findings: Findings) -> None:
    longest_us, covered = draft.spec.sleep.longest_us, draft.endurance
    if longest_us is None or covered is None:
        return
    place = draft.spec.where("sleep", "longest")
    asked = duration(longest_us / 1e6)
    walk = f"on the reference walk ({covered.bytes_per_sample:g} B a sample)"
    if longest_us > covered.reference_s * 1e6:
        TOO_LONG.broken(
            findings,
            f"the log covers {duration(covered.reference_s)} {walk}, not {asked}",
            place,
            _way_out(draft, longest_us, covered.reference_s),
        )
    elif longest_us > covered.worst_s * 1e6:
        UNSURE.broken(
            findings,
            f"the log covers {asked} {walk}, but at the very worst, when every sample jumps, only "
            f"{duration(covered.worst_s)}",
            place,
            _way_out(draft, longest_us, covered.worst_s),
        )


def _way_out(draft: Draft, longest_us: int, covered_s: float) -> str:
    """A period that would be long enough, and more memory where there is some."""
    ways = []
    if covered_s > 0:
        period_us = draft.timing.period_us * longest_us / (covered_s * 1e6)
        ways.append(f"a period of {-(-int(period_us) // 1000)} ms")
    data = draft.windows["data"]
    if draft.spec.memory.log_size_bytes is not None:
        ways.append("a larger log")
    elif firmware_part(draft.board, draft.memory_of(data), "data").size_bytes > data.size_bytes:
        ways.append("a larger window for `data`")
    return " or ".join(ways)


CHECKS = (_check_log,)
