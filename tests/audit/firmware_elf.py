"""Builds the tests' firmware with the compiler that the ziglang wheel carries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import ziglang

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import load_spec

HERE = Path(__file__).parent
SPEC = HERE / "spec.yaml"
SPEC_SRAM2 = HERE / "spec-sram2.yaml"
IN_SRAM2 = ("SHARED=0x0A070000u", "SHARED_BYTES=0x10000u")
"""Defines that put the rings of the firmware into SRAM2."""
_FIRMWARE = HERE / "firmware"
_ROOT = Path(__file__).parents[2]
_CORE = _ROOT / "fwgen/generate/templates/app/src/core"
_ZIG = (sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi")
_FLAGS = (
    "-mcpu=cortex_m33",
    "-Os",
    "-g",
    "-gdwarf-4",
    "-ffreestanding",
    "-nostdlib",
    "-fdebug-compilation-dir=.",
)


@dataclass(frozen=True)
class Layout:
    """Addresses and sizes for the linker script; None: those of the plan. `table_offset`: bytes
    between a multiple of 16 and the resource table."""

    code: int | None = None
    code_size: int | None = None
    data: int | None = None
    data_size: int | None = None
    vector_offset: int = 0
    table_align: int = 16
    table_offset: int = 0
    table: int | None = None
    bulk: int = 0x0A060000
    log_start: int | None = None
    log_end: int | None = None
    discard: str = ""


@cache
def _workshop() -> TemporaryDirectory[str]:
    """Return a folder that is removed when this process ends."""
    return TemporaryDirectory(prefix="fwgen-audit-")


def _folder() -> Path:
    return Path(mkdtemp(dir=_workshop().name))


@cache
def plan(spec: Path = SPEC) -> Plan:
    return plan_spec(load_spec(spec))


@cache
def firmware(
    *defines: str,
    layout: Layout = Layout(),
    spec: Path = SPEC,
    flags: tuple[str, ...] = (),
) -> Path:
    """Compile and link, once for the same arguments."""
    config = render(plan(spec))["src/core/fwgen_config.c"]
    return link(defines, layout, config, spec, flags)


def link(
    defines: Sequence[str],
    layout: Layout,
    config: bytes,
    spec: Path = SPEC,
    flags: Sequence[str] = (),
) -> Path:
    """Compile and link. `config`: the content of fwgen_config.c, unused if NO_CONFIG is defined."""
    folder = _folder()
    (folder / "fwgen_config.c").write_bytes(config)
    for name in ("fwgen_config.h", "fwgen_shape.h"):  # generated: not in the templates' folder
        (folder / name).write_bytes(render(plan(spec))[f"src/core/{name}"])
    (folder / "src").symlink_to(_FIRMWARE)
    (folder / "firmware.ld").write_text(_script(layout, plan(spec)))
    names = [f"src/{name}" for name in ("main.c", "link.c", "stray.c")]
    names += [] if "NO_CONFIG" in defines else ["fwgen_config.c"]
    output = folder / "firmware.elf"
    command: Sequence[str] = (
        *_ZIG,
        *_FLAGS,
        *flags,
        f"-fdebug-prefix-map={_ROOT}=.",
        f"-fdebug-prefix-map={Path(ziglang.__file__).parent}=zig",
        f"-I{_CORE}",
        "-I.",
        *(f"-D{name}" for name in defines),
        *names,
    )
    (folder / "command").write_text("\n".join(command))
    linked = (
        *command,
        "-Wl,-e,reset",
        "-Wl,--no-gc-sections",
        "-Wl,--build-id=none",
        "-Wl,-z,max-page-size=16",
        "-Wl,-T,firmware.ld",
        "-o",
        output.name,
    )
    _run(linked, folder)
    return output


def with_relocations(folder: Path) -> Path:
    """Link a folder's firmware again, with its relocations kept, and return the new ELF."""
    compile_all = (folder / "command").read_text().split("\n")
    _run([*compile_all, "-c"], folder)
    objects = sorted(str(path.name) for path in folder.glob("*.o"))
    linker = [sys.executable, "-m", "ziglang", "ld.lld", "--emit-relocs", "-e", "reset"]
    kept = ["-T", "firmware.ld", "--unresolved-symbols=ignore-all", "-z", "max-page-size=16"]
    _run([*linker, *kept, *objects, "-o", "relocatable.elf"], folder)
    return folder / "relocatable.elf"


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"


def _script(layout: Layout, plan: Plan) -> str:
    text = (_FIRMWARE / "firmware.ld").read_text(encoding="utf-8")
    planned = {
        "code": plan.code.start,
        "code_size": plan.code.size_bytes,
        "data": plan.data.start,
        "data_size": plan.data.size_bytes,
        "table": 0x812F0000,
        "log_start": plan.log.start,
        "log_end": plan.log.end,
    }
    values: dict[str, str] = {}
    for name, given in vars(layout).items():
        value = planned[name] if given is None else given
        values[name] = hex(value) if isinstance(value, int) else value
    in_code = layout.table is None
    values["table_memory"] = "CODE" if in_code else "TABLE"
    values["table_segment"] = "code" if in_code else "table"
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    assert "@" not in text.split("*/", 1)[1], text
    return text


def patched(elf: Path, *changes: tuple[int, bytes], size_bytes: int | None = None) -> Path:
    """Return a copy with other bytes at some offsets, cut to a size if one is given."""
    content = bytearray(elf.read_bytes())
    for offset, new in changes:
        content[offset : offset + len(new)] = new
    copy = _folder() / "patched.elf"
    copy.write_bytes(bytes(content[:size_bytes]))
    return copy
