"""The MQTT sink, opposite Debian's mosquitto."""

from __future__ import annotations

import json
import queue
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from fwgen.service.items import Hole
from fwgen.service.settings import parse
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.mqtt import PUBACK_S, Broker, MqttSink
from tests.patience import PATIENCE_S, wait_until
from tests.service.make_items import ONE, run
from tests.service.pty_firmware import PtyFirmware, distance_mm
from tests.service.running import end, positions, start

pytestmark = pytest.mark.needs("mosquitto")


class Mosquitto:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.log = folder / "mosquitto.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = ["mosquitto", "-c", str(self._config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log)
        wait_until(self._answers, "mosquitto listens")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def sink(self, client_id: str = "") -> MqttSink:
        return MqttSink(Broker("127.0.0.1", self.port, client_id=client_id))


class Subscriber:
    def __init__(self, port: int) -> None:
        self.arrived: queue.Queue[bytes | bytearray] = queue.Queue()
        self.of_topic: dict[str, list[dict[str, object]]] = {}
        self._ready: queue.Queue[bool] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.on_connect = lambda client, *rest: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *rest: self._ready.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._ready.get(timeout=PATIENCE_S)

    def _take(self, client: object, data: object, message: mqtt.MQTTMessage) -> None:
        self.of_topic.setdefault(message.topic, []).extend(json.loads(message.payload))
        self.arrived.put(message.payload)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


TWO = """
[[sensors]]
name = "range"
channels = [{name = "distance", unit = "mm", bits = 13}]
[[sensors]]
name = "climate"
channels = [{name = "ambient-temp", unit = "°C", bits = 14, resolution = "0.01", offset = "-40"}]
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    yield made
    made.stop()


def test_a_block_is_one_message_and_a_gap_too(broker: Mosquitto) -> None:
    subscriber = Subscriber(broker.port)
    sink = broker.sink()
    sink.open()
    sink.store([run(5, 3), Hole(ONE, 8, 2, "declared", 1)], None)
    samples, gap = (json.loads(subscriber.arrived.get(timeout=PATIENCE_S)) for _ in range(2))
    assert [sample["position"] for sample in samples] == [5, 6, 7]
    assert [sample["distance_mm"] for sample in samples] == [1005, 1006, 1007]
    assert gap == [{"gap": "declared", "log": f"{ONE.identity:016x}", "position": 8, "count": 2}]
    sink.close()
    subscriber.close()


def test_boards_with_one_host_name_do_not_disturb_each_other(broker: Mosquitto) -> None:
    """A broker ends the connection of a client when another one with its name comes."""
    sinks = [broker.sink() for _ in range(2)]
    for sink in sinks:
        sink.open()
    for number in range(5):
        for sink in sinks:
            sink.store([run(number, 1)], None)
    for sink in sinks:
        sink.close()


def test_the_broker_sees_the_client_id_of_the_settings(broker: Mosquitto) -> None:
    (written,) = parse('[sinks.mqtt]\nhost = "h"\nclient_id = "board 7"', "x.toml").sinks
    for sink in (broker.sink(client_id=written.options["client_id"]), broker.sink()):
        sink.open()
        sink.store([run(0, 1)], None)
        sink.close()
    found = re.findall(r"New client connected from \S+ as (.+?) \(", broker.log.read_text())
    assert found[0] == "board 7"
    assert re.fullmatch("fwgen-peer-[0-9a-f]{12}", found[1]), "23 letters and digits, and `-`"


def test_without_an_acknowledgement_it_is_not_stored(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fwgen.service.sinks.mqtt.PUBACK_S", 0.5)
    sink = broker.sink()
    sink.open()
    broker.freeze(signal.SIGSTOP)
    with pytest.raises(SinkError, match="no PUBACK within"):
        sink.store([run(0, 3)], None)
    broker.freeze(signal.SIGCONT)
    sink.close()


def test_a_broker_that_goes_away_is_an_error_at_once(broker: Mosquitto) -> None:
    sink = broker.sink()
    sink.open()
    broker.stop()
    began_s = time.monotonic()
    with pytest.raises(SinkError, match=r"connection was lost|not currently connected"):
        sink.store([run(0, 3)], None)
    assert time.monotonic() - began_s < PUBACK_S, "it does not wait for the acknowledgement"
    sink.close()
    with pytest.raises(SinkError, match=r"MQTT broker 127.0.0.1:\d+: .*refused"):
        sink.open()
    sink.close()


@pytest.mark.needs("pty")
def test_while_the_broker_is_away_samples_wait_in_the_firmware(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Both sinks are required: the database must not make the firmware forget what MQTT lacks,
    also across a restart of the service."""
    firmware = PtyFirmware()
    firmware.skip(500)
    database, settings = tmp_path / "db", tmp_path / "settings.toml"
    settings.write_text(
        f'[sinks.sqlite]\nfile = "{database}"\n'
        f'[sinks.mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
    )
    broker.stop()
    service = start("--settings", settings, "--tty", firmware.path)
    wait_until(lambda: len(positions(database)) >= 100, "samples in the database")
    service.kill()
    service.communicate()
    broker.start()
    subscriber = Subscriber(broker.port)
    service = start("--settings", settings, "--tty", firmware.path)
    seen: set[int] = set()
    while len(seen) < 500:
        message = json.loads(subscriber.arrived.get(timeout=PATIENCE_S))
        seen |= {sample["position"] for sample in message if "position" in sample}
    end(service)
    gaps = sqlite3.connect(database).execute("SELECT count(*) FROM gap").fetchone()
    assert gaps == (0,), "nothing is taken for lost"
    assert sorted(seen)[:500] == list(range(500))
    subscriber.close()
    firmware.close()


@pytest.mark.needs("pty")
def test_samples_of_two_sensors_arrive_once_each_on_its_topic(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Also those that wait in the log when the service is stopped and started again."""
    firmware = PtyFirmware(other=(100_000, (14,)))
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f'{TWO}[sinks.sqlite]\nfile = "{tmp_path / "db"}"\n'
        f'[sinks.mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ntopic = "hall"\n'
    )
    subscriber = Subscriber(broker.port)
    for more in (500, 300):
        firmware.skip(more)
        taken = {"hall/range": firmware.taken, "hall/climate": firmware.other_taken}
        service = start("--settings", settings, "--tty", firmware.path)
        for topic, count in taken.items():
            wait_until(
                lambda topic=topic, count=count: (  # type: ignore[misc]
                    len(subscriber.of_topic.get(topic, [])) >= count
                ),
                f"{count} samples on {topic}",
            )
        assert end(service)[0] == 0
    subscriber.close()
    firmware.close()
    assert set(subscriber.of_topic) == set(taken)
    ranged, climate = (subscriber.of_topic[topic] for topic in taken)
    assert [sample["position"] for sample in ranged] == list(range(len(ranged)))
    assert [sample["position"] for sample in climate] == list(range(len(climate)))
    assert [sample["range.distance"] for sample in ranged] == [
        distance_mm(number) for number in range(len(ranged))
    ]
    assert [sample["climate.ambient-temp"] for sample in climate] == [
        pytest.approx(number / 100 - 40) for number in range(len(climate))
    ]
