"""Each line of the generated fragments is needed, and verify names it when it is missing.

The trees have a wrong value for everything that the fragments set (tests/verify/trees.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fwgen.verify import examine, subject_of
from fwgen.verify.finding import Finding
from tests.generate.device_tree import Tree
from tests.verify.trees import Stage, compiled

pytestmark = [pytest.mark.needs("dtc"), pytest.mark.needs("cpp")]

# each release, each set of trees and each place of the rings; the board only changes the windows
SOME = [
    Stage("openstlinux-6.2", "plain", "dk"),
    Stage("openstlinux-6.1", "plain", "ev1"),
    Stage("openstlinux-6.0", "plain", "dk"),
    Stage("openstlinux-6.0", "ostl", "ev1"),
    Stage("openstlinux-6.0", "ostl-m33-examples", "dk"),
    Stage("openstlinux-6.2", "plain", "dk", "sram2"),
    Stage("openstlinux-6.0", "ostl", "ev1", "sram2"),
]

_BLOCK = re.compile(r"^&(\w+) \{\n.*?^\};\n", re.M | re.S)
_PROPERTY = re.compile(r"^\t([\w,-]+)[^;]*;\n", re.M)
_ELEMENT = re.compile(r"<&(\w+)[^>]*>|\"[^\"]*\"")


@dataclass(frozen=True)
class Loss:
    """A part of a fragment, and the fragment without it. `element`: of a list, '' for all of it."""

    label: str
    name: str
    element: str
    without: str


def losses(fragment: str) -> Iterator[Loss]:
    """Yield each node's block, each property, and each element of a property with several."""
    for block in _BLOCK.finditer(fragment):
        yield Loss(block[1], "", "", fragment[: block.start()] + fragment[block.end() :])
        for line in _PROPERTY.finditer(fragment, block.start(), block.end()):
            yield Loss(block[1], line[1], "", fragment[: line.start()] + fragment[line.end() :])
            elements = [match[0] for match in _ELEMENT.finditer(line[0])]
            for element in elements if len(elements) > 1 else ():
                rest = ", ".join(other for other in elements if other != element)
                less = f"\t{line[1]} = {rest};\n"
                without = fragment[: line.start()] + less + fragment[line.end() :]
                yield Loss(block[1], line[1], element, without)


def names(finding: Finding, path: str, loss: Loss) -> bool:
    """Return whether the finding is an error about that node, and shows the missing property or
    element."""
    where = f"{finding.node} {finding.found}"
    what = f"{finding.found}\n{finding.expected}\n{finding.mend}"
    return (
        finding.severity == "error" and path in where and loss.name in what and loss.element in what
    )


def check(stage: Stage, tree: str, folder: Path) -> int:
    """Remove each part of the fragment, one at a time, and return how many parts it has."""
    base = {"linux": stage.linux_base, "optee": stage.optee_base}[tree]
    trees = {
        "linux": compiled(stage.linux, folder / "linux.dtb"),
        "optee": compiled(stage.optee, folder / "optee.dtb"),
    }
    paths = Tree(trees[tree])
    count = 0
    for loss in losses(stage.fragment(tree)):
        trees[tree] = compiled(base + loss.without, folder / "less.dtb")
        found = examine(subject_of(stage.plan, **trees))
        path = paths.label(loss.label)
        assert any(names(finding, path, loss) for finding in found), (loss, found)
        count += 1
    return count


@pytest.mark.parametrize("stage", SOME, ids=str)
def test_each_part_of_linux_s_fragment_is_missed(stage: Stage, tmp_path: Path) -> None:
    assert check(stage, "linux", tmp_path) >= 40


@pytest.mark.parametrize("stage", SOME, ids=str)
def test_each_part_of_optee_s_fragment_is_missed(stage: Stage, tmp_path: Path) -> None:
    assert check(stage, "optee", tmp_path) >= 9


@pytest.mark.parametrize("tree", ["linux", "optee"])
def test_the_parts_are_all_lines_of_the_fragment(tree: str) -> None:
    """Nothing but comments is outside of the blocks, and nothing but properties inside of them."""
    fragment = re.sub(r"/\*.*?\*/", "", Stage().fragment(tree), flags=re.S)
    assert not _BLOCK.sub("", fragment).strip()
    for block in _BLOCK.finditer(fragment):
        inside = block[0].partition("\n")[2].removesuffix("};\n")
        assert not _PROPERTY.sub("", inside)
