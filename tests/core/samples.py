"""Runs of samples of every kind for the tests: lists of (word, lateness)."""

from __future__ import annotations

from random import Random

Sample = tuple[int, int]
KINDS = ("walk", "still", "wild", "absent", "late", "extreme", "any")
NO_DISTANCE = (3, 4, 5)


def word(status: int, distance: int) -> int:
    return status << 13 | (0 if status in NO_DISTANCE else distance)


def samples(kind: str, count: int, random: Random) -> list[Sample]:
    return [_SOURCES[kind](random, i) for i in range(count)]


def _walk(random: Random, i: int) -> Sample:
    way = i * 72 % 6000
    distance = 500 + (way if way < 3000 else 6000 - way) + round(random.gauss(0, 2))
    return word(3 if random.random() < 0.01 else 0, distance), 0


def _still(random: Random, _: int) -> Sample:
    return word(3 if random.random() < 0.002 else 0, 1500 + round(random.gauss(0, 2))), 0


def _wild(random: Random, _: int) -> Sample:
    return word(random.randrange(6), random.randrange(8192)), random.choice((0, 0, 0, 7))


def _absent(random: Random, _: int) -> Sample:
    return word(random.choice((3,) * 30 + (0, 4, 5)), 3000), 0


def _late(random: Random, i: int) -> Sample:
    sample, _ = _walk(random, i)
    return sample, random.randrange(16)


def _extreme(random: Random, i: int) -> Sample:
    return word(i % 3, 8191 * random.randrange(2)), random.choice((0, 0, 15))


def _any(random: Random, i: int) -> Sample:
    return _SOURCES[random.choice(KINDS[:-1])](random, i)


_SOURCES = {
    "walk": _walk,
    "still": _still,
    "wild": _wild,
    "absent": _absent,
    "late": _late,
    "extreme": _extreme,
    "any": _any,
}
