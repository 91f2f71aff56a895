from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen import files
from fwgen.spec.diagnostics import Diagnostic, Findings, Rejected
from fwgen.spec.document import MOST_BYTES, Document, load_document, parse_document

NESTED = """\
sensor:   # a comment
  period: 60 ms
  range: [20 mm, 4 m]
quoted: "on"
plain: on
empty:
'\u6e2c': {a: 1}
steps:
  - {at: 1 s}
  - at: 2 s
"""


def document(text: str) -> Document:
    findings = Findings()
    found = parse_document(text, "x.yaml", findings)
    assert not findings.diagnostics
    return found


def refusals(path: Path) -> list[Diagnostic]:
    findings = Findings()
    with pytest.raises(Rejected):
        load_document(path, findings)
    return findings.errors


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("sensor",), (1, 1, 6)),
        (("sensor", "period"), (2, 11, 5)),
        (("sensor", "range"), (3, 3, 5)),
        (("sensor", "range", 1), (3, 18, 3)),
        (("quoted",), (4, 9, 4)),
        (("empty",), (6, 1, 5)),
        (("\u6e2c", "a"), (7, 10, 1)),
        (("steps", 0, "at"), (9, 10, 3)),
        (("steps", 1, "at"), (10, 9, 3)),
        (("sensor", "air"), (1, 1, 6)),
        (("nothing", "here"), (1, 1, 1)),
        (("plain", "at"), (5, 8, 2)),
    ],
)
def test_knows_where_a_value_stands(path: tuple[str | int, ...], place: tuple[int, ...]) -> None:
    found = document(NESTED).where(*path)
    assert (found.line, found.column, found.length) == place


def test_knows_where_a_key_stands() -> None:
    found = document(NESTED).where("sensor", "period", key=True)
    assert (found.line, found.column, found.length) == (2, 3, 6)
    assert found.text == "  period: 60 ms"


def test_keeps_the_text_as_written() -> None:
    root = document("a: on\nb: 0x3c\nc: 1e3\nd: '~'\ne: ~\nf: 2001-01-01\n").root
    assert [node.text for _, node in root.entries()] == [
        "on", "0x3c", "1e3", "~", "~", "2001-01-01",
    ]  # fmt: skip
    assert [node.shape for _, node in root.entries()] == ["text"] * 4 + ["nothing", "text"]


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    found = load_document(path, Findings())
    assert (found.where("b").line, found.where("b").text) == (2, "b: 2")
    assert (found.where("a").column, found.where("a").text) == (4, "a: 1")


def test_a_file_of_100_mb_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("was opened"))
    (found,) = refusals(path)
    assert found.rule_id == "file-too-big"
    assert found.message == "the file is larger than 128 KiB, the most that fwgen reads"


def test_reads_up_to_the_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("a: 1\n".ljust(MOST_BYTES))
    assert load_document(path, Findings()).root.child("a") is not None
    path.write_text("a: 1\n".ljust(MOST_BYTES + 1))
    assert [d.rule_id for d in refusals(path)] == ["file-too-big"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_file_ends() -> None:
    assert [d.rule_id for d in refusals(Path("/dev/zero"))] == ["file-too-big"]


def test_a_pipe_that_nobody_writes_to_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_WRITER_WITHIN_S", 0.1)
    os.mkfifo(tmp_path / "pipe")
    (found,) = refusals(tmp_path / "pipe")
    assert found.message == "cannot be read: it is a pipe, and no program writes to it"


def test_a_pipe_is_read_from_a_writer_that_comes_late_and_is_slow(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        time.sleep(0.2)
        with pipe.open("wb", buffering=0) as stream:
            for part in (b"a: ", b"1\n", b"b: 2\n"):
                time.sleep(0.1)
                stream.write(part)

    writer = threading.Thread(target=write)
    writer.start()
    document = load_document(pipe, Findings())
    writer.join()
    assert document.text == "a: 1\nb: 2\n"


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\n")))
    document = load_document("-", Findings())
    assert (document.file, document.text) == ("<stdin>", "a: 1\n")


def test_missing_file_and_directory_are_told_apart(tmp_path: Path) -> None:
    assert [d.rule_id for d in refusals(tmp_path / "no.yaml")] == ["file-missing"]
    assert [d.rule_id for d in refusals(tmp_path)] == ["file-directory"]
    assert [d.rule_id for d in refusals(Path("nul\0.yaml"))] == ["file-unreadable"]
    (tmp_path / "file").touch()
    assert [d.rule_id for d in refusals(tmp_path / "file" / "x.yaml")] == ["file-unreadable"]


def test_a_file_that_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("a: 1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    (found,) = refusals(path)
    assert (found.rule_id, found.message) == (
        "file-unreadable",
        "cannot be read: Permission denied",
    )


def test_a_bomb_of_aliases_costs_what_its_text_costs() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
    root = document("\n".join(lines)).root
    assert root.child("a59") is not None


def test_an_alias_to_itself_is_no_loop() -> None:
    root = document("a: &a {b: *a}\n").root
    assert root.document.where("a", "b", "b", "b").line == 1


@pytest.mark.parametrize(
    "text", ["[" * 600, "a:\n" + "\n".join(" " * n + "a:" for n in range(3000))]
)
def test_deep_nesting_is_refused(text: str) -> None:
    findings = Findings()
    with pytest.raises(Rejected):
        parse_document(text, "x.yaml", findings)
    assert [d.rule_id for d in findings.errors] == ["yaml-nesting"]


def test_duplicates_are_found_at_any_depth_and_do_not_stop_the_reading() -> None:
    findings = Findings()
    found = parse_document("a: [{b: 1, b: 2}]\na: 3\n", "x.yaml", findings)
    assert sorted(d.position.line for d in findings.errors) == [1, 2]
    assert {d.rule_id for d in findings.errors} == {"duplicate-key"}
    assert len(list(found.root.entries())) == 1


YAML_PIECES = st.lists(
    st.sampled_from(
        ["a", "b: ", ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ", ", "'", '"', "#", "&x ", "*x",
         "!t ", "|", ">", "%", "? ", "---", "...", "\t", "<<", "\\", "@", "\u2028", "\x85", "\r"]
    ),
    max_size=30,
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), YAML_PIECES.map("".join)))
def test_any_text_is_read_or_refused_with_a_way_out(text: str) -> None:
    findings = Findings()
    try:
        found = parse_document(text, "x.yaml", findings)
    except Rejected:
        assert findings.errors
    else:
        for _, node in found.root.entries():
            assert node.position.line > 0
    for diagnostic in findings.diagnostics:
        assert diagnostic.hint
        assert str(diagnostic).startswith("x.yaml")


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, b: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(b)
    findings = Findings()
    try:
        load_document(path, findings)
    except Rejected:
        assert findings.errors
