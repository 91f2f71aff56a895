"""Debian's mosquitto gone for an hour, in the real kernel's time.

This kernel has no TCP: service and broker talk over a local socket.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.service.board_linux import PYTHON, LinuxBoard, check_each_once

pytestmark = pytest.mark.needs("linux", "mosquitto")

OVER_LOCAL_SOCKETS: Final = """
import socket, sys
from paho.mqtt import client
client._socketpair_compat = socket.socketpair  # its own one needs TCP
"""
SERVICE: Final = f"""{OVER_LOCAL_SOCKETS}
from fwgen.service.command.main import main
sys.exit(main())
"""
SUBSCRIBER: Final = f"""{OVER_LOCAL_SOCKETS}
place, kept = sys.argv[1:]
file = open(kept, "ab", buffering=0)
version = client.CallbackAPIVersion.VERSION2
made = client.Client(version, "subscriber", clean_session=False, transport="unix")
made.on_connect = lambda *rest: made.subscribe("fwgen-peer/samples", 1)
made.on_message = lambda data, rest, message: file.write(message.payload + b"\\n")
made.reconnect_delay_set(1, 1)
made.connect(place)
made.loop_forever()
"""
HOUR_S: Final = 3600


def test_the_broker_is_gone_for_an_hour(tmp_path: Path) -> None:
    """Both sinks are required: the samples wait in the firmware's log."""
    board = LinuxBoard(tmp_path)
    service, subscriber = tmp_path / "service.py", tmp_path / "subscriber.py"
    place, kept, settings = tmp_path / "place", tmp_path / "kept", tmp_path / "settings.toml"
    service.write_text(SERVICE)
    subscriber.write_text(SUBSCRIBER)
    (tmp_path / "state").mkdir()
    (tmp_path / "mosquitto.conf").write_text(
        f"listener 0 {place}\nallow_anonymous true\nuser root\n"
        f"persistence true\npersistence_location {tmp_path}/state/\n"
    )
    settings.write_text(
        f'socket = "{board.socket}"\n[sinks.sqlite]\nfile = "{board.database}"\n'
        f'[sinks.mqtt]\nhost = "{place}"\n'
    )
    broker = f"mosquitto -c {tmp_path}/mosquitto.conf 2>{tmp_path}/broker.txt & broker=$!"
    board.do(broker)
    board.run(1)
    board.do(f"{PYTHON} {subscriber} {place} {kept} 2>{tmp_path}/subscriber.txt &")
    board.do(f"{PYTHON} {service} run --settings {settings} 2>{board.told} &")
    board.run(5)
    assert kept.stat().st_size > 0
    board.do("kill $broker")
    before = kept.stat().st_size
    board.run(HOUR_S)
    assert kept.stat().st_size == before
    board.do(broker)
    board.run(60)
    check_each_once(board, board.finish())
    messages = map(json.loads, kept.read_bytes().splitlines())
    arrived = {
        sample["position"] for message in messages for sample in message if "position" in sample
    }
    assert arrived == set(range(len(arrived)))
    assert len(arrived) > (HOUR_S + 60) / 0.06
    told = board.told.read_text()
    assert f"mqtt: MQTT broker {place}: " in told
    assert "mqtt: stores again" in told
    assert told.count("samples wait\n") < 5, "told once, not for each attempt"
    board.close()
