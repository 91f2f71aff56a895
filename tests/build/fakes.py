"""Stand-ins for Zephyr, CMake and ninja. The stand-in for ninja links a small real firmware; tests
choose the size of its data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fwgen.build.preflight import MODULES

_CMAKE = """
import pathlib, sys
args = sys.argv[1:]
tree = pathlib.Path(args[args.index("-B") + 1])
with open(STATE / "calls", "a") as log:
    print("cmake", *args, file=log)
if (STATE / "cmake-fails").exists():
    print("-- looking around")
    print("CMake Error at CMakeLists.txt:3 (message):\\n  no such board")
    sys.exit(1)
(tree / "zephyr").mkdir(parents=True, exist_ok=True)
(tree / "zephyr/.config").write_text('CONFIG_KERNEL_BIN_NAME="zephyr"\\n')
(tree / "build.ninja").write_text("")
if (STATE / "devicetree").exists():
    header = tree / "zephyr/include/generated/zephyr/devicetree_generated.h"
    header.parent.mkdir(parents=True)
    header.write_text((STATE / "devicetree").read_text())
"""

_NINJA = """
import pathlib, re, sys
sys.path.insert(0, ROOT)
from tests.audit.firmware_elf import Layout, link
tree = pathlib.Path(sys.argv[sys.argv.index("-C") + 1])
app = tree.parent / "app"
with open(STATE / "calls", "a") as log:
    print("ninja", file=log)
if (STATE / "ninja-fails").exists():
    print((STATE / "ninja-fails").read_text(), end="")
    sys.exit(1)
script = (app / "sample_log.ld").read_text()
start, end = (int(found, 16) for found in re.findall(r"= (0x[0-9a-f]+);", script))
data = int((STATE / "data").read_text()) if (STATE / "data").exists() else 0
elf = tree / "zephyr/zephyr.elf"
config = (app / "src/core/fwgen_config.c").read_bytes()
wrong = (STATE / "wrong").read_text().split() if (STATE / "wrong").exists() else []
key = config + script.encode() + f"{data} {wrong}".encode()
stamp = tree / "stamp"
if stamp.exists() and stamp.read_bytes() == key and elf.exists():
    print("ninja: no work to do.")
    sys.exit(0)
if 0x0A080000 + data > start:
    print("[1/1] Linking C executable zephyr/zephyr.elf")
    print("FAILED: zephyr/zephyr.elf\\n: && arm-none-eabi-gcc and so on")
    print("ld.bfd: data and stacks reach into the sample log's region")
    sys.exit(1)
print("[1/2] Building C object CMakeFiles/app.dir/src/core/fwgen_config.c.obj")
print("[2/2] Linking C executable zephyr/zephyr.elf", flush=True)
defines = [*wrong, *([f"PADDING={data}"] if data else [])]
elf.write_bytes(link(defines, Layout(log_start=start, log_end=end), config).read_bytes())
stamp.write_bytes(key)
"""

_PYTHON = """#!/bin/sh
case "$1" in */zephyr_module.py) ;; *) echo missing:; exit 0 ;; esac
echo "modules ${*#*--cmake-out * }" >> STATE/asked
while [ "$1" != --cmake-out ]; do shift; done
for name in $(cat STATE/modules); do echo "\\"$name\\":\\"/modules/$name\\":\\"\\""; done > "$2"
"""
"""Stands in for the Python with Zephyr's script, which lists Zephyr's modules."""


class Fakes:
    """`state`: files that control the stand-ins: `modules` (those that Zephyr lists), `data` (bytes
    of extra data), `wrong` (the firmware's -D options), `cmake-fails`, `ninja-fails` (its
    output), `devicetree` (the header that Zephyr makes of it)."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = folder / "state"
        tools = folder / "bin"
        for made in (self.state, tools):
            made.mkdir(parents=True)
        self.zephyr = folder / "workspace" / "zephyr"
        (self.zephyr / "scripts").mkdir(parents=True)
        (folder / "workspace" / ".west").mkdir()
        (folder / "workspace" / ".west" / "config").write_text("[manifest]\n")
        version = "VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 0\n"
        (self.zephyr / "VERSION").write_text(version)
        python = tools / "python"
        python.write_text(_PYTHON.replace("STATE", str(self.state)))
        for name, text in (("cmake", _CMAKE), ("ninja", _NINJA)):
            head = f"import pathlib\nSTATE = pathlib.Path({str(self.state)!r})\n"
            head += f"ROOT = {str(Path(__file__).parents[2])!r}\n"
            (tools / name).write_text(f"#!{sys.executable}\n{head}{text}")
        (tools / "arm-none-eabi-gcc").write_text("#!/bin/sh\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)
        for name in [*os.environ]:
            if name.startswith(("ZEPHYR", "GNUARM", "CROSS_COMPILE")):
                monkeypatch.delenv(name)
        cache = Path("~/.cache/zig").expanduser()  # of the compiler that the stand-in calls
        monkeypatch.setenv("ZIG_GLOBAL_CACHE_DIR", str(cache))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        self.set("modules", " ".join(MODULES))
        config = folder / "config/fwgen/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[zephyr]\nbase = "{self.zephyr}"\npython = "{python}"\n'
            f'toolchain = "cross-compile"\ntoolchain_path = "{tools}/arm-none-eabi-"\n'
        )
        self.config = config

    def set(self, name: str, text: object) -> None:
        (self.state / name).write_text(str(text))

    def calls(self) -> list[str]:
        """Return the calls since the last use of this method."""
        log = self.state / "calls"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found
