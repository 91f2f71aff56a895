"""Compiles a fragment on top of a minimal base tree, and reads the result."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).parent / "base"
_ODD_IN_OVERLAYS = ("avoid_default_addr_size", "reg_format", "unit_address_vs_reg")


def _run(*command: str | Path, stdin: str = "") -> str:
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stderr}\n{stdin}"
    assert not done.stderr, f"{command[0]} warns:\n{done.stderr}"
    return done.stdout


def preprocess(text: str, *options: str) -> str:
    """Return the output of the C preprocessor, run as the kernel runs it on device trees."""
    program = ["cpp"] if shutil.which("cpp") else [sys.executable, "-m", "ziglang", "cc", "-E"]
    flags = ["-w", "-nostdinc", "-undef", "-P", "-x", "assembler-with-cpp", *options, "-"]
    return _run(*program, *flags, stdin=text)


@dataclass(frozen=True)
class Tree:
    dtb: Path

    def cells(self, node: str, name: str) -> list[int]:
        words = _run("fdtget", "-t", "x", self.dtb, node, name).split()
        return [int(word, 16) for word in words]

    def text(self, node: str, name: str) -> list[str]:
        return _run("fdtget", "-t", "s", self.dtb, node, name).rstrip("\n").split(" ")

    def has(self, node: str, name: str) -> bool:
        return name in _run("fdtget", "-p", self.dtb, node).split("\n")

    def label(self, name: str) -> str:
        """The path of the node with that label (needs a tree that was compiled with symbols)."""
        return self.text("/__symbols__", name)[0]

    def names(self, phandles: list[int]) -> list[str]:
        """The labels of the nodes with these phandles."""
        labels = _run("fdtget", "-p", self.dtb, "/__symbols__").split()
        by_phandle = {}
        for label in labels:
            path = self.label(label)
            if self.has(path, "phandle"):
                by_phandle[self.cells(path, "phandle")[0]] = label
        return [by_phandle[phandle] for phandle in phandles]


def compile_tree(source: str, into: Path) -> Tree:
    into.with_suffix(".dts").write_text(source)
    _run("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", into, into.with_suffix(".dts"))
    return Tree(into)


def apply_overlay(base: Tree, overlay: str, into: Path) -> Tree:
    """Compile the overlay alone and lay it over the base, as a boot loader does."""
    source, compiled = into.with_suffix(".dtso"), into.with_suffix(".dtbo")
    source.write_text("/dts-v1/;\n/plugin/;\n" + overlay)
    # an overlay does not contain the cell sizes of the node that it changes
    silent = [f"-Wno-{name}" for name in _ODD_IN_OVERLAYS]
    _run("dtc", "-@", *silent, "-I", "dts", "-O", "dtb", "-o", compiled, source)
    _run("fdtoverlay", "-i", base.dtb, "-o", into, compiled)
    return Tree(into)
