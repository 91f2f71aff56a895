"""How the process with the emulator and the one that wants it run talk: pickled objects with their
length in front, over two pipes. Each side trusts the other: it is the same program."""

from __future__ import annotations

import copyreg
import io
import pickle
import select
import struct
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from fwgen.errors import FwgenError, ToolBrokeError
from fwgen.guard import as_error, trace_of

_LENGTH: Final = struct.Struct("<Q")


@dataclass(frozen=True)
class Call:
    """Call this method."""

    method: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Beat:
    """The run goes on."""


@dataclass(frozen=True)
class Done:
    result: Any


@dataclass(frozen=True)
class Failed:
    """An error for the user (`error`), or something unexpected: `text` says what, and where if the
    user wants to know."""

    error: FwgenError | None
    text: str


class EndedError(Exception):
    """The other side is gone."""


class SilentError(Exception):
    """Nothing was heard for too long."""


def failed(error: BaseException) -> Failed:
    if isinstance(error, FwgenError):
        return Failed(error, str(error))
    return Failed(None, trace_of(error) or as_error(error).message)


def raise_failure(failure: Failed) -> None:
    if failure.error is not None:
        raise failure.error
    head = "the emulator's process broke:"
    separator = "\n" if "\n" in failure.text else " "
    raise ToolBrokeError(f"{head}{separator}{failure.text.rstrip()}")


def send(stream: BinaryIO, thing: Any) -> None:
    content = _pickled(thing)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO, silence_s: float | None = None) -> Any:
    """Raises EndedError, and SilentError if nothing begins to come for so long. The stream is not
    buffered (`buffering=0`)."""
    if silence_s is not None and not select.select([stream], [], [], silence_s)[0]:
        raise SilentError
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    return pickle.loads(_read(stream, length))


def _read(stream: BinaryIO, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = stream.read(count)
        if not part:
            raise EndedError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _pickled(thing: Any) -> bytes:
    """As usual, and read-only mappings, which plans hold."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = _reduce_mapping
    pickler.dump(thing)
    return buffer.getvalue()


def _reduce_mapping(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return read_only, (dict(mapping),)


def read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """The type itself has no name to be found by."""
    return MappingProxyType(mapping)
