"""What nothing in the product uses is removed, or named below with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp
import pytest
from vulture import Vulture

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "fwgen/generate/templates/app/src"
HOST = ROOT / "fwgen/backends/host"

STARTED_BY_NAME = ("fwgen.robot", "fwgen.robot.runner", "fwgen.peer.tty")
"""Modules that others start or import, beside the commands and every `__main__`."""

KEPT = {
    "HELP": "cli.main reads it of every command",
    "do_*": "cmd.Cmd calls it by name",
    "_do_*": "the session's table names it",
    "emptyline": "cmd.Cmd",
    "default": "cmd.Cmd",
    "prompt": "cmd.Cmd",
    "model_config": "pydantic",
    "__getattr__": "Python",
    "ROBOT_*": "Robot Framework",
    "TtyPeer": "for the application on the board",
    "trace": "an argument of __exit__",
    "CharReceived": "an event of Renode",
    "read32": "tests look into the machine",
    "write32": "tests look into the machine",
    "wake_ups": "benchmarks",
    "free_descriptors": "tests look into the ring",
    "formatter_class": "argparse",
    "stream_errors": "for the application",
    "acks": "for the application",
    "PEER_MESSAGE_MAX_BYTES": "tests hold the firmware's reader against it",
}

READ_ELSEWHERE = ("*.j2", "*.toml", "*.cs", "*.robot", "*.resource", "*.repl", "*.resc", "*.html")
"""Files of the product in which a name counts as used."""

EXPORTED = (
    *("fwgen.report.model", "fwgen.wire.messages", "fwgen.plan.model"),  # written out whole
    *("fwgen.robot.checks", "fwgen.robot.control", "fwgen.robot.screen"),  # keywords
    "fwgen.backends.host.library",  # fields of C's structures
    *("fwgen.record", "fwgen.peer.known", "fwgen.peer.events"),  # for the application
)
"""Modules all of whose public names are for somebody outside."""


def names_in(files: Iterable[Path]) -> set[str]:
    return {word for file in files for word in re.findall(r"[A-Za-z_]\w*", file.read_text("utf-8"))}


def product_files(*patterns: str) -> list[Path]:
    folders = ("fwgen", "renode", "robot")
    return [file for folder in folders for p in patterns for file in (ROOT / folder).rglob(p)]


def string_names() -> set[str]:
    """Names and dotted names in string literals: what is called or started by name."""
    found: set[str] = set()
    for file in product_files("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"[A-Za-z_][\w.]*", node.value))
    return found


def unused_python() -> list[str]:
    vulture = Vulture(ignore_names=list(KEPT))
    vulture.scavenge([ROOT / "fwgen"])
    elsewhere = names_in(product_files(*READ_ELSEWHERE)) | string_names()
    exported = {ROOT / (module.replace(".", "/") + ".py") for module in EXPORTED}
    return [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: {item.typ} {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.name not in elsewhere and Path(item.filename) not in exported
    ]


def test_no_python_is_unused() -> None:
    assert unused_python() == []


def test_every_module_is_reached_from_a_command() -> None:
    graph = grimp.build_graph("fwgen", cache_dir=None)
    starts = {m for m in graph.modules if m.endswith("__main__")} | set(STARTED_BY_NAME)
    strings = string_names()
    starts |= {m for m in graph.modules if m.startswith("fwgen.cli.") or m in strings}
    reached = starts | {m for s in starts for m in graph.find_upstream_modules(s)}
    packages = {m.rpartition(".")[0] for m in graph.modules}
    assert sorted(graph.modules - reached - packages) == []


C_FUNCTION = re.compile(
    r"^(?!static\b|typedef\b|extern\b)[a-z_][\w \*]*?\b(\w+)\([^;{]*\)\s*\{", re.M
)
C_CALLED_BY_NAME = {
    "main": "Zephyr",
    "k_sys_fatal_error_handler": "Zephyr",
    "sys_clock_*": "Zephyr",
    "host_*": "ctypes, by fwgen.backends.host",
}


def c_functions(sources: Mapping[Path, str]) -> dict[str, Path]:
    return {name: file for file, text in sources.items() for name in C_FUNCTION.findall(text)}


def test_no_function_of_the_firmware_is_unused() -> None:
    sources = {f: f.read_text() for d in (APP, HOST) for f in d.rglob("*.c")}
    sources |= {f: f.read_text() for f in APP.rglob("*.j2") if ".c" in f.name}
    uses: dict[str, int] = {}
    for text in sources.values():
        for word in re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
            uses[word] = uses.get(word, 0) + 1
    python = names_in(product_files("*.py"))
    unused = [
        f"{file.name}: {name}"
        for name, file in c_functions(sources).items()
        if uses[name] < 2
        and name not in python
        and not any(re.fullmatch(p.replace("*", r"\w*"), name) for p in C_CALLED_BY_NAME)
    ]
    assert unused == []


@pytest.mark.parametrize("text", ["int f(void)\n{", "static int a;\nconst struct b *f(int c)\n{"])
def test_c_functions_are_found(text: str) -> None:
    assert c_functions({Path("a.c"): text}) == {"f": Path("a.c")}
