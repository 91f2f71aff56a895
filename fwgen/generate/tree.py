"""Compares generated files with those on disk, and writes only the ones that differ.

The folder's manifest lists the files that fwgen wrote. Other files, and files that were edited
since, are never overwritten or removed.
"""

from __future__ import annotations

import difflib
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fwgen import files as disk
from fwgen.errors import InputError
from fwgen.generate import manifest

_MOST_BYTES = 16 << 20


@dataclass
class Comparison:
    """Relative paths, sorted.

    `edited`: listed in the manifest and edited since; `foreign`: in the way, and not written by
    fwgen; `stale`: written by fwgen earlier and no longer part of the tree; `kept`: no longer part
    of the tree, but edited, so they stay.
    """

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    known: manifest.Entries = field(default_factory=dict)
    manifest_differs: bool = False

    @property
    def current(self) -> bool:
        """Whether `write` would change nothing."""
        found = (self.created, self.changed, self.edited, self.foreign, self.stale, self.kept)
        return not any(found) and not self.manifest_differs


def compare(files: Mapping[str, bytes], directory: Path) -> Comparison:
    """Return what `write` would do.

    Raises InputError if the directory cannot be read, or if a folder in it is a link to a place
    outside.
    """
    written = _read(directory, manifest.NAME)
    known = manifest.parse(written or b"")
    listed = manifest.to_bytes(manifest.of(files))
    result = Comparison(known=known, manifest_differs=written != listed)
    for relative, content in sorted(files.items()):
        _stay_inside(directory, relative)
        found = _read(directory, relative)
        if found is None:
            dangling = (directory / relative).is_symlink()
            (result.foreign if dangling else result.created).append(relative)
        elif found == content:
            result.unchanged.append(relative)
        elif relative not in known or (directory / relative).is_symlink():
            result.foreign.append(relative)
        elif manifest.digest(found) in known[relative]:
            result.changed.append(relative)
        else:
            result.edited.append(relative)
    if (directory / manifest.NAME).is_symlink():
        result.foreign.append(manifest.NAME)
    for relative in sorted(known.keys() - files.keys()):
        found = _read_old(directory, relative)
        if found is not None:
            own = manifest.digest(found) in known[relative]
            (result.stale if own else result.kept).append(relative)
    return result


def write(files: Mapping[str, bytes], directory: Path, *, force: bool = False) -> Comparison:
    """Bring the directory up to date; return the comparison from before.

    It writes only files whose content differs, and each file is complete at any time. If two
    processes write at once, the second one waits. Raises InputError before the first write if a
    file in the way is not fwgen's or was edited; with `force` it overwrites the file.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory) as alone:
            found = compare(files, directory)
            if (found.foreign or found.edited) and not force:
                raise _in_the_way(found, directory)
            new = [*found.created, *found.changed, *found.edited, *found.foreign]
            if alone:
                _remove_leftovers(directory, {*files, *found.known, manifest.NAME})
            after = manifest.of(files)
            if new:  # a process killed from here on leaves only files that the manifest lists
                _write_manifest(directory, manifest.both(found.known, after))
                disk.replace({directory / name: files[name] for name in new if name in files})
            for relative in found.stale:
                _remove(directory, relative)
            if new or found.manifest_differs:
                _write_manifest(directory, after)
    except OSError as error:
        raise _unusable(directory, error) from error
    return found


def differences(files: Mapping[str, bytes], directory: Path, comparison: Comparison) -> str:
    """Return a unified diff from the files on disk to the generated ones; '' if all are current."""
    groups = (
        ("missing", comparison.created),
        ("no longer generated", comparison.stale),
        ("no longer generated, and edited", comparison.kept),
        ("not written by fwgen", comparison.foreign),
    )
    parts = [f"{what}: {directory / name}\n" for what, names in groups for name in names]
    if comparison.manifest_differs:
        parts.append(f"not up to date: {directory / manifest.NAME}\n")
    for relative in sorted([*comparison.changed, *comparison.edited]):
        path = directory / relative
        parts += difflib.unified_diff(
            _lines(_read(directory, relative) or b""),
            _lines(files[relative]),
            fromfile=f"{path} (on disk)",
            tofile=f"{path} (generated)",
        )
    return "".join(parts)


def _write_manifest(directory: Path, entries: manifest.Entries) -> None:
    disk.replace({directory / manifest.NAME: manifest.to_bytes(entries)})


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
    """Let one process at a time work in the directory. Yields False if the file system has no
    locks."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            locked = True
        except OSError:
            locked = False
        yield locked
    finally:
        os.close(descriptor)


def _remove_leftovers(directory: Path, names: set[str]) -> None:
    """Remove the temporary files that a killed process left beside these files."""
    for folder in {(directory / name).parent for name in names}:
        targets = {(directory / name).name for name in names if (directory / name).parent == folder}
        for path in folder.iterdir() if folder.is_dir() else ():
            if disk.target_of_temporary(path.name) in targets and not path.is_symlink():
                path.unlink(missing_ok=True)


def _stay_inside(directory: Path, relative: str) -> None:
    """Raise InputError if a folder in the file's path is a link to a place outside."""
    parent = (directory / relative).parent
    if not parent.resolve().is_relative_to(directory.resolve()):
        raise InputError(
            f"{parent} is a link out of {directory} to {parent.resolve()}: nothing was written",
            "remove the link, or choose another folder with -o",
        )


def _read(directory: Path, relative: str) -> bytes | None:
    path = directory / relative
    try:
        return disk.read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error) from error


def _read_old(directory: Path, relative: str) -> bytes | None:
    """Return a file of an earlier tree; None if it is gone or no longer a regular file."""
    path = directory / relative
    try:
        _stay_inside(directory, relative)
        return None if path.is_symlink() else disk.read_regular(path, _MOST_BYTES)
    except (OSError, InputError):
        return None


def _remove(directory: Path, relative: str) -> None:
    """Remove a file, and the folders that are empty without it."""
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


def _in_the_way(found: Comparison, directory: Path) -> InputError:
    parts = []
    for reason, names in (
        (f"fwgen did not write them ({manifest.NAME} does not list them)", found.foreign),
        ("they were edited after fwgen wrote them", found.edited),
    ):
        if names:
            named = "\n".join(f"  {directory / relative}" for relative in names)
            parts.append(f"these files are not overwritten, because {reason}:\n{named}")
    return InputError(
        "\n".join(parts) + "\nnothing was changed",
        "move them away, choose another folder with -o, or overwrite them with --force",
    )


def _unusable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"the generated files cannot be written: {error.filename or path}: {reason}",
        "choose another folder with -o",
    )
