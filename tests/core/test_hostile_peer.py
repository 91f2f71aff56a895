"""A peer that means harm, or has a fault: it stops no sampling, frees nothing that it did not get.

That a peer which acknowledges late costs one repetition is in tests/peer/test_slow_application.py.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.wire.block import decode_block
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import MARK, Ack, Data, Gap, PeerHello, Sleep, Wake, encode
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode
from tests.wire.strategies import peer_messages

LOG = 0xA11CE
TAKEN = 120


def hello(expected: int | None = None) -> PeerHello:
    return PeerHello(FORMAT, SPEC_HASH, 7, expected, None if expected is None else LOG, LOG)


class Firmware:
    """A node that takes a sample a period, and polls when it asks for it."""

    def __init__(self) -> None:
        self.node = CNode(slots=40)
        self.now_us = 0
        self.taken = 0
        self.node.link(True, 0)
        self.node.receive(hello(), 0)
        self.settle()

    def settle(self) -> None:
        for _ in range(100):
            if self.node.next_due_us(self.now_us) > self.now_us:
                return
            self.node.poll(self.now_us)
        raise AssertionError("the node polls without end")

    def take(self, count: int = 1) -> None:
        for _ in range(count):
            self.now_us += PERIOD_US
            self.settle()
            self.node.sample(self.now_us, 1000 + self.taken % 90)
            self.taken += 1
            self.settle()

    def hear(self, data: bytes) -> None:
        self.node.doorbell(self.now_us)
        self.node.receive(data, self.now_us)
        self.settle()

    def arrived(self) -> list[int]:
        """Return the numbers that the firmware hands out to a peer that plays by the rules and
        knows nothing, and how many it declares lost."""
        self.node.link(True, self.now_us)
        self.node.sent.clear()
        self.node.receive(hello(), self.now_us)
        found: list[int] = []
        for _ in range(200):
            self.settle()
            said = [one for one in self.node.take_sent() if isinstance(one, Data | Gap)]
            for one in said:
                assert isinstance(one, Data), f"samples are declared lost: {one}"
                block = decode_block(one.block)
                found += range(block.first_seq, block.first_seq + block.count)
            if said:
                self.node.receive(Ack(found[-1] + 1, LOG), self.now_us)
            if found and found[-1] == self.taken - 1:
                return found
            self.now_us += PERIOD_US
        raise AssertionError(f"{self.taken} samples were taken, {len(found)} arrived")


_spoilt = st.builds(
    lambda message, at, new: encode(message)[:at] + new + encode(message)[at:],
    peer_messages,
    st.integers(0, 40),
    st.binary(max_size=5),
)
_nonsense = peer_messages.map(encode) | _spoilt | st.binary(max_size=40) | st.just(MARK)


@given(st.lists(_nonsense, max_size=40))
def test_nonsense_does_not_stop_the_sampling(nonsense: list[bytes]) -> None:
    firmware = Firmware()
    for data in nonsense:
        firmware.take()
        firmware.hear(data)
    firmware.take(5)
    assert firmware.node.counter("next_seq") == firmware.taken == len(nonsense) + 5
    assert firmware.node.sent_through_shut_door == 0
    assert firmware.arrived() == list(range(firmware.taken))


@pytest.mark.parametrize("beyond", [1, 8, 1000, 1 << 30, (1 << 31) - 1, (1 << 32) - TAKEN - 1])
def test_who_acknowledges_what_it_never_got_loses_nothing(beyond: int) -> None:
    firmware = Firmware()
    firmware.take(TAKEN)
    number = (TAKEN + beyond) & 0xFFFF_FFFF
    firmware.hear(encode(Ack(number, LOG)))
    firmware.hear(encode(hello(expected=number)))
    firmware.hear(encode(Ack(number, LOG)))
    firmware.hear(encode(Wake(3, number)))
    firmware.hear(encode(Ack(number, LOG)))
    firmware.hear(encode(Sleep(4)))
    firmware.take(TAKEN)
    firmware.hear(encode(Wake(5, number + TAKEN & 0xFFFF_FFFF)))
    assert firmware.node.counter("backlog") == firmware.taken == 2 * TAKEN
    assert firmware.arrived() == list(range(2 * TAKEN))
