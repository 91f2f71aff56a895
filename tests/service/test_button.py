"""The button, with a gpiod that the test plays. test_linux_button.py has real lines."""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fwgen.errors import InputError, MissingToolError
from fwgen.service.power import button
from fwgen.service.power.button import AWAKE_S, Button, ButtonLine
from tests.patience import wait_until


class Gpiod:
    """Two chips; the second has the line User-1 at 7."""

    def __init__(self) -> None:
        self.line = SimpleNamespace(
            Direction=SimpleNamespace(INPUT="in"), Edge=SimpleNamespace(RISING="rising")
        )
        self.LineSettings = SimpleNamespace
        self.requested: list[tuple[str, dict[int, Any]]] = []
        self.edges: queue.Queue[bool] = queue.Queue()
        self.released = False
        self.busy = False

    def Chip(self, path: str) -> Any:
        return FakeChip(path)

    def request_lines(self, path: str, consumer: str, config: dict[int, Any]) -> Any:
        if self.busy:
            raise OSError(16, "Device or resource busy")
        self.requested.append((path, config))
        return self

    def wait_edge_events(self, timeout_s: float) -> bool:
        try:
            return self.edges.get(timeout=timeout_s)
        except queue.Empty:
            return False

    def read_edge_events(self) -> list[object]:
        return []

    def release(self) -> None:
        self.released = True


class FakeChip:
    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> FakeChip:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def line_offset_from_id(self, name: str) -> int:
        if self._path.endswith("1") and name == "User-1":
            return 7
        raise OSError(2, "No such file or directory")


@pytest.fixture
def gpiod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gpiod:
    made = Gpiod()
    monkeypatch.setitem(sys.modules, "gpiod", made)
    for number in range(2):
        (tmp_path / f"gpiochip{number}").touch()
    monkeypatch.setattr(button, "DEV", tmp_path)
    return made


def test_the_line_is_found_by_name_and_debounced_by_the_kernel(gpiod: Gpiod) -> None:
    presses: list[int] = []
    made = Button(ButtonLine("User-1"), lambda: presses.append(1))
    made.start()
    ((path, config),) = gpiod.requested
    assert (Path(path).name, list(config)) == ("gpiochip1", [7])
    assert config[7].debounce_period.total_seconds() == 0.03
    assert (config[7].edge_detection, config[7].active_low) == ("rising", True)
    gpiod.edges.put(True)
    wait_until(lambda: presses == [1], "a press")
    made.stop()
    assert gpiod.released


def test_the_press_that_woke_linux_is_no_request(gpiod: Gpiod) -> None:
    presses: list[float] = []
    now = [100.0]
    made = Button(ButtonLine("User-1"), lambda: presses.append(now[0]), lambda: now[0])
    made.start()
    made.note_awake()
    gpiod.edges.put(True)
    wait_until(gpiod.edges.empty, "the press is read")
    made.stop()
    assert presses == []
    now[0] += AWAKE_S
    again = Button(ButtonLine("User-1"), lambda: presses.append(now[0]), lambda: now[0])
    again.start()
    gpiod.edges.put(True)
    wait_until(lambda: presses == [102.0], "the next press")
    again.stop()


def test_what_is_missing_is_said(gpiod: Gpiod, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no GPIO line has the name 'User-9'\nhelp: `gpioinfo`"):
        Button(ButtonLine("User-9"), lambda: None).start()
    gpiod.busy = True
    with pytest.raises(InputError, match=r"User-1 of /.*/gpiochip1 cannot be used: .*busy"):
        Button(ButtonLine("User-1"), lambda: None).start()
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(MissingToolError, match="needs the Python package gpiod"):
        Button(ButtonLine("User-1"), lambda: None).start()
