"""When the screen is drawn, awake and asleep."""

from __future__ import annotations

import ctypes

AWAKE_US, ASLEEP_US = 200_000, 1_000_000


class CPace(ctypes.Structure):
    _fields_ = (
        ("asleep", ctypes.c_bool),
        ("next_us", ctypes.c_uint64),
    )


class Pace:
    def __init__(self, shell: ctypes.CDLL) -> None:
        self._shell = shell
        self.c = CPace(False, 0)
        shell.glue_pace_due.restype = ctypes.c_bool

    def enter(self, asleep: bool, now_us: int) -> None:
        self._shell.glue_pace_enter(
            ctypes.byref(self.c), ctypes.c_bool(asleep), ctypes.c_uint64(now_us)
        )

    def due(self, now_us: int) -> bool:
        period_us = ASLEEP_US if self.c.asleep else AWAKE_US
        return bool(
            self._shell.glue_pace_due(ctypes.byref(self.c), period_us, ctypes.c_uint64(now_us))
        )

    def drawn(self, start_us: int, end_us: int) -> list[int]:
        """Return when it draws, looked at every 10 ms."""
        return [at_us for at_us in range(start_us, end_us, 10_000) if self.due(at_us)]


def test_it_draws_at_the_rate_of_each_state(shell: ctypes.CDLL) -> None:
    pace = Pace(shell)
    assert pace.drawn(0, 1_000_000) == list(range(0, 1_000_000, AWAKE_US))
    pace.enter(True, 1_030_000)
    assert pace.drawn(1_030_000, 4_000_000) == [1_030_000, 2_030_000, 3_030_000]


def test_it_draws_at_once_when_linux_falls_asleep_or_awakes(shell: ctypes.CDLL) -> None:
    pace = Pace(shell)
    assert pace.due(0)
    pace.enter(True, 50_000)
    assert pace.due(50_000)
    assert pace.c.next_us == 1_050_000
    pace.enter(True, 60_000)
    assert not pace.due(60_000), "nothing has changed"
    pace.enter(False, 70_000)
    assert pace.due(70_000)
    assert pace.c.next_us == 270_000


def test_it_does_not_catch_up_on_what_it_missed(shell: ctypes.CDLL) -> None:
    pace = Pace(shell)
    assert pace.due(0)
    assert pace.due(950_000)
    assert pace.c.next_us == 1_150_000
