"""Runs of samples of every kind for the tests: lists of (word, lateness).

A word is a sample of one channel of 13 bits, as the reference spec has it: `status << 13 | value`.
"""

from __future__ import annotations

from random import Random

Sample = tuple[int, int]
Full = tuple[int, tuple[int, ...], int]
"""A sample of any number of channels: status, values (none if the status has none), lateness."""
DISTANCE = (13,)
"""The widths of the channels."""
KINDS = ("walk", "still", "wild", "absent", "late", "extreme", "any")
NO_DISTANCE = (3, 4, 5)


def full(word: int, late: int = 0) -> Full:
    return word >> 13, () if word >> 13 in NO_DISTANCE else (word & 0x1FFF,), late


def word_of(sample: Full) -> int:
    status, values, _ = sample
    return word(status, values[0] if values else 0)


def wide(kind: str, widths: tuple[int, ...], count: int, random: Random) -> list[Full]:
    """Return samples of several channels: drifting or wild, some late or without values."""
    level = [float(random.randrange(1 << width)) for width in widths]
    noise = [random.choice((0, 0.5, 3, 100, 1 << width)) for width in widths]
    found: list[Full] = []
    for _ in range(count):
        level = [value + random.gauss(0, 0.05) for value in level]
        values = tuple(
            round(value + random.gauss(0, sigma)) % (1 << width)
            for value, sigma, width in zip(level, noise, widths, strict=True)
        )
        status, late = 0, 0
        if kind == "wild":
            values = tuple(random.randrange(1 << width) for width in widths)
            status, late = random.randrange(6), random.choice((0, 0, 9))
        elif random.random() < 0.03:
            status, late = random.choice((0, 1, 3, 3, 5)), random.choice((0, 15))
        found.append((status, () if status in NO_DISTANCE else values, late))
    return found


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
