"""Messages that wait to be written, and pauses before a call is tried again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from fwgen.peer.errnos import AgainError

_MOST_PIECES: Final = 16


class Pause:
    """A pause that doubles each time, from `first_us` to `most_us`, until `reset`."""

    def __init__(self, first_us: int, most_us: int) -> None:
        self._first_us, self._most_us = first_us, most_us
        self._next_us = first_us
        self.until_us: int | None = None
        """End of the pause; None: there is no pause."""

    def over(self, now_us: int) -> bool:
        return self.until_us is None or now_us >= self.until_us

    def grow(self, now_us: int) -> None:
        self.until_us = now_us + self._next_us
        self._next_us = min(2 * self._next_us, self._most_us)

    def reset(self) -> None:
        self._next_us = self._first_us
        self.until_us = None


class Outbox:
    """Messages that wait for the tty, which accepts them whole, in parts or not at all.

    A peer repeats each message until it is answered, or replaces it by a later one. So while the
    tty accepts nothing, only the message that was begun and the latest ones are kept.
    """

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()  # whole messages; the first one may be partly written
        self.pause = Pause(1_000, 100_000)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, messages: bytes) -> None:
        if messages:
            self._pieces.append(messages)
        while len(self._pieces) > _MOST_PIECES:
            del self._pieces[1]

    def write(self, write: Callable[[bytes], int], now_us: int) -> None:
        """Write as much as the tty accepts now. `write` returns the number of bytes accepted, or
        raises AgainError."""
        if not self.pause.over(now_us):
            return
        while self._pieces:
            try:
                taken = write(self._pieces[0])
            except AgainError:
                taken = 0
            if taken == 0:
                self.pause.grow(now_us)
                return
            self.pause.reset()
            rest = self._pieces[0][taken:]
            if rest:
                self._pieces[0] = rest
            else:
                self._pieces.popleft()
