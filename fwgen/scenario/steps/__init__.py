"""The steps of a scenario, one file each: its keys, its action, where it is not supported, and its
line in docs/scenarios.md. A file in this folder is a step; nothing else has to name it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from fwgen.scenario.steps.base import Step

__all__ = ["STEPS", "Step", "make_step"]


def _found() -> Iterator[tuple[str, type[Step]]]:
    for module in pkgutil.iter_modules(__path__):
        content = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for item in content.values():
            is_step = isinstance(item, type) and issubclass(item, Step)
            if is_step and item.__module__ == f"{__name__}.{module.name}" and item.name():
                yield item.name(), item


STEPS: dict[str, type[Step]] = dict(_found())
"""By name, in alphabetical order."""


def make_step(name: str, **values: Any) -> Step:
    """Return a step for `Backend.do`; `values`: its attributes."""
    return STEPS[name](do=name, at_us=0, **values)
