"""Numbers and texts for the findings."""

from __future__ import annotations

from fwgen.soc.region import Region


def span(region: Region) -> str:
    """Return start and size as in a `reg`: `0xa043000 + 0x1d000`."""
    return f"0x{region.start:x} + 0x{region.size_bytes:x}"


def cells(values: list[int]) -> str:
    return f"<{' '.join(f'0x{value:x}' for value in values)}>" if values else "nothing"


def text(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values) or "nothing"
