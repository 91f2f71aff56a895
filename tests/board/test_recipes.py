"""Buildroot's package and the Yocto layer, read by make, a Kconfig parser and BitBake's parser.

Not checked: a build of either.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from fwgen import __version__
from tests.board import parse_recipe
from tests.conftest import BOARD_TOOLS

BOARD: Final = Path(__file__).parents[2] / "board"
CLASSES: Final = ("base", "externalsrc", "python_hatchling", "systemd", "useradd")
SUPPRESSED: Final = (  # the sources are this tree; there is no page and no tracker to name
    "oelint.var.mandatoryvar.HOMEPAGE",
    "oelint.var.mandatoryvar.SRC_URI",
    "oelint.var.suggestedvar.BUGTRACKER",
    "oelint.var.suggestedvar.CVE_PRODUCT",
    "oelint.var.bbclassextend",
    "oelint.vars.multilineident",
)
CORE: Final = frozenset(
    (
        "__future__",
        "argparse",
        "array",
        "binascii",
        "bisect",
        "codecs",
        "collections",
        "contextlib",
        "csv",
        "dataclasses",
        "enum",
        "errno",
        "functools",
        "importlib",
        "io",
        "itertools",
        "math",
        "os",
        "pathlib",
        "re",
        "select",
        "selectors",
        "signal",
        "stat",
        "struct",
        "subprocess",
        "sys",
        "threading",
        "time",
        "traceback",
        "types",
        "typing",
        "urllib",
    )
)
"""Modules of python3-core, by OpenEmbedded-Core's manifest of Python."""
PACKAGES: Final = {
    "cbor2": "cbor2",
    "datetime": "datetime",
    "fcntl": "fcntl",
    "fractions": "numbers",
    "json": "json",
    "secrets": "netclient",
    "shlex": "shell",
    "socket": "io",
    "sqlite3": "sqlite3",
    "tempfile": "io",
    "termios": "io",
    "tomllib": "tomllib",
}
"""Module -> its package there, without python3-."""
OPTIONAL: Final = frozenset({"gpiod", "jeepney", "paho", "pyarrow"})
KCONFIG: Final = """
import kconfiglib, sys
kconfig = kconfiglib.Kconfig(sys.argv[1], warn_to_stderr=False)
kconfig.warn_assign_undef = True
for name in ("PYTHON3", "FWGEN_PEER"):
    kconfig.syms[f"BR2_PACKAGE_{name}"].set_value("y")
    print(*(f"{s.name}={s.str_value}" for s in kconfig.unique_defined_syms))
print(*kconfig.warnings, sep="\\n", file=sys.stderr)
"""
BUILDROOT: Final = """
config BR2_PACKAGE_PYTHON3
\tbool "python3"
config BR2_PACKAGE_PYTHON3_SQLITE
\tbool
config BR2_PACKAGE_PYTHON_CBOR2
\tbool
source "$BR2_EXTERNAL_FWGEN_PATH/Config.in"
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Variables of layer and recipe."""
    folder = tmp_path_factory.mktemp("bitbake")
    (folder / "classes").mkdir()
    for name in CLASSES:
        (folder / f"classes/{name}.bbclass").write_text("")
    words = (BOARD_TOOLS / "python", parse_recipe.__file__, BOARD / "yocto", folder)
    command = list(map(str, words))
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_make_reads_buildroot_s_package(tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(
        f"BR2_EXTERNAL_FWGEN_PATH = {BOARD}/buildroot\n"
        "define python-package\nmade = $(FWGEN_PEER_SITE)/$(FWGEN_PEER_SUBDIR)\nendef\n"
        f"include {BOARD}/buildroot/external.mk\n"
        "all:\n\t@echo $(made)\n"
    )
    ran = subprocess.run(["make", "-f", makefile], capture_output=True, text=True, check=True)
    assert (Path(ran.stdout.strip()) / "pyproject.toml").samefile(BOARD / "pyproject.toml")
    package = (BOARD / "buildroot/package/fwgen-peer/fwgen-peer.mk").read_text("utf-8")
    for name in re.findall(r"\$\(@D\)/(\S+)", package):
        assert (BOARD.parent / name).is_file(), name


def test_buildroot_installs_what_systemd_s_unit_needs() -> None:
    """The user comes from FWGEN_PEER_USERS; the screen's unit is installed by hand, if wanted."""
    package = (BOARD / "buildroot/package/fwgen-peer/fwgen-peer.mk").read_text("utf-8")
    installed = dict(
        re.findall(r"\$\(@D\)/board/files/(\S+) \\\n\t+\$\(TARGET_DIR\)(\S+)", package)
    )
    rest = {path.name for path in (BOARD / "files").iterdir()} - set(installed)
    assert rest == {"fwgen-peer.sysusers", "fwgen-screen.service"}
    assert installed["10-fwgen-peer.rules"] == "/usr/share/polkit-1/rules.d/10-fwgen-peer.rules"
    by_systemd = package.partition("define FWGEN_PEER_INSTALL_INIT_SYSTEMD")[2].partition("endef")[
        0
    ]
    assert "fwgen-peer.service" in by_systemd and "10-fwgen-peer.rules" in by_systemd


@pytest.mark.needs("board-tools")
def test_buildroot_s_menu_selects_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "Config.in").write_text(BUILDROOT)
    ran = subprocess.run(
        [BOARD_TOOLS / "python", "-c", KCONFIG, "Config.in"],
        env={"BR2_EXTERNAL_FWGEN_PATH": str(BOARD / "buildroot"), "KCONFIG_WARN_UNDEF": "y"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")
    without, chosen = (dict(re.findall(r"(\w+)=(\w)", line)) for line in ran.stdout.splitlines())
    assert without.pop("BR2_PACKAGE_PYTHON3") == "y"
    assert set(without.values()) == {"n"}
    assert set(chosen.values()) == {"y"}
    assert set(chosen) >= {"BR2_PACKAGE_PYTHON3_SQLITE", "BR2_PACKAGE_PYTHON_CBOR2"}


def test_the_recipe_has_the_package_s_version() -> None:
    (recipe,) = BOARD.glob("yocto/recipes-*/*/*.bb")
    assert recipe.name == f"fwgen-peer_{__version__}.bb"


def test_the_recipe_depends_on_the_package_of_each_imported_module() -> None:
    settings = tomllib.loads((BOARD / "pyproject.toml").read_text("utf-8"))
    hook = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    imported = set()
    for pattern in hook["modules"]:
        for path in (BOARD.parent / "fwgen").glob(pattern):
            if path.suffix != ".py" or path.parent.name == "screen":
                continue  # the screen is an extra
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported.add(str(node.module).partition(".")[0])
    foreign = imported - {"fwgen"} - CORE - OPTIONAL
    assert foreign <= set(PACKAGES), "find its package in OpenEmbedded-Core's python3-manifest.json"
    (recipe,) = BOARD.glob("yocto/recipes-*/*/*.bb")
    needs = re.search(r'^RDEPENDS:\$\{PN\} = "([^"]*)"', recipe.read_text("utf-8"), re.MULTILINE)
    assert needs is not None
    named = set(needs[1].replace("\\\n", " ").split())
    assert named == {"python3-core"} | {f"python3-{PACKAGES[module]}" for module in foreign}


@pytest.mark.needs("board-tools")
def test_bitbake_reads_the_layer(parsed: dict[str, Any]) -> None:
    assert parsed["BBFILE_COLLECTIONS"].split() == ["fwgen"]
    pattern = Path(parsed["BBFILES"].strip())
    (recipe,) = Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
    assert re.match(parsed["BBFILE_PATTERN_fwgen"], str(recipe))


@pytest.mark.needs("board-tools")
def test_bitbake_reads_the_recipe(parsed: dict[str, Any]) -> None:
    source = Path(parsed["EXTERNALSRC"])
    assert source == BOARD.parent
    place, _, checksum = parsed["LIC_FILES_CHKSUM"].removeprefix("file://").partition(";md5=")
    assert hashlib.md5((source / place).read_bytes()).hexdigest() == checksum
    assert "python3-cbor2" in parsed["RDEPENDS"].split()
    user = shlex.split(parsed["USERADD_PARAM"])
    assert user[-1] == "fwgen-peer"
    assert user[user.index("--groups") + 1] == shlex.split(parsed["GROUPADD_PARAM"])[-1] == "gpio"


@pytest.mark.needs("board-tools")
def test_the_recipe_installs_files_that_are_there(parsed: dict[str, Any]) -> None:
    lines = [shlex.split(line) for line in parsed["do_install"].strip().splitlines()]
    assert len(lines) == 4
    for command, *_, file, target in lines:
        assert command == "install"
        assert Path(file).is_file(), file
        assert target.startswith("/image/")
        assert Path(file).name == Path(target).name
    targets = [target.removeprefix("/image") for *_, target in lines]
    packaged = parsed["FILES"].split()
    own = [target for target in targets if "udev" in target or "polkit" in target]
    assert len(own) == 2
    assert all(any(target.startswith(folder) for folder in packaged) for target in own)


@pytest.mark.needs("board-tools")
def test_bitbake_s_linter_finds_nothing() -> None:
    (recipe,) = BOARD.glob("yocto/recipes-*/*/*.bb")
    words = [word for name in SUPPRESSED for word in ("--suppress", name)]
    command = [str(BOARD_TOOLS / "oelint-adv"), "--quiet", *words, str(recipe)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
