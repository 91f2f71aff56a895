"""The check of samples written with loops and sets, for comparison."""

from __future__ import annotations

from fwgen.record import RunRecord

WRAP = 1 << 32


def naive_counts(record: RunRecord) -> dict[str, int]:
    """The report's `samples`, and `declared_arrived`; numbers must be within 2^31 of the first."""
    taken = record.taken.whole()
    row_of = {int(seq) % WRAP: row for row, seq in enumerate(taken.seq)}
    declared = set()
    for gap in record.gaps:
        for seq in range(gap.first, gap.first + gap.count):
            row = row_of.get(seq % WRAP)
            if row is not None and taken.at_us[row] <= gap.at_us:
                declared.add(row)
    seen: set[int] = set()
    counts = dict.fromkeys(("duplicated", "out_of_order", "wrong"), 0)
    for got in _rows(record):
        row = row_of.get(got["seq"] % WRAP)
        if row is None:
            counts["wrong"] += 1
            continue
        if row in seen:
            counts["duplicated"] += 1
        elif any(other > row for other in seen):
            counts["out_of_order"] += 1
        seen.add(row)
        names = ("value", "status", "late_16ths", "time_us", "boot", "spec")
        same = all(got[name] == getattr(taken, name)[row] for name in names)
        counts["wrong"] += not same or got["arrival_us"] < taken.at_us[row]
    everything = set(range(len(taken)))
    return {
        "taken": len(taken),
        "delivered": len(seen),
        "lost": len(everything - seen - declared),
        "declared_lost": len(declared - seen),
        **counts,
        "waiting": 0,
        "declared_arrived": len(declared & seen),
    }


def _rows(record: RunRecord) -> list[dict[str, int]]:
    columns = vars(record.delivered)
    return [
        {name: int(column[place]) for name, column in columns.items()}
        for place in range(len(record.delivered))
    ]
