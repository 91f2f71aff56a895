"""Checks before a build starts: what would certainly make it fail."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.build.built import Tools
from fwgen.build.find import Zephyr
from fwgen.config import Config
from fwgen.errors import InputError, MissingToolError

_TIMEOUT_S: Final = 60.0
MODULES: Final = ("cmsis_6", "hal_stm32", "libmetal", "open-amp", "zcbor")
"""Zephyr's modules that the generated application needs. Its west.yml has these and ONLY_SOME."""

ONLY_SOME: Final = {"hal_st": "for most of ST's sensors"}
"""Modules that only some specs need."""

_MODULE: Final = re.compile(r"\bZEPHYR_(\w+)_MODULE\b")

_BREAKS: Final = re.compile(r"""[\s,;:#$&|<>()*?\[\]'"`\\]""")
"""Characters in a path that have a meaning for CMake, ninja or the shell and break the build; each
was tried with Zephyr 4.3."""

OTHER_FOLDER: Final = (
    "use `fwgen build SPEC -o DIR` with a path without such characters, such as a symbolic link to "
    "this folder"
)


def check_path(what: str, path: Path | str, hint: str) -> None:
    """Raise InputError if Zephyr's build cannot work with the path."""
    found = _BREAKS.search(str(path))
    if found:
        mark = "a space" if found[0] == " " else f"the character {found[0]!r}"
        raise InputError(f"Zephyr cannot build with {mark} in a path, and {what} is {path}", hint)


def check_paths(folder: Path, tools: Tools, modules: Sequence[Path]) -> None:
    """Check every path that CMake gets. The spec's path is not among them."""
    move = "move it to a path without such characters, and name the new path"
    check_path("the folder to build in", folder, OTHER_FOLDER)
    check_path("Zephyr's folder", tools.zephyr.base, f"{move} ({tools.zephyr.origin} names it)")
    origin = tools.toolchain.origin
    check_path("the toolchain's path", tools.toolchain.path, f"{move} ({origin} names it)")
    check_path("the Python for Zephyr's scripts", tools.python, f"{move} (`zephyr.python`)")
    for module in modules:
        check_path("the folder of a module", module, f"{move} (`zephyr.modules`)")


def check_modules(
    config: Config, zephyr: Zephyr, python: Path, also: Sequence[str] = ()
) -> set[str]:
    """Check and return the modules that Zephyr's own script lists. `also`: what a spec needs.

    Raises InputError if a configured folder is not a module, MissingToolError if a module that the
    application needs is missing.
    """
    for module in config.zephyr.modules:
        if reason := not_a_module(module):
            raise InputError(
                f"{module} {reason} ({config.origin('zephyr.modules')} names it)",
                "name the folder of a module, which has `zephyr/module.yml`",
            )
    seen = _seen_modules(config, zephyr, python)
    missing = [name for name in (*MODULES, *also) if name not in seen]
    if not missing:
        return seen
    names = ", ".join(missing)
    if zephyr.workspace:
        where = f"the west workspace {zephyr.workspace} does not have them"
        hint = f"run `west update` in {zephyr.workspace}, or add their folders to `modules` in "
    else:
        where = f"{zephyr.base} is not in a west workspace, and `zephyr.modules` does not name them"
        hint = (
            "run `fwgen doctor --write-config`, which finds modules beside Zephyr; or name their "
            'folders in `[zephyr] modules = ["/path/hal_stm32", ...]` of '
        )
    raise MissingToolError(
        f"Zephyr's modules {names} are missing: {where}",
        f"{hint}{config.path}; or run `fwgen setup`, which makes a workspace with all of them",
    )


def modules_of_drivers(compatibles: Sequence[str], zephyr: Zephyr) -> list[str]:
    """Return the modules without which Zephyr does not build the drivers of these sensors: what the
    Kconfig files of the drivers depend on."""
    found: set[str] = set()
    marks = {f"DT_HAS_{re.sub('[^A-Z0-9]', '_', name.upper())}_ENABLED" for name in compatibles}
    if marks:
        for path in sorted((zephyr.base / "drivers" / "sensor").rglob("Kconfig*")):
            text = path.read_text(encoding="utf-8", errors="replace")
            if any(mark in text for mark in marks):
                found |= {name.lower() for name in _MODULE.findall(text)}
    return sorted(found)


def not_a_module(folder: Path) -> str:
    """Return why the folder is not a Zephyr module, '' if it is one."""
    if not folder.is_dir():
        return "does not exist" if not folder.exists() else "is not a folder"
    marks = ("zephyr/module.yml", "zephyr/module.yaml", "zephyr/CMakeLists.txt")
    if not any((folder / mark).is_file() for mark in marks):
        return "is not a Zephyr module: it has no zephyr/module.yml"
    return ""


def module_definitions(config: Config, zephyr: Zephyr) -> dict[str, str]:
    """Return CMake's definition of the configured modules.

    Outside of a west workspace Zephyr ignores EXTRA_ZEPHYR_MODULES, so ZEPHYR_MODULES lists all.
    """
    if not config.zephyr.modules:
        return {}
    name = "EXTRA_ZEPHYR_MODULES" if zephyr.workspace else "ZEPHYR_MODULES"
    return {name: ";".join(map(str, config.zephyr.modules))}


def _seen_modules(config: Config, zephyr: Zephyr, python: Path) -> set[str]:
    modules = [str(module) for module in config.zephyr.modules]
    if not modules and not zephyr.workspace:
        return set()
    option = "--extra-modules" if zephyr.workspace else "--modules"
    script = zephyr.base / "scripts" / "zephyr_module.py"
    with tempfile.TemporaryDirectory(prefix="fwgen-") as folder:
        listed = Path(folder, "modules.txt")
        command = [str(python), str(script), f"--zephyr-base={zephyr.base}"]
        command += ["--cmake-out", str(listed)]
        if modules:
            command += [option, *modules]
        try:
            done = process.run(
                command, cwd=zephyr.base, capture_output=True, text=True, timeout=_TIMEOUT_S
            )
            text = listed.read_text(encoding="utf-8")
        except subprocess.TimeoutExpired as error:
            raise MissingToolError(
                f"Zephyr cannot list its modules: {python} {script} does not end within "
                f"{_TIMEOUT_S:.0f} s",
                f"check `zephyr.python` and `zephyr.base` in {config.path}",
            ) from error
        except OSError as error:
            raise MissingToolError(
                f"Zephyr cannot list its modules: {error.strerror}",
                f"check that {zephyr.base} is complete: `{script}` is part of Zephyr",
            ) from error
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["without a message"])[-1]
            raise InputError(
                f"Zephyr's {script.name} failed: {last}",
                f"check `zephyr.modules` in {config.path}, and the modules of the workspace",
            )
    return set(re.findall(r'^"([^"]+)":', text, re.MULTILINE))
