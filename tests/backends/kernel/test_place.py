"""Where a real Linux runs: odd paths, folders left behind, kernels that do not start."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import fwgen
from fwgen import process
from fwgen.backends.kernel import place as places
from fwgen.backends.kernel import sockets
from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.kernel.place import Place
from fwgen.errors import InputError, ToolBrokeError
from fwgen.scenario.engine import run_scenario
from tests.backends.kernel.running import kernel, run
from tests.backends.running import in_a_room, reference_plan

ODD = "my projects: a,b"
SHORT = in_a_room("{at: 1 s, do: suspend, for: 1 s}", until="4 s")


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, with a short path."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        _use_for_temporary_files(Path(folder), monkeypatch)
        yield Path(folder)


def _use_for_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)


def _start(program: Path) -> None:
    backend = KernelHostBackend(program)
    try:
        backend.start(reference_plan(), SHORT, 1)
    finally:
        backend.close()


def _program(folder: Path, text: str) -> Path:
    program = folder / "kernel"
    program.write_text(text)
    program.chmod(0o755)
    return program


@pytest.mark.needs("linux")
@pytest.mark.parametrize("name", [ODD, "x" * 100, "does not exist"])
def test_any_folder_for_temporary_files(
    name: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = base / name
    if name != "does not exist":
        folder.mkdir()
    _use_for_temporary_files(folder, monkeypatch)
    assert run(SHORT)[1]["sleeps"][0]["wake_cause"] == "timer"


@pytest.mark.needs("linux")
@pytest.mark.parametrize("name", [ODD, "y" * 200])
def test_fwgen_and_the_kernel_may_be_in_any_folder(
    name: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = base / name / ODD
    folder.mkdir(parents=True)
    (folder / "venv").symlink_to(sys.prefix)
    (folder / "package").symlink_to(Path(fwgen.__file__).parents[1])
    shutil.copy(kernel(), folder / "linux")
    program = folder / "venv" / Path(sys.executable).relative_to(sys.prefix)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(fwgen, "__file__", str(folder / "package/fwgen/__init__.py"))
    record = run_scenario(KernelHostBackend(folder / "linux"), reference_plan(), SHORT, 1)
    assert [sleep.wake_cause for sleep in record.sleeps] == ["timer"]


def test_a_program_with_an_odd_name_is_refused(base: Path) -> None:
    place = Place()
    try:
        with pytest.raises(InputError, match=r"/v/bin/my python cannot be on the .*: expected"):
            place.plain_program(Path("/v/bin/my python"), "python")
    finally:
        place.remove()


def test_without_a_plain_folder_the_error_names_the_path(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / ODD).mkdir()
    _use_for_temporary_files(base / ODD, monkeypatch)
    monkeypatch.setattr(places, "_OTHER_BASES", (str(base / "missing"),))
    with pytest.raises(InputError, match=f"{base / ODD} is too long or has special") as caught:
        Place()
    assert "set TMPDIR" in caught.value.hint


def test_the_folder_of_a_killed_run_is_removed_by_the_next_one(base: Path) -> None:
    """Those of a living run, and folders that fwgen did not make, stay."""
    code = (
        "from fwgen.backends.kernel.place import Place; import sys; "
        "place = Place(); print(place.folder, flush=True); sys.stdin.read()"
    )
    (base / "fwgen-linux-foreign").mkdir()
    living = Place()
    with process.started(
        [sys.executable, "-c", code], stdin=process.PIPE, stdout=process.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        assert left.parent == base
        (left / "linked").symlink_to(base / "fwgen-linux-foreign")
        Place().remove()
        assert left.is_dir(), "its process lives"
        other.send_signal(signal.SIGKILL)
        other.communicate()
    assert left.is_dir()
    Place().remove()
    assert not left.exists()
    assert living.folder.is_dir()
    living.remove()
    assert [entry.name for entry in base.iterdir()] == ["fwgen-linux-foreign"]


def test_a_kernel_that_ends_before_it_connects_is_reported_at_once(base: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ToolBrokeError) as caught:
        _start(_program(base, "#!/bin/sh\necho no room for its memory\nexit 3\n"))
    assert time.monotonic() - began < sockets._SILENCE_S, "less than the silence that is tolerated"
    assert caught.value.message == (
        "the Linux kernel has ended unexpectedly with status 3:\nno room for its memory"
    )


def test_a_kernel_that_does_not_start_is_named(base: Path) -> None:
    program = _program(base, "nothing that can be executed")
    with pytest.raises(ToolBrokeError, match=f"{program} does not start: Exec format error"):
        _start(program)


@pytest.mark.needs("linux")
def test_a_panic_is_reported_with_its_cause() -> None:
    backend = KernelHostBackend(kernel())
    try:
        backend.start(reference_plan(), SHORT, 1)
        backend.run_until(500_000)
        assert backend._real is not None
        backend._real._control.send("unknown")  # ends init
        with pytest.raises(ToolBrokeError) as caught:
            backend.run_until(4_000_000)
    finally:
        backend.close()
    head, cause, first, *more = caught.value.message.splitlines()
    assert head.startswith("the Linux kernel has ended unexpectedly ")
    assert cause == "KeyError: 'unknown'"
    assert "Kernel panic - not syncing" in first
    assert more
