from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.record import RunRecord
from fwgen.report import files
from fwgen.report.document import build_report
from tests.report.records import make_record, scenario

NAMES = ["report.html", "report.json", "report.manifest"]


def write(directory: Path, record: RunRecord | None = None, *, samples: bool = False) -> Path:
    record = record or make_record()
    return files.write_report(directory, record, build_report(record, scenario()), samples=samples)


def test_the_folder_is_made_and_holds_page_and_data(tmp_path: Path) -> None:
    page = write(tmp_path / "a" / "b")
    assert page == tmp_path / "a" / "b" / "report.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "report.html",
        "report.json",
        "report.manifest",
    ]
    assert json.loads((page.parent / "report.json").read_text())["verdict"] == "pass"
    assert page.read_text().startswith("<!doctype html>\n")


def test_an_earlier_report_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, samples=True)
    record = make_record()
    record.delivered.whole().value[3] += 1
    write(tmp_path, record)
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "fail"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "report.json",
        "report.manifest",
    ]


@pytest.mark.parametrize("name", ["report.html", "report.json", "samples.csv"])
def test_a_file_that_is_not_a_report_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match=f"files that fwgen did not write: .*{name}"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_folder_with_the_name_of_a_report_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError, match="overwrite files that fwgen did not write"):
        files.check_directory(tmp_path)


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_path_that_is_not_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="--report DIR"):
            files.check_directory(place)


def test_an_interrupted_write_leaves_the_old_report_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    record = make_record(sleeps=())
    store = files._store

    def full(path: Path, parts: Iterable[str]) -> None:
        if "html" in path.name:
            path.write_text("".join(parts)[:100])
            raise OSError(28, os.strerror(28))
        store(path, parts)

    monkeypatch.setattr(files, "_store", full)
    with pytest.raises(InputError, match="No space left"):
        write(tmp_path, record)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_second_sensor_has_a_csv_of_its_own(tmp_path: Path) -> None:
    second = make_record()
    second.taken.whole().value[13] = 1234
    second.delivered.whole().value[13] = 1234
    write(tmp_path, replace(make_record(), second=second), samples=True)
    lines = [(tmp_path / name).read_text().splitlines() for name in (files.SAMPLES, files.SECOND)]
    assert lines[0][0] == lines[1][0] and lines[0][15:] == lines[1][15:]
    assert lines[0][14] != lines[1][14]
    write(tmp_path, samples=True)
    assert not (tmp_path / files.SECOND).exists()


def test_the_csv_has_a_line_for_each_sample(tmp_path: Path) -> None:
    record = make_record()
    columns = {name: column[:-1] for name, column in vars(record.delivered).items()}
    record.delivered = type(record.delivered)(**columns)
    write(tmp_path, record, samples=True)
    with (tmp_path / "samples.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1000
    assert rows[13] == {
        "number": "13",
        "boot": "1",
        "taken_s": "0.780000",
        "distance_mm": "0",
        "status": "no echo",
        "late_16ths": "0",
        "fate": "arrived",
        "arrived_s": "0.970000",
    }
    assert (rows[-1]["fate"], rows[-1]["arrived_s"]) == ("lost", "")


@pytest.mark.parametrize("name", ["report.html", "report.json", "samples.csv"])
@pytest.mark.parametrize("again", [True, False])
def test_an_edited_file_is_kept(tmp_path: Path, name: str, again: bool) -> None:
    """Also where the next run would remove it, and where it still looks like a report."""
    write(tmp_path, samples=True)
    edited = tmp_path / name
    edited.write_text(edited.read_text() + "my note\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError) as caught:
        write(tmp_path, samples=again)
    assert str(caught.value) == (
        "the report would overwrite files that were changed since fwgen wrote them: "
        f"{edited}; nothing was changed\n"
        "help: rename or remove them, or choose another folder with `--report DIR`"
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["report.html", "samples.csv", "report.manifest"])
def test_a_pipe_in_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError):
        files.check_directory(tmp_path)


def test_a_write_that_stopped_half_way_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest lists the old and the new hashes while files are replaced."""
    write(tmp_path, samples=True)
    rename = Path.replace

    def stops(self: Path, target: Path) -> Path:
        if target.name == "report.html":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", stops)
    with pytest.raises(InputError, match="Input/output error"):
        write(tmp_path, make_record(sleeps=()))
    monkeypatch.undo()
    write(tmp_path, make_record(sleeps=()))
    assert not (tmp_path / "samples.csv").exists()


def test_a_manifest_that_fwgen_did_not_write_is_kept(tmp_path: Path) -> None:
    (tmp_path / "report.manifest").write_text("mine")
    with pytest.raises(InputError, match=r"report\.manifest: expected a list of files"):
        write(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
