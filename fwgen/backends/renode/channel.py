"""The protocol between the emulator's process and its parent: pickled objects, each after its
length, over two pipes. Each side trusts the other: it is the same program."""

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
    """Asks the other side to call this method."""

    method: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Beat:
    """The run continues."""


@dataclass(frozen=True)
class Done:
    result: Any


@dataclass(frozen=True)
class Failed:
    """An error for the user (`error`), or an unexpected one: `text` describes it, with a traceback
    if the user wants one."""

    error: FwgenError | None
    text: str


class EndedError(Exception):
    """The other side has closed the stream."""


class SilentError(Exception):
    """Nothing was received for too long."""


def failed(error: BaseException) -> Failed:
    if isinstance(error, FwgenError):
        return Failed(error, str(error))
    return Failed(None, trace_of(error) or as_error(error).message)


def raise_failure(failure: Failed) -> None:
    if failure.error is not None:
        raise failure.error
    head = "the emulator's process failed:"
    separator = "\n" if "\n" in failure.text else " "
    raise ToolBrokeError(f"{head}{separator}{failure.text.rstrip()}")


def send(stream: BinaryIO, value: Any) -> None:
    content = _pickled(value)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO, silence_s: float | None = None) -> Any:
    """Return the next object. Raises EndedError, and SilentError if nothing arrives within
    `silence_s`. The stream must not be buffered (`buffering=0`)."""
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


def _pickled(value: Any) -> bytes:
    """Pickle also read-only mappings, which plans contain."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = _reduce_mapping
    pickler.dump(value)
    return buffer.getvalue()


def _reduce_mapping(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return read_only, (dict(mapping),)


def read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """Return a MappingProxyType; pickle cannot find that type by its name."""
    return MappingProxyType(mapping)
