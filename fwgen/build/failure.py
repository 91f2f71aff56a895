"""Explains why CMake or ninja failed: the most important line of their output comes first.

Each function takes the whole output and returns a Failure. Its message has the form

    <what failed>: <the most important line>
    <the lines around it>
    the whole output: <file>
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_MOST_LINES = 60

_STEP = re.compile(r"\[\d+/\d+\] ")
_AT = re.compile(r"(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal )?error: ")
_CMAKE_ERROR = re.compile(
    r"CMake Error(?: at (?P<file>[^:]+):(?P<line>\d+) \([^)]*\))?:?\s*(?P<rest>.*)"
)
_KCONFIG_LINE = re.compile(r"(?P<place>\S[^:]*:\d+): warning: (?P<text>.*)")
_KCONFIG_ABORT = re.compile(r"error: Aborting due to Kconfig warnings")
_KCONFIG_RAISED = re.compile(r"(?:\w+\.)*(?:KconfigError|_KconfigIOError): (?P<text>.*)")
_NOT_NAMED = re.compile(r"No \w+ named '[^']*' found")
_DEFINED_AT = re.compile(r"\(defined at ([^,)]+)[^)]*\)")
_DEVICETREE = re.compile(r"devicetree error: (?P<text>.*)")
_REGION = re.compile(r"region `(?P<region>[^']*)' overflowed by (?P<bytes>\d+) bytes?")
_NO_ROOM = re.compile(r"section `[^']*' will not fit in region")
_UNDEFINED = re.compile(r"undefined reference to `(?P<symbol>[^']*)'")
_NO_SPACE = re.compile(r"[Nn]o space left on device")
_KILLED = re.compile(r"\bKilled\b|[Cc]annot allocate memory|fatal error: Killed signal")


@dataclass
class Failure:
    """Why a tool failed. `lines`: shown below the headline. `log`: the file with all output."""

    headline: str
    lines: Sequence[str] = field(default_factory=list)
    hint: str = ""
    log: str = ""

    @property
    def message(self) -> str:
        shown = [line.rstrip() for line in self.lines]
        more = len(shown) - _MOST_LINES
        rest = [f"... {more} more lines"] if more > 0 else []
        last = [f"the whole output: {self.log}"] if self.log else []
        return "\n".join([self.headline, *shown[:_MOST_LINES], *rest, *last])


def cmake_failed(output: str, log: str = "") -> Failure:
    """Return why CMake could not configure the application. `log`: the file with all output."""
    lines = output.splitlines()
    for look in (_machine, _devicetree, _kconfig, _preprocessor, _cmake):
        found = look(lines)
        if found:
            found.log = log
            return found
    return Failure("CMake could not configure the application:", lines[-20:], log=log)


def ninja_failed(output: str, log: str = "") -> Failure:
    """Return the compiler's or linker's output of the failed steps. `log`: as above."""
    shown = _failed_steps(output.splitlines())
    for look in (_machine, _does_not_fit, _not_defined, _compiler):
        found = look(shown)
        if found:
            found.log = log
            return found
    return Failure("the build failed:", shown, log=log)


def _machine(lines: Sequence[str]) -> Failure | None:
    """Return a failure of the machine, not of the sources."""
    for line in lines:
        if _NO_SPACE.search(line):
            hint = "free some space, or build on another disk with `-o DIR`"
            return Failure(f"the build failed, the disk is full: {line.strip()}", [], hint)
        if _KILLED.search(line):
            hint = "the machine may be short of memory: end other programs and build again"
            return Failure(f"the build failed, a tool was killed: {line.strip()}", [], hint)
    return None


def kconfig_warnings(output: str) -> list[str]:
    """Return Kconfig's warnings about settings that did not get the requested value."""
    lines = output.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("warning: ")]
    return [" ".join(_paragraph(lines, at)) for at in starts]


# ------------------------------------------------------------------------------------- CMake


def _devicetree(lines: Sequence[str]) -> Failure | None:
    found = _first(lines, _DEVICETREE)
    if found is None:
        return None
    at, match = found
    around = list(itertools.takewhile(lambda line: line.startswith((" ", "\t")), lines[at + 1 :]))
    hint = "correct the overlay, or leave it out (-D EXTRA_DTC_OVERLAY_FILE=...)"
    return Failure(f"the devicetree is wrong: {match['text']}", around, hint)


def _kconfig(lines: Sequence[str]) -> Failure | None:
    """Kconfig's warnings end the build and give the reason; CMake only reports a return code."""
    raised = _first(lines, _KCONFIG_RAISED)
    if raised:
        text = [raised[1]["text"], *_paragraph(lines, raised[0] + 1)]
        return Failure(f"the configuration is wrong: {text[0]}", text[1:], _FRAGMENT)
    if not _first(lines, _KCONFIG_ABORT):
        return None
    reasons = [f"{m['place']}: {m['text']}" for m in map(_KCONFIG_LINE.match, lines) if m]
    if not reasons:
        starts = [at for at, line in enumerate(lines) if line.startswith("warning: ")]
        reasons = [" ".join(_paragraph(lines, at)).removeprefix("warning: ") for at in starts]
        reasons = [_DEFINED_AT.sub(r"(defined at \1)", line) for line in reasons]  # the first place
    if not reasons:
        return None
    return Failure(f"the configuration is wrong: {reasons[0]}", reasons[1:], _FRAGMENT)


_FRAGMENT = (
    "correct that line, or leave its file out (-D EXTRA_CONF_FILE=...); "
    "app/Kconfig defines the application's own symbols"
)


def _preprocessor(lines: Sequence[str]) -> Failure | None:
    """Return an error of cpp in the devicetree, which comes before CMake's own error."""
    limit = next((i for i, line in enumerate(lines) if line.startswith("CMake Error")), len(lines))
    found = _first(lines[:limit], _AT)
    if found is None:
        return None
    hint = ""
    if "No such file" in lines[found[0]]:
        hint = "run `fwgen doctor`: a file of Zephyr or of one of its modules is missing"
    around = lines[found[0] + 1 : limit]
    return Failure(f"CMake could not configure the application: {lines[found[0]]}", around, hint)


def _cmake(lines: Sequence[str]) -> Failure | None:
    found = _first(lines, _CMAKE_ERROR)
    if found is None:
        return None
    at, match = found
    body = [match["rest"]] if match["rest"] else []
    for line in lines[at + 1 :]:
        if line.startswith(("Call Stack", "-- ", "CMake ")):
            break
        body.append(line.strip())
    text = [line for line in body if line]
    before = [line for line in lines[:at] if line.startswith(("ERROR: ", "error: "))][-10:]
    if not text:
        return None
    place = [f"at {match['file']}:{match['line']}"] if match["file"] else []
    headline, rest = text[0], text[1:]
    named = _first(lines[:at], _NOT_NAMED)
    if named:  # CMake itself only says `see above`
        headline, rest = named[1][0], text
    headline = f"CMake could not configure the application: {headline}"
    return Failure(headline, [*rest, *place, *before])


def _paragraph(lines: Sequence[str], start: int) -> list[str]:
    """Return the lines up to the next empty one."""
    taken = []
    for line in lines[start:]:
        if not line.strip():
            break
        taken.append(line.strip())
    return taken


# ------------------------------------------------------------------------------------- ninja


def _failed_steps(lines: Sequence[str]) -> list[str]:
    """Return the output of the failed steps, without their very long command lines."""
    shown: list[str] = []
    taking = skip = False
    for line in lines:
        if line.startswith("FAILED: "):
            taking = skip = True
        elif taking and skip:
            skip = False
        elif line.startswith("ninja: ") or _STEP.match(line):
            taking = False
        elif taking:
            shown.append(line)
    return shown or list(lines[-20:])


def _does_not_fit(lines: Sequence[str]) -> Failure | None:
    if not any(_REGION.search(line) or _NO_ROOM.search(line) for line in lines):
        return None
    found = _first(lines, _REGION)
    what = ""
    if found:
        what = f" {int(found[1]['bytes']):,} bytes too many for {found[1]['region']}"
    hint = (
        "make `memory.code` or `memory.data` of the spec larger, or leave something out "
        "(`console: off`, no `display`, no -D EXTRA_CONF_FILE)"
    )
    return Failure(f"the firmware does not fit:{what}", lines, hint)


def _not_defined(lines: Sequence[str]) -> Failure | None:
    found = _first(lines, _UNDEFINED)
    if found is None:
        return None
    hint = "if a file in app/ was changed, restore it with `fwgen generate`; check the -D options"
    return Failure(f"the build failed: `{found[1]['symbol']}` is not defined:", lines, hint)


def _compiler(lines: Sequence[str]) -> Failure | None:
    found = _first(lines, _AT)
    if found is None:
        return None
    at, match = found
    place = f"{match['file']}:{match['line']}"
    return Failure(f"the build failed at {place}:", [*lines[at:], *lines[:at]])


def _first(lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[int, re.Match[str]] | None:
    for at, line in enumerate(lines):
        if match := pattern.search(line):
            return at, match
    return None
