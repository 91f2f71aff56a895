"""The MQTT broker gone for an hour, in the real kernel's time.

This kernel has no TCP: the broker is a small one of this file on a local socket, to which the
client's connections are led. test_mqtt.py has Debian's mosquitto, in this machine's time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.service.board_linux import PYTHON, SYSTEM_PYTHON, LinuxBoard, check_each_once

pytestmark = pytest.mark.needs("linux")

BROKER: Final = """
import os, socket, sys
place, kept = sys.argv[1:]
if os.path.exists(place):
    os.unlink(place)
door = socket.socket(socket.AF_UNIX)
door.bind(place)
door.listen()

def read(client, count):
    data = client.recv(count, socket.MSG_WAITALL) if count else b""
    if len(data) < count:
        raise EOFError
    return data

def serve(client, file):
    while True:
        kind, length, shift = read(client, 1)[0], 0, 0
        while True:
            digit = read(client, 1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                break
        body = read(client, length)
        if kind >> 4 == 1:
            client.sendall(b"\\x20\\x02\\x00\\x00")
        elif kind >> 4 == 3:
            assert kind & 6 == 2, "QoS 1"
            start = 2 + int.from_bytes(body[:2], "big")
            file.write(body[start + 2 :] + b"\\n")
            file.flush()
            client.sendall(b"\\x40\\x02" + body[start : start + 2])
        elif kind >> 4 == 12:
            client.sendall(b"\\xd0\\x00")

with open(kept, "ab") as file:
    while True:
        client, _ = door.accept()
        try:
            serve(client, file)
        except (EOFError, ConnectionError):
            client.close()
"""
SERVICE: Final = """
import socket, sys
from paho.mqtt import client
place = sys.argv.pop(1)

def connect(*rest, **more):
    made = socket.socket(socket.AF_UNIX)
    made.connect(place)
    return made

socket.create_connection = connect
client._socketpair_compat = socket.socketpair
from fwgen.service.command.main import main
sys.exit(main())
"""
HOUR_S: Final = 3600


def test_the_broker_is_gone_for_an_hour(tmp_path: Path) -> None:
    """Both sinks are required: the samples wait in the firmware's log."""
    board = LinuxBoard(tmp_path)
    broker, service = tmp_path / "broker.py", tmp_path / "service.py"
    place, kept, settings = tmp_path / "place", tmp_path / "kept", tmp_path / "settings.toml"
    broker.write_text(BROKER)
    service.write_text(SERVICE)
    settings.write_text(
        f'socket = "{board.socket}"\n[sinks.sqlite]\nfile = "{board.database}"\n'
        '[sinks.mqtt]\nhost = "broker"\n'
    )
    board.do(f"{SYSTEM_PYTHON} {broker} {place} {kept} & broker=$!")
    board.do(f"{PYTHON} {service} {place} run --settings {settings} 2>{board.told} &")
    board.run(5)
    assert kept.stat().st_size > 0
    board.do("kill -9 $broker")
    before = kept.stat().st_size
    board.run(HOUR_S)
    assert kept.stat().st_size == before
    board.do(f"{SYSTEM_PYTHON} {broker} {place} {kept} &")
    board.run(60)
    check_each_once(board, board.finish())
    messages = map(json.loads, kept.read_bytes().splitlines())
    arrived = {
        sample["position"] for message in messages for sample in message if "position" in sample
    }
    assert arrived == set(range(len(arrived)))
    assert len(arrived) > (HOUR_S + 60) / 0.06
    told = board.told.read_text()
    assert "mqtt: stores again" in told
    assert told.count("samples wait\n") < 5, "told once, not for each attempt"
    board.close()
