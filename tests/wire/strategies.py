"""Messages as Hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from fwgen.wire.messages import (
    Ack,
    Data,
    Gap,
    Hello,
    PeerHello,
    PeerMessage,
    Sleep,
    SleepAck,
    Status,
    Wake,
    WakeAck,
)

U16 = st.integers(0, (1 << 16) - 1)
U32 = st.integers(0, (1 << 32) - 1) | st.integers(0, 30)
U64 = st.integers(0, (1 << 64) - 1)
HASH = st.binary(min_size=8, max_size=8)
SESSION = st.integers(1, (1 << 32) - 1)

peer_messages: st.SearchStrategy[PeerMessage] = st.one_of(
    st.builds(PeerHello, U32, st.none() | HASH, SESSION, st.none() | U32),
    st.builds(Sleep, U32),
    st.builds(Wake, U32, U32),
    st.builds(Ack, U32),
)
firmware_messages = st.one_of(
    st.builds(Hello, U32, HASH, U16, U32, U32, U32, U64, U32),
    st.builds(Data, st.binary(min_size=28, max_size=488)),
    st.builds(Gap, U32, U32),
    st.builds(SleepAck, U32),
    st.builds(WakeAck, U32, U32),
    st.builds(Status, U64, *[U32] * 13),
)
