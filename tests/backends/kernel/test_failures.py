"""What goes wrong around a real Linux: a wrong firmware, a damaged ring, a kernel that ends."""

from __future__ import annotations

import os
import signal
import struct
import tempfile
from pathlib import Path

import pytest

from fwgen.backends.kernel import memory
from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.kernel.vhost import TO_LINUX
from fwgen.backends.registry import open_backend
from fwgen.errors import MissingToolError, ToolBrokeError
from fwgen.report.document import build_report
from fwgen.scenario.steps import make_step
from fwgen.uml.find import PROGRAM, Record, cache_folder, write_record
from fwgen.uml.recipe import recipe
from tests.backends.kernel.running import kernel, run
from tests.backends.running import in_a_room, reference_plan

pytestmark = pytest.mark.needs("linux")

SECOND = 1_000_000
ASLEEP = "{at: 10 s, do: suspend, for: 10 s}"


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("lose-sample", "lost"),
        ("send-after-ack", "DDR"),
        ("free-before-ack", "before"),
        ("wrong-value", "another value"),
    ],
)
def test_the_verdict_detects_a_wrong_firmware(fault: str, wrong: str) -> None:
    scenario = in_a_room(f"{ASLEEP}, {{at: 25 s, do: reboot-linux, takes: 5 s}}", until="90 s")
    _, report = run(scenario, fault=fault)
    assert report["verdict"] == "fail"
    assert any(wrong in reason for reason in report["reasons"]), report["reasons"]


def test_the_firmware_counts_a_damaged_ring_and_uses_new_ones() -> None:
    steps = "{at: 20 s, do: unbind}, {at: 22 s, do: bind}"
    scenario = in_a_room(steps, until="40 s", expect="{bad_rings: 1, late: {at-least: 0}}")
    backend = KernelHostBackend(kernel())
    try:
        backend.start(reference_plan(), scenario, 1)
        backend.run_until(10 * SECOND)
        assert backend._real is not None
        device = backend._real.device
        ring = device.rings[TO_LINUX]
        for index in range(ring.entries):  # no buffer is in Linux's memory any more
            memory.write(device, ring.descriptors + 16 * index, struct.pack("<Q", 0xDEAD_0000_0000))
        backend.run_until(20 * SECOND)
        backend.do(make_step("unbind"))
        backend.run_until(22 * SECOND)
        backend.do(make_step("bind"))
        backend.run_until(40 * SECOND)
        report = build_report(backend.finish(), scenario)
    finally:
        backend.close()
    assert report["link"]["bad_rings"] == 1
    assert report["samples"]["lost"] == 0
    assert report["samples"]["delivered"] == report["samples"]["taken"]


def _children() -> set[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def test_a_kernel_that_ends_is_reported_and_leaves_nothing() -> None:
    folders = set(Path(tempfile.gettempdir()).glob("fwgen-linux-*"))
    before = _children()
    backend = KernelHostBackend(kernel())
    try:
        backend.start(reference_plan(), in_a_room(ASLEEP), 1)
        backend.run_until(5 * SECOND)
        (linux,) = _children() - before
        os.kill(linux, signal.SIGKILL)
        with pytest.raises(ToolBrokeError, match="has ended unexpectedly by SIGKILL"):
            backend.run_until(60 * SECOND)
    finally:
        backend.close()
    assert _children() == before
    assert set(Path(tempfile.gettempdir()).glob("fwgen-linux-*")) <= folders


def test_a_missing_kernel_is_reported_before_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FWGEN_LINUX_KERNEL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(MissingToolError, match="no Linux kernel for `--linux kernel`"):
        open_backend("host", linux="kernel")


def test_a_damaged_kernel_is_reported_as_damaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FWGEN_LINUX_KERNEL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder() / "one"
    folder.mkdir(parents=True)
    (folder / PROGRAM).write_bytes(b"not what was built")
    write_record(folder, Record("6.1.10", "a test", recipe(), "gcc", "0" * 64, 1.0))
    with pytest.raises(MissingToolError, match=f"{folder / PROGRAM} is damaged: its SHA-256"):
        open_backend("host", linux="kernel")
