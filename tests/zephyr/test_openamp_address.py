"""The open-amp library, compiled for this machine: does it keep the endpoint's address?

The module of the Zephyr that is installed is what is asked, as the firmware is built with it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fwgen.config import load_config
from tests.core.build import CORE, compile_c

pytestmark = pytest.mark.needs("zephyr")

HERE = Path(__file__).parent / "openamp"
MODULES = {"openamp": "lib/open-amp/open-amp/lib", "metal": "hal/libmetal/libmetal/lib"}
SOURCES = ("rpmsg/rpmsg.c", "rpmsg/rpmsg_virtio.c", "virtio/virtio.c", "virtio/virtqueue.c")


def module(name: str) -> Path:
    base = load_config().zephyr.base
    assert base is not None
    return base.parent / "modules" / MODULES[name]


def metal_headers(folder: Path) -> None:
    """libmetal's headers as its own build makes them, for a machine that runs Linux."""
    shutil.copytree(module("metal"), folder / "metal")
    for path in (folder / "metal").rglob("*.h"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"@\w+_UPPER@", "HOST", text).replace("@PROJECT_SYSTEM@", "linux")
        text = re.sub(r"@PROJECT_VERSION\w*@", "1", text)
        text = text.replace("#cmakedefine HAVE_STDATOMIC_H", "#define HAVE_STDATOMIC_H")
        path.write_text(re.sub(r"^#cmakedefine.*", "", text, flags=re.M), encoding="utf-8")
    (folder / "sysfs").mkdir()
    (folder / "sysfs" / "libsysfs.h").write_text("struct sysfs_device;\nstruct sysfs_attribute;\n")


def tries(folder: Path, address: str) -> list[list[str]]:
    metal_headers(folder)
    library = module("openamp")
    program = compile_c(
        folder / "announce",
        [
            HERE / "announce.c",
            *(library / name for name in SOURCES),
            *library.glob("utils/*.c"),
            folder / "metal" / "io.c",
        ],
        *("-w", "-O1", f"-DADDRESS={address}", "-DMETAL_INTERNAL", "-DVQ_RX_EMPTY_NOTIFY=0"),
        *(f"-I{folder}", f"-I{library / 'include'}", f"-I{library}"),
        strict=False,
    )
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def test_the_address_that_link_c_asks_for_stays(tmp_path: Path) -> None:
    text = (CORE.parent / "link.c").read_text(encoding="utf-8")
    found = re.search(r"^#define ADDRESS (\w+)", text, re.M)
    assert found and re.search(r"rpmsg_create_ept\([^;]*\bADDRESS, RPMSG_ADDR_ANY", text)
    *failed, last, announced = tries(tmp_path, found.group(1))
    assert [result == "0" for result, _ in failed] == [False] * 3
    assert {address for _, address in (*failed, last)} == {"1024"}
    assert last[0] == "0"
    assert announced == ["announced", "1024"]


def test_one_that_the_library_chooses_moves(tmp_path: Path) -> None:
    """Why link.c asks for one. If this fails the library has changed, and all is well."""
    *failed, _, announced = tries(tmp_path, "RPMSG_ADDR_ANY")
    assert len({address for _, address in failed}) == len(failed)
    assert announced != ["announced", "1024"]
