"""Each tree must be one of this chip, of this board, and of the layer for which it was given."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.soc import board_names
from fwgen.verify.finding import Finding, Layer, Rule
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import text

LINUX_CHIP = Rule("linux-chip", "Linux", "Linux's tree is one of this chip")
OPTEE_CHIP = Rule("optee-chip", "OP-TEE", "OP-TEE's tree is one of this chip")
LINUX_SWAPPED = Rule("linux-swapped", "Linux", "the tree given for Linux is Linux's")
OPTEE_SWAPPED = Rule("optee-swapped", "OP-TEE", "the tree given for OP-TEE is OP-TEE's")

LINUX_BOARD = Rule("linux-board", "Linux", "Linux's tree is not another known board's")
OPTEE_BOARD = Rule("optee-board", "OP-TEE", "OP-TEE's tree is not another known board's")

RULES = (LINUX_CHIP, OPTEE_CHIP, LINUX_SWAPPED, OPTEE_SWAPPED, LINUX_BOARD, OPTEE_BOARD)

_CHIP = {"Linux": LINUX_CHIP, "OP-TEE": OPTEE_CHIP}
_SWAPPED = {"Linux": LINUX_SWAPPED, "OP-TEE": OPTEE_SWAPPED}
_BOARD = {"Linux": LINUX_BOARD, "OP-TEE": OPTEE_BOARD}


def check(subject: Subject) -> Iterator[Finding]:
    for layer, tree in trees(subject):
        finding = judge(subject, layer, tree)
        if finding:
            yield finding


def trees(subject: Subject) -> Iterator[tuple[Layer, Tree]]:
    if subject.linux:
        yield "Linux", subject.linux
    if subject.optee:
        yield "OP-TEE", subject.optee


def judge(subject: Subject, layer: Layer, tree: Tree) -> Finding | None:
    """Return the finding that makes all other rules pointless for this tree, else None."""
    chip = subject.plan.board.chip.name
    family = f"st,{chip[:-1]}"  # st,stm32mp25: the 251, 253, 255 and 257 have one memory map
    if not _of_family(tree, family):
        return _CHIP[layer].broken(
            "/",
            found=f"{tree.model}: compatible {text(tree.chips)}",
            expected=f'a tree of {subject.plan.board.called}: compatible "st,{chip}"',
            effect="this tree does not describe the board: no other rule was checked",
            mend=f"give the tree with which {layer} is started on the board",
        )
    others = {f"st,{name.replace('_', '-')}": name for name in board_names()}
    own = others.pop(f"st,{subject.plan.board.name.replace('_', '-')}", None)
    other = next((others[one] for one in tree.chips if one in others), "")
    if other and own:
        return _BOARD[layer].broken(
            "/",
            found=f"{tree.model}: compatible {text(tree.chips)}",
            expected=f"a tree of {subject.plan.board.called}",
            effect="pins and memories are the other board's: no other rule was checked",
            mend=f"if that is the board, set `board: {other}` in the spec",
        )
    guards = any(node.has("st,protreg") for node in tree.nodes)
    if guards == (layer == "OP-TEE"):
        return None
    whose = "OP-TEE" if layer == "Linux" else "Linux"
    return _SWAPPED[layer].broken(
        "/",
        found=f"a tree {'with' if guards else 'without'} `st,protreg`, as {whose}'s trees are",
        expected=f"the tree with which {layer} is started",
        effect="no other rule was checked",
        mend=f"give it as --{'optee' if guards else 'linux'}-dtb",
    )


def _of_family(tree: Tree, family: str) -> bool:
    """Return whether the tree is of the family: by its root, or on the user's own board by the
    chip's devices."""
    if any(one.startswith("st,stm32mp") for one in tree.chips):
        return any(one.startswith(family) for one in tree.chips)
    return any(one.startswith(family) for node in tree.nodes for one in node.strings("compatible"))
