"""Wave dumps, read by the standard's grammar."""

from __future__ import annotations

import re

import numpy as np

from fwgen.backends.renode.vcd import Wire, vcd


def wire(name: str, *changes: tuple[int, int], bits: int = 1, initial: int = 0) -> Wire:
    table = np.array(changes, dtype=np.int64).reshape(-1, 2)
    return Wire(name, table[:, 0], table[:, 1], bits, initial)


def read(text: str) -> tuple[dict[str, str], list[tuple[int, str, int]]]:
    """Return the marks by name; time, name and value of each change, initial values at 0."""
    head, body = text.split("$enddefinitions $end\n")
    marks = {name: mark for mark, name in re.findall(r"\$var wire \d+ (\S+) (\S+)", head)}
    names = {mark: name for name, mark in marks.items()}
    now, found = 0, []
    for line in body.splitlines():
        if line.startswith("#"):
            assert int(line[1:]) >= now
            now = int(line[1:])
        elif match := re.fullmatch(r"([01])(\S+)|b([01]+) (\S+)", line):
            mark = match[2] or match[4]
            found.append((now, names[mark], int(match[1] or match[3], 2)))
        else:
            assert line in ("$dumpvars", "$end")
    return marks, found


def test_changes_are_in_order() -> None:
    _, changes = read(
        vcd([wire("a", (10, 1), (30, 0)), wire("b", (20, 2), (30, 1), bits=2)], "top", "what")
    )
    assert changes == [
        (0, "a", 0),
        (0, "b", 0),
        (10, "a", 1),
        (20, "b", 2),
        (30, "a", 0),
        (30, "b", 1),
    ]


def test_a_change_before_time_0_is_the_initial_value() -> None:
    _, changes = read(vcd([wire("a", (-50, 0), (-10, 1), (0, 0), (5, 1), initial=1)], "top"))
    assert changes == [(0, "a", 0), (5, "a", 1)]
    _, changes = read(vcd([wire("quiet", initial=1)], "top"))
    assert changes == [(0, "quiet", 1)]


def test_each_wire_has_its_own_mark() -> None:
    marks, _ = read(vcd([wire(f"w{n}") for n in range(200)], "top"))
    assert len(set(marks.values())) == 200


def test_the_header_has_unit_and_widths() -> None:
    text = vcd([wire("a35", bits=2)], "fwgen", "a comment")
    assert text.startswith(
        "$comment a comment $end\n$timescale 1 ns $end\n$scope module fwgen $end"
    )
    assert "$var wire 2 ! a35 [1:0] $end" in text
