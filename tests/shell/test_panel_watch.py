"""When a panel is checked, and when it is set up again, depending on its answers."""

from __future__ import annotations

import ctypes

import pytest

SILENT, OFF, ON = range(3)
LOOK_US, BLIND_LOOK_US = 1_000_000, 1_500_000


class CWatch(ctypes.Structure):
    _fields_ = (
        ("there", ctypes.c_bool),
        ("tells", ctypes.c_bool),
        ("look_us", ctypes.c_uint64),
        ("faults", ctypes.c_uint32),
    )


class Watch:
    def __init__(self, shell: ctypes.CDLL) -> None:
        self._shell = shell
        self.c = CWatch()
        shell.panel_watch_due.restype = ctypes.c_bool
        shell.panel_watch_answered.restype = ctypes.c_bool

    def due(self, now_us: int) -> bool:
        return bool(self._shell.panel_watch_due(ctypes.byref(self.c), ctypes.c_uint64(now_us)))

    def answered(self, answer: int, now_us: int) -> bool:
        return bool(
            self._shell.panel_watch_answered(ctypes.byref(self.c), answer, ctypes.c_uint64(now_us))
        )

    def set_up(self, done: bool, tells: bool, now_us: int) -> None:
        self._shell.panel_watch_set_up(
            ctypes.byref(self.c), ctypes.c_bool(done), ctypes.c_bool(tells), ctypes.c_uint64(now_us)
        )

    def lost(self, now_us: int) -> None:
        self._shell.panel_watch_lost(ctypes.byref(self.c), ctypes.c_uint64(now_us))


@pytest.fixture
def watch(shell: ctypes.CDLL) -> Watch:
    return Watch(shell)


def test_a_panel_is_looked_for_at_once_and_then_each_second(watch: Watch) -> None:
    assert watch.due(0)
    watch.set_up(False, False, 10)
    assert not watch.c.there
    assert not watch.due(10 + LOOK_US - 1)
    assert watch.due(10 + LOOK_US)
    assert watch.c.faults == 0, "it has never been there"


def test_a_panel_that_is_on_is_left_alone(watch: Watch) -> None:
    watch.set_up(True, True, 0)
    for now_us in range(LOOK_US, 10 * LOOK_US, LOOK_US):
        assert watch.due(now_us)
        assert not watch.answered(ON, now_us)
        assert not watch.due(now_us + LOOK_US - 1)
    assert watch.c.there
    assert watch.c.faults == 0


def test_a_panel_that_was_reset_is_set_up_at_once_and_counted(watch: Watch) -> None:
    watch.set_up(True, True, 0)
    assert watch.answered(OFF, LOOK_US)
    assert watch.c.faults == 1
    watch.set_up(True, True, LOOK_US)
    assert watch.c.there
    assert not watch.answered(ON, 2 * LOOK_US)
    assert watch.c.faults == 1


def test_a_panel_that_is_gone_is_looked_for_again_within_a_second(watch: Watch) -> None:
    watch.set_up(True, True, 0)
    assert not watch.answered(SILENT, LOOK_US)
    assert not watch.c.there
    assert watch.c.faults == 1
    assert watch.due(2 * LOOK_US)


def test_a_panel_that_takes_no_picture_is_gone(watch: Watch) -> None:
    watch.set_up(True, True, 0)
    watch.lost(5)
    assert not watch.c.there
    assert watch.c.faults == 1
    assert watch.due(5 + LOOK_US)


@pytest.mark.parametrize("answer", [OFF, ON])
def test_a_panel_that_does_not_tell_is_set_up_at_every_look(watch: Watch, answer: int) -> None:
    watch.set_up(True, False, 0)
    assert not watch.due(BLIND_LOOK_US - 1)
    assert watch.due(BLIND_LOOK_US)
    assert watch.answered(answer, BLIND_LOOK_US)
    assert watch.c.faults == 0, "nothing is known to have happened"
    watch.set_up(True, False, BLIND_LOOK_US)
    assert watch.due(2 * BLIND_LOOK_US)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("gone_us", [50_000, 900_000, 5_000_000])
@pytest.mark.parametrize("phase_us", range(0, 1_500_000, 50_000))
def test_after_any_loss_it_is_set_up_within_two_seconds(
    watch: Watch, tells: bool, gone_us: int, phase_us: int
) -> None:
    """Power is lost for `gone_us`; the panel is checked at every wrap of the clock, every 30 ms."""
    gone_at, back_at = 10_000_000 + phase_us, 10_000_000 + phase_us + gone_us
    holds = True  # its settings
    made_good = None
    for now_us in range(0, back_at + 2_000_000, 30_000):
        away = gone_at <= now_us < back_at
        holds = holds and not away and not (now_us >= back_at and made_good is None)
        if not watch.due(now_us):
            continue
        if watch.c.there:
            shows = not tells or holds
            again = watch.answered(SILENT if away else ON if shows else OFF, now_us)
        else:
            again = True
        if again:
            watch.set_up(not away, tells, now_us)
            if now_us >= back_at and not away:
                holds, made_good = True, made_good or now_us
    assert made_good is not None
    assert made_good - back_at < 1_900_000


def test_a_panel_that_was_switched_off_is_set_up_at_the_next_check(shell: ctypes.CDLL) -> None:
    watch = Watch(shell)
    watch.set_up(True, True, 1_000_000)
    shell.panel_watch_rest(ctypes.byref(watch.c))
    assert not watch.c.there
    assert watch.c.faults == 0
    assert watch.due(1_000_001)
