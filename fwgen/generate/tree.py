"""Generated files on the disk: what differs, and writing just that."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fwgen.errors import InputError
from fwgen.generate import banner

_TEMPORARY_SUFFIX = ".fwgen-tmp"


@dataclass
class Comparison:
    """Relative paths, sorted. `foreign` are files in the way that fwgen did not write; `stale` were
    written by fwgen earlier and are no longer part of the tree."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def current(self) -> bool:
        return not (self.created or self.changed or self.foreign or self.stale)


def compare(files: Mapping[str, bytes], directory: Path) -> Comparison:
    """What `write` would do. Raises InputError where the directory cannot be read."""
    result = Comparison()
    for relative, content in sorted(files.items()):
        try:
            found = _read(directory, relative)
        except OSError as error:
            raise _unusable(directory / relative, error) from error
        if found is None:
            result.created.append(relative)
        elif found == content:
            result.unchanged.append(relative)
        elif banner.stands_in(found):
            result.changed.append(relative)
        else:
            result.foreign.append(relative)
    result.stale = sorted(_stale(files, directory))
    return result


def write(files: Mapping[str, bytes], directory: Path) -> Comparison:
    """Bring the directory up to date; returns what was found before.

    Only files whose content differs are touched. All of them are staged beside their places first
    and then moved there one by one, so that an interrupted run leaves every file whole, old or new.
    Raises InputError before the first write if a file in the way is not fwgen's.
    """
    comparison = compare(files, directory)
    if comparison.foreign:
        raise InputError(_foreign_text(comparison.foreign, directory))
    staged: list[tuple[Path, Path]] = []
    try:
        for relative in comparison.created + comparison.changed:
            target = directory / relative
            temporary = target.with_name(f".{target.name}.{os.getpid()}{_TEMPORARY_SUFFIX}")
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.append((temporary, target))
            temporary.write_bytes(files[relative])
        while staged:
            temporary, target = staged[0]
            temporary.replace(target)
            del staged[0]
        for relative in comparison.stale:
            _remove(directory, relative)
    except OSError as error:
        raise _unusable(directory, error) from error
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink()
    return comparison


def differences(files: Mapping[str, bytes], directory: Path, comparison: Comparison) -> str:
    """A unified diff from what is on the disk to what fwgen generates; '' if all is current."""
    parts = [f"missing: {directory / relative}\n" for relative in comparison.created]
    parts += [f"no longer generated: {directory / relative}\n" for relative in comparison.stale]
    parts += [f"not written by fwgen: {directory / relative}\n" for relative in comparison.foreign]
    for relative in comparison.changed:
        path = directory / relative
        try:
            found = path.read_bytes()
        except OSError as error:
            raise _unusable(path, error) from error
        parts += difflib.unified_diff(
            _lines(found),
            _lines(files[relative]),
            fromfile=f"{path} (on disk)",
            tofile=f"{path} (generated)",
        )
    return "".join(parts)


def _read(directory: Path, relative: str) -> bytes | None:
    try:
        return (directory / relative).read_bytes()
    except FileNotFoundError:
        return None


def _stale(files: Mapping[str, bytes], directory: Path) -> Iterator[str]:
    """Generated files that are not in the set, in the folders that fwgen writes to and no others
    (a build folder beside them may hold copies that are nobody's business)."""
    folders = {Path(relative).parts[0] for relative in files if "/" in relative}
    candidates = [entry for entry in _entries(directory) if entry.is_file()]
    for folder in sorted(folders):
        candidates += (path for path in (directory / folder).rglob("*") if path.is_file())
    for path in candidates:
        relative = path.relative_to(directory).as_posix()
        if relative in files:
            continue
        try:
            with path.open("rb") as stream:
                head = stream.read(256)
        except OSError:
            continue
        if banner.stands_in(head):
            yield relative


def _entries(directory: Path) -> list[Path]:
    return list(directory.iterdir()) if directory.is_dir() else []


def _remove(directory: Path, relative: str) -> None:
    """Remove a file and the folders that it leaves empty."""
    path = directory / relative
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == directory or any(folder.iterdir()):
            break
        folder.rmdir()


def _lines(content: bytes) -> list[str]:
    lines = content.decode("utf-8", errors="backslashreplace").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _foreign_text(foreign: list[str], directory: Path) -> str:
    named = "\n".join(f"  {directory / relative}" for relative in foreign)
    return (
        f"not written, because fwgen did not make what stands there (no '{banner.MARK}' in the "
        f"first line):\n{named}\n"
        "Move it away, or choose another folder with -o. Nothing was changed."
    )


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot write the generated files: {error.filename or path}: {error.strerror}"
    )
