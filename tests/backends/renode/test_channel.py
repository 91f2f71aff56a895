"""The protocol between the emulator's process and its parent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
import pytest

from fwgen.backends.renode.channel import (
    Call,
    Done,
    EndedError,
    SilentError,
    failed,
    raise_failure,
    receive,
    send,
)
from fwgen.errors import ExaminedBadError, ToolBrokeError
from fwgen.plan import plan_spec
from fwgen.spec import load_spec

SPEC = Path(__file__).parents[3] / "fwgen/spec/examples/range-node.yaml"
Pipe = tuple[BinaryIO, BinaryIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as into, os.fdopen(writer, "wb", buffering=0) as out:
        yield into, out


def through(pipe: Pipe, value: Any) -> Any:
    send(pipe[1], value)
    return receive(pipe[0])


def test_calls_and_results_arrive_unchanged(pipe: Pipe) -> None:
    assert through(pipe, Call("run_until", (5,))) == Call("run_until", (5,))
    result = through(pipe, Done({"a": np.arange(3)})).result
    assert result["a"].tolist() == [0, 1, 2]


def test_a_plan_arrives_with_its_read_only_mappings(pipe: Pipe) -> None:
    plan = plan_spec(load_spec(SPEC))
    copy = through(pipe, plan)
    assert copy == plan
    assert isinstance(copy.board.pins, MappingProxyType)


def test_an_error_for_the_user_keeps_its_type(pipe: Pipe) -> None:
    failure = through(pipe, failed(ExaminedBadError("Linux refuses it")))
    with pytest.raises(ExaminedBadError, match="Linux refuses it"):
        raise_failure(failure)


def test_a_bug_is_reported_with_its_traceback(pipe: Pipe) -> None:
    try:
        raise KeyError("oops")
    except KeyError as error:
        failure = through(pipe, failed(error))
    with pytest.raises(ToolBrokeError, match=r"(?s)process failed:.*KeyError: 'oops'"):
        raise_failure(failure)


def test_end_and_silence_raise_errors(pipe: Pipe) -> None:
    with pytest.raises(SilentError):
        receive(pipe[0], silence_s=0.01)
    pipe[1].write(b"\x05\0\0")
    pipe[1].close()
    with pytest.raises(EndedError):
        receive(pipe[0])
