"""The fuzzers run for a fixed number of inputs, and find what is planted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.core.build import CORE
from tests.fuzz import TARGETS, build, corpus, fuzz

RUNS = 10_000
PLANTED = {
    "wire": ("wire.c", "uint32_t room = WIRE_PEER_MESSAGE_MAX -", "uint32_t room = 99u -"),
    "log": (
        "sample_log_recover.c",
        "return block_decode_whole(&decoder) ? block_decode_len(&decoder) : 0u;",
        "return block_decode_len(&decoder);",
    ),
    "log-of-two": (
        "sample_log_recover.c",
        "const uint32_t stream = CORE_STREAMS == 1u ? 0u : slot_stream(log, slot);",
        "const uint32_t stream = 0;",
    ),
    "node": ("node_actions.c", "node->port.door(node->port.ctx, false);", ""),
    "node-of-two": ("node_actions.c", "sample_log_hold(&node->log, stream);", ""),
}


@pytest.mark.needs("clang")
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found(target: str, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(corpus(target), inputs)
    done = fuzz(build(target, tmp_path), inputs, f"-runs={RUNS}")
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
    assert len(list(inputs.iterdir())) >= len(list(corpus(target).iterdir())) > 5


@pytest.mark.needs("clang")
@pytest.mark.parametrize("target", PLANTED)
def test_what_is_planted_is_found(target: str, tmp_path: Path) -> None:
    inputs, core = tmp_path / "inputs", tmp_path / "core"
    shutil.copytree(corpus(target), inputs)
    shutil.copytree(CORE, core)
    name, old, new = PLANTED[target]
    text = (core / name).read_text("utf-8")
    assert old in text
    (core / name).write_text(text.replace(old, new), "utf-8")
    done = fuzz(build(target, tmp_path, core), inputs, f"-runs={RUNS}")
    assert done.returncode != 0
    assert "crash-" in done.stderr
