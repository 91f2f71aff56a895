"""How small the firmware of the reference spec is, and who takes the most of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fwgen.build.firmware import find_tools
from fwgen.build.sizes import largest_symbols, used_bytes
from fwgen.config import load_config
from fwgen.errors import FwgenError
from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.zephyr.firmwares import built
from tests.zephyr.test_build import CODE_MOST, LOG_LEAST, REST_MOST

LARGEST = 8


def measure() -> Iterator[Figure]:
    try:
        find_tools(load_config(), [Path.cwd()])
    except FwgenError as error:
        raise Unmeasured(str(error)) from error
    result = built("range-node")
    elf, plan = result.subject.elf, result.plan
    code, data = plan.code, plan.data
    yield Figure("code and constants", used_bytes(elf, code), "B", limit=CODE_MOST)
    yield Figure("data and stacks", used_bytes(elf, data), "B", limit=REST_MOST)
    log = f"{plan.log_slots} blocks"
    yield Figure("sample log", plan.log.size_bytes, "B", limit=LOG_LEAST, at_least=True, note=log)
    for window in (code, data):
        for symbol in largest_symbols(elf, window)[:LARGEST]:
            line = elf.debug.line_of(symbol.start) or elf.debug.object_line(symbol.start)
            source = Path(line.unit).name if line else symbol.file
            yield Figure(f"  {window.name}: {symbol.name}", symbol.size_bytes, "B", note=source)
    for stack in result.subject.stacks.all:
        yield Figure(
            f"  known need of {stack.name}",
            stack.needed_bytes,
            "B",
            limit=stack.size_bytes if stack.depth else None,
            note="" if stack.depth else "who runs on it is not known",
        )
