"""Adds to the wheel the modules of ../fwgen that pyproject.toml lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TREE = Path(__file__).resolve().parents[1]


class SelectModules(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling. Raises FileNotFoundError if a pattern matches nothing."""
        for pattern in self.config["modules"]:
            found = sorted((TREE / "fwgen").glob(pattern))
            if not found:
                raise FileNotFoundError(f"no file matches fwgen/{pattern}")
            for path in found:
                build_data["force_include"][str(path)] = path.relative_to(TREE).as_posix()
