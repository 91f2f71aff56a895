"""The bytes that the log needs for a sample of a bundled scene, including headers and CRC."""

from __future__ import annotations

from array import array

from tests.core.clog import Config, Log, Memory


def blocks(words: array[int]) -> list[bytes]:
    """Return the samples in the form of the log, all on time."""
    log = Log(Memory(272), Config())
    log.append_many(0, words)
    found = [view.data for view in log.drain()]
    assert log.dropped_total == 0
    return [data for data in found if data is not None]


def bytes_per_value(widths: tuple[int, ...], run: list[tuple[int, ...]]) -> float:
    """Return the bytes for each sample and channel. `run`: the values of valid samples on time."""
    log = Log(Memory(272), Config(widths=widths))
    for index, values in enumerate(run):
        log.add(index * log.config.period_us, (0, values, 0))
    found = [view.data or b"" for view in log.drain()]
    assert log.dropped_total == 0
    return sum(map(len, found)) / len(run) / len(widths)


def bytes_per_sample(words: array[int]) -> float:
    return sum(map(len, blocks(words))) / len(words)
