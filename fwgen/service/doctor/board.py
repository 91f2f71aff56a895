"""The board as its files show it. Tests have a folder that looks like it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from fwgen.errors import FwgenError
from fwgen.service.settings import Settings

State = Literal["ok", "bad", "unknown"]
RUNNING: Final = ("running", "attached")
"""States of a remote processor whose firmware runs."""


@dataclass(frozen=True)
class Finding:
    name: str
    state: State
    text: str
    cure: str = ""

    def to_json(self) -> dict[str, str]:
        found = {"name": self.name, "state": self.state, "text": self.text}
        return {**found, "cure": self.cure} if self.cure else found


def ok(name: str, text: str) -> Finding:
    return Finding(name, "ok", text)


def bad(name: str, text: str, cure: str) -> Finding:
    return Finding(name, "bad", text, cure)


def unknown(name: str, text: str) -> Finding:
    return Finding(name, "unknown", text)


SILENT: Final = FwgenError("fwgen-peer does not run", "`systemctl restart fwgen-peer`")


@dataclass(frozen=True)
class Board:
    """`root`: where /sys, /proc and /dev are; `status`: of the running service, if one answers;
    `silent`: why none does."""

    settings: Settings
    root: Path = Path("/")
    status: dict[str, Any] | None = None
    utc_us: int = 0
    silent: FwgenError = SILENT

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def text(self, name: str | Path) -> str | None:
        """Return a file's text without the line's end; None: it cannot be read."""
        try:
            raw = self.path(str(name)).read_bytes()
        except OSError:
            return None
        return raw.decode("utf-8", "replace").rstrip("\0\n")

    def glob(self, pattern: str) -> list[str]:
        """Return the names that match, as from /."""
        found = sorted(self.root.glob(pattern.lstrip("/")))
        return [f"/{path.relative_to(self.root)}" for path in found]
