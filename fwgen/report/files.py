"""Writes a run's report to a folder.

`report.manifest` lists the files with their SHA-256, in the format of `fwgen.manifest`. A file
belongs to fwgen as long as the manifest lists it with its current hash; any other file is never
changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fwgen.errors import InputError
from fwgen.files import read_regular, replace
from fwgen.generate import manifest
from fwgen.wire.channel import Channel, decimal, unpacked
from fwgen.wire.sample import STATUS_NAMES, SampleStatus

if TYPE_CHECKING:
    from fwgen.record import RunRecord
    from fwgen.report.model import Report
    from fwgen.report.samples import SampleCheck

PAGE: Final = "report.html"
DATA: Final = "report.json"
SAMPLES: Final = "samples.csv"
SECOND: Final = "samples-1.csv"
"""Of a second sensor, whose samples are stream 1."""
_BEFORE: Final = "number,boot,taken_s,"
_AFTER: Final = ",status,late_16ths,fate,arrived_s"
MANIFEST: Final = "report.manifest"
_NAMES: Final = (PAGE, DATA, SAMPLES, SECOND)
_MOST_MANIFEST_BYTES: Final = 1 << 16
_HELP: Final = "choose another folder with `--report DIR`"


def check_directory(directory: Path) -> None:
    """Raise InputError if the folder cannot be written, or has a file with a report's name that
    fwgen did not write or that was changed since."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        written = _written(directory)
        foreign = [name for name in _NAMES if not _is_ours(directory / name, written.get(name))]
        changed = [name for name in foreign if name in written]
    except OSError as error:
        raise _unusable(directory, error) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise InputError(f"cannot write the report to {directory}: no permission", _HELP)
    if foreign:
        named = ", ".join(str(directory / name) for name in foreign)
        why = "were changed since fwgen wrote them" if changed == foreign else "fwgen did not write"
        raise InputError(
            f"the report would overwrite files that {why}: {named}; nothing was changed",
            f"rename or remove them, or {_HELP}",
        )


def write_report(
    directory: Path,
    record: RunRecord,
    report: Report,
    checks: Sequence[SampleCheck] | None = None,
    *,
    samples: bool = False,
) -> Path:
    """Write the JSON, the page and, if `samples`, a CSV for each sensor; return the page's path.
    `checks`: those of each sensor's samples; without them the samples are checked again.

    Raises InputError like check_directory. Each file is complete at any time, old or new.
    """
    from fwgen.report.document import to_json
    from fwgen.report.html import render_html
    from fwgen.report.samples import check_all

    check_directory(directory)
    checks = checks or check_all(record)
    files: dict[str, Iterable[str]] = {
        DATA: [to_json(report)],
        PAGE: [render_html(record, report, checks)],
    }
    if samples:
        of_sensors = zip((SAMPLES, SECOND), record.of_sensors, checks, strict=False)
        files |= {name: samples_csv(one, check) for name, one, check in of_sensors}
    _write(directory, files)
    return directory / PAGE


def samples_csv(record: RunRecord, check: SampleCheck) -> Iterator[str]:
    """Yield a line for each sample taken: its values, and whether it arrived; in parts."""
    import numpy as np

    from fwgen.report.scene import Run

    channels = record.channels
    yield csv_header(record)
    for scene in Run(record, check).parts():
        end = scene.first + len(scene.taken_s)
        taken = record.taken.part(scene.first, end)
        declared = check.in_gap[scene.first : end]
        fate = np.select([scene.arrived, declared], ["arrived", "declared"], "lost")
        columns = (
            taken.seq.tolist(),
            taken.boot.tolist(),
            scene.taken_s.tolist(),
            taken.value.tolist(),
            taken.status.tolist(),
            taken.late_16ths.tolist(),
            fate.tolist(),
            scene.arrival_s.tolist(),
        )
        for seq, boot, at_s, value, status, late, what, arrived_s in zip(*columns, strict=True):
            values = _cells(channels, value, status)
            arrived = f"{arrived_s:.6f}" if what == "arrived" else ""
            fields = (seq, boot, f"{at_s:.6f}", *values, STATUS_NAMES[status], late, what, arrived)
            yield ",".join(map(str, fields)) + "\n"


def _cells(channels: Sequence[Channel], value: int, status: int) -> list[str]:
    """Return the quantities. Without values a plain channel has its raw number, 0."""
    raw = unpacked([channel.width for channel in channels], value)
    has_values = status <= SampleStatus.TOO_FAR
    return [
        decimal(channel.quantity(number)) if has_values or channel.plain else ""
        for channel, number in zip(channels, raw, strict=True)
    ]


def csv_header(record: RunRecord) -> str:
    """Return the first line; a column is named after the channel and its unit: `distance_mm`."""
    names = ",".join(f"{channel.name}_{channel.unit}" for channel in record.channels)
    return f"{_BEFORE}{names}{_AFTER}\n"


def _write(directory: Path, files: Mapping[str, Iterable[str]]) -> None:
    """Replace the report; remove a file of an earlier one that this one does not have."""
    staged: list[tuple[Path, Path]] = []
    try:
        entries: manifest.Entries = {}
        for name, parts in files.items():
            temporary = directory / f".{name}.{os.getpid()}.fwgen-tmp"
            staged.append((temporary, directory / name))
            _store(temporary, parts)
            with temporary.open("rb") as stream:
                entries[name] = {hashlib.file_digest(stream, "sha256").hexdigest()}
        place, before = directory / MANIFEST, _written(directory)
        replace({place: manifest.to_bytes(manifest.both(before, entries))})
        for temporary, target in staged:
            temporary.replace(target)
        for name in _NAMES:
            if name not in files:
                (directory / name).unlink(missing_ok=True)
        replace({place: manifest.to_bytes(entries)})
    except OSError as error:
        raise _unusable(directory, error) from error
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _store(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(parts)


def _written(directory: Path) -> manifest.Entries:
    """Return the files that fwgen wrote into the folder, with their hashes."""
    try:
        content = read_regular(directory / MANIFEST, _MOST_MANIFEST_BYTES)
    except FileNotFoundError:
        return {}
    if content.splitlines()[:1] != manifest.to_bytes({}).splitlines()[:1]:
        raise InputError(
            f"{directory / MANIFEST}: expected a list of files that fwgen wrote, found another "
            "file; nothing was changed",
            f"rename it, or {_HELP}",
        )
    return manifest.parse(content)


def _is_ours(path: Path, hashes: set[str] | None) -> bool:
    """Whether the file may be overwritten: it is missing, empty, or has one of the hashes."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return not path.is_symlink()
    return digest in (hashes or set()) or path.stat().st_size == 0


def _unusable(directory: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(f"cannot write the report to {directory}: {reason}", _HELP)
