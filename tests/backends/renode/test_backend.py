"""The parent's side of the emulator's process, with fakes of that process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fwgen.backends.renode import backend as module
from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.emulated import check_spec
from fwgen.config import Config
from fwgen.errors import InputError, ToolBrokeError
from fwgen.peer.linux.elf import Elf
from fwgen.scenario.engine import run_scenario
from tests.backends.running import bundled, reference_plan
from tests.peer.linux.plain import CODE, Part, elf

HEAD = """
import os, sys
from fwgen.backends.renode.channel import *
calls, answers = os.fdopen(0, "rb", buffering=0), os.fdopen(1, "wb", buffering=0)
print("opening", file=sys.stderr)
"""


@pytest.fixture
def without_renode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_renode", lambda config: None)


def a_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> RenodeBackend:
    worker = tmp_path / "worker.py"
    worker.write_text(HEAD + script, encoding="utf-8")
    monkeypatch.setattr(module, "WORKER", [sys.executable, str(worker)])
    firmware = tmp_path / "a.elf"
    firmware.write_bytes(b"\x7fELF")
    monkeypatch.setattr(module, "read_elf", Path.read_bytes)
    return RenodeBackend(firmware, config=Config(tmp_path))


def run(backend: RenodeBackend) -> None:
    run_scenario(backend, reference_plan(), bundled("minute"), 1)


@pytest.mark.usefixtures("without_renode")
def test_an_emulator_that_ends_is_reported_with_its_last_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "receive(calls)\nprint('Mono is upset', file=sys.stderr)\nos._exit(134)\n"
    with pytest.raises(ToolBrokeError, match=r"(?s)unexpectedly \(exit code 134\).*Mono is upset"):
        run(a_backend(tmp_path, monkeypatch, script))


@pytest.mark.usefixtures("without_renode")
def test_an_emulator_that_does_not_respond_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.3)
    script = "receive(calls)\nsend(answers, Beat())\ncalls.read()\n"
    backend = a_backend(tmp_path, monkeypatch, script)
    with pytest.raises(ToolBrokeError, match="did not respond"):
        run(backend)
    with pytest.raises(ToolBrokeError, match="is not running"):
        backend.run_until(1)


@pytest.mark.usefixtures("without_renode")
def test_beats_are_not_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
while True:
    call = receive(calls)
    send(answers, Beat()); send(answers, Beat())
    if call.method == "run_until": send(answers, failed(ValueError(f"at {call.arguments}")))
    else: send(answers, Done(None))
"""
    with pytest.raises(ToolBrokeError, match=r"ValueError: at \(10000000,\)"):
        run(a_backend(tmp_path, monkeypatch, script))


@pytest.mark.usefixtures("without_renode")
def test_an_elf_that_does_not_exist(tmp_path: Path) -> None:
    backend = RenodeBackend(tmp_path / "none.elf", config=Config(tmp_path))
    with pytest.raises(InputError, match=r"none\.elf: cannot be read: No such file"):
        run(backend)


def test_a_firmware_of_another_spec_is_rejected() -> None:
    plan = reference_plan()

    def image(config: bytes) -> Elf:
        functions = {"fwgen_config": (CODE + 64, len(config))}
        return Elf(elf(Part("rodata", CODE, bytes(65) + config), functions=functions))

    check_spec(image(b"head" + plan.spec.spec_hash + b"tail"), plan)
    check_spec(Elf(elf(Part("rodata", CODE, bytes(64)))), plan)
    with pytest.raises(InputError, match="not built from the present spec range-node"):
        check_spec(image(b"head" + bytes(8) + b"tail"), plan)
