"""A power cut at every store: CI's part of what `python -m tests.core.cuts` does at length, and
faults that it must find."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.core.build import CORE
from tests.core.cuts import build

CUTS = 2_000_000
PLANTED = {
    "the number after the wipe": (
        "sample_log.c",
        """	if (one->used == 1u) {
		remember_next_seq(log);
	}
	log->retained -= entry.count;
	retained_store(&slot_words(log, entry.slot)[SLOT_MAGIC], 0);
""",
        """	log->retained -= entry.count;
	retained_store(&slot_words(log, entry.slot)[SLOT_MAGIC], 0);
	if (one->used == 1u) {
		remember_next_seq(log);
	}
""",
        "it is not the next number",
    ),
    "the magic before the header": (
        "block.c",
        "	retained_store(&slot[SLOT_FIRST_SEQ], header->first_seq);\n",
        "	retained_store(&slot[SLOT_MAGIC], BLOCK_MAGIC);\n"
        "	retained_store(&slot[SLOT_FIRST_SEQ], header->first_seq);\n",
        "it cannot be in the log|it is not the next number|it has other values|it is lost",
    ),
    "a commit before the bits": (
        "block_encode.h",
        """	retained_store(encoder->word, block_big_endian(encoder->tail));
	block_commit(encoder, encoder->count + 1u, crc16_u16(encoder->crc, (uint16_t)value));
""",
        """	block_commit(encoder, encoder->count + 1u, crc16_u16(encoder->crc, (uint16_t)value));
	retained_store(encoder->word, block_big_endian(encoder->tail));
""",
        "it is lost",
    ),
    "a commit before the bits of several channels": (
        "block_encode.h",
        """	retained_store(word, block_big_endian(tail));
	encoder->word = word;
	encoder->room = (uint32_t)room;
	encoder->tail = tail;
	c = 0;
	UNROLLED
	do {
		crc = crc16_u16(crc, (uint16_t)sample->value[c]);
		model_follow(&encoder->model[c], sample->value[c], residual[c]);
		c++;
	} while (block_has_channel(encoder, c));
	block_commit(encoder, encoder->count + 1u, crc);
""",
        """	encoder->word = word;
	encoder->room = (uint32_t)room;
	encoder->tail = tail;
	c = 0;
	UNROLLED
	do {
		crc = crc16_u16(crc, (uint16_t)sample->value[c]);
		model_follow(&encoder->model[c], sample->value[c], residual[c]);
		c++;
	} while (block_has_channel(encoder, c));
	block_commit(encoder, encoder->count + 1u, crc);
	retained_store(word, block_big_endian(tail));
""",
        "it is lost",
    ),
}


def cut(driver: Path, cuts: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([driver, "1", str(cuts)], capture_output=True, text=True, check=False)


def test_nothing_is_lost_by_a_cut(tmp_path: Path) -> None:
    done = cut(build(tmp_path), CUTS)
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(
        r"(\d+) histories, (\d+) cuts, (\d+) cuts of the recoveries after them\n", done.stdout
    )
    assert found and int(found[2]) + int(found[3]) >= CUTS and int(found[2]) > CUTS / 20


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    name, old, new, says = PLANTED[fault]
    core = tmp_path / "core"
    shutil.copytree(CORE, core)
    text = (core / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (core / name).write_text(text.replace(old, new), encoding="utf-8")
    done = cut(build(tmp_path, core), CUTS)
    assert done.returncode == 1
    assert re.search(says, done.stderr), done.stderr
