"""Robot keywords around `python -m tests.stores`, which has the emulator in its own process."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Final

from fwgen.backends.renode.find import what_is_missing
from fwgen.config import load_config
from fwgen.robot.bench import CannotRunError
from fwgen.robot.firmware import firmware
from fwgen.robot.mutants import load_mutant
from fwgen.robot.patience import StuckError, finished

_ROOT: Final = Path(__file__).resolve().parents[2]
_SPEC: Final = _ROOT / "fwgen/scenario/bundled/specs/small-log-keep-newest.yaml"


class keywords:
    """Named like the module, as Robot wants. `mutant`: a fault of robot/mutants to build into the
    firmware; `builds`: the folder for it."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def __init__(self, mutant: str = "", builds: str = "build/robot") -> None:
        self._mutant = load_mutant(Path(mutant)) if mutant else None
        self._builds = Path(builds)

    def every_state_should_recover(self, states: str, results: str) -> None:
        """Starts the firmware with about so many memories that its log went through, or that damage
        has left. The counts are written to Robot's log, and to `results` (JSON)."""
        missing = what_is_missing(load_config().renode)
        if missing:
            raise CannotRunError(missing)
        elf = firmware(_SPEC, self._builds, self._mutant).resolve()
        out = Path(results).resolve()
        out.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.stores", "--elf", str(elf), "--spec", str(_SPEC)]
        command += ["--states", states, "--json", str(out)]
        try:
            done = finished(command, cwd=_ROOT)
        except StuckError as why:
            raise AssertionError(f"the run did not end: {why}") from None
        logging.info("%s", done.stdout)
        if not out.is_file():
            raise AssertionError(f"the run has ended early: {done.stdout}\n{done.stderr}")
        found = json.loads(out.read_text(encoding="utf-8"))
        if done.returncode or found["faults"]:
            raise AssertionError("\n".join(found["faults"]) or done.stderr)
