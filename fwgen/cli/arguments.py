"""The commands of `fwgen`."""

from __future__ import annotations

import sys
from typing import Final

from fwgen.program import Program

# name -> one-line help; the module is fwgen.cli.<name>
COMMANDS = {
    "init": "write a commented spec to start from, or a whole project",
    "check": "check a spec and show its memory map and endurance",
    "generate": "write the Zephyr application and the Linux and OP-TEE fragments",
    "build": "generate, build with west and audit the ELF",
    "audit": "audit an ELF against a spec's plan",
    "verify": "check compiled Linux and OP-TEE trees and an ELF against a spec",
    "run": "run a scenario and report whether every sample arrived",
    "campaign": "run many seeded histories of sleeps and faults, and shrink the first that fails",
    "demo": "check, generate and run the bundled example",
    "setup": "install Zephyr, its toolchain, Renode or a Linux kernel from the official sources",
    "doctor": "show what is installed, what is missing and how to install it",
    "monitor": "run and debug the firmware interactively on the emulated board",
    "board": "check the file of a board of one's own",
    "schema": "print the JSON Schema of a spec, a scenario or a board of one's own",
    "completion": "print a script that completes fwgen's commands and options in a shell",
}

PROGRAM: Final = Program("fwgen", sys.modules["fwgen"].__doc__ or "", "fwgen.cli", COMMANDS)
