"""Finds unused code in the product. Exceptions are listed below, each with its reason."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import grimp
import pytest
from vulture import Vulture

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "fwgen/generate/templates/app/src"
HOST = ROOT / "fwgen/backends/host"

COMMANDS = ("fwgen.cli.", "fwgen.service.command.")
FOUND = ("fwgen.scenario.steps.", "fwgen.sensors.")
"""Each module in these folders is one of a kind, and found by being there."""
STARTED_BY_NAME = ("fwgen.robot", "fwgen.robot.runner", "fwgen.peer.tty")
"""Modules that users start or import, besides the commands and every `__main__`."""

KEPT = {
    "HELP": "cli.main reads it from every command",
    "do_*": "cmd.Cmd calls it by name",
    "_do_*": "the session's table names it",
    "emptyline": "cmd.Cmd",
    "default": "cmd.Cmd",
    "precmd": "cmd.Cmd",
    "prompt": "cmd.Cmd",
    "model_config": "pydantic",
    "__getattr__": "Python",
    "ROBOT_*": "Robot Framework",
    "QML_IMPORT_*": "PySide6 reads it from a module with QML types",
    "TtyPeer": "for the application on the board",
    "trace": "an argument of __exit__",
    "CharReceived": "an event of Renode",
    "read32": "tests look into the machine",
    "write32": "tests look into the machine",
    "wake_ups": "benchmarks",
    "free_descriptors": "tests look into the ring",
    "formatter_class": "argparse",
    "allow_abbrev": "argparse",
    "ensure_additional_libs": "a function of pyrenode3 that is replaced",
    "stream_errors": "for the application",
    "acks": "for the application",
    "on_connect": "paho-mqtt calls it",
    "PEER_MESSAGE_MAX_BYTES": "tests compare the firmware's reader with it",
}

READ_ELSEWHERE = (
    "*.j2",
    "*.toml",
    "*.cs",
    "*.robot",
    "*.resource",
    "*.repl",
    "*.resc",
    "*.html",
    "*.qml",
)
"""Files of the product whose words count as uses."""

EXPORTED = (
    *("fwgen.report.model", "fwgen.wire.messages", "fwgen.plan.model"),  # written out whole
    *("fwgen.robot.checks", "fwgen.robot.control", "fwgen.robot.screen"),  # keywords
    "fwgen.backends.host.library",  # fields of C's structures
    *("fwgen.record", "fwgen.peer.known", "fwgen.peer.events"),  # for the application
)
"""Modules whose public names are all for use from outside."""


def names_in(files: Iterable[Path]) -> set[str]:
    return {word for file in files for word in re.findall(r"[A-Za-z_]\w*", file.read_text("utf-8"))}


def product_files(*patterns: str) -> list[Path]:
    folders = ("fwgen", "renode", "robot")
    return [file for folder in folders for p in patterns for file in (ROOT / folder).rglob(p)]


def string_names() -> set[str]:
    """Return names and dotted names in string literals, through which code is called or started."""
    found: set[str] = set()
    for file in product_files("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"[A-Za-z_][\w.]*", node.value))
    return found


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def unused_python() -> list[str]:
    vulture = Vulture(ignore_names=list(KEPT))
    vulture.scavenge([ROOT / "fwgen"])
    elsewhere = names_in(product_files(*READ_ELSEWHERE)) | string_names()
    exported = {ROOT / (module.replace(".", "/") + ".py") for module in EXPORTED}
    return [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: {item.typ} {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.name not in elsewhere
        and Path(item.filename) not in exported
        and not (item.typ == "class" and dotted(Path(item.filename)).startswith(FOUND))
    ]


def test_no_python_is_unused() -> None:
    assert unused_python() == []


def test_every_module_is_reached_from_a_command() -> None:
    graph = grimp.build_graph("fwgen", cache_dir=None)
    starts = {m for m in graph.modules if m.endswith("__main__")} | set(STARTED_BY_NAME)
    strings = string_names()
    starts |= {m for m in graph.modules if m.startswith((*COMMANDS, *FOUND)) or m in strings}
    reached = starts | {m for s in starts for m in graph.find_upstream_modules(s)}
    packages = {m.rpartition(".")[0] for m in graph.modules}
    assert sorted(graph.modules - reached - packages) == []


C_CALLED_BY_NAME = {
    "main": "Zephyr",
    "k_sys_fatal_error_handler": "Zephyr",
    "sys_clock_*": "Zephyr",
    "assert_post_action": "Zephyr",
    "__wrap_z_arm_fault": "the linker, for Zephyr",
    "RESET_*": "reset_cause() sets them by their position",
    "CRASH_NONE": "documents the value 0",
    "LOG_MEMORY_KEPT": "documents the value 0",
    "host_*": "ctypes, by fwgen.backends.host",
    "sampler_*_[01]": "sensors, whose OWN() makes the names",
    "CORE_CHANNELS_OF_*": "OWN() makes the name",
    "*_H": "guards of headers",
    "HOST_FAULT_NONE": "documents the value 0",
    "HOST_A35_STOPPED": "Python's A35_STOPPED",
    "BLOCK_WORST_BITS": "tests compare Python's value with it",
}
C_NAMES = {
    "function": re.compile(r"^(?!typedef\b|extern\b)[a-z_][\w \*]*?\b(\w+)\([^;{]*\)\s*\{", re.M),
    "macro": re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M),
    "enum value": re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s*(?:=[^,{}]*)?(?:,|(?=\s*\}))", re.M),
    "structure": re.compile(r"\b(?:struct|union)\s+(\w+)\s*\{"),
}
C_DECLARED = re.compile(r"^(?!typedef\b)[a-z_][\w \*]*?\b(\w+)\([^;{]*\);", re.M)
ENUM = re.compile(r"\benum\b[^{};]*\{([^}]*\})")


def c_names(text: str) -> set[tuple[str, str]]:
    """Return kind and name of everything that a C source without comments defines."""
    inside = {"enum value": "\n".join(ENUM.findall(text)).replace(",", ",\n")}
    return {
        (kind, name)
        for kind, pattern in C_NAMES.items()
        for name in pattern.findall(inside.get(kind, text))
    }


def unused_c(sources: Mapping[str, str], elsewhere: Iterable[str] = ()) -> list[str]:
    """Return what these C sources (by path) define and neither they nor `elsewhere` use.

    A function's declaration in a header is not a use.
    """
    texts = {path: re.sub(r"/\*.*?\*/|//[^\n]*", "", s, flags=re.S) for path, s in sources.items()}
    words = Counter(w for text in texts.values() for w in re.findall(r"\w+", text))
    declared = Counter(n for text in texts.values() for n in C_DECLARED.findall(text))
    return [
        f"{path}: {kind} {name}"
        for path, text in texts.items()
        if "/generated/" not in path
        for kind, name in sorted(c_names(text))
        if words[name] - declared[name] < 2 and name not in elsewhere
        if not any(fnmatchcase(name, pattern) for pattern in C_CALLED_BY_NAME)
    ]


def test_nothing_in_c_is_unused() -> None:
    files = [f for d in (APP, HOST) for f in d.rglob("*") if re.search(r"\.[ch](\.j2)?$", f.name)]
    sources = {str(f.relative_to(ROOT)): f.read_text("utf-8") for f in files}
    assert unused_c(sources, string_names()) == []


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("int f(void)\n{", ["function f"]),
        ("static inline int f(void)\n{", ["function f"]),
        ("int f(void);\nint f(void)\n{", ["function f"]),
        ("void f(int a,\n       int b);\nvoid f(int a,\n       int b)\n{ /* f */", ["function f"]),
        ("int a = f(1);\nint f(int b)\n{ return b; }", []),
        ("int f(int b)\n{\n\treturn f(b);\n}", []),  # calls itself: a limit of this test
        ("static int a;\nconst struct b *f(int c)\n{", ["function f"]),
        ("#define A 1\n#define B A\n", ["macro B"]),
        ("#define A(x) (x)\n", ["macro A"]),
        ("#ifndef A_H\n#define A_H\n", []),
        ("enum a {\n\tAA,\n\tBB = 4, /* CC */\n\tDD\n};\nint x = AA;", ["value BB", "value DD"]),
        ("enum { AA, BB = AA };", ["value BB"]),
        ("struct a {\n\tint b;\n};\n", ["structure a"]),
        ("struct a {\n\tint b;\n};\nstatic struct a c;", []),
    ],
)
def test_finds_unused_c(text: str, unused: list[str]) -> None:
    found = [line.removeprefix("a.c: ").removeprefix("enum ") for line in unused_c({"a.c": text})]
    assert found == unused
