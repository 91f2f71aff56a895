"""The readers get a fixed number of inputs, and what is planted in them is found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import strategies as st

from fwgen.build import elf
from fwgen.peer.session import Session
from fwgen.scenario import csv_points
from fwgen.spec import load
from fwgen.verify import fdt
from fwgen.wire import stream
from tests.fuzz import SMALL, readers, reading
from tests.fuzz.readers import READERS, Reader

INPUTS = 300


@pytest.mark.parametrize("name", READERS)
def test_nothing_is_found(name: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz.reading", name, "--inputs", str(INPUTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith(f"Done {INPUTS} inputs")


_receive = Session.receive


def _acknowledges_always(session: Session, data: bytes, now_us: int) -> None:
    _receive(session, data, now_us)
    session._send_ack()


def _any_name(name: str) -> str:
    return name


PLANTED: dict[str, tuple[object, str, Callable[..., object]]] = {
    "stream": (stream, "_mark_begun", lambda buffer, at: len(buffer)),
    "session": (Session, "receive", _acknowledges_always),
    "spec": (load, "parse_document", lambda text, *_: {}[text]),
    "csv": (csv_points, "decimal_of", Fraction),
    "elf": (elf, "_printable", _any_name),
    "dtb": (fdt, "_damaged", ValueError),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    holder, attribute, wrong = PLANTED[name]
    monkeypatch.setattr(holder, attribute, wrong)
    monkeypatch.setattr(readers, "FOLDER", tmp_path)
    with pytest.raises((AssertionError, ValueError, KeyError)):
        reading.read(READERS[name], 2 * INPUTS, shrinks=False)


def test_an_input_that_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: int) -> None:
        while True:
            pass

    monkeypatch.setattr(reading, "MOST_S", 0.05)
    with pytest.raises(reading.BoundError, match="processor time"):
        reading.read(Reader(st.integers(), endless), 1)


def test_an_input_that_takes_too_much_memory_is_found() -> None:
    code = (
        "from hypothesis import strategies as st\n"
        "from tests.fuzz.reading import MOST_MB, Reader, read\n"
        "read(Reader(st.integers(0, 9), lambda n: bytearray(n * (MOST_MB << 18))), 50)\n"
    )
    command = [*SMALL, sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "BoundError: the inputs took more than" in done.stderr
