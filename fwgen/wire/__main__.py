"""`python -m fwgen.wire`: write the C codecs that zcbor makes from fwgen.cddl to a source tree."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from fwgen.checkout import write_made
from fwgen.guard import guarded

_CDDL = Path(__file__).with_name("fwgen.cddl")
FOLDER = "fwgen/generate/templates/app/src/core/generated"
_HEADER = "SPDX-License-Identifier: Apache-2.0\n\nMade from fwgen.cddl by `python -m fwgen.wire`."
_DIRECTIONS = {
    "encode": [
        *("hello", "hello-to-other", "data", "gap", "sleep-ack", "wake-ack"),
        *("status", "start", "call", "stream-info", "stream-gap"),
    ],
    "decode": ["own-peer-message", "stream-ack"],
}


def made_files() -> dict[str, str]:
    """Return path (relative to the repository's root) -> content."""
    files: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for direction, types in _DIRECTIONS.items():
            _run_zcbor(Path(folder), direction, types)
        for path in sorted(Path(folder).iterdir()):
            files[f"{FOLDER}/{path.name}"] = _tidy(path.read_text(encoding="utf-8"))
    return files


def _run_zcbor(folder: Path, direction: str, types: list[str]) -> None:
    stem = folder / f"messages_{direction}"
    command = [sys.executable, "-c", "from zcbor import main; main()", "code"]
    command += ["--cddl", str(_CDDL), f"--{direction}", "--short-names", "--entry-types", *types]
    command += ["--output-c", f"{stem}.c", "--output-h", f"{stem}.h", "--file-header", _HEADER]
    command += ["--output-h-types", f"{stem}_types.h"]
    subprocess.run(command, check=True, capture_output=True)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(guarded(lambda: write_made(made_files())))
