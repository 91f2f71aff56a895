"""How long a sleep the log covers.

A sleep may begin with a full window of blocks that Linux has not acknowledged, which may be short,
and with one block partly filled; these are not counted. With `wake` the slots of the reserve are
not counted either, because the firmware wakes Linux before the log is full.
"""

from __future__ import annotations

from collections.abc import Sequence

from fwgen.plan.density import Density
from fwgen.plan.model import Endurance
from fwgen.wire import log_format


def reserve_slots(period_us: int, resume_us: int, widths: Sequence[int]) -> int:
    """Return the slots that must be free when the firmware wakes Linux, for the samples until Linux
    reads. `widths`: bits of each of the sensor's channels."""
    samples = -(-resume_us // period_us)
    return 1 + -(-samples // log_format.worst_samples(widths))


def slots_for_sleep(slots: int, window_blocks: int, reserved: int) -> int:
    return max(0, slots - window_blocks - 1 - reserved)


def endurance(
    log_bytes: int,
    *,
    period_us: int,
    widths: Sequence[int],
    window_blocks: int,
    reserved_slots: int,
    density: Density,
) -> Endurance:
    slots = log_format.slots(log_bytes)
    usable = slots_for_sleep(slots, window_blocks, reserved_slots)
    per_block = int(log_format.BLOCK_BYTES / density.bytes_per_sample)
    worst = usable * log_format.worst_samples(widths)
    reference = usable * per_block
    array = log_bytes // log_format.ARRAY_RECORD_BYTES
    period_s = period_us / 1e6
    return Endurance(
        worst_s=worst * period_s,
        reference_s=reference * period_s,
        array_s=array * period_s,
        samples_worst=worst,
        samples_reference=reference,
        samples_array=array,
        bytes_per_sample=density.bytes_per_sample,
        bytes_per_sample_source=density.measured,
        signal=density.signal,
    )
