"""Samples to an MQTT broker, QoS 1: stored means that the broker has sent PUBACK.

A message is one block: a JSON array of samples as in JSON lines, or of one gap or sleep. Samples
and gaps of a sensor with a name go to a topic of its own: `TOPIC/NAME`. After an error messages may
come again; (log, position) identifies a sample.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fwgen.errors import MissingToolError
from fwgen.service.items import Hole, Item, Mark, Run
from fwgen.service.sensors import RANGE_SENSOR, Sensors
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.lines import documents

CONNECT_S: Final = 10.0
PUBACK_S: Final = 30.0
_LOOK_S: Final = 0.1
"""Interval at which a lost connection is noticed."""


@dataclass(frozen=True)
class Broker:
    """`host`: its name, or the path of its local socket. `topic`: samples go to it. `ca`:
    certificates for TLS; None: no TLS. `password_file`: its first line is the password.
    `client_id`: the broker ends the connection of a client when another one with its name comes;
    "": a random one, with 23 characters, which every broker takes."""

    host: str
    port: int = 1883
    topic: str = "fwgen-peer/samples"
    client_id: str = ""
    user: str = ""
    password_file: Path | None = None
    ca: Path | None = None

    @property
    def is_local(self) -> bool:
        return self.host.startswith("/")

    def __str__(self) -> str:
        return self.host if self.is_local else f"{self.host}:{self.port}"


class MqttSink:
    """Raises MissingToolError if paho-mqtt is not installed."""

    def __init__(self, broker: Broker, sensors: Sensors = (RANGE_SENSOR,)) -> None:
        try:
            from paho.mqtt import client
        except ModuleNotFoundError as error:
            text = "the sink mqtt needs the Python package paho-mqtt"
            raise MissingToolError(text, "`pip install paho-mqtt`") from error
        self._mqtt: Any = client
        self._broker = broker
        self._sensors = sensors
        self._client: Any = None
        self._name = broker.client_id or f"fwgen-peer-{secrets.token_hex(6)}"
        self._answered = threading.Event()
        self._refused = ""

    def open(self) -> None:
        broker = self._broker
        self._answered.clear()
        self._refused = ""
        version = self._mqtt.CallbackAPIVersion.VERSION2
        transport = "unix" if broker.is_local else "tcp"
        client = self._client = self._mqtt.Client(
            version, client_id=self._name, transport=transport
        )
        client.on_connect = self._on_connect
        try:
            if broker.user:
                client.username_pw_set(broker.user, self._password())
            if broker.ca is not None:
                client.tls_set(ca_certs=str(broker.ca))
            client.connect(broker.host, broker.port, keepalive=30)
        except (OSError, ValueError) as error:
            raise SinkError(f"{self._where}: {error}") from error
        client.loop_start()
        if not self._answered.wait(CONNECT_S):
            raise SinkError(f"{self._where}: no answer within {CONNECT_S:.0f} s")
        if self._refused:
            raise SinkError(f"{self._where}: the broker refused: {self._refused}")

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        client = self._client
        if client is None:
            raise SinkError(f"{self._where}: not connected")
        sent = []
        for item in items:
            found = list(documents(item))
            if found:
                sent.append(client.publish(self._topic(item), json.dumps(found), qos=1))
        end_s = time.monotonic() + PUBACK_S
        for message in sent:
            self._wait(client, message, end_s)

    def _topic(self, item: Item) -> str:
        """Return the topic; of two sensors each has its own."""
        topic, stream = self._broker.topic, item.log.stream
        if not isinstance(item, Run | Hole):
            return topic
        name = self._sensors[stream].name if stream < len(self._sensors) else str(stream)
        return f"{topic}/{name}" if name else topic

    def _wait(self, client: Any, message: Any, end_s: float) -> None:
        """Return when the broker has acknowledged the message."""
        while True:
            try:
                message.wait_for_publish(_LOOK_S)
                if message.is_published():
                    return
            except (ValueError, RuntimeError) as error:
                raise SinkError(f"{self._where}: {error}") from error
            if not client.is_connected():
                raise SinkError(f"{self._where}: the connection was lost")
            if time.monotonic() > end_s:
                raise SinkError(f"{self._where}: no PUBACK within {PUBACK_S:.0f} s")

    def _on_connect(self, client: Any, data: Any, flags: Any, reason: Any, more: Any) -> None:
        self._refused = str(reason) if reason.is_failure else ""
        self._answered.set()

    @property
    def _where(self) -> str:
        return f"MQTT broker {self._broker}"

    def _password(self) -> str | None:
        file = self._broker.password_file
        return None if file is None else file.read_text("utf-8").partition("\n")[0]
