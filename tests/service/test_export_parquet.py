"""`fwgen-peer export --format parquet`, read with pyarrow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fwgen.service.command.main import main
from fwgen.service.items import Dated
from fwgen.service.sinks.lines import COLUMNS
from fwgen.service.sinks.sqlite import SqliteSink
from tests.service.make_items import ONE, run

pytestmark = pytest.mark.needs("pyarrow")
UTC_US = 1_790_000_000_123_456
COUNT = 10_400
"""More than one chunk."""


def test_parquet_has_every_sample_with_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    database, target = tmp_path / "db", tmp_path / "samples.parquet"
    sink = SqliteSink(database)
    sink.open()
    dated = Dated(UTC_US, 60_000.0, 900, "pair")
    blocks = [run(0, 100), run(100, 100, dated=dated)]
    sink.store([*blocks, *(run(at, 100) for at in range(200, COUNT, 100))], None)
    sink.close()
    export = ["export", "--database", str(database), "--format", "parquet"]
    assert main([*export, "-o", str(target)]) == 0

    table = parquet.read_table(target)
    assert tuple(table.column_names) == COLUMNS
    kinds = {name: str(table.schema.field(name).type) for name in COLUMNS}
    assert (kinds["utc"], kinds["position"]) == ("timestamp[us, tz=UTC]", "int64")
    assert table["position"].to_pylist() == list(range(COUNT))
    assert table["distance_mm"][200:203].to_pylist() == [1200, 1201, 1202]
    assert table["utc"][99].as_py() is None
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=UTC_US)
    assert table["utc"][100].as_py() == first
    assert table["utc"][101].as_py() == first + timedelta(milliseconds=60)
    assert set(table["status"].to_pylist()) == {"valid"}
    assert set(table["log"].to_pylist()) == {ONE.name}


def test_parquet_goes_to_a_new_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, target = tmp_path / "db", tmp_path / "samples.parquet"
    sink = SqliteSink(database)
    sink.open()
    sink.close()
    export = ["export", "--database", str(database), "--format", "parquet"]
    assert main(export) == 2
    assert "Parquet is written to a file" in capsys.readouterr().err
    target.write_text("mine")
    assert main([*export, "-o", str(target)]) == 2
    assert target.read_text() == "mine"
