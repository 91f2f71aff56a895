"""Writes the golden ELFs and documents. Review the difference before you commit it."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from pathlib import Path

from fwgen.cli.main import main
from tests.audit.firmware_elf import SPEC, firmware

HERE = Path(__file__).parent
DEFINES: dict[str, tuple[str, ...]] = {
    "good": (),
    "bad": ("STRAY_ACCESS", "STRAY_POINTER", "BUFFERS=4", "STATUS=4", "MAIN_STACK=128"),
}


def document(name: str) -> str:
    """Return the output of `fwgen audit NAME.elf --json`, run in this folder."""
    before = Path.cwd()
    os.chdir(HERE)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as output:
            main(["audit", f"{name}.elf", "--spec", os.path.relpath(SPEC, HERE), "--json"])
    finally:
        os.chdir(before)
    return output.getvalue()


if __name__ == "__main__":
    for name, defines in DEFINES.items():
        if "--keep" not in sys.argv[1:]:
            shutil.copyfile(firmware(*defines), HERE / f"{name}.elf")
        (HERE / f"{name}.json").write_text(document(name), encoding="utf-8")
        print(f"wrote {name}")
