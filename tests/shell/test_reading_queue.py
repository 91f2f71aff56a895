"""From the interrupt to the thread: in order, nothing twice, a full queue rejects readings."""

from __future__ import annotations

import ctypes
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

LENGTH = 16


class Queue:
    """A queue whose counters start shortly before they wrap."""

    def __init__(self, shell: ctypes.CDLL) -> None:
        self._shell = shell
        shell.glue_queue.restype = ctypes.c_void_p
        self._queue = ctypes.c_void_p(shell.glue_queue())

    def put(self, slot_us: int) -> bool:
        return bool(self._shell.glue_put(self._queue, ctypes.c_uint64(slot_us)))

    def take(self) -> int | None:
        slot_us = ctypes.c_uint64()
        taken = self._shell.glue_take(self._queue, ctypes.byref(slot_us))
        return slot_us.value if taken else None


@given(steps=st.lists(st.booleans(), max_size=100))
def test_it_is_a_queue_of_sixteen(shell: ctypes.CDLL, steps: list[bool]) -> None:
    queue = Queue(shell)
    model: deque[int] = deque()
    for number, put in enumerate(steps):
        if put:
            assert queue.put(number) == (len(model) < LENGTH)
            if len(model) < LENGTH:
                model.append(number)
        else:
            assert queue.take() == (model.popleft() if model else None)
