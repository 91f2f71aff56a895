"""See the package."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fwgen.backends.renode.machine import Machine
from fwgen.config import load_config

VECTORS = 0x0A043000
SECOND_US = 1_000_000
QUANTUM_S = 0.01


def main() -> None:
    elf, seconds = Path(sys.argv[1]), int(sys.argv[2])
    machine = Machine("stm32mp257f_dk", "", load_config().renode)
    machine.execute(f'emulation SetGlobalQuantum "{QUANTUM_S}"')
    machine.load_elf(elf)
    heard = machine.listen("uart5")
    machine.start_core(VECTORS)
    machine.run_for(SECOND_US)
    began = time.perf_counter()
    machine.run_for(seconds * SECOND_US)
    took_s = time.perf_counter() - began
    good = b"Hello World!" in bytes(heard)
    print(seconds / took_s if good else "hello_world did not run")
    machine.leave(0 if good else 1)


if __name__ == "__main__":
    main()
