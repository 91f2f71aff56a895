"""What is found of one expectation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """How often an expectation was not met, and a sentence with the first case ("": none)."""

    times: int = 0
    told: str = ""
