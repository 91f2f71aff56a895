"""What would make a build fail for certain, said before it starts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.build.built import Tools
from fwgen.build.find import Zephyr
from fwgen.config import Config
from fwgen.errors import InputError, MissingToolError

MODULES: Final = ("cmsis_6", "hal_stm32", "libmetal", "open-amp", "zcbor")
"""Zephyr's modules that the generated application is built of, as its west.yml names them."""

_BREAKS: Final = re.compile(r"""[\s,;:#$&|<>()*?\[\]'"`\\]""")
"""What CMake takes for the end of a list's item or a part of an expression, ninja for an escape, or
the shell for its own; each of them tried with Zephyr 4.3."""

OTHER_FOLDER: Final = (
    "`fwgen build SPEC -o DIR` with a folder without such characters, "
    "a link to this one for example"
)


def check_path(what: str, path: Path | str, way_out: str) -> None:
    """Raises InputError for a path that Zephyr's build cannot stand."""
    found = _BREAKS.search(str(path))
    if found:
        mark = "a space" if found[0] == " " else f"the character {found[0]!r}"
        raise InputError(
            f"Zephyr cannot build with {mark} in a path, and {what} is {path}\nhelp: {way_out}"
        )


def check_paths(folder: Path, tools: Tools, modules: Sequence[Path]) -> None:
    """Of everything that CMake is told of. The spec may lie where it likes: it is only read."""
    move = "move it to a path without such characters and name it there"
    check_path("the folder to build in", folder, OTHER_FOLDER)
    check_path("Zephyr's folder", tools.zephyr.base, f"{move} ({tools.zephyr.origin} names it)")
    origin = tools.toolchain.origin
    check_path("the toolchain's path", tools.toolchain.path, f"{move} ({origin} names it)")
    check_path("the Python for Zephyr's scripts", tools.python, f"{move} (`zephyr.python`)")
    for module in modules:
        check_path("the folder of a module", module, f"{move} (`zephyr.modules`)")


def check_modules(config: Config, zephyr: Zephyr, python: Path) -> None:
    """Asks Zephyr's own script which modules it will use. Raises InputError for a configured folder
    that is no module, MissingToolError where one is missing that the application needs."""
    for module in config.zephyr.modules:
        if reason := not_a_module(module):
            raise InputError(
                f"{module} {reason} ({config.origin('zephyr.modules')} names it)\n"
                "help: name the folder of a module, the one that has `zephyr/module.yml`"
            )
    seen = _seen_modules(config, zephyr, python)
    missing = [name for name in MODULES if name not in seen]
    if not missing:
        return
    names = ", ".join(missing)
    if zephyr.workspace:
        where = f"the west workspace {zephyr.workspace} does not have them"
        way_out = f"`west update` in {zephyr.workspace}, or add their folders to `modules` in "
    else:
        where = f"{zephyr.base} is in no west workspace, and `zephyr.modules` does not name them"
        way_out = (
            "`fwgen doctor --write-config` lists those beside Zephyr; else name their folders in "
        )
        way_out += '`[zephyr] modules = ["/path/hal_stm32", ...]` of '
    raise MissingToolError(
        f"Zephyr's modules {names} are missing: {where}\n"
        f"help: {way_out}{config.path}; `fwgen setup` makes a workspace that has all of them"
    )


def not_a_module(folder: Path) -> str:
    """What is wrong with it; empty if it is one."""
    if not folder.is_dir():
        return "is not there" if not folder.exists() else "is no folder"
    marks = ("zephyr/module.yml", "zephyr/module.yaml", "zephyr/CMakeLists.txt")
    if not any((folder / mark).is_file() for mark in marks):
        return "is no Zephyr module, it has no zephyr/module.yml"
    return ""


def module_definitions(config: Config, zephyr: Zephyr) -> dict[str, str]:
    """For CMake. Outside of a west workspace Zephyr takes the extra ones for none at all unless it
    is told the whole list."""
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
            done = process.run(command, cwd=zephyr.base, capture_output=True, text=True)
            text = listed.read_text(encoding="utf-8")
        except OSError as error:
            raise MissingToolError(
                f"Zephyr's own list of its modules cannot be made: {error.strerror}\n"
                f"help: `{script}` is part of Zephyr: is {zephyr.base} whole?"
            ) from error
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["it does not say why"]
            raise InputError(f"Zephyr refuses its modules: {said[-1]}")
    return set(re.findall(r'^"([^"]+)":', text, re.MULTILINE))
