"""Hypothesis strategies for messages."""

from __future__ import annotations

from hypothesis import strategies as st

from fwgen.wire.log_format import BLOCK_BYTES, FORMAT, HEADER_BYTES
from fwgen.wire.messages import (
    Ack,
    Call,
    Data,
    Gap,
    Hello,
    OtherPeerHello,
    PeerHello,
    PeerMessage,
    Sleep,
    SleepAck,
    Start,
    StartAck,
    Status,
    StreamAck,
    StreamGap,
    StreamInfo,
    Wake,
    WakeAck,
)

U32 = st.integers(0, (1 << 32) - 1) | st.integers(0, 30)
U64 = st.integers(0, (1 << 64) - 1)
HASH = st.binary(min_size=8, max_size=8)
TEXT = st.text("abc µ°<> 0123", max_size=32).map(str.encode)
SESSION = st.integers(1, (1 << 32) - 1)
NEW_LOG = st.integers(1, (1 << 64) - 1)
OTHER_FORMAT = U32.filter(lambda number: number != FORMAT)


def peer_hello(
    known: tuple[int, int] | None, spec: bytes | None, session: int, new: int
) -> PeerHello:
    seq, log = known or (None, None)
    return PeerHello(FORMAT, spec, session, seq, log, new)


peer_messages: st.SearchStrategy[PeerMessage] = st.one_of(
    st.builds(peer_hello, st.none() | st.tuples(U32, U64), st.none() | HASH, SESSION, NEW_LOG),
    st.builds(OtherPeerHello, U32, st.none() | HASH, SESSION),
    st.builds(Sleep, U32),
    st.builds(Wake, U32, U32),
    st.builds(Ack, U32, U64),
    st.builds(StartAck, U32, U32),
    st.builds(StreamAck, st.just(1), U32, U64),
)
firmware_messages = st.one_of(
    st.builds(Hello, st.just(FORMAT), HASH, U32, U32, U32, U32, U64, U32, U64),
    st.builds(Data, st.binary(min_size=HEADER_BYTES, max_size=BLOCK_BYTES)),
    st.builds(Gap, U32, st.integers(1, (1 << 31) - 1)),
    st.builds(SleepAck, U32),
    st.builds(WakeAck, U32, U32),
    st.builds(Status, U64, *[U32] * 19),
    st.builds(Start, *[U32] * 21),
    st.builds(Call, U64, U32, TEXT),
    st.builds(StreamInfo, st.just(1), U32, U32, U32),
    st.builds(StreamGap, st.just(1), U32, st.integers(1, (1 << 31) - 1)),
)
