"""The local socket: viewers, and who may do what."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from fwgen.errors import ExaminedBadError, InputError, ToolBrokeError
from fwgen.service import caller as caller_module
from fwgen.service.caller import Caller
from fwgen.service.command import doctor
from fwgen.service.doctor import link
from fwgen.service.doctor.board import Board
from fwgen.service.hub import Client, Document, Hub
from fwgen.service.settings import Settings
from tests.patience import wait_until


class Bench:
    def __init__(self, path: Path) -> None:
        self.clients: list[Client] = []
        self.gone = 0
        self.hub = Hub(path, self._answer, self._left)
        self.hub.start()

    def _answer(self, client: Client, request: Document) -> None:
        self.clients.append(client)
        if request.get("do") == "watch":
            client.watches = True
        client.send({"heard": request})

    def _left(self, client: Client) -> None:
        self.gone += 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run/socket"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    made = Bench(path)
    yield made
    made.hub.stop()


def test_a_request_is_answered(bench: Bench, path: Path) -> None:
    caller = Caller(path)
    assert caller.ask("status", "heard") == {"do": "status"}
    caller.close()
    wait_until(lambda: bench.gone == 1, "the hub notices that the client has left")


def test_all_viewers_get_what_is_published(bench: Bench, path: Path) -> None:
    callers = [Caller(path) for _ in range(5)]
    for caller in callers:
        assert caller.ask("watch", "heard")
    bench.hub.publish({"news": 1})
    for caller in callers:
        assert next(iter(caller.lines())) == {"news": 1}
        caller.close()


def test_a_viewer_that_does_not_read_misses_lines_and_delays_no_other(
    bench: Bench, path: Path
) -> None:
    lazy, eager = Caller(path), Caller(path)
    for caller in (lazy, eager):
        assert caller.ask("watch", "heard")
    lines = eager.lines()
    for number in range(3000):
        bench.hub.publish({"news": number, "text": "x" * 500})
        assert next(lines)["news"] == number
    eager.close()
    missed, seen = 0, 0
    rest = lazy.lines()
    while missed + seen < 2500:
        document = next(rest)
        missed += document.get("missed", 0)
        seen += "news" in document
        bench.hub.publish({"other": 0})
    assert missed > 1000
    assert len(bench.clients[0]._lines) <= 201
    lazy.close()


@pytest.mark.parametrize(
    "request_line", [b"no json\n", b"3\n", b"\xff\n", b"[" * 60_000 + b"\n", b'{"a":' * 900 + b"\n"]
)
def test_garbage_is_answered_with_an_error(bench: Bench, path: Path, request_line: bytes) -> None:
    caller = Caller(path)
    caller._socket.sendall(request_line)
    with pytest.raises(ToolBrokeError, match="expected a JSON object"):
        next(iter(caller.lines()))
    caller.close()


def test_an_endless_line_ends_the_connection(bench: Bench, path: Path) -> None:
    caller = Caller(path)
    with pytest.raises(OSError):
        for _ in range(1000):
            caller._socket.sendall(b"x" * 65_536)
    caller.close()


def test_a_service_that_does_not_answer_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller_module, "ANSWER_S", 0.2)
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as stuck:
        stuck.bind(str(path))
        stuck.listen(4)
        caller = Caller(path)
        with pytest.raises(ExaminedBadError, match=r"did not answer within 0\.2 s\nhelp: it is st"):
            caller.ask("status", "status")
        caller.close()
        assert (
            doctor._status(path)[1].message == f"fwgen-peer at {path} did not answer within 0.2 s"
        )


def test_a_socket_that_a_killed_service_left_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    bench = Bench(path)
    caller = Caller(path)
    assert caller.ask("status", "heard")
    caller.close()
    with pytest.raises(InputError, match="another fwgen-peer serves it"):
        Bench(path)
    bench.hub.stop()
    assert not path.exists()


def test_the_end_of_its_thread_does_not_disturb_the_stop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(path)
    wake = bench.hub._wake

    def late() -> None:
        wake()
        bench.hub._thread.join()
        wake()

    monkeypatch.setattr(bench.hub, "_wake", late)
    bench.hub.stop()
    assert not path.exists()


def test_the_socket_of_another_service_is_left_alone(path: Path) -> None:
    """It was made after this one's was removed."""
    first = Bench(path)
    path.unlink()
    second = Bench(path)
    first.hub.stop()
    caller = Caller(path)
    assert caller.ask("status", "heard")
    caller.close()
    second.hub.stop()
    assert not path.exists()


def test_without_a_service_the_error_says_how_to_start_it(path: Path) -> None:
    with pytest.raises(ExaminedBadError, match=r"no fwgen-peer answers at .*\nhelp: start it"):
        Caller(path)


def test_a_path_that_is_too_long_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 110)
    with pytest.raises(InputError, match=r"cannot make the socket: AF_UNIX path too long\nhelp"):
        Bench(path)
    with pytest.raises(InputError, match=r"AF_UNIX path too long\nhelp: name the socket"):
        Caller(path)


def test_a_socket_that_this_user_may_not_use_is_no_reason_to_start_the_service(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: socket.socket, name: str) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(InputError, match=r"Permission denied\nhelp: .*the group fwgen-peer"):
        Caller(path)
    planted = Board(Settings(), silent=doctor._status(path)[1])
    (finding,) = link.service(planted)
    assert "Permission denied" in finding.text
    assert "the group fwgen-peer" in finding.cure


def test_a_file_that_is_no_socket_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="name the socket of fwgen-peer"):
        Caller(tmp_path / "file")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\n", b"[1]\n", b"[" * 5000 + b"\n"])
def test_another_server_s_answer_is_told(tmp_path: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "socket"))
        other.listen(1)
        caller = Caller(tmp_path / "socket")
        connection, _ = other.accept()
        with connection:
            connection.sendall(answer)
            with pytest.raises(ToolBrokeError, match="expected JSON objects of fwgen-peer, found"):
                caller.ask("status", "status")
        caller.close()


def test_a_service_that_has_ended_is_told(path: Path) -> None:
    bench = Bench(path)
    caller = Caller(path)
    assert caller.ask("status", "heard")
    bench.hub.stop()
    with pytest.raises(ExaminedBadError, match="ended"):
        for _ in range(2):
            caller.ask("status", "heard")
    caller.close()


def test_lines_are_json(bench: Bench, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(str(path))
        plain.sendall(b'{"do": "status"}\n{"do": "x"}\n')
        file = plain.makefile("rb")
        assert [json.loads(file.readline()) for _ in range(2)] == [
            {"heard": {"do": "status"}},
            {"heard": {"do": "x"}},
        ]
        file.close()
