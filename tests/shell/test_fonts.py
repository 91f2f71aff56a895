"""The fonts match their script."""

from __future__ import annotations

import subprocess
import sys

from tests.core.build import ROOT

FONTS = ROOT / "fwgen/generate/templates/app/src/fonts.c"
SCRIPT = ROOT / "scripts/draw_fonts.py"


def test_the_fonts_are_drawn_by_the_script() -> None:
    drawn = subprocess.run([sys.executable, SCRIPT], capture_output=True, check=True).stdout
    assert drawn.decode() == FONTS.read_text(), f"run {SCRIPT} > {FONTS}"
