"""Nothing outside the folder of a sensor, the panels' records and data files names one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = re.compile(r"hc[-_ ]?sr04|ultraso|ssd13\d\d|sh1106|si70\d\d|tmp108|lis2dw", re.IGNORECASE)

PLACES = (
    "fwgen/sensors/*",
    "fwgen/generate/templates/app/src/sensors/*",
    "fwgen/soc/*",  # data
    "fwgen/spec/examples/*",
    "fwgen/scenario/bundled/*",
    "fwgen/starter/files/*",
    "fwgen/campaign/parts.toml",  # data
    "fwgen/panels/*",
    "robot/models/*",  # a suite for each model
    "robot/mutants/*",  # they name the files that they change
    "renode/models/*",  # each model is one device
    "renode/scripts/*",  # written from the reference spec
)
"""Where the name of a device may be."""


def named(root: Path) -> list[str]:
    found = []
    for folder in ("fwgen", "renode", "robot"):
        for path in sorted((root / folder).rglob("*")):
            place = path.relative_to(root)
            if not path.is_file() or "__pycache__" in place.parts or path.suffix == ".pyc":
                continue
            if not any(place.match(p) or str(place).startswith(p[:-1]) for p in PLACES):
                text = f"{place.name}\n{path.read_text(encoding='utf-8', errors='replace')}"
                found += [f"{place}: {name}" for name in sorted(set(NAMES.findall(text)))]
    return found


def test_no_device_is_named_outside_its_place() -> None:
    assert named(ROOT) == []


@pytest.mark.parametrize("text", ["an HC-SR04", "ultrasonic", "the SSD1306's rows", "Si7006"])
def test_a_name_is_found(text: str, tmp_path: Path) -> None:
    for folder in ("fwgen", "renode", "robot"):
        (tmp_path / folder).mkdir()
    (tmp_path / "fwgen/part.py").write_text(text, encoding="utf-8")
    assert len(named(tmp_path)) == 1
