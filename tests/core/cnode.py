"""A Python interface to the C node: sent messages are in a list, calls of its port are recorded."""

from __future__ import annotations

import ctypes
import importlib.util
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fwgen.handshake import machine
from fwgen.wire.log_format import FIXED_BYTES
from fwgen.wire.messages import Message, PeerMessage, decode, encode
from tests.core.build import CHECKED, CORE, HERE, HOOKED, LOG_SOURCES, compile_c, shared_library
from tests.core.clog import LogConfig, LogConfig2, StreamConfig, stream_config
from tests.core.samples import DISTANCE

SPEC_HASH = bytes(range(8))
PERIOD_US = 60_000
LATENCY_US = 200_000
WINDOW = 8
"""Blocks in flight."""
STATES = list(machine("firmware").states)
EVENTS = list(machine("firmware").events)
ACTIONS = list(machine("firmware").actions)
NEVER = (1 << 64) - 1

NODE_SOURCES = tuple(
    CORE / f"{name}.c"
    for name in (
        *("crash", "screen", "wire", "handshake_table", "node", "node_actions"),
        *("wake_calls", "wake_when"),
    )
)
_Send = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t)
_Door = ctypes.CFUNCTYPE(None, ctypes.c_int)
_Signal = ctypes.CFUNCTYPE(None)


class _Condition(ctypes.Structure):
    """struct wake_condition."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("limit", ctypes.c_int32),
        ("until", ctypes.c_int32),
        ("samples", ctypes.c_uint32),
    )


class _WakeRule(ctypes.Structure):
    _fields_ = (
        ("condition", _Condition),
        ("stream", ctypes.c_uint8),
        ("channel", ctypes.c_uint8),
        ("text", ctypes.c_char_p),
    )


class Rule(NamedTuple):
    """A condition of `wake_if`: its text, and kind, limit, until, samples as in the core."""

    text: str
    condition: tuple[int, int, int, int]


class CallConfig(ctypes.Structure):
    """struct call_config."""

    _fields_ = (
        ("at_level", ctypes.c_bool),
        ("max_age_us", ctypes.c_uint64),
        ("pause_us", ctypes.c_uint64),
        ("rule_count", ctypes.c_uint8),
        ("rules", ctypes.c_void_p),
        ("windows", ctypes.c_void_p),
        ("when", ctypes.c_void_p),
    )


_REST = (
    ("call", CallConfig),
    ("latency_us", ctypes.c_uint32),
    ("window_blocks", ctypes.c_uint32),
    ("spec_hash", ctypes.c_uint8 * 8),
)


class NodeConfig(ctypes.Structure):
    _fields_ = (("log", LogConfig), *_REST)


class NodeConfig2(ctypes.Structure):
    """Of a node with two sensors."""

    _fields_ = (("log", LogConfig2), *_REST)


class CCrash(ctypes.Structure):
    """struct crash."""

    _fields_ = tuple(
        (name, ctypes.c_uint32) for name in ("kind", "line", "pc", "lr", "file", "boot", "uptime_s")
    )


def zcbor_flags() -> list[str]:
    spec = importlib.util.find_spec("zcbor")
    assert spec and spec.origin
    root = Path(spec.origin).parent
    folders = (root / "include", CORE / "generated")
    return ["-DZCBOR_CANONICAL", *(flag for path in folders for flag in ("-isystem", str(path)))]


def zcbor_objects(folder: Path, *flags: str, cc: Sequence[str] | None = None) -> list[Path]:
    """Compile zcbor's sources and its generated code, without our warnings."""
    spec = importlib.util.find_spec("zcbor")
    assert spec and spec.origin
    root = Path(spec.origin).parent / "src"
    sources = [root / f"zcbor_{name}.c" for name in ("common", "decode", "encode")]
    sources += sorted((CORE / "generated").glob("*.c"))
    return [
        compile_c(
            folder / f"{source.stem}.o",
            [source],
            *(*zcbor_flags(), "-w", "-fPIC", "-c", *flags),
            cc=cc,
            strict=False,
        )
        for source in sources
    ]


def library(streams: int = 1) -> ctypes.CDLL:
    """Return the node, compiled once per run. `streams`: its sensors."""
    return _library(streams)


@cache
def _library(streams: int) -> ctypes.CDLL:
    folder = Path(tempfile.mkdtemp(prefix="fwgen-node-"))
    sources = [*LOG_SOURCES, *NODE_SOURCES, HERE / "node_glue.c", *zcbor_objects(folder, "-O1")]
    flags = (*zcbor_flags(), *HOOKED, *CHECKED)
    lib = ctypes.CDLL(str(shared_library(folder / "node.so", sources, *flags, streams=streams)))
    u64 = ctypes.c_uint64
    pointer = ctypes.c_void_p
    lib.glue_node_size.restype = ctypes.c_size_t
    lib.glue_reader_size.restype = ctypes.c_size_t
    lib.glue_node_init.argtypes = (pointer, pointer, pointer, ctypes.c_size_t, u64)
    u32, u16, u8 = ctypes.c_uint32, ctypes.c_uint16, ctypes.c_uint8
    lib.glue_node_sample.argtypes = (pointer, u32, u64, u16, u8, u64)
    lib.glue_node_fire.argtypes = (pointer, ctypes.c_uint32, ctypes.c_uint32, u64)
    lib.glue_node_set_state.argtypes = (pointer, ctypes.c_uint32, u64)
    lib.glue_node_identify.argtypes = (pointer, u64)
    lib.glue_node_log_id.argtypes = (pointer,)
    lib.glue_node_log_id.restype = u64
    lib.glue_node_counter.argtypes = (pointer, ctypes.c_char_p)
    lib.glue_node_counter.restype = ctypes.c_uint32
    lib.node_link.argtypes = (pointer, ctypes.c_bool, u64)
    lib.node_doorbell.argtypes = lib.node_tx_ready.argtypes = (pointer, u64)
    lib.node_poll.argtypes = lib.node_next_due_us.argtypes = (pointer, u64)
    lib.node_next_due_us.restype = u64
    lib.node_receive.argtypes = (pointer, ctypes.c_char_p, ctypes.c_size_t, u64)
    lib.node_door_open.argtypes = lib.node_state.argtypes = (pointer,)
    lib.node_door_open.restype = ctypes.c_bool
    lib.node_started.argtypes = (pointer, ctypes.c_uint32)
    lib.node_crashed.argtypes = (pointer, pointer)
    lib.glue_unreadable.argtypes = (pointer, pointer, ctypes.c_uint32)
    return lib


class CNode:
    """One start of the firmware with `region`.

    `log_id`: the identity of its log; 0: none, a hello may set it. `other`: period and widths of a
    second sensor. `buffers`: how many messages the
    link accepts before it has no free buffer; None: any number.
    """

    def __init__(
        self,
        region: ctypes.Array[ctypes.c_uint64] | None = None,
        *,
        slots: int = 20,
        when_full: int = 0,
        reserve_slots: int = 4,
        now_us: int = 0,
        latency_us: int = LATENCY_US,
        log_id: int = 0,
        level_ppm: int = 0,
        max_age_us: int = 0,
        pause_us: int = 0,
        rules: Sequence[Rule] = (),
        other: tuple[int, tuple[int, ...]] | None = None,
    ) -> None:
        self.lib = library(1 if other is None else 2)
        self.sent: list[bytes] = []
        self.buffers: int | None = None
        self.door: list[bool] = []
        self.rung = 0
        self.cleared = 0
        self.sent_through_shut_door = 0
        self.region = region or (ctypes.c_uint64 * ((FIXED_BYTES + 488 * slots) // 8))()
        self._node = ctypes.create_string_buffer(self.lib.glue_node_size())
        first, of_log = stream_config(PERIOD_US, 0, DISTANCE), (when_full, reserve_slots, level_ppm)
        rest = (
            self._calls(when_full == 0 or level_ppm > 0, max_age_us, pause_us, rules),
            latency_us,
            WINDOW,
        )
        config: NodeConfig | NodeConfig2
        if other is None:
            config = NodeConfig(LogConfig((StreamConfig * 1)(first), *of_log, 0), *rest)
        else:
            both = (StreamConfig * 2)(first, stream_config(other[0], 0, other[1]))
            config = NodeConfig2(LogConfig2(both, *of_log, 0), *rest)
        config.spec_hash[:] = SPEC_HASH
        self._callbacks = (
            _Send(self._send),
            _Door(lambda is_open: self.door.append(bool(is_open))),
            _Signal(self._ring),
            _Signal(self._clear),
        )
        self._set_callbacks()
        self.lib.glue_node_init(
            self._node, ctypes.byref(config), self.region, ctypes.sizeof(self.region), now_us
        )
        if log_id:
            self.lib.glue_node_identify(self._node, log_id)

    def _calls(
        self, at_level: bool, max_age_us: int, pause_us: int, rules: Sequence[Rule]
    ) -> CallConfig:
        """Return the node's `call`; the memory that it points to belongs to this object."""
        self._rules = (_WakeRule * max(1, len(rules)))(
            *(_WakeRule(_Condition(*rule.condition), 0, 0, rule.text.encode()) for rule in rules)
        )
        self._windows = (ctypes.c_int32 * 1024)()
        return CallConfig(
            at_level,
            max_age_us,
            pause_us,
            len(rules),
            ctypes.addressof(self._rules),
            ctypes.addressof(self._windows),
            ctypes.cast(self.lib.wake_when, ctypes.c_void_p).value,
        )

    def _set_callbacks(self) -> None:
        """Return the fields at the end of struct glue_node."""
        size = ctypes.sizeof(ctypes.c_void_p)
        start = len(self._node) - 4 * size
        for index, callback in enumerate(self._callbacks):
            address = ctypes.cast(callback, ctypes.c_void_p).value or 0
            at = start + index * size
            ctypes.memmove(ctypes.byref(self._node, at), address.to_bytes(size, "little"), size)

    def _send(self, data: Any, size: int) -> int:
        if not self.door_open:
            self.sent_through_shut_door += 1
        if self.buffers is not None:
            if self.buffers == 0:
                return -1
            self.buffers -= 1
        self.sent.append(bytes(data[:size]))
        return 0

    def _ring(self) -> None:
        self.rung += 1

    def _clear(self) -> None:
        self.cleared += 1

    # --------------------------------------------------------------------------- the node's calls

    def sample(self, schedule_us: int, value: int, status: int = 0, stream: int = 0) -> None:
        self.lib.glue_node_sample(self._node, stream, schedule_us, value, status, schedule_us)

    def link(self, up: bool, now_us: int) -> None:
        self.lib.node_link(self._node, up, now_us)

    def doorbell(self, now_us: int) -> None:
        self.lib.node_doorbell(self._node, now_us)

    def tx_ready(self, now_us: int) -> None:
        self.lib.node_tx_ready(self._node, now_us)

    def receive(self, data: bytes | PeerMessage, now_us: int) -> None:
        raw = data if isinstance(data, bytes) else encode(data)
        self.lib.node_receive(self._node, raw, len(raw), now_us)

    def started(self, reset: int) -> None:
        self.lib.node_started(self._node, reset)

    def crashed(self, crash: CCrash) -> None:
        self.lib.node_crashed(self._node, ctypes.byref(crash))

    def poll(self, now_us: int) -> None:
        self.lib.node_poll(self._node, now_us)

    def next_due_us(self, now_us: int) -> int:
        due: int = self.lib.node_next_due_us(self._node, now_us)
        return due

    # -------------------------------------------------------------------------------- looking at it

    @property
    def state(self) -> str:
        state: int = self.lib.node_state(self._node)
        return STATES[state]

    @property
    def door_open(self) -> bool:
        return bool(self.lib.node_door_open(self._node))

    def counter(self, name: str) -> int:
        value: int = self.lib.glue_node_counter(self._node, name.encode())
        return value

    @property
    def log_id(self) -> int:
        value: int = self.lib.glue_node_log_id(self._node)
        return value

    def take_sent(self) -> list[Message]:
        messages = [decode(item) for item in self.sent]
        self.sent.clear()
        return messages

    def force(self, state: str, now_us: int = 0) -> None:
        self.lib.glue_node_set_state(self._node, STATES.index(state), now_us)

    def fire(self, event: str, now_us: int, message_id: int = 1) -> None:
        self.lib.glue_node_fire(self._node, EVENTS.index(event), message_id, now_us)
