"""The sample log: its size, and the sleep that it must cover."""

from __future__ import annotations

from fwgen.plan.draft import Draft, firmware_part
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import duration, size
from fwgen.spec.diagnostics import Findings, Position
from fwgen.wire import log_format

TOO_LARGE = Rule("log-too-large", "error", "the log leaves enough memory for the rest of the data")
TOO_SMALL = Rule("log-too-small", "error", "the log holds the blocks that wait for Linux")
UNUSED = Rule("log-unused", "warning", "the log is no larger than the firmware's index of it")
TOO_LONG = Rule("sleep-too-long", "error", "the log covers the longest sleep")
UNSURE = Rule("sleep-not-guaranteed", "warning", "the log always covers the longest sleep")

RULES = (TOO_LARGE, TOO_SMALL, UNUSED, TOO_LONG, UNSURE)


def _check_log(draft: Draft, findings: Findings) -> None:
    if draft.log_bytes is None:
        return
    data = draft.windows["data"]
    if not data.size_bytes or not draft.memory_of(data).contains(data):
        return  # the rules of memory report it
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
            f"write at most `{size(room)}`, or `auto`" if room > 0 else "use a larger data window",
        )
        return False
    written = 2 * len(draft.spec.sensors)
    least_slots = draft.timing.window_blocks + draft.timing.reserve_slots + written
    least_bytes = log_format.FIXED_BYTES + least_slots * log_format.BLOCK_BYTES
    slots = log_format.slots(log_bytes)
    if slots < least_slots:
        blocks = f"{slots} block{'s'[: slots != 1]} of {log_format.BLOCK_BYTES} B"
        timing = draft.timing
        TOO_SMALL.broken(
            findings,
            f"{size(log_bytes)} hold {blocks}, but the log needs {least_slots}: "
            f"{timing.window_blocks} sent to Linux, {timing.reserve_slots} while it resumes, "
            f"{written} being written",
            _log_place(draft, place),
            f"a log of at least `{-(-least_bytes // 1024)} KiB`",
        )
        return False
    if log_bytes >= log_format.MOST_BYTES + log_format.BLOCK_BYTES:
        UNUSED.broken(
            findings,
            f"the firmware's index has {log_format.SLOTS_MAX} blocks, so that it uses only "
            f"{size(log_format.MOST_BYTES)} of {size(log_bytes)}",
            place,
            f"write `{size(log_format.MOST_BYTES)}`",
        )
    return True


def _log_place(draft: Draft, place: Position) -> Position:
    """Return the position of the size that is wrong: with `auto` it is the data window's."""
    if draft.spec.memory.log_size_bytes is not None:
        return place
    return draft.spec.where("memory", "data", "size")


def _check_sleep(draft: Draft, findings: Findings) -> None:
    longest_us, covered = draft.spec.sleep.longest_us, draft.endurance
    if longest_us is None or covered is None:
        return
    place = draft.spec.where("sleep", "longest")
    asked = duration(longest_us / 1e6)
    walk = f"on the {covered.signal} ({covered.bytes_per_sample:g} B a sample)"
    if longest_us > covered.reference_s * 1e6:
        TOO_LONG.broken(
            findings,
            f"the log covers {duration(covered.reference_s)} {walk}, not {asked}",
            place,
            _how_to_fix(draft, longest_us, covered.reference_s),
        )
    elif longest_us > covered.worst_s * 1e6:
        UNSURE.broken(
            findings,
            f"the log covers {asked} {walk}, but only {duration(covered.worst_s)} in the worst "
            "case, when every sample jumps",
            place,
            _how_to_fix(draft, longest_us, covered.worst_s),
        )


def _how_to_fix(draft: Draft, longest_us: int, covered_s: float) -> str:
    """Return the hint: a period that is long enough, and more memory if there is any."""
    ways = []
    if covered_s > 0:
        times = longest_us / (covered_s * 1e6)
        if len(draft.spec.sensors) == 1:
            ways.append(f"a period of {-(-int(draft.timing.period_us * times) // 1000)} ms")
        else:
            ways.append(f"periods that are {times:.1f} times as long")
    data = draft.windows["data"]
    if draft.spec.memory.log_size_bytes is not None:
        ways.append("a larger log")
    elif firmware_part(draft.board, draft.memory_of(data), "data").size_bytes > data.size_bytes:
        ways.append("a larger window for `data`")
    return "choose " + " or ".join(ways) if ways else ""


CHECKS = (_check_log,)
