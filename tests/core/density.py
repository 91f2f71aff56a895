"""The bytes that the log needs for a sample, including headers and CRC."""

from __future__ import annotations

from array import array

from tests.core.clog import Config, Log, Memory
from tests.core.samples import full


def blocks(words: array[int]) -> list[bytes]:
    """Return the samples in the form of the log, all on time."""
    log = Log(Memory(272), Config())
    log.append_many(0, words)
    found = [view.data for view in log.drain()]
    assert log.dropped_total == 0
    return [data for data in found if data is not None]


def bytes_per_value(
    widths: tuple[int, ...], run: list[tuple[int, ...]], period_us: int = 60_000
) -> float:
    """Return the bytes for each sample and channel. `run`: the values of valid samples on time."""
    log = Log(Memory(272), Config(period_us, widths=widths))
    for index, values in enumerate(run):
        log.add(index * log.config.period_us, (0, values, 0))
    found = [view.data or b"" for view in log.drain()]
    assert log.dropped_total == 0
    return sum(map(len, found)) / len(run) / len(widths)


def bytes_per_sample(words: array[int]) -> float:
    return sum(map(len, blocks(words))) / len(words)


def bytes_of_two(
    words: array[int], period_us: int, widths: tuple[int, ...], run: list[tuple[int, ...]]
) -> tuple[float, float, int]:
    """Return what a second sensor in the log of `words` makes of it: the bytes for each sample of
    the first one, those for each sample and channel of the second one, and the slots used.

    `run`: the second sensor's values, one tuple every `period_us`, as long as the words take.
    """
    log = Log(Memory(272), Config(other=(period_us, widths, 0)))
    log.rewind(0, 1)
    taken = 0
    for index, word in enumerate(words):
        now_us = index * log.config.period_us
        while taken < len(run) and taken * period_us <= now_us:
            log.add(taken * period_us, (0, run[taken], 0), 1)
            taken += 1
        log.add(now_us, full(word))
    used = log.used_slots
    sizes = [0, 0]
    for view in log.drain():
        sizes[view.stream] += len(view.data or b"")
    assert log.dropped_total == 0 and taken == len(run)
    return sizes[0] / len(words), sizes[1] / len(run) / len(widths), used
