"""A file that is not an ELF for the M33 ends in one sentence and exit code 2, also if damaged."""

from __future__ import annotations

import os
import random
import struct
import sys
from pathlib import Path

import pytest

from fwgen.build.audit import audit
from fwgen.build.elf import Elf, ElfError, read_elf
from fwgen.cli.main import main
from fwgen.errors import FwgenError, MissingToolError
from tests.audit.firmware_elf import SPEC, firmware, patched, plan


def reason(path: Path) -> str:
    with pytest.raises(ElfError) as caught:
        audit(path, plan())
    assert caught.value.exit_code == 2 and caught.value.hint
    assert caught.value.message.startswith(f"{path}: ")
    return caught.value.message.removeprefix(f"{path}: ")


def test_missing_and_folder(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.elf") == "cannot be read: No such file or directory"
    assert reason(tmp_path) == "cannot be read: Is a directory"


def test_not_an_elf(tmp_path: Path) -> None:
    path = tmp_path / "x.elf"
    path.write_bytes(b"")
    assert reason(path) == "expected an ELF, found an empty file"
    path.write_text("#!/bin/sh\n")
    assert reason(path) == (
        "expected an ELF, which begins with 7f454c46, found a file that begins with 23212f62"
    )
    path.write_bytes(b"\x7fELF\x01\x01\x01")
    assert reason(path).startswith("truncated")


_ARM = "expected an ELF for Arm (32-bit, little endian)"


@pytest.mark.parametrize(
    ("offset", "new", "words"),
    [
        (18, struct.pack("<H", 62), f"{_ARM}, found one for x86-64 (32-bit, little endian)"),
        (18, struct.pack("<H", 183), f"{_ARM}, found one for AArch64"),
        (18, struct.pack("<H", 999), f"{_ARM}, found one for machine 999"),
        (4, b"\x02", f"{_ARM}, found one for Arm (64-bit, little endian)"),
        (16, struct.pack("<H", 1), "expected a linked program, found an object file"),
        (16, struct.pack("<H", 3), "expected a linked program, found a shared object"),
        (44, struct.pack("<H", 0), "expected segments to load, found no program headers"),
    ],
)
def test_wrong_kind(offset: int, new: bytes, words: str) -> None:
    assert reason(patched(firmware(), (offset, new))).startswith(words)


def test_big_endian() -> None:
    changes = ((5, b"\x02"), (16, b"\x00\x02"), (18, b"\x00\x28"))
    assert "32-bit, big endian" in reason(patched(firmware(), *changes))


def test_truncated_wherever_it_is_cut() -> None:
    whole = firmware().stat().st_size
    for size_bytes in (40, 52, 100, whole // 2, whole - 1):
        assert reason(patched(firmware(), size_bytes=size_bytes)).startswith("truncated")


def test_stripped() -> None:
    assert reason(firmware(flags=("-s",))).startswith("expected an ELF with symbols, found a")


def test_damaged_bytes_end_in_findings_or_a_sentence() -> None:
    """A wrong byte anywhere in the headers and tables never causes a traceback."""
    good = firmware()
    content = good.read_bytes()
    (sections,) = struct.unpack_from("<I", content, 32)
    chance = random.Random(4)
    places = [*range(4, 148), *range(sections, len(content))]
    for _ in range(60):
        at = chance.choice(places)
        copy = patched(good, (at, bytes([chance.randrange(256)])))
        try:
            audit(copy, plan())
        except FwgenError as error:
            assert "\n" not in error.message and "\n" not in error.hint


def test_names_of_a_damaged_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    content = firmware().read_bytes()
    assert content.count(b"link_send") >= 1
    copy = tmp_path / "odd.elf"
    copy.write_bytes(content.replace(b"link_send", b"li\x1b[31m\nk"))
    names = {symbol.name for symbol in Elf(copy).symbols}
    assert "li\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}k" in names
    assert all(name.isprintable() for name in names)


def test_without_pyelftools(monkeypatch: pytest.MonkeyPatch) -> None:
    elf = firmware()
    monkeypatch.setitem(sys.modules, "elftools.elf.elffile", None)
    with pytest.raises(MissingToolError, match=r"pip install 'pyelftools>=0.31'") as caught:
        audit(elf, plan())
    assert caught.value.exit_code == 3


def test_without_debug_information_the_audit_recognises_no_module() -> None:
    found = audit(firmware(flags=("-g0",)), plan())
    assert {finding.rule_id for finding in found} == {"ddr-pointer"}
    assert all("build with -g" in finding.hint for finding in found)


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["audit", str(firmware()), "--spec", str(SPEC)]) == 0
    assert "passed" in capsys.readouterr().out
    assert main(["audit", str(firmware("VERSION=2")), "--spec", str(SPEC)]) == 1
    out = capsys.readouterr().out
    assert "error[resource-table-format]: Linux refuses the resource table: `unsupported" in out
    assert main(["audit", str(tmp_path / "none"), "--spec", str(SPEC)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 2
    assert captured.err.endswith("\nhelp: give the ELF of the firmware\n")


def test_reading_memory() -> None:
    elf = Elf(firmware())
    table = elf.symbol("resource_table")
    assert table and elf.read_u32(table.start) == 1
    stack = elf.symbol("z_main_stack")
    assert stack and elf.read(stack.start, 4) == bytes(4), "zero where nothing is in the file"
    assert elf.read(0x2000_0000, 4) is None


def test_a_device_that_never_ends_is_no_firmware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwgen.build.elf._MOST_BYTES", 1 << 20)
    with pytest.raises(ElfError, match="expected at most 1 MiB"):
        read_elf(Path("/dev/zero"))


def test_a_pipe_without_a_writer_is_no_firmware(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fwgen.files._WRITER_WITHIN_S", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ElfError, match="no program writes to it"):
        read_elf(tmp_path / "pipe")
