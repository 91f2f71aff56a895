"""The record of a campaign: what was tried, what failed; kept in a folder, so that a campaign that
was stopped goes on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import fwgen
from fwgen import files
from fwgen.campaign.trial import Failure, Setting
from fwgen.errors import FwgenError, InputError

FORMAT: Final = 1
NAME: Final = "campaign.json"
_KEY: Final = "fwgen-campaign"
_MOST_BYTES: Final = 1 << 20
_CODE: Final = (".py", ".c", ".h", ".j2", ".toml", ".yaml", ".ld")
_ELSEWHERE: Final = "choose another folder with `--report DIR`"


@dataclass
class Record:
    """`done`: the seeds from `first` to before `first + done` were tried. `files`: those that this
    campaign wrote, with their SHA-256."""

    setting: Setting
    first: int
    seeds: int
    done: int = 0
    wall_s: float = 0.0
    tally: Counter[str] = field(default_factory=Counter)
    failure: Failure | None = None
    steps: int | None = None  # of the shrunk scenario
    tries: int = 0  # to shrink it
    files: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the JSON document."""
        return {
            _KEY: FORMAT,
            "program": program(),
            "backend": self.setting.backend,
            "plant": self.setting.plant or None,
            "first": self.first,
            "seeds": self.seeds,
            "done": self.done,
            "wall_s": round(self.wall_s, 3),
            "tried": dict(sorted(self.tally.items())),
            "failure": self._failure(),
            "files": self.files,
            "verdict": self.verdict,
        }

    @property
    def verdict(self) -> str:
        if self.failure is not None:
            return "fail"
        return "pass" if self.done == self.seeds else "stopped"

    def _failure(self) -> dict[str, Any] | None:
        if self.failure is None:
            return None
        return {**asdict(self.failure), "steps": self.steps, "tries": self.tries}

    def save(self, folder: Path) -> None:
        text = json.dumps(self.document(), indent=2) + "\n"
        try:
            files.replace({folder / NAME: text.encode()})
        except OSError as error:
            raise _unusable(folder, error) from error

    @contextmanager
    def begun(self, folder: Path) -> Iterator[None]:
        """Save the record. If an error ends the campaign before a history was tried, leave the
        folder as it was."""
        path = folder / NAME
        made = [place for place in (folder, *folder.parents) if not place.exists()]
        before = path.read_bytes() if path.is_file() else None
        self.save(folder)
        try:
            yield
        except FwgenError:
            if self.done == 0 and before is not None:
                files.replace({path: before})
            elif self.done == 0:
                with suppress(OSError):
                    path.unlink()
                    for place in made:
                        place.rmdir()
            raise

    def free_stem(self, folder: Path, stem: str, endings: Sequence[str]) -> str:
        """Return the stem, or the first of STEM-2, STEM-3, ... with which no file has a name that
        another program wrote."""

        def taken(stem: str) -> bool:
            return any(self._is_foreign(folder / f"{stem}{ending}") for ending in endings)

        numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        try:
            return next(name for name in numbered if not taken(name))
        except OSError as error:
            raise _unusable(folder, error) from error

    def _is_foreign(self, path: Path) -> bool:
        return path.exists() and (
            not path.is_file() or _digest(path.read_bytes()) != self.files.get(path.name)
        )

    def write(self, folder: Path, name: str, text: str) -> Path:
        """Write a file of this campaign. Raises InputError if another one has its name."""
        path = folder / name
        try:
            if self._is_foreign(path):
                raise InputError(f"{path} exists, and this campaign did not write it", _ELSEWHERE)
            files.replace({path: text.encode()})
        except OSError as error:
            raise _unusable(folder, error) from error
        self.files[name] = _digest(text.encode())
        return path


def open_record(folder: Path, setting: Setting, first: int, seeds: int) -> Record:
    """Return the record in the folder if it is of the same campaign, else a new one. Raises
    InputError if the folder has another campaign, or a file that no campaign wrote."""
    fresh = Record(setting, first, seeds)
    try:
        content = files.read_regular(folder / NAME, _MOST_BYTES)
    except FileNotFoundError:
        return fresh
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        found = json.loads(content)
        same = found[_KEY] == FORMAT
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise InputError(f"{folder / NAME} is not a campaign's record", _ELSEWHERE)
    wanted = fresh.document()
    differs = [
        name for name in ("program", "backend", "plant", "first") if found[name] != wanted[name]
    ]
    if differs:
        told = ", ".join(f"{name} {found[name]}" for name in differs)
        raise InputError(f"{folder} has another campaign ({told})", f"remove it, or {_ELSEWHERE}")
    if found["failure"] is not None or found["done"] > seeds:
        fresh.files = found["files"]
        return fresh
    return Record(
        setting,
        first,
        seeds,
        done=found["done"],
        wall_s=found["wall_s"],
        tally=Counter(found["tried"]),
        files=found["files"],
    )


@cache
def program() -> str:
    """Return a digest of fwgen's code: the same code gives the same histories and verdicts."""
    root = Path(fwgen.__file__).parent
    digest = hashlib.sha256(fwgen.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.suffix in _CODE and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unusable(folder: Path, error: OSError) -> InputError:
    return InputError(f"{folder} cannot be used: {error.strerror or error}", _ELSEWHERE)
