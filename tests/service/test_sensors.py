"""Sinks with a sensor of several channels, and with two sensors in one node."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.generate import render
from fwgen.peer.events import Lost, NewLog, NumberingRestarted, Samples
from fwgen.peer.known import Known
from fwgen.plan import plan_spec
from fwgen.service.command.main import main
from fwgen.service.delivery import Delivery
from fwgen.service.items import Dated, Hole, Item, Log, Mark, Numbering, Redate, Run
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.recent import BUCKET_US, Recent
from fwgen.service.sensors import RANGE_SENSOR, Sensor, Sensors, columns_of, sensor_of
from fwgen.service.service import Service
from fwgen.service.settings import Settings, SinkSettings, parse
from fwgen.service.sinks.base import Sink
from fwgen.service.sinks.csv_file import CsvFile
from fwgen.service.sinks.lines import JsonLines, rows
from fwgen.service.sinks.mqtt import Broker, MqttSink
from fwgen.service.sinks.retention import Retention
from fwgen.service.sinks.sqlite import SqliteSink
from fwgen.service.stored import Stored
from fwgen.spec import load_spec
from fwgen.wire.block import decode_block
from fwgen.wire.channel import DISTANCE, Channel
from fwgen.wire.messages import Hello, StreamInfo
from tests.backends.running import reference_plan
from tests.core.plain_block import PlainBlock
from tests.core.samples import Full

LOG = 0xA11CE
TEMP = Channel("ambient-temp", "°C", 14, Fraction(1, 100), Fraction(-40))
HUMIDITY = Channel("humidity", "%", 10, Fraction(1, 10))
CLIMATE = Sensor("", (TEMP, HUMIDITY))
TWO = (Sensor("range", (DISTANCE,)), Sensor("climate", (TEMP, HUMIDITY)))
UTC_US = 1_764_149_000_000_000
SETTINGS = """
[[sensors]]
name = "range"
channels = [{name = "distance", unit = "mm", bits = 13}]

[[sensors]]
name = "climate"
channels = [
  {name = "ambient-temp", unit = "°C", bits = 14, resolution = "0.01", offset = "-40"},
  {name = "humidity", unit = "%", bits = 10, resolution = 0.1},
]
"""


def samples(stream: int, first_seq: int, given: Sequence[Full]) -> Samples:
    """Return new samples of the range sensor (stream 0) or of the climate's."""
    widths = tuple(channel.width for channel in TWO[stream].channels)
    return samples_of(widths, stream, first_seq, given)


def samples_of(
    widths: tuple[int, ...], stream: int, first_seq: int, given: Sequence[Full]
) -> Samples:
    first, *others = given
    period_us = (60_000, 1_000_000)[stream]
    made = PlainBlock(
        first_seq, period_us, first_seq * period_us, 1, first, 0, widths=widths, stream=stream
    )
    for sample in others:
        made.add(sample)
    return Samples(decode_block(made.data()), 0, LOG, True)


def climate(*temperatures: float) -> list[Full]:
    return [(0, (round((each + 40) * 100), 400 + i), 0) for i, each in enumerate(temperatures)]


def numbering(sensors: Sensors) -> Numbering:
    made = Numbering(None, sensors)
    made.note_hello(Hello(3, bytes(8), 1, 5, 10, 50, 0, 60_000, LOG))
    made.note_stream(StreamInfo(1, 70, 75, 1_000_000))
    return made


def two_sensors() -> list[Item]:
    made = numbering(TWO)
    dated = [
        Dated(UTC_US + i * 300_000, 60_000 if i % 2 == 0 else 1_000_000, 9, "pair")
        for i in range(3)
    ]
    return [
        made.item(samples(0, 10, [(0, (1500,), 0), (3, (), 0)]), dated[0]),
        made.item(samples(1, 70, climate(21.37, -3.5)), dated[1]),
        made.item(Lost(72, 3, LOG, True, stream=1)),
        made.item(samples(0, 12, [(0, (1502,), 2)]), dated[2]),
    ]


def sqlite_with(path: Path, items: Sequence[Item]) -> SqliteSink:
    sink = SqliteSink(path)
    sink.open()
    sink.store(items, items[-1].mark)
    return sink


class TestSettings:
    def test_the_sensors_are_read(self) -> None:
        assert parse(SETTINGS, "x.toml").sensors == TWO
        assert parse("", "x.toml").sensors == (RANGE_SENSOR,)

    @pytest.mark.parametrize(
        ("old", "new", "error"),
        [
            ('name = "range"', 'nam = "range"', "x.toml:3:1: unknown key `nam`"),
            ("bits = 13", "bits = 25", "x.toml:4:53: `bits`: expected 1 to 24, found 25"),
            ('"0.01"', '"cm"', "`resolution`: expected a number such as"),
            (', unit = "mm", bits = 13', "", "x.toml:4:13: `bits` is missing in a channel"),
            ('name = "climate"', 'name = "range"', "x.toml:6:3: two [[sensors]] need two names"),
            ('"humidity"', '"ambient-temp"', "`name`: `ambient-temp` is the name of two channels"),
            (
                'channels = [{name = "distance", unit = "mm", bits = 13}]',
                "",
                "`channels` is missing",
            ),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, old: str, new: str, error: str) -> None:
        assert old in SETTINGS
        with pytest.raises(InputError) as raised:
            parse(SETTINGS.replace(old, new, 1), "x.toml")
        assert error in str(raised.value)

    @pytest.mark.parametrize("name", ["cellar", "climate", "motion"])
    def test_the_generated_settings_describe_the_firmware(self, name: str) -> None:
        spec = load_spec(Path(__file__).parents[1] / f"sensors/zephyr/specs/{name}.yaml")
        plan = plan_spec(spec)
        made = parse(render(plan)["fragments/fwgen-peer.toml"].decode(), "x.toml")
        assert [sensor.channels for sensor in made.sensors] == [
            sensor.channels for sensor in plan.sensors
        ]
        assert (made.channel, made.spec) == (spec.link.channel, spec.spec_hash)

    def test_of_the_range_sensor_they_say_nothing(self) -> None:
        text = render(reference_plan())["fragments/fwgen-peer.toml"].decode()
        assert parse(text, "x.toml").sensors == (RANGE_SENSOR,)


class TestItems:
    def test_each_stream_has_positions_of_its_own(self) -> None:
        items = two_sensors()
        assert [(item.log.name, item.position) for item in items] == [
            ("00000000000a11ce", 10),
            ("00000000000a11ce/1", 70),
            ("00000000000a11ce/1", 72),
            ("00000000000a11ce", 12),
        ]
        other = Mark(Log(LOG, stream=1), 75, 1)
        assert items[-1].mark == Mark(Log(LOG), 13, 1, other)

    def test_a_later_service_continues_both(self) -> None:
        made = Numbering(two_sensors()[-1].mark, TWO)
        item = made.item(samples(1, 75, climate(20.0)))
        assert (item.position, item.mark.other and item.mark.other.position) == (75, 76)
        assert item.mark.position == 13

    def test_a_stream_that_is_renumbered_leaves_the_other_alone(self) -> None:
        made = Numbering(two_sensors()[-1].mark, TWO)
        hole = made.item(NumberingRestarted(75, 2, stream=1))
        assert (hole.log.name, hole.ends_log) == ("00000000000a11ce/1", False)
        again = made.item(samples(1, 2, climate(20.0)))
        assert again.log.name == "00000000000a11ce/1+1"
        assert again.mark.log == Log(LOG)

    def test_a_new_log_ends_both(self) -> None:
        made = Numbering(two_sensors()[-1].mark, TWO)
        assert made.item(NewLog(Known(LOG, 13, 1, 75), 7, 0)).ends_log
        assert made.mark == Mark(Log(7), 0, 1)

    def test_values_have_the_unit_of_their_channel(self) -> None:
        item = two_sensors()[1]
        assert isinstance(item, Run)
        first, second = rows(item)
        assert (first["climate.ambient-temp"], first["climate.humidity"]) == (21.37, 40.0)
        assert second["climate.ambient-temp"] == -3.5
        assert "distance_mm" not in first

    def test_what_the_settings_do_not_describe_stays_raw(self) -> None:
        item = Numbering(None).item(samples_of((14, 10), 0, 5, climate(21.37)))
        assert isinstance(item, Run)
        (row,) = rows(item)
        assert (row["raw-0"], row["raw-1"]) == (6137, 400)
        assert "distance_mm" not in row
        assert sensor_of((RANGE_SENSOR,), 1, (13,)).columns == ("sensor-1.raw-0",)

    def test_only_what_both_streams_have_stored_is_acknowledged(self) -> None:
        delivery = Delivery({"sqlite": True}, "sqlite")
        items = two_sensors()
        for item in items[:2]:
            delivery.add(item)
        work = delivery.work("sqlite")
        for item in items[2:]:
            delivery.add(item)
        mark = delivery.done("sqlite", work)
        assert mark == Mark(Log(LOG), 12, 1, Mark(Log(LOG, stream=1), 72, 1))

    def test_a_renumbered_stream_is_not_acknowledged_by_its_old_numbers(self) -> None:
        delivery = Delivery({"sqlite": True}, "sqlite")
        items = two_sensors()
        for item in items:
            delivery.add(item)
        work = delivery.work("sqlite")
        made = Numbering(items[-1].mark, TWO)
        delivery.add(made.item(NumberingRestarted(75, 2, stream=1)))
        delivery.add(made.item(samples(1, 2, climate(20.0))))
        assert delivery.done("sqlite", work) == Mark(Log(LOG), 13, 1)


class TestSqlite:
    def test_all_values_are_there_in_their_units(self, tmp_path: Path) -> None:
        path = tmp_path / "db"
        sqlite_with(path, two_sensors()).close()
        with Stored(path) as stored:
            assert stored.units == {
                "range.distance": "mm",
                "climate.ambient-temp": "°C",
                "climate.humidity": "%",
            }
            found = list(stored.between(None, None))
        values = [[row[name] for name in stored.units] for row in found]
        assert values == [
            [1500, None, None],
            [None, None, None],
            [1502, None, None],
            [None, 21.37, 40.0],
            [None, -3.5, 40.1],
        ]
        assert tuple(found[0]) == stored.columns

    def test_one_sensor_with_several_channels(self, tmp_path: Path) -> None:
        path = tmp_path / "db"
        item = Numbering(None, (CLIMATE,)).item(samples_of((14, 10), 0, 5, climate(21.37)))
        sqlite_with(path, [item]).close()
        with Stored(path) as stored:
            (row,) = stored.last(5)
        assert (row["ambient-temp"], row["humidity"]) == (21.37, 40.0)
        assert "distance_mm" not in row

    def test_the_range_sensor_alone_has_its_columns_as_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "db"
        item = Numbering(None).item(samples_of((13,), 0, 5, [(0, (1500,), 0)]))
        sqlite_with(path, [item]).close()
        with Stored(path) as stored:
            (row,) = stored.last(5)
        assert row["distance_mm"] == 1500 and tuple(stored.units) == ("distance_mm",)
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("SELECT count(*) FROM value").fetchone() == (0,)

    def test_it_continues_at_both_marks(self, tmp_path: Path) -> None:
        items = two_sensors()
        sink = sqlite_with(tmp_path / "db", items)
        assert sink.recorded() == items[-1].mark
        sink.store(items, items[-1].mark)  # again, as after a kill
        sink.close()
        with Stored(tmp_path / "db") as stored:
            assert len(list(stored.between(None, None))) == 5

    def test_both_streams_get_their_time_later(self, tmp_path: Path) -> None:
        made = numbering(TWO)
        items: list[Item] = [
            made.item(samples(0, 10, [(0, (1500,), 0)])),
            made.item(samples(1, 70, climate(21.37))),
        ]
        assert made.mark is not None
        sink = sqlite_with(tmp_path / "db", items)
        sink.store([Redate(made.mark, 1, 0, UTC_US, 5)], None)
        sink.close()
        with Stored(tmp_path / "db") as stored:
            assert all(row["utc"] for row in stored.between(None, None))

    def test_old_samples_of_both_streams_are_removed(self, tmp_path: Path) -> None:
        limits = Retention(keep_us=1_000_000, utc_us=lambda: UTC_US + 1_400_000)
        sink = SqliteSink(tmp_path / "db", limits)
        sink.open()
        items = two_sensors()
        for _ in range(4):
            sink.store(items, items[-1].mark)
            items = items[-1:]
        sink.close()
        with Stored(tmp_path / "db") as stored:
            left = [(row["log"], row["position"]) for row in stored.between(None, None)]
        assert left == [("00000000000a11ce", 12), ("00000000000a11ce/1", 71)]
        with closing(sqlite3.connect(tmp_path / "db")) as db:
            assert db.execute("SELECT count(*) FROM value").fetchone() == (3,)


class TestCommands:
    def test_tail_shows_the_last_of_both(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sqlite_with(tmp_path / "db", two_sensors()).close()
        assert main(["tail", "--database", str(tmp_path / "db"), "-n", "2"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert "range.distance 1502" in lines[0]
        assert "climate.ambient-temp -3.5, climate.humidity 40.1" in lines[1]

    @pytest.mark.parametrize("form", ["csv", "json"])
    def test_export_has_a_column_for_each_channel(
        self, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sqlite_with(tmp_path / "db", two_sensors()).close()
        assert main(["export", "--database", str(tmp_path / "db"), "--format", form]) == 0
        text = capsys.readouterr().out.splitlines()
        found = list(csv.DictReader(text)) if form == "csv" else [json.loads(line) for line in text]
        name = "climate.ambient-temp" + (" (°C)" if form == "csv" else "")
        assert [str(row[name]) for row in found[3:]] == ["21.37", "-3.5"]
        name = "range.distance" + (" (mm)" if form == "csv" else "")
        assert float(found[0][name]) == 1500

    def test_parquet(self, tmp_path: Path) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")
        sqlite_with(tmp_path / "db", two_sensors()).close()
        words = ["--format", "parquet", "-o", str(tmp_path / "out")]
        assert main(["export", "--database", str(tmp_path / "db"), *words]) == 0
        table = parquet.read_table(tmp_path / "out")
        assert str(table.schema.field("climate.ambient-temp").type) == "double"
        assert table["climate.ambient-temp"].to_pylist() == [None, None, None, 21.37, -3.5]


class TestLines:
    def test_json_lines(self) -> None:
        written: list[str] = []
        JsonLines(written.append).store(two_sensors(), None)
        found = [json.loads(line) for line in "".join(written).splitlines()]
        assert [row.get("climate.humidity") for row in found] == [
            None,
            None,
            40.0,
            40.1,
            None,
            None,
        ]
        assert found[4] == {
            "gap": "declared",
            "log": "00000000000a11ce/1",
            "position": 72,
            "count": 3,
        }

    def test_a_csv_file_has_each_sample_of_both_once(self, tmp_path: Path) -> None:
        path, items = tmp_path / "out.csv", two_sensors()
        for again in range(2):
            file = CsvFile(path, TWO)
            file.open()
            file.store(items, None)
            file.store(items, None)
            file.close()
            found = list(csv.DictReader(path.read_text("utf-8").splitlines()))
            assert len(found) == 5, again
        assert found[2]["climate.ambient-temp (°C)"] == "21.37"
        assert found[2]["range.distance (mm)"] == ""

    def test_a_csv_file_of_other_sensors_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "out.csv"
        CsvFile(path).open()
        before = path.read_bytes()
        with pytest.raises(Exception, match="found another file"):
            CsvFile(path, TWO).open()
        assert path.read_bytes() == before

    def test_mqtt_has_a_topic_for_each(self) -> None:
        sink = MqttSink.__new__(MqttSink)
        sink._broker, sink._sensors = Broker("host"), TWO
        topics = [sink._topic(item) for item in two_sensors()]
        base = "fwgen-peer/samples"
        assert topics == [f"{base}/range", f"{base}/climate", f"{base}/climate", f"{base}/range"]
        sink._sensors = (RANGE_SENSOR,)
        assert sink._topic(two_sensors()[0]) == base

    def test_the_last_minutes_of_each_channel_are_thinned(self) -> None:
        settings = Settings(sensors=TWO, sinks=(SinkSettings("json"),))
        sinks: dict[str, Sink] = {"json": JsonLines(lambda text: None)}
        service = Service(settings, sinks, suspender=RemoteSuspender(), tell=lambda text: None)
        for item in two_sensors():
            service._note_item(item)
        found = {name: service.recent(name) for name in ("", *columns_of(TWO), "climate")}
        assert found[""] == found["range.distance"], "without a name: the distance"
        assert found["climate"] is None
        number = UTC_US // BUCKET_US
        expected = {
            "range.distance": [[number, 2, 1500, 1500, 1500], [number + 2, 1, 1502, 1502, 1502]],
            "climate.ambient-temp": [
                [number + 1, 1, 21.37, 21.37, 21.37],
                [number + 5, 1, -3.5, -3.5, -3.5],
            ],
            "climate.humidity": [[number + 1, 1, 40, 40, 40], [number + 5, 1, 40.1, 40.1, 40.1]],
        }
        periods_us = {"range.distance": 60_000}
        for name, buckets in expected.items():
            period_us = periods_us.get(name, 1_000_000)
            assert found[name] == {"recent": buckets, "channel": name, "period_us": period_us}

    def test_recent_shows_no_distance_of_another_sensor(self) -> None:
        recent = Recent()
        item = two_sensors()[1]
        assert isinstance(item, Run) and not isinstance(item, Hole)
        recent.add(list(rows(item)), [each.utc_us for each in item.samples()], UTC_US)
        assert all(bucket[2] is None for bucket in recent.dump())
