"""How long a sleep the log covers.

A sleep may begin with a full window of blocks that Linux has not acknowledged, which may be short,
and with one block partly filled for each sensor; these are not counted. With `wake` the slots of
the reserve are not counted either, because the firmware wakes Linux before the log is full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fwgen.plan.density import Density
from fwgen.plan.model import Endurance
from fwgen.wire import log_format


@dataclass(frozen=True)
class Load:
    """What a sensor writes into the log. `name`: "" if it is the only one. `widths`: bits of each
    of its channels."""

    name: str
    period_us: int
    widths: Sequence[int]
    density: Density

    @property
    def worst_samples(self) -> int:
        """The fewest samples in a full block."""
        return log_format.worst_samples(self.widths)

    @property
    def usual_samples(self) -> int:
        """The samples in a full block at the measured density."""
        return int(log_format.BLOCK_BYTES / self.density.bytes_per_sample)


def reserve_slots(period_us: int, resume_us: int, widths: Sequence[int]) -> int:
    """Return the slots that must be free when the firmware wakes Linux, for the samples until Linux
    reads. `widths`: bits of each of the sensor's channels."""
    samples = -(-resume_us // period_us)
    return 1 + -(-samples // log_format.worst_samples(widths))


def slots_for_sleep(slots: int, window_blocks: int, reserved: int, open_blocks: int = 1) -> int:
    return max(0, slots - window_blocks - open_blocks - reserved)


def endurance(
    log_bytes: int, loads: Sequence[Load], *, window_blocks: int, reserved_slots: int
) -> Endurance:
    slots = log_format.slots(log_bytes)
    usable = slots_for_sleep(slots, window_blocks, reserved_slots, len(loads))

    def lasts_us(samples: Callable[[Load], int], blocks: int) -> Fraction:
        """Return how long so many blocks last if a block has so many samples."""
        blocks_a_us = [Fraction(1, samples(load) * load.period_us) for load in loads]
        return blocks / sum(blocks_a_us, Fraction())

    def taken(time_us: Fraction) -> int:
        return sum(int(time_us / load.period_us) for load in loads)

    worst_us = lasts_us(lambda load: load.worst_samples, usable)
    reference_us = lasts_us(lambda load: load.usual_samples, usable)
    array_us = lasts_us(lambda load: 1, log_bytes // log_format.ARRAY_RECORD_BYTES)
    usual = [load.density for load in loads]
    rates = [Fraction(1, load.period_us) for load in loads]
    return Endurance(
        worst_s=float(worst_us / 1_000_000),
        reference_s=float(reference_us / 1_000_000),
        array_s=float(array_us / 1_000_000),
        samples_worst=taken(worst_us),
        samples_reference=taken(reference_us),
        samples_array=taken(array_us),
        bytes_per_sample=_mean([density.bytes_per_sample for density in usual], rates),
        bytes_per_sample_source="; ".join(dict.fromkeys(density.measured for density in usual)),
        signal=" and ".join(dict.fromkeys(density.signal for density in usual)),
    )


def _mean(values: Sequence[float], weights: Sequence[Fraction]) -> float:
    """Return the weighted mean; of one value, that value."""
    if len(values) == 1:
        return values[0]
    shares = [float(weight / sum(weights)) for weight in weights]
    return round(sum(value * share for value, share in zip(values, shares, strict=True)), 4)
