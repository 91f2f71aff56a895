"""Stacks of an image: their size, and the depth of the calls that can be followed.

The depth is a lower bound: frames from the debug information (CFI), calls from the instructions.
Calls through pointers are not followed; `open_calls` counts the functions that make such calls.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from fwgen.build import thumb
from fwgen.build.code import Code
from fwgen.build.elf import Elf, Symbol

EXCEPTION_BYTES = 36
"""Bytes that an interrupt pushes on the current stack: 8 words, and 1 for alignment."""

_ENTRIES = {
    "z_main_stack": ("bg_thread_main", "main"),
    "z_idle_stacks": ("idle",),
    "sys_work_q_stack": ("work_queue_main",),
}
"""Zephyr's own threads: stack -> their entry functions."""

_ISR_STACK = "z_interrupt_stacks"
_STATIC_THREAD = "_k_thread_data_"


@dataclass(frozen=True)
class Depth:
    """`path`: the deepest chain of calls, its first function first."""

    size_bytes: int
    path: tuple[str, ...]
    open_calls: int


@dataclass(frozen=True)
class Stack:
    """`depth`: None if it is unknown which functions run on the stack. `file`: the source file of a
    stack with a local symbol, whose name may not be unique."""

    name: str
    file: str
    start: int
    size_bytes: int
    depth: Depth | None

    @property
    def needed_bytes(self) -> int:
        return self.depth.size_bytes + EXCEPTION_BYTES if self.depth else 0


@dataclass
class _Function:
    frame_bytes: int = 0
    calls: set[int] = field(default_factory=set)
    tail_calls: set[int] = field(default_factory=set)
    indirect: bool = False


class Stacks:
    def __init__(self, elf: Elf, code: Code) -> None:
        self._elf = elf
        self._code = code
        self._depths: dict[int, Depth] = {}

    @cached_property
    def all(self) -> tuple[Stack, ...]:
        """All stacks, in order of their addresses."""
        found = [s for s in self._elf.symbols if s.kind == "object" and _is_stack(s)]
        by_start = {s.start: s for s in found if self._in_ram(s)}
        return tuple(
            Stack(s.name, s.file, s.start, s.size_bytes, self._deepest(self._entries(s)))
            for _, s in sorted(by_start.items())
        )

    def _in_ram(self, symbol: Symbol) -> bool:
        section = self._elf.section_at(symbol.start)
        return section is not None and not section.in_file

    def _entries(self, stack: Symbol) -> list[int]:
        if stack.name == _ISR_STACK:
            return self._handlers()
        names = _ENTRIES.get(stack.name, ())
        entries = [found.start for name in names if (found := self._elf.symbol(name))]
        threads = self._static_threads.get(stack.start) or self._made_threads.get(stack.start)
        return entries[:1] or threads or []

    @cached_property
    def _static_threads(self) -> dict[int, list[int]]:
        """Threads of K_THREAD_DEFINE: address of the stack -> entry functions."""
        threads: dict[int, list[int]] = {}
        for symbol in self._elf.symbols:
            if symbol.kind == "object" and symbol.name.startswith(_STATIC_THREAD):
                stack = self._member(symbol, "init_stack")
                entry = self._member(symbol, "init_entry")
                if stack and entry:
                    threads.setdefault(stack, []).append(entry & ~1)
        return threads

    @cached_property
    def _made_threads(self) -> dict[int, list[int]]:
        """Threads of k_thread_create(): address of the stack -> entry function.

        Only callers with exactly one stack and one function among their constants.
        """
        create = {s.start for s in self._elf.symbols if s.name.endswith("k_thread_create")}
        stacks = {s.start for s in self._elf.symbols if s.kind == "object" and _is_stack(s)}
        loaded: dict[int, set[int]] = {}
        for constant in self._code.constants():
            symbol = self._elf.symbol_at(constant.address)
            caller = self._functions.get(symbol.start) if symbol else None
            if symbol and caller and (caller.calls | caller.tail_calls) & create:
                loaded.setdefault(symbol.start, set()).add(constant.value)
        threads: dict[int, list[int]] = {}
        for values in loaded.values():
            entries = {v & ~1 for v in values if v & 1} & self._functions.keys()
            own = values & stacks
            if len(own) == len(entries) == 1:
                threads[own.pop()] = sorted(entries)
        return threads

    def _member(self, symbol: Symbol, name: str) -> int | None:
        found = self._elf.debug.member(symbol.start, name)
        return self._elf.read_u32(symbol.start + found[0]) if found else None

    def _handlers(self) -> list[int]:
        """Return the handlers of exceptions, and of interrupts in Zephyr's software table."""
        targets: set[int] = set()
        for name, step, at in ((".isr_vectors", 4, 4), ("sw_isr_table", 8, 4)):
            section = self._elf.section(name)
            content = self._elf.content(section) if section else b""
            targets |= {
                int.from_bytes(content[k : k + 4], "little") & ~1
                for k in range(at, len(content), step)
            }
        reset = self._elf.entry & ~1
        return sorted(targets & self._functions.keys() - {reset})

    def _deepest(self, entries: Iterable[int]) -> Depth | None:
        depths = [self._depth(entry, frozenset()) for entry in entries]
        return max(depths, key=lambda d: d.size_bytes, default=None)

    def _depth(self, start: int, above: frozenset[int]) -> Depth:
        """Return the deepest chain from `start`. `above`: its callers; recursion ends the chain."""
        if start in self._depths:
            return self._depths[start]
        function = self._functions.get(start, _Function())
        symbol = self._elf.symbol_at(start)
        name = symbol.name if symbol else f"{start:#x}"
        above |= {start}
        below = [(function.frame_bytes, c) for c in function.calls - above]
        below += [(0, c) for c in function.tail_calls - above]
        best = Depth(function.frame_bytes, (name,), int(function.indirect))
        for frame_bytes, callee in below:
            deeper = self._depth(callee, above)
            total = frame_bytes + deeper.size_bytes
            if total > best.size_bytes:
                calls = deeper.open_calls + function.indirect
                best = Depth(total, (name, *deeper.path), calls)
        if len(above) == 1:
            self._depths[start] = best
        return best

    @cached_property
    def _functions(self) -> dict[int, _Function]:
        symbols = {s.start: s for s in self._elf.symbols if s.kind == "func" and s.size_bytes}
        frames = self._elf.debug.frames()
        functions: dict[int, _Function] = {}
        instructions = [i for run in self._code.runs for i in run]
        starts = [i.address for i in instructions]
        for start, symbol in symbols.items():
            first, last = bisect_left(starts, start), bisect_left(starts, symbol.end)
            functions[start] = _function(instructions[first:last], symbol, frames.get(start))
        return functions


def _function(body: list[thumb.Instruction], symbol: Symbol, frame_bytes: int | None) -> _Function:
    found = _Function()
    grown = 0
    for instruction in body:
        grown += thumb.stack_bytes(instruction)
        found.indirect = found.indirect or thumb.indirect_call(instruction)
        target = thumb.call_target(instruction)
        if target is None:
            continue
        if thumb.is_call(instruction):
            found.calls.add(target)
        elif not symbol.start <= target < symbol.end:
            found.tail_calls.add(target)
    found.frame_bytes = grown if frame_bytes is None else frame_bytes
    return found


def _is_stack(symbol: Symbol) -> bool:
    return "stack" in symbol.name and symbol.size_bytes >= 64
