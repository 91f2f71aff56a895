"""Ranges of addresses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A range of addresses from `start` to `end`, without `end`."""

    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        return self.start + self.size_bytes

    def overlaps(self, other: Region) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Region) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Carveout(Region):
    """A piece of memory that the board's device trees declare.

    `owner`: its owner ('m33' if the firmware may use it). `linux` and `optee`: the labels of the
    reserved-memory nodes in those trees ('' if a tree has none).
    """

    name: str
    memory: str
    owner: str
    title: str
    source: str
    linux: str = ""
    optee: str = ""
