"""Where a firmware panics: its code for Zephyr's k_panic()."""

from __future__ import annotations

from typing import Final

from fwgen.errors import InputError
from fwgen.peer.linux.elf import Elf

_SVC: Final = bytes([0x02, 0xDF])
"""`svc #2`: a runtime exception of Zephyr on Arm, with its reason in R0 (arch/arm/include/...)."""
PANIC: Final = 4
"""K_ERR_KERNEL_PANIC."""


def panic_at(elf: Elf) -> int:
    """Return the address of the instruction that raises a panic. Raises InputError."""
    for segment in elf.segments:
        code = elf.data[segment.offset : segment.offset + segment.file_bytes]
        at = code.find(_SVC)
        while at >= 0:
            address = segment.address + at
            if at % 2 == 0 and elf.function_at(address):
                return address
            at = code.find(_SVC, at + 1)
    raise InputError(
        "this firmware has no code for k_panic()", "crash it with `how: fault` or `how: watchdog`"
    )
