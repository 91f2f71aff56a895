"""The screen offscreen, opposite the service's hub."""

from __future__ import annotations

import contextlib
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.screen.fake_service import FakeService
from tests.screen.scenes import CHANNELS, NOW_US, climate_rows, rows

pytestmark = pytest.mark.needs("qt")


@pytest.mark.parametrize("way", ["mouse", "touch", "the key S", "Tab and Space"])
def test_each_way_asks_for_one_sleep(way: str, tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(tmp_path / "socket")
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: driving.shown(screen)["can_sleep"], "the button is ready")
    driving.WAYS[way](screen)
    driving.wait(lambda: service.suspends == 1, "a request to sleep")
    driving.WAYS[way](screen)
    driving.wait(lambda: driving.shown(screen)["linux"] == "asking", "the service's answer")
    assert service.suspends == 1, "one request, however often it is pressed"
    screen.close()
    service.close()


def test_without_a_link_the_button_asks_for_nothing(tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(
        tmp_path / "socket", linux={"state": "asleep", "since": "2026-11-19T17:00:00Z"}
    )
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: driving.shown(screen)["linux"] == "asleep", "the status")
    driving.click(screen)
    driving.wait(lambda: service.asked.count("status") >= 2, "two seconds")
    assert service.suspends == 0
    screen.close()
    service.close()


def test_it_survives_the_service_s_restart_and_asks_for_what_it_missed(tmp_path: Path) -> None:
    from tests.screen import driving

    path = tmp_path / "socket"
    screen = driving.connected(path)
    assert driving.shown(screen)["linux"] == "absent"
    for turn in range(3):
        service = FakeService(path)
        begin = NOW_US + turn * 1_000_000
        recent = rows(begin, begin + 1_000_000)
        driving.wait(lambda: driving.shown(screen)["linux"] == "awake", "connected")
        driving.wait(lambda service=service: "recent" in service.asked, "the recent minutes")  # type: ignore[misc]
        service.publish({"samples": recent})
        expected = recent[-1]["position"]
        driving.wait(
            lambda expected=expected: (screen.model.board.sample or {}).get("position") == expected,  # type: ignore[misc]
            "samples",
        )
        service.close()
        driving.wait(lambda: driving.shown(screen)["linux"] == "absent", "the service's end")
    screen.close()


@pytest.mark.parametrize("line", [b"\xff\n", b"[1]\n", b'{"status": {}}\n', b'{"samples": [7]}\n'])
def test_another_program_at_the_socket_is_left_alone(line: bytes, tmp_path: Path) -> None:
    from tests.screen import driving

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    listener.listen(4)
    screen = driving.connected(tmp_path / "socket")
    for _ in range(2):  # it tries again
        listener.settimeout(0.001)
        found: list[socket.socket] = []

        def accept(found: list[socket.socket] = found) -> None:
            with contextlib.suppress(TimeoutError):
                found.append(listener.accept()[0])

        driving.wait(lambda found=found: bool(found), "a connection", accept)  # type: ignore[misc]
        found[0].sendall(line)
        driving.wait(lambda: driving.shown(screen)["linux"] == "absent", "it hangs up")
        found[0].close()
    screen.close()
    listener.close()


@pytest.mark.parametrize("way", ["mouse", "touch"])
@pytest.mark.parametrize("size", [(1280, 720), (480, 272)])
def test_a_tap_on_a_number_draws_its_curve(way: str, size: tuple[int, int], tmp_path: Path) -> None:
    """On a small window one curve has room; the large number brings the first one back."""
    from tests.screen import driving

    service = FakeService(tmp_path / "socket", channels=CHANNELS)
    screen = driving.connected(tmp_path / "socket", size=size)
    distance, temperature, humidity = (str(one["name"]) for one in CHANNELS)
    two = size[0] > 480
    driving.wait(lambda: driving.is_laid_out(screen, "value 1"), "the numbers")
    for tapped, small, large in (
        ("", [distance], [distance, temperature]),
        ("value 1", [humidity], [distance, humidity]),
        ("value 0", [temperature], [distance, temperature]),
        ("value 1", [humidity], [distance, humidity]),
        ("number", [distance], [distance, temperature]),
    ):
        if tapped:
            {"mouse": driving.click, "touch": driving.touch}[way](screen, tapped)
        expected = large if two else small
        driving.wait(lambda expected=expected: driving.drawn(screen) == expected, str(expected))  # type: ignore[misc]
    assert service.suspends == 0
    screen.close()
    service.close()


def test_the_key_c_draws_the_next_channel(tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(tmp_path / "socket", channels=CHANNELS)
    screen = driving.connected(tmp_path / "socket")
    for name in ("ambient-temp", "humidity", "ambient-temp"):
        expected = ["range.distance", f"climate.{name}"]
        driving.wait(lambda expected=expected: driving.drawn(screen) == expected, name)  # type: ignore[misc]
        driving.press(screen, "C")
    screen.close()
    service.close()


def test_the_recent_minutes_of_each_channel_are_asked_for(tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(tmp_path / "socket", channels=CHANNELS)
    number = NOW_US // 250_000
    service.recent = {
        str(one["name"]): [[number, 1, value, value, value]] for value, one in enumerate(CHANNELS)
    }
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: "climate.humidity" in screen.model.board.recents, "the status")
    recents = screen.model.board.recents
    driving.wait(lambda: all(len(recent) for recent in recents.values()), "their answers")
    assert {name: recent.dump()[0][2] for name, recent in recents.items()} == {
        "range.distance": 0,
        "climate.ambient-temp": 1,
        "climate.humidity": 2,
    }
    assert service.asked.count("recent") == 3
    screen.close()
    service.close()


def test_many_viewers(tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(tmp_path / "socket")
    screens = [driving.connected(tmp_path / "socket") for _ in range(3)]
    driving.wait(lambda: all(driving.shown(each)["online"] for each in screens), "each is served")
    service.publish({"samples": rows(NOW_US, NOW_US + 1_000_000)})
    driving.wait(lambda: all(driving.shown(each)["distance"] for each in screens), "samples")
    for screen in screens:
        screen.close()
    service.close()


def test_a_viewer_that_missed_lines_asks_for_the_curve_again(tmp_path: Path) -> None:
    from tests.screen import driving

    service = FakeService(tmp_path / "socket")
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: service.asked.count("recent") == 1, "the first request")
    service.recent = {"distance_mm": [[NOW_US // 250_000 - 8, 4, 1000, 1010, 1005]]}
    service.publish({"missed": 7})
    driving.wait(lambda: len(screen.model.board.recents["distance_mm"]) == 1, "the thinned curve")
    assert service.asked.count("recent") == 2
    screen.close()
    service.close()


def test_a_hole_is_filled_for_the_eye_from_left_to_right(tmp_path: Path) -> None:
    """The backlog arrives at once; it is drawn within a second and a half."""
    from fwgen.screen.trace import WINDOW_US, columns
    from tests.screen import driving

    service = FakeService(tmp_path / "socket")
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: screen.curve.width() > 1, "the window")
    screen.model.stop()  # time passes by hand
    board = screen.model.board
    board.take({"status": service.status})
    board.take({"samples": rows(NOW_US - 200_000_000, NOW_US - 100_000_000)})
    for _ in range(200):
        screen.curve.advance(0.01)
    board.take({"samples": rows(NOW_US - 100_000_000, NOW_US)})
    ends = []
    for _ in range(60):
        screen.curve.advance(0.01)
        (trace,) = screen.curve.traces
        recent = board.recents["distance_mm"]
        drawn = columns(recent, 60_000, NOW_US - WINDOW_US, trace.drawn_us, 600)
        ends.append(max(column.at_us for stretch in drawn for column in stretch))
    assert ends == sorted(ends)
    assert len(set(ends)) > 20, "in steps"
    assert NOW_US - 100_000_000 < ends[10] < NOW_US - 50_000_000
    assert ends[-1] > NOW_US - 1_000_000, "to its end"
    screen.close()
    service.close()


@pytest.mark.parametrize("period_us", [1_500, 1_000_000])
def test_firmware_with_another_period_and_range(period_us: int) -> None:
    from fwgen.screen.trace import WINDOW_US, columns
    from tests.screen.scenes import board_of, status

    firmware = {**status()["firmware"], "period_us": period_us}
    found = rows(NOW_US - 60_000_000, NOW_US)[:: max(1, period_us // 60_000)]
    far = [{**row, "distance_mm": 9_000 + row["position"] % 50} for row in found]
    board = board_of([{"status": status(firmware=firmware)}, {"samples": far}])
    recent = board.recents["distance_mm"]
    (stretch,) = columns(recent, period_us, NOW_US - WINDOW_US, NOW_US, 600)
    assert {column.high // 1000 for column in stretch} == {9}


@pytest.mark.parametrize("more", [{}, {"channels": CHANNELS}])
def test_changing_numbers_make_no_new_items(more: dict[str, Any], tmp_path: Path) -> None:
    """Items that are made again for each number would let it grow for days, and a tap on one would
    get lost."""
    import shiboken6
    from PySide6.QtQuick import QQuickItem

    from fwgen.screen.app import application
    from tests.screen import driving

    service = FakeService(tmp_path / "socket", **more)
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: bool(driving.shown(screen)["online"]), "connected")
    screen.model.stop()

    def items_after(number: int) -> set[object]:
        at_us = NOW_US + number * 1_000_000
        screen.model.board.take({"samples": rows(at_us, at_us + 1_000_000)})
        screen.model.board.take({"samples": climate_rows(at_us, at_us + 1_000_000)})
        screen.model.changed.emit()
        application().processEvents()
        waiting = [screen.window.contentItem()]
        found: set[object] = set()
        while waiting:
            item: QQuickItem = waiting.pop()
            found.add(shiboken6.getCppPointer(item)[0])
            waiting += item.childItems()
        return found

    first = items_after(1)
    assert len(first) > 40
    for number in range(2, 12):
        assert items_after(number) == first
    screen.close()
    service.close()


def test_a_thousand_frames_leave_no_references(tmp_path: Path) -> None:
    """PySide6 6.12.0 with Python 3.11 frees None once too often in each call, until it crashes."""
    from tests.screen import driving
    from tests.screen.scenes import live

    service = FakeService(tmp_path / "socket")
    screen = driving.connected(tmp_path / "socket")
    driving.wait(lambda: driving.shown(screen)["online"], "connected")
    screen.curve.board = live()

    def frames(count: int) -> int:
        for _ in range(count):
            screen.curve.advance(0.02, always=True)
            screen.window.grabWindow()
        return sys.getrefcount(None) if sys.version_info < (3, 12) else 0

    before = frames(20)
    assert abs(frames(60) - before) < 200
    screen.close()
    service.close()
