"""The wheel carries everything that a command needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_of_the_package_is_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("fwgen_zephyr-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "fwgen").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    sources |= {  # the emulated platform, which a checkout has beside the package
        f"fwgen/renode_data/{path.relative_to(ROOT / 'renode').as_posix()}"
        for path in (ROOT / "renode").rglob("*")
        if path.is_file()
    }
    assert sources <= inside, sorted(sources - inside)
    assert any(name.endswith("licenses/LICENSE") for name in inside)
