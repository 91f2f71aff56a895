"""Our changes to the kernel's source: calls of our functions (rings.h) at named places of one file.

The places are named by the functions and names there, so that no line of the kernel is in fwgen.
A place that is missing, or that is there twice, raises an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from fwgen.errors import ToolBrokeError

DRIVER: Final = Path("arch/um/drivers/virtio_uml.c")
HEADER: Final = "fwgen_rings.h"


@dataclass(frozen=True)
class _Call:
    """In the function `within`: call `ours` in place of `theirs`."""

    within: str
    theirs: str
    ours: str


_CALLS: Final = (
    _Call("vu_req_interrupt", "vring_interrupt", "fwgen_ring_interrupt"),
    _Call("vu_del_vq", "vring_del_virtqueue", "fwgen_delete_ring"),
    _Call("vu_setup_vq", "MAX_SUPPORTED_QUEUE_SIZE", "fwgen_ring_entries(vdev)"),
)
_ENABLES: Final = "vhost_user_set_vring_enable"
"""The function that says that Linux goes down and that it is up again."""
_TELL_TIME: Final = "time_travel_propagate_time();"


def our_functions() -> str:
    """Return the C source of our functions."""
    return resources.files("fwgen.uml").joinpath("rings.h").read_text(encoding="utf-8")


def description() -> str:
    """Return all calls as text, for the digest of what a kernel is built with."""
    return f"{_CALLS} {_ENABLES} {_TELL_TIME}"


def apply(tree: Path) -> None:
    """Change the unpacked source tree.

    Raises ToolBrokeError if the changes do not fit this source; then nothing is changed.
    """
    driver = tree / DRIVER
    try:
        source = driver.read_text(encoding="utf-8")
        changed = change(source)
        driver.with_name(HEADER).write_text(our_functions(), encoding="utf-8")
        driver.write_text(changed, encoding="utf-8")
    except OSError as error:
        raise _does_not_fit(f"{error.filename or driver}: {error.strerror}") from error


def change(source: str) -> str:
    """Return the driver's source with our calls.

    Raises ToolBrokeError for a place that is missing or ambiguous.
    """
    place = _only(source, r"^#define[ \t]+MAX_SUPPORTED_QUEUE_SIZE\b.*\n", "the rings' size")
    source = f'{source[: place[1]]}\n#include "{HEADER}"\n{source[place[1] :]}'
    for call in _CALLS:
        start, end = _body(source, call.within)
        what = f"`{call.theirs}` in {call.within}()"
        at, past = _only(source[start:end], rf"\b{call.theirs}\b", what)
        source = source[: start + at] + call.ours + source[start + past :]
    start, _ = _body(source, _ENABLES)
    return f"{source[:start]}\n\t{_TELL_TIME}\n{source[start:]}"


def _body(source: str, function: str) -> tuple[int, int]:
    """Return where the function's body is: after its opening brace, at its closing brace."""
    opening = rf"^[^\s#/][^;{{}}]*\b{function}\s*\([^;{{}}]*\)\s*\{{"
    _, start = _only(source, opening, f"the function {function}()")
    end = re.compile(r"^\}", re.MULTILINE).search(source, start)
    if end is None:
        raise _does_not_fit(f"found no end of the function {function}()")
    return start, end.start()


def _only(text: str, pattern: str, what: str) -> tuple[int, int]:
    found = [match.span() for match in re.finditer(pattern, text, re.MULTILINE)]
    if len(found) != 1:
        raise _does_not_fit(f"expected {what} once, found it {len(found)} times")
    return found[0]


def _does_not_fit(what: str) -> ToolBrokeError:
    return ToolBrokeError(
        f"fwgen's changes do not fit this kernel source ({DRIVER}): {what}",
        "use the source that `fwgen setup --only linux` fetches: Linux 6.1",
    )
