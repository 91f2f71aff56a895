"""A tree of this chip, and of the layer that it was given for."""

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
    """What makes every other rule pointless for this tree."""
    chip = subject.plan.board.chip.name
    family = f"st,{chip[:-1]}"  # st,stm32mp25: the 251, 253, 255 and 257 have one memory map
    if not _of_family(tree, family):
        return _CHIP[layer].broken(
            "/",
            found=f"{tree.model}: compatible {text(tree.chips)}",
            expected=f'a tree of the {subject.plan.board.title}: compatible "st,{chip}"',
            effect="this tree does not describe the board: nothing else in it was looked at",
        )
    others = {f"st,{name.replace('_', '-')}": name for name in board_names()}
    own = others.pop(f"st,{subject.plan.board.name.replace('_', '-')}", None)
    other = next((others[one] for one in tree.chips if one in others), "")
    if other and own:
        return _BOARD[layer].broken(
            "/",
            found=f"{tree.model}: compatible {text(tree.chips)}",
            expected=f"a tree of the {subject.plan.board.title}",
            effect="pins and memories are the other board's: nothing else in it was looked at",
            mend=f"`board: {other}` in the spec, if that is the board",
        )
    guards = any(node.has("st,protreg") for node in tree.nodes)
    if guards == (layer == "OP-TEE"):
        return None
    whose = "OP-TEE" if layer == "Linux" else "Linux"
    return _SWAPPED[layer].broken(
        "/",
        found=f"a tree {'with' if guards else 'without'} `st,protreg`, as {whose}'s are",
        expected=f"the tree that {layer} is started with",
        effect="nothing else in it was looked at",
        mend=f"give it as --{'optee' if guards else 'linux'}-dtb",
    )


def _of_family(tree: Tree, family: str) -> bool:
    """By its root, or on a board of the user's own by what is on the chip."""
    if any(one.startswith("st,stm32mp") for one in tree.chips):
        return any(one.startswith(family) for one in tree.chips)
    return any(one.startswith(family) for node in tree.nodes for one in node.strings("compatible"))
