"""Faults of the tty that change nothing, because the application did not use it in their time."""

from __future__ import annotations

from typing import Final

from fwgen.backends.ledger import Ledger

REFUSE, SHORT, STALL, STEAL = "refuse-writes", "short-writes", "stall-writes", "steal-reads"
_WITHOUT: Final = {
    REFUSE: "the application wrote nothing in this time",
    SHORT: "no write in this time was longer",
    STALL: "the application wrote nothing in this time",
    STEAL: "the application read nothing in this time",
}


class Effects:
    """Steps that last, and had no effect so far. Times are microseconds of scenario time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._began: dict[str, int] = {}  # when, by the step's name

    def begin(self, step: str, now_us: int) -> None:
        """The step takes the place of an earlier one of its kind."""
        self.end(step)
        self._began[step] = now_us

    def seen(self, step: str) -> None:
        """The step has changed something."""
        self._began.pop(step, None)

    def end(self, step: str) -> None:
        """The step is over. Without an effect it is ignored."""
        began_us = self._began.pop(step, None)
        if began_us is not None:
            self._ledger.ignore(step, _WITHOUT[step], began_us)

    def end_all(self) -> None:
        for step in tuple(self._began):
            self.end(step)
