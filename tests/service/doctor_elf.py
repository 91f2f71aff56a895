"""`python -m tests.service.doctor_elf`: the doctor in the real kernel, opposite the firmware's ELF.

It finds all that is planted, as in test_linux_doctor.py. It builds a firmware: some minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fwgen.robot.firmware import firmware
from tests.backends.renode.test_firmware import ROOT
from tests.backends.running import plan_of
from tests.service.board_linux import LinuxBoard
from tests.service.test_linux_doctor import plant_all, small_log


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="fwgen-doctor-") as folder:
        spec = small_log(Path(folder))
        elf = firmware(spec, ROOT / "build/doctor")
        plant_all(LinuxBoard(Path(folder), plan_of(spec), elf))
    print("all faults are found, each alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
