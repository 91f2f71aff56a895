"""With CORE_CHECKS a caller that would corrupt the log is stopped; a release has no checks."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.core.build import CHECKED, HERE, LOG_SOURCES, compile_c
from tests.core.cnode import NODE_SOURCES, zcbor_flags, zcbor_objects

WAYS = {
    "log without a period": "config->streams[stream].period_us != 0u",
    "region with a crooked end": "((uintptr_t)region + size) % 8u == 0u",
    "identity of 0": "id != 0u && sample_log_id(log) == 0u",
    "identity twice": "id != 0u && sample_log_id(log) == 0u",
    "sent without a view": "one->peeked_end != one->cursor_seq",
    "slot beyond the last": "slot < log->slot_count",
    "entry beyond the last": "index < log->slot_count",
    "block over a block": "slot[SLOT_MAGIC] == 0u",
    "block without a period": "header->period_us != 0u",
    "block without channels": "shape->channels >= 1u && shape->channels <= CORE_CHANNELS",
    "sample out of range": "block_in_range(encoder, sample)",
    "sample into a freed block": "encoder->slot[SLOT_MAGIC] == BLOCK_MAGIC",
    "superblock nowhere": "places != NULL",
    "more handed out than there is": "one->cursor <= one->used",
    "call out of a call": "!(node->inside)",
    "node without a window": "config->window_blocks != 0u",
    "port with a hole": "port->ring_wakeup != NULL",
}


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    return compile_c(folder / "driver", sources(folder), *zcbor_flags(), *CHECKED)


def sources(folder: Path) -> list[Path]:
    return [*LOG_SOURCES, *NODE_SOURCES, HERE / "check_driver.c", *zcbor_objects(folder, "-O1")]


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_call_is_stopped(driver: Path, way: str) -> None:
    done = subprocess.run([str(driver), way], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert WAYS[way] in done.stderr


def test_each_check_that_can_be_tripped_is(driver: Path) -> None:
    text = (HERE / "check_driver.c").read_text(encoding="utf-8")
    assert text.count('\t{"') == len(WAYS)


def test_a_release_has_none(tmp_path: Path) -> None:
    """The release links without the function that a failed check calls."""
    compile_c(tmp_path / "driver", sources(tmp_path), *zcbor_flags(), "-O1")
