"""Steps through the handshake of the Linux side: its state, and the state's timer."""

from __future__ import annotations

from typing import Final

from fwgen.handshake import machine

_REPEATED_SLOWLY: Final = ("greeting", "waking")
_REPEATED_AT_ONCE: Final = 2
_LONGEST_PAUSE_US: Final = 1_000_000


class Stepping:
    """table.toml's machine "peer"."""

    def __init__(self) -> None:
        self._machine = machine("peer")
        self.state = self._machine.start
        self.due_us: int | None = None
        """When the state's timer ends; None: none runs."""
        self.repeats = False
        """The action repeats an earlier message."""
        self._repetitions = 0  # in this state

    @property
    def link_open(self) -> bool:
        return self._machine.states[self.state].link_open

    @property
    def delivers(self) -> bool:
        """Whether data that arrives in this state is used."""
        return self._machine.rows[self.state, "rx_data"].action == "deliver"

    def take(self, event: str, now_us: int) -> str:
        """Enter the state that `event` leads to; return the name of the action to do."""
        row = self._machine.step(self.state, event)
        entered = row.next != self.state
        self.state = row.next
        self.repeats = event == "timeout"
        self._repetitions = self._repetitions + 1 if self.repeats and not entered else 0
        if entered or self.repeats or row.action == "send_hello":
            self.start_timer(now_us)
        return row.action

    def start_timer(self, now_us: int) -> None:
        """Start the state's timer. WAKE and hello are repeated at growing intervals: a firmware
        that misses all their doorbells takes no message out of the ring, and into a full ring no
        other message goes, so that no other doorbell rings."""
        timeout_us = self._machine.timeout_us(self.state)
        if timeout_us is not None and self.state in _REPEATED_SLOWLY:
            doublings = max(0, self._repetitions - _REPEATED_AT_ONCE)
            timeout_us = max(timeout_us, min(timeout_us << min(doublings, 8), _LONGEST_PAUSE_US))
        self.due_us = None if timeout_us is None else now_us + timeout_us
