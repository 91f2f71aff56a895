"""What reads input that others write, in Python: what it gets, and how it may answer.

Each reader gets its usual input with a few edits. It must return, or raise the error that it
promises; any other exception is a fault.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from fwgen.build.audit import audit
from fwgen.build.elf import ElfError
from fwgen.peer.events import NewLog, NumberingRestarted, Samples
from fwgen.peer.incoming import decode_incoming
from fwgen.peer.session import Session
from fwgen.plan import PlanErrors, plan_spec
from fwgen.plan.model import Plan
from fwgen.scenario.load import BUNDLED, ScenarioErrors, parse_scenario
from fwgen.spec import SpecErrors, load_spec, parse_spec
from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from fwgen.verify import fdt
from fwgen.verify.errors import TreeError
from fwgen.verify.tree import Tree
from fwgen.wire.log_format import FORMAT, MESSAGE_MAX_BYTES
from fwgen.wire.messages import (
    MARK,
    Gap,
    Hello,
    Message,
    PeerHello,
    PeerMessage,
    Sleep,
    SleepAck,
    StreamGap,
    StreamInfo,
    Wake,
    WakeAck,
    decode,
    encode,
)
from fwgen.wire.stream import StreamReader
from tests.peer.talk import LOG, PERIOD_US, SESSION_ID, SPEC_HASH, block
from tests.wire.strategies import firmware_messages

HERE = Path(__file__).parent
TESTS = HERE.parent
FOLDER = Path(tempfile.gettempdir())
"""For the files of the inputs."""


@dataclass(frozen=True)
class Reader:
    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], None]
    """Raises what is a fault."""


_YAML = [b"", b":", b" ", b"\n", b"[", b"]", b"{", b"}", b"- ", b"&a ", b"*a", b"#", b"'", b'"']
_YAML += [b"!!", b"|", b"<<: *a", "°".encode(), b"\xff", b"\0", b"1e999 s", b"-1", b"~", b"? "]
_NUMBERS = [0, 1, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
_BINARY = [number.to_bytes(4, order) for number in _NUMBERS for order in ("big", "little")]


def edited(wholes: list[bytes], pieces: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return inputs that differ from one of these in a few places, and may be cut off."""
    edit = st.tuples(
        st.integers(0, 1 << 20) | st.integers(0, 400),
        st.integers(0, 8) | st.integers(0, 200),
        st.sampled_from(pieces) | st.binary(max_size=8),
    )
    cut = st.none() | st.integers(0, 1 << 20)

    def apply(whole: bytes, edits: list[tuple[int, int, bytes]], end: int | None) -> bytes:
        for place, length, new in edits:
            at = place % (len(whole) + 1)
            whole = whole[:at] + new + whole[at + length :]
        return whole if end is None else whole[: end % (len(whole) + 1)]

    return st.builds(apply, st.sampled_from(wholes), st.lists(edit, max_size=5), cut)


_VALUE = re.compile(rb"(?<=: )[^][{}#\n,]+")
_COMMENTED = re.compile(rb"# (?=(?:longest|wake_at|max_age|wake_if|watchdog): )")
_VALUES = [b"1 B", b"487 B", b"512 B", b"1 KiB", b"7 KiB", b"116 KiB", b"0 %", b"1 %", b"98 %"]
_VALUES += [b"1 us", b"1 ms", b"26 ms", b"60 ms", b"10 s", b"2 h", b"9000 h", b"20 mm", b"4000 mm"]
_VALUES += [b"0.001 Hz", b"5 Hz", b"auto", b"off", b"keep-newest", b"sram1", b"retram", b"ddr"]


def revalued(wholes: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return inputs of the right form: keys that were comments, and a few other values."""

    def apply(whole: bytes, log: bytes, values: list[tuple[int, bytes]]) -> bytes:
        whole = re.sub(rb"(?<=log: )auto", log, _COMMENTED.sub(b"", whole))
        for place, value in values:
            spans = [found.span() for found in _VALUE.finditer(whole)]
            start, end = spans[place % len(spans)]
            whole = whole[:start] + value + b" " + whole[end:]
        return whole

    value = st.tuples(st.integers(0, 100), st.sampled_from(_VALUES))
    log = st.sampled_from([b"auto", b"64 KiB"]) | st.integers(1, 9000).map(lambda n: b"%d B" % n)
    return st.builds(apply, st.sampled_from(wholes), log, st.lists(value, max_size=3))


# ------------------------------------------------------------------------------ stream and session


_ids = st.integers(SESSION_ID, SESSION_ID + 5)
_likely = st.one_of(
    st.builds(
        block,
        st.integers(0, 300),
        st.integers(1, 40),
        st.sampled_from([1, 2]),
        st.just(SPEC_HASH),
        st.sampled_from([0, 1]),
    ),
    st.builds(
        Hello,
        st.just(FORMAT),
        st.just(SPEC_HASH),
        st.sampled_from([1, 2]),
        st.sampled_from([SESSION_ID, 0]),
        st.integers(0, 40),
        st.integers(40, 400),
        st.just(0),
        st.just(PERIOD_US),
        st.sampled_from([LOG, LOG + 1]),
    ),
    st.builds(SleepAck, _ids),
    st.builds(WakeAck, _ids, st.integers(0, 300)),
    st.builds(Gap, st.integers(0, 300), st.integers(1, 300)),
    st.builds(StreamInfo, st.just(1), st.integers(0, 40), st.integers(40, 400), st.just(70_000)),
    st.builds(StreamGap, st.just(1), st.integers(0, 300), st.integers(1, 300)),
)
"""What a firmware may say to this session."""


def _pieces_of_stream() -> st.SearchStrategy[bytes]:
    message = (_likely | firmware_messages).map(encode)
    spoilt = st.builds(lambda data, at: data[: at % len(data)], message, st.integers(0, 1 << 10))
    return message | spoilt | st.binary(max_size=30) | st.just(MARK)


_streams = st.lists(_pieces_of_stream(), max_size=8).map(b"".join)


def read_stream(data: bytes) -> None:
    """However the bytes are cut, the reader finds the same, and keeps less than one message."""
    whole, cut = (StreamReader[Any](decode_incoming) for _ in range(2))
    found = whole.feed(data)
    one_by_one = [message for at in range(len(data)) for message in cut.feed(data[at : at + 1])]
    assert [str(message) for message in found] == [str(message) for message in one_by_one]
    assert whole.errors == cut.errors
    while whole.partial:
        assert len(vars(whole)["_buffer"]) <= MESSAGE_MAX_BYTES
        whole.abandon()


_STEPS = [*["answer", "samples"] * 3, "acknowledge", "poll", "suspend", "resume", "stop", "start"]
_STEPS += [*["stream", "samples of 1"] * 2, "acknowledge 1"]
_later_us = st.sampled_from([0, 1000, 100_000]) | st.integers(0, 20_000_000)
_session_inputs = st.lists(
    st.tuples(st.sampled_from(_STEPS) | _streams, _later_us), min_size=5, max_size=40
)


def _answer(asked: PeerMessage | Message | None) -> bytes:
    if isinstance(asked, PeerHello):
        hello = Hello(
            FORMAT, SPEC_HASH, 1, asked.session, 0, asked.expected_seq or 0, 0, PERIOD_US, LOG
        )
        return encode(hello)
    if isinstance(asked, Sleep):
        return encode(SleepAck(asked.id))
    return encode(WakeAck(asked.id, 9)) if isinstance(asked, Wake) else b""


def read_session(steps: list[tuple[str | bytes, int]]) -> None:
    """Whatever arrives when, the session sends whole messages, and nothing while it has to be
    quiet; no sample is handed out twice or after a later one of its log and stream, unless it is
    told."""
    session = Session(
        session_id=SESSION_ID,
        spec_hash=SPEC_HASH,
        automatic=False,
        new_log=itertools.count(1).__next__,
    )
    reader: StreamReader[PeerMessage | Message] = StreamReader(decode)
    now_us, done, next_seq = 0, [(0, 0), (0, 0)], [0, 0]
    asked: PeerMessage | Message | None = None
    session.start(0)
    for step, later_us in steps:
        now_us += later_us
        was = session.state
        if step == "answer":
            step = _answer(asked)
        elif step == "stream":
            step = encode(StreamInfo(1, 0, next_seq[1], 70_000))
        elif step in ("samples", "samples of 1"):
            stream = int(step == "samples of 1")
            step = encode(block(next_seq[stream], 9, stream=stream))
            next_seq[stream] += 9
        if isinstance(step, bytes):
            session.receive(step, now_us)
        elif step in ("acknowledge", "acknowledge 1"):
            stream = int(step == "acknowledge 1")
            with suppress(ValueError):  # not handed out, or of another log
                session.acknowledge(done[stream][1], now_us, done[stream][0], stream)
        else:
            getattr(session, step)(now_us)
        sent = session.take_bytes()
        if was in ("quiet", "suspended") and isinstance(step, bytes):
            assert not sent, f"it sends while Linux may suspend: {sent.hex()}"
        asked = next(iter(reader.feed(sent)), asked)
        assert not reader.errors and not reader.partial
        for event in session.take_events():
            if isinstance(event, NewLog):
                done = [(0, 0), (0, 0)]
            elif isinstance(event, NumberingRestarted):
                done[event.stream] = (0, 0)
            elif isinstance(event, Samples):
                log, before = done[event.block.stream]
                first = event.block.first_seq + event.skip
                assert event.log != log or first >= before, "samples are handed out twice"
                end = event.block.first_seq + event.block.count
                done[event.block.stream] = event.log, end


# ------------------------------------------------------------------------------------------ files


def read_spec(data: bytes) -> None:
    try:
        plan_spec(parse_spec(data.decode("utf-8", "replace")))
    except (SpecErrors, PlanErrors) as error:
        assert error.diagnostics and all(d.message and d.hint for d in error.diagnostics)


def read_scenario(data: bytes) -> None:
    try:
        parse_scenario(data.decode("utf-8", "replace"), str(BUNDLED / "fuzzed.yaml"))
    except ScenarioErrors as error:
        assert error.diagnostics and all(d.message and d.hint for d in error.diagnostics)


def read_csv(data: bytes) -> None:
    path = _written(data, "points.csv")
    text = f"fwgen-scenario: 1\nname: x\ndistance: {{csv: {path}}}\nuntil: 9 s\n"
    try:
        points = parse_scenario(text).points
    except ScenarioErrors as error:
        assert error.diagnostics and all(d.message and d.hint for d in error.diagnostics)
    else:
        times = [at for at, _ in points]
        assert times == sorted(set(times))


def read_elf(data: bytes) -> None:
    try:
        findings = audit(_written(data, "firmware.elf"), _plan())
    except ElfError as error:
        assert error.message.isprintable() and error.hint
    else:
        assert all(finding.message.isprintable() for finding in findings)


def read_dtb(data: bytes) -> None:
    try:
        tree = Tree(Path("fuzzed.dtb"), fdt.parse(data))
    except TreeError as error:
        assert error.message and error.hint
        return
    for node in tree.nodes:
        tree.interrupts(node)
        tree.references(node, "memory-region")
        node.strings("compatible")
    assert len(tree.nodes) < len(data) and tree.chips is not None and tree.model


def _written(data: bytes, name: str) -> Path:
    path = FOLDER / name
    path.write_bytes(data)
    return path


@cache
def _plan() -> Plan:
    return plan_spec(load_spec(example_paths()[REFERENCE_BOARD]))


def _bundled(*names: str) -> list[bytes]:
    return [(BUNDLED / name).read_bytes() for name in names]


_SPECS = [path.read_bytes() for path in example_paths().values()]
_SPECS += _bundled("specs/wakes.yaml", "specs/range-and-climate.yaml")
_SCENARIOS = _bundled("minute.yaml", "edges.yaml", "wakes.yaml", "range-and-climate.yaml")
_CSV = [b"time_s,mm\n0,1500\n0.5,400\n1,2000.5\n", b'"time_s","mm"\r\n"0","1"\r\n']
_CSV_PIECES = [b",", b"\n", b"\r", b"-", b".", b'"', b"1e9", b"nan", b"9" * 40, b"\xef\xbb\xbf"]

READERS = {
    "stream": Reader(_streams, read_stream),
    "session": Reader(_session_inputs, read_session),
    "spec": Reader(edited(_SPECS, _YAML) | revalued(_SPECS), read_spec),
    "scenario": Reader(edited(_SCENARIOS, _YAML), read_scenario),
    "csv": Reader(edited(_CSV, _CSV_PIECES), read_csv),
    "elf": Reader(edited([(TESTS / "audit/golden/good.elf").read_bytes()], _BINARY), read_elf),
    "dtb": Reader(edited([(HERE / "corpus/dtb/small.dtb").read_bytes()], _BINARY), read_dtb),
}
