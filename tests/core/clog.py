"""A Python interface to the C log: one object per log, numbers and bytes in and out."""

from __future__ import annotations

import ctypes
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.core.build import CHECKED, CORE, HERE, HOOKED, LOG_SOURCES, shared_library
from tests.core.samples import DISTANCE, NO_DISTANCE, Full, full, word_of

SUPERBLOCK_BYTES = 64
SLOT_BYTES = 488
CHANNELS_MAX = 8
WAKE, KEEP_NEWEST, KEEP_OLDEST = 0, 1, 2

_FUNCTIONS = (
    "oldest_seq",
    "next_seq",
    "backlog",
    "open_samples",
    "dropped_total",
    "unacked_blocks",
    "slots",
    "used_slots",
    "free_slots",
    "peak_slots",
)
_OF_STREAM = ("oldest_seq", "next_seq", "open_samples")
Hook = ctypes.CFUNCTYPE(None)


class StreamConfig(ctypes.Structure):
    """struct log_stream_config."""

    _fields_ = (
        ("period_us", ctypes.c_uint32),
        ("initial_seq", ctypes.c_uint32),
        ("channels", ctypes.c_uint8),
        ("width", ctypes.c_uint8 * CHANNELS_MAX),
    )


def stream_config(period_us: int, initial_seq: int, widths: tuple[int, ...]) -> StreamConfig:
    width = (ctypes.c_uint8 * CHANNELS_MAX)(*widths)
    return StreamConfig(period_us, initial_seq, len(widths), width)


_REST = (
    ("when_full", ctypes.c_int),
    ("reserve_slots", ctypes.c_uint32),
    ("level_ppm", ctypes.c_uint32),
    ("spec", ctypes.c_uint32),
)


class LogConfig(ctypes.Structure):
    """struct sample_log_config of a node with one sensor."""

    _fields_ = (("streams", StreamConfig * 1), *_REST)


class LogConfig2(ctypes.Structure):
    """struct sample_log_config of a node with two sensors."""

    _fields_ = (("streams", StreamConfig * 2), *_REST)


class _View(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int),
        ("stream", ctypes.c_uint32),
        ("first_seq", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
        ("bytes", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
    )


class _Header(ctypes.Structure):
    _fields_ = (
        ("first_seq", ctypes.c_uint32),
        ("period_us", ctypes.c_uint32),
        ("start_us", ctypes.c_uint64),
        ("boot", ctypes.c_uint32),
        ("spec", ctypes.c_uint8 * 4),
        ("count", ctypes.c_uint16),
        ("stream", ctypes.c_uint8),
        ("channels", ctypes.c_uint8),
        ("width", ctypes.c_uint8 * CHANNELS_MAX),
    )


@dataclass(frozen=True)
class View:
    """`data`: a block's bytes; None: a gap."""

    first_seq: int
    count: int
    data: bytes | None
    stream: int = 0


@dataclass(frozen=True)
class Decoded:
    first_seq: int
    period_us: int
    start_us: int
    boot: int
    spec: bytes
    stream: int
    widths: tuple[int, ...]
    samples: list[Full]

    @property
    def words(self) -> list[int]:
        """The samples, of one channel, as in samples.py; `late`: their lateness."""
        return [word_of(sample) for sample in self.samples]

    @property
    def late(self) -> list[int]:
        return [late for _, _, late in self.samples]


def library(streams: int = 1) -> ctypes.CDLL:
    """Return the log with a hook after every store to retained memory, compiled once per run."""
    return _library(streams)


@cache
def _library(streams: int) -> ctypes.CDLL:
    folder = Path(tempfile.mkdtemp(prefix="fwgen-core-"))
    sources = [*LOG_SOURCES, CORE / "crash.c", HERE / "log_glue.c"]
    path = shared_library(folder / "log.so", sources, *HOOKED, *CHECKED, streams=streams)
    lib = ctypes.CDLL(str(path))
    for name in _FUNCTIONS:
        getattr(lib, f"sample_log_{name}").restype = ctypes.c_uint32
        of_stream = [ctypes.c_uint32] if name in _OF_STREAM else []
        getattr(lib, f"sample_log_{name}").argtypes = [ctypes.c_void_p, *of_stream]
    for name in ("high_water", "peek", "rewind", "release"):
        getattr(lib, f"sample_log_{name}").restype = ctypes.c_bool
    for name in ("rewind", "release"):
        numbers = [ctypes.c_uint32, ctypes.c_uint32]
        getattr(lib, f"sample_log_{name}").argtypes = [ctypes.c_void_p, *numbers]
    lib.sample_log_hold.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    lib.sample_log_boot.restype = ctypes.c_uint32
    lib.sample_log_boot.argtypes = [ctypes.c_void_p]
    lib.sample_log_id.restype = ctypes.c_uint64
    lib.sample_log_id.argtypes = [ctypes.c_void_p]
    lib.sample_log_identify.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    lib.sample_log_identify.restype = None
    lib.sample_log_sent.argtypes = [ctypes.c_void_p]
    lib.crash_load.restype = ctypes.c_bool
    for name in ("crash_load", "crash_note", "crash_told"):
        getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    lib.crash_told.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    lib.sample_log_memory.restype = ctypes.POINTER(ctypes.c_uint32)
    lib.sample_log_memory.argtypes = [ctypes.c_void_p]
    lib.glue_unreadable.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    lib.glue_log_size.restype = ctypes.c_size_t
    lib.glue_constant.restype = ctypes.c_uint32
    u16s, u8s = ctypes.POINTER(ctypes.c_uint16), ctypes.POINTER(ctypes.c_uint8)
    u32s = ctypes.POINTER(ctypes.c_uint32)
    lib.glue_append.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_uint64,
        u32s,
        ctypes.c_uint32,
        ctypes.c_uint8,
        ctypes.c_uint8,
    ]
    lib.glue_append_many.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint64,
        ctypes.c_uint32,
        u16s,
        ctypes.c_uint32,
    ]
    lib.glue_decode.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(_Header),
        u8s,
        u8s,
        u32s,
    ]
    return lib


@contextmanager
def after_every_store(look: Callable[[], None]) -> Iterator[None]:
    """Call `look` after each store to retained memory, except for stores that `look` makes.

    An exception of `look` is raised at the end."""
    errors: list[BaseException] = []
    hook = Hook()

    def set_hook(function: object) -> None:
        for streams in (1, 2):
            library(streams).glue_after_store(function)

    def guarded() -> None:
        set_hook(Hook())
        try:
            if not errors:
                look()
        except BaseException as error:
            errors.append(error)
        set_hook(hook)

    hook = Hook(guarded)
    set_hook(hook)
    try:
        yield
    finally:
        set_hook(Hook())
    if errors:
        raise errors[0]


_watched: list[tuple[Memory, bytearray]] = []


@contextmanager
def unreadable(memory: Memory, marks: bytearray) -> Iterator[None]:
    """`marks` has a byte for each word of the memory: 1: reading fails until the word is written;
    2: reading fails; 0: reading succeeds. Stores change it. May be nested: the inner one counts."""
    _watched.append((memory, marks))
    _watch()
    try:
        yield
    finally:
        _watched.pop()
        _watch()


def _watch() -> None:
    if not _watched:
        for streams in (1, 2):
            library(streams).glue_unreadable(None, None, 0)
        return
    memory, marks = _watched[-1]
    shared = (ctypes.c_uint8 * len(marks)).from_buffer(marks)
    for streams in (1, 2):
        library(streams).glue_unreadable(memory.address, ctypes.addressof(shared), len(marks))


def constant(name: str) -> int:
    value = int(library().glue_constant(name.encode()))
    assert value, f"the core has no constant {name}"
    return value


def decode(data: bytes) -> Decoded | None:
    """Return what the C decoder reads from a block that fills `data`; None: it rejects it."""
    header = _Header()
    status, late = (ctypes.c_uint8 * 4096)(), (ctypes.c_uint8 * 4096)()
    values = (ctypes.c_uint32 * (4096 * CHANNELS_MAX))()
    count = library(2).glue_decode(data, len(data), header, status, late, values)
    if count < 0:
        return None
    channels = header.channels
    found = [values[at : at + channels] for at in range(0, count * CHANNELS_MAX, CHANNELS_MAX)]
    return Decoded(
        header.first_seq,
        header.period_us,
        header.start_us,
        header.boot,
        bytes(header.spec),
        header.stream,
        tuple(header.width[:channels]),
        [
            (status[i], () if status[i] in NO_DISTANCE else tuple(found[i]), late[i])
            for i in range(count)
        ],
    )


class Memory:
    """Memory that survives a reset, with room for the given number of slots."""

    def __init__(self, slots: int, content: bytes | None = None) -> None:
        self.size = SUPERBLOCK_BYTES + slots * SLOT_BYTES
        self._words = array("Q", content or bytes(self.size))
        assert len(self.content) == self.size
        self.address = self._words.buffer_info()[0]

    @property
    def content(self) -> bytes:
        return self._words.tobytes()

    def poke(self, offset: int, data: bytes) -> None:
        ctypes.memmove(self.address + offset, data, len(data))

    def slot(self, index: int) -> bytes:
        return self.content[self.slot_at(index) : self.slot_at(index) + SLOT_BYTES]

    def slot_at(self, index: int) -> int:
        """Return the offset of the slot; that of the first slot is 0."""
        return index * SLOT_BYTES

    def put_slot(self, index: int, data: bytes) -> None:
        self.poke(self.slot_at(index), data)

    def copy(self) -> Memory:
        return Memory((self.size - SUPERBLOCK_BYTES) // SLOT_BYTES, self.content)


@dataclass
class Config:
    period_us: int = 60_000
    when_full: int = WAKE
    reserve_slots: int = 0
    level_ppm: int = 0
    initial_seq: int = 0
    spec: bytes = bytes(4)
    widths: tuple[int, ...] = DISTANCE
    other: tuple[int, tuple[int, ...], int] | None = None
    """Of a second sensor: period, widths, first number."""


def _log_config(config: Config) -> LogConfig | LogConfig2:
    first = stream_config(config.period_us, config.initial_seq, config.widths)
    rest = (
        config.when_full,
        config.reserve_slots,
        config.level_ppm,
        int.from_bytes(config.spec, "little"),
    )
    if config.other is None:
        return LogConfig((StreamConfig * 1)(first), *rest)
    period_us, widths, initial_seq = config.other
    both = (StreamConfig * 2)(first, stream_config(period_us, initial_seq, widths))
    return LogConfig2(both, *rest)


class Log:
    """A start of the firmware with `memory`. Of two streams the second is handed out from its
    oldest sample on, as soon as it is rewound."""

    def __init__(self, memory: Memory, config: Config) -> None:
        self._lib = library(1 if config.other is None else 2)
        self.memory = memory
        self.config = config
        self._log = ctypes.create_string_buffer(b"\xa5" * self._lib.glue_log_size())
        self._at = ctypes.addressof(self._log)
        c_config = _log_config(config)
        self._lib.sample_log_init(
            ctypes.c_void_p(self._at),
            ctypes.c_void_p(memory.address),
            ctypes.c_size_t(memory.size),
            ctypes.byref(c_config),
        )

    def append(self, schedule_us: int, word: int, late: int = 0) -> None:
        self.add(schedule_us, full(word, late))

    def add(self, schedule_us: int, sample: Full, stream: int = 0) -> None:
        status, values, late = sample
        array_of = (ctypes.c_uint32 * CHANNELS_MAX)(*values)
        self._lib.glue_append(self._at, stream, schedule_us, array_of, len(values), status, late)

    def append_many(self, start_us: int, words: array[int]) -> None:
        pointer = ctypes.cast(words.buffer_info()[0], ctypes.POINTER(ctypes.c_uint16))
        self._lib.glue_append_many(self._at, start_us, self.config.period_us, pointer, len(words))

    def peek(self, close_open: bool | int = True) -> View | None:
        """`close_open`: of all streams, of none, or a bit for each."""
        view = _View()
        close = ctypes.c_uint32(3 if close_open is True else close_open)
        if not self._lib.sample_log_peek(ctypes.c_void_p(self._at), close, ctypes.byref(view)):
            return None
        if view.kind == 1:
            assert not view.bytes
            return View(view.first_seq, view.count, None, view.stream)
        data = ctypes.string_at(view.bytes, view.len)
        return View(view.first_seq, view.count, data, view.stream)

    def sent(self) -> None:
        self._lib.sample_log_sent(self._at)

    def rewind(self, next_seq: int, stream: int = 0) -> bool:
        return bool(self._lib.sample_log_rewind(self._at, stream, next_seq & 0xFFFF_FFFF))

    def release(self, next_seq: int, stream: int = 0) -> bool:
        return bool(self._lib.sample_log_release(self._at, stream, next_seq & 0xFFFF_FFFF))

    def hold(self, stream: int) -> None:
        self._lib.sample_log_hold(self._at, stream)

    def numbers(self, stream: int) -> tuple[int, int]:
        """Return the stream's oldest number and its next one."""
        lib = self._lib
        return (
            lib.sample_log_oldest_seq(self._at, stream),
            lib.sample_log_next_seq(self._at, stream),
        )

    def drain(self) -> list[View]:
        """Return everything that can be handed out, from the cursor on."""
        views = []
        while view := self.peek():
            views.append(view)
            self.sent()
        return views

    def __getattr__(self, name: str) -> int:
        if name in _FUNCTIONS or name in ("boot", "id"):
            of_stream = (0,) if name in _OF_STREAM else ()
            return int(getattr(self._lib, f"sample_log_{name}")(self._at, *of_stream))
        raise AttributeError(name)

    @property
    def found(self) -> tuple[int, int, int]:
        """What the start found: enum log_memory_kind, unreadable words, damaged blocks."""
        values = self._lib.sample_log_memory(self._at)[:3]
        return values[0], values[1], values[2]

    def identify(self, log_id: int) -> None:
        self._lib.sample_log_identify(self._at, log_id)

    @property
    def high_water(self) -> bool:
        return bool(self._lib.sample_log_high_water(ctypes.c_void_p(self._at)))
