"""A picture written to a PNG file is read back unchanged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fwgen.backends.renode.png import png_of
from fwgen.robot.golden import NotAGoldenError, read_picture

GOLDENS = Path(__file__).parents[2] / "robot" / "goldens"


@pytest.mark.parametrize("height", [32, 64])
def test_what_is_written_is_read_back(height: int) -> None:
    packed = random.Random(1).randbytes(16 * height)
    assert read_picture(png_of(packed, 128, height)) == packed


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.png")), ids=lambda path: path.stem)
def test_goldens_can_be_read(golden: Path) -> None:
    assert len(read_picture(golden.read_bytes())) == 128 * 64 // 8


@pytest.mark.parametrize("content", [b"", b"GIF89a", png_of(bytes(1024), 128, 64)[:60]])
def test_other_files_are_rejected(content: bytes) -> None:
    with pytest.raises(NotAGoldenError):
        read_picture(content)
