"""Forked random streams: one for each purpose, so that one more draw changes nothing else."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """Random numbers for one purpose of one seed. Only `random()` is used of Python's generator:
    its sequence is the same in every release of Python."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._next = random.Random(f"{seed}/{purpose}").random

    def chance(self, share: float) -> bool:
        return self._next() < share

    def between(self, least: int, most: int) -> int:
        """Return a whole number; both bounds are included."""
        return least + int(self._next() * (most - least + 1))

    def spread(self, least: int, most: int) -> int:
        """Return a whole number whose order of magnitude is evenly distributed."""
        return round(least * math.exp(self._next() * math.log(most / least)))

    def pick(self, items: Sequence[T]) -> T:
        return items[self.between(0, len(items) - 1)]
