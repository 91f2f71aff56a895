"""The page of a campaign, written from its record: what is promised, tried and found.

`python -m fwgen.campaign.page` writes docs/proven.md again from the record in it, and from
tests/campaign/planted.json: what a campaign found of the faults that `--plant` puts into the core.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fwgen import files
from fwgen.checkout import ROOT, write_made
from fwgen.errors import InputError
from fwgen.scenario.steps import STEPS

PAGE: Final = "docs/proven.md"
FOUND: Final = ROOT / "tests" / "campaign" / "found"
PLANTED: Final = ROOT / "tests" / "campaign" / "planted.json"
_HEAD: Final = "<!-- written by `fwgen campaign --page FILE`; do not edit -->\n"
_RECORD: Final = "<!-- the record: "
_END: Final = " -->\n"
_MOST_BYTES: Final = 1 << 20
_PROMISED: Final = (
    "Every sample that the firmware takes arrives once and in order, with the value that the "
    "sensor gave and the time of the schedule; or it is declared lost.",
    "Samples are declared lost only if the log is full, or its memory was damaged or erased.",
    "While Linux is awake and reads, no sample is older than the spec's latency.",
    "The firmware never touches DDR while it is closed.",
    "It wakes Linux for the reasons of its spec, when they occur, and for nothing else.",
    "After each fault the service resumes: when nothing happens any more, everything arrives.",
)
_CAUSES: Final = {
    "user": "a user",
    "timer": "a timer",
    "log-full": "the firmware: the log was nearly full",
    "level": "the firmware: the log had reached its level",
    "age": "the firmware: a sample had waited for the longest time",
    "condition": "the firmware: a condition had become true",
    "firmware": "the firmware, without an application to which it could say why",
    "abort": "called off before DDR was closed",
    "refused": "the firmware did not agree",
    "reboot": "a reboot of Linux",
    "restart": "a reset of the board, or a loss of power",
    "end": "the end of the history",
}


def check_page(path: Path) -> None:
    """Raise InputError if the file exists and is no page of a campaign."""
    try:
        text = files.read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(
            f"--page: {path} cannot be used: {error.strerror or error}", "name another file"
        ) from error
    if not text.startswith(_HEAD.encode()):
        raise InputError(f"--page: {path} is no page of a campaign", "name another file")
    if not _is_unchanged(text.decode(errors="replace")):
        raise InputError(
            f"--page: {path} was changed after it was written", "name another file, or remove it"
        )


def write_page(path: Path, record: Mapping[str, Any]) -> None:
    """Write the page of a record (Record.document). Raises InputError if the file exists and is no
    page of a campaign, or cannot be written."""
    check_page(path)
    try:
        files.replace({path: page_text(record, path).encode()})
    except OSError as error:
        raise InputError(
            f"--page: {path} cannot be written: {error.strerror or error}", "name another file"
        ) from error


def page_text(record: Mapping[str, Any], path: Path = ROOT / PAGE) -> str:
    """Return the page in Markdown, as the file `path`. That of the source tree also has what was
    found so far."""
    text = "\n".join(_lines(record, path)) + "\n"
    kept = {name: value for name, value in record.items() if name != "files"}
    kept["page"] = _digest(text)
    return f"{_HEAD}{text}{_RECORD}{json.dumps(kept)}{_END}"


def record_in(page: str) -> dict[str, Any]:
    """Return the record from which a page was written."""
    found: dict[str, Any] = json.loads(page.partition(_RECORD)[2].removesuffix(_END))
    found.pop("page", None)
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_unchanged(page: str) -> bool:
    text, _, rest = page.removeprefix(_HEAD).partition(_RECORD)
    try:
        return bool(json.loads(rest.removesuffix(_END))["page"] == _digest(text))
    except (ValueError, KeyError, TypeError):
        return False


def _lines(record: Mapping[str, Any], path: Path) -> Iterator[str]:
    tried, own = record["tried"], path.resolve() == ROOT / PAGE
    yield "# What a campaign has tried"
    yield ""
    yield f"{_link('campaign.md', own)} explains what a campaign does."
    yield ""
    yield "## Promised"
    yield ""
    yield from (f"- {promise}" for promise in _PROMISED)
    yield ""
    yield f"{_link('scenarios.md', own, '#standing-expectations')} says how each is judged."
    yield ""
    yield "## Tried"
    yield ""
    yield from _verdict(record)
    yield ""
    yield from _table("", "", _figures(tried))
    yield ""
    yield from _table("sleeps that ended by", "", _by(tried, "woken_by", _CAUSES))
    yield ""
    yield from _table("step", "", _by(tried, "step", {name: f"`{name}`" for name in STEPS}))
    yield ""
    if own:
        yield "## Found and fixed"
        yield ""
        yield "Each is kept as a small scenario in `tests/campaign/found`, which the tests run."
        yield ""
        yield from _found()
        yield ""
        yield "## Planted"
        yield ""
        yield from _planted()
        yield ""
    yield "## Again"
    yield ""
    first, backend = record["first"], record["backend"]
    words = f"--seed {first} --seeds {record['done']}"
    words += "" if backend == "host" else f" --backend {backend}"
    words += f" --plant {shlex.quote(os.path.relpath(record['plant']))}" if record["plant"] else ""
    yield f"    fwgen campaign {words} --page {PAGE if own else shlex.quote(os.path.relpath(path))}"
    if own:
        yield "    fwgen run tests/campaign/found/NAME.yaml --seed SEED"
        yield ""
        yield "The first line of each of these scenarios names its seed."
    yield ""
    yield f"The same code (digest {record['program']}) gives the same histories and verdicts;"
    yield "`fwgen campaign` prints the digest of its own."


def _link(name: str, own: bool, part: str = "") -> str:
    return f"[{name}]({name}{part})" if own else f"`docs/{name}` of fwgen"


def _verdict(record: Mapping[str, Any]) -> Iterator[str]:
    first, done = record["first"], record["done"]
    how = "the ELF on the emulated board" if record["backend"] == "renode" else "the host backend"
    minutes = record["wall_s"] / 60
    took = f"{minutes:,.0f} minutes" if minutes >= 2 else f"{record['wall_s']:,.0f} s"
    if record["plant"]:
        how += f", with the fault {Path(record['plant']).name} planted in the core"
    count, seeds = f"{done:,}", f"seeds {first:,} to {first + done - 1:,}"
    if record["verdict"] == "stopped":
        count, seeds = f"{count} of {record['seeds']:,}", f"{seeds}; then it was stopped"
    yield f"{count} histories ({seeds}) with {how}, in {took}:"
    failure = record["failure"]
    if failure is None:
        yield "all of them passed."
    else:
        yield f"seed {failure['seed']:,} failed: {failure['reasons'][0]}"


def _figures(tried: Mapping[str, int]) -> list[tuple[str, int]]:
    return [
        ("hours of virtual time", round(tried.get("virtual_ms", 0) / 3_600_000)),
        ("samples taken", tried.get("samples", 0)),
        ("of these declared lost", tried.get("declared_lost", 0)),
        ("sleeps", tried.get("sleeps", 0)),
        ("restarts of the M33", tried.get("outages", 0)),
        ("logs erased", tried.get("erasures", 0)),
        ("crashes of the firmware", tried.get("crashes", 0)),
    ]


def _by(tried: Mapping[str, int], group: str, names: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return what was counted in a group, most frequent first."""
    counted = [(told, tried.get(f"{group} {name}", 0)) for name, told in names.items()]
    return sorted((item for item in counted if item[1]), key=lambda item: -item[1])


def _table(left: str, right: str, rows: list[tuple[str, int]]) -> Iterator[str]:
    yield f"| {left} | {right} |"
    yield "|---|---:|"
    yield from (f"| {name} | {number:,} |" for name, number in rows)


def _found() -> Iterator[str]:
    """Yield what is kept in the source tree: the comment of each scenario that once failed."""
    for path in sorted(FOUND.glob("*[!c].yaml")):
        lines = path.read_text("utf-8").splitlines()
        told = " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
        yield f"- *{path.stem.replace('-', ' ')}.* {told}"


def _planted() -> Iterator[str]:
    """Yield what campaigns found of planted faults, the soonest found first."""
    record = json.loads(PLANTED.read_text("utf-8"))
    yield "Each of these faults was planted in the core, one at a time. From seed 0 on, a campaign"
    yield f"found it and made the history smaller (code with digest {record['program']}):"
    yield ""
    yield "| the firmware | found by seed | steps left |"
    yield "|---|---:|---:|"
    for one in sorted(record["faults"].values(), key=lambda one: (one["seed"], one["title"])):
        yield f"| {one['title']} | {one['seed']:,} | {one['steps']} |"


def main() -> int:
    """Write the page of the source tree again, from the record in it."""
    return write_made({PAGE: page_text(record_in((ROOT / PAGE).read_text("utf-8")))})


if __name__ == "__main__":
    sys.exit(main())
