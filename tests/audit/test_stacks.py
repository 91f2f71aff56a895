"""The depth of known calls, and the stack on which they run."""

from __future__ import annotations

from fwgen.build.code import Code
from fwgen.build.elf import Elf
from fwgen.build.stacks import EXCEPTION_BYTES, Stack, Stacks
from tests.audit.firmware_elf import firmware


def stacks(*defines: str) -> dict[str, Stack]:
    elf = Elf(firmware(*defines))
    return {stack.name: stack for stack in Stacks(elf, Code(elf)).all}


def test_the_deepest_chain_of_calls() -> None:
    stack = stacks()["z_main_stack"]
    assert stack.size_bytes == 512
    assert stack.depth is not None
    assert stack.depth.path == ("bg_thread_main", "deep")
    assert stack.depth.open_calls == 0
    # 64 words of the array alone
    assert 256 < stack.depth.size_bytes < 320
    assert stack.needed_bytes == stack.depth.size_bytes + EXCEPTION_BYTES


def test_recursion_ends() -> None:
    depth = stacks("RECURSION")["z_main_stack"].depth
    assert depth is not None and depth.path[:2] == ("bg_thread_main", "again")


def test_a_call_through_a_pointer_is_told() -> None:
    depth = stacks("THROUGH_POINTER")["z_main_stack"].depth
    assert depth is not None and depth.open_calls == 1


def test_a_thread_that_is_made_while_running() -> None:
    stack = stacks("THREAD")["thread_stack"]
    assert stack.file in ("", "main.c")
    assert stack.depth is not None and stack.depth.path[0] == "thread_entry"
