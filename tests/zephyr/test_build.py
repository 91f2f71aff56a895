"""`fwgen build` with Zephyr: both boards, the audit, the sizes, and what is built again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fwgen.build.cmake import CompileError
from fwgen.build.sizes import used_bytes
from fwgen.cli.main import main
from tests.zephyr.firmwares import SPECS, TREES, Sizes, alone, built, compiler, firmware, sizes
from tests.zephyr.record import FILE

pytestmark = pytest.mark.needs("zephyr")

KIB = 1024
CODE_MOST = 60 * KIB
REST_MOST = 18 * KIB
LOG_LEAST = 104 * KIB
GROWTH_MOST = 256
"""Bytes that a window may grow by without sizes.json being written anew."""


@pytest.fixture
def tree() -> Iterator[None]:
    """The tree of the reference, which the test changes and leaves as it was."""
    built("range-node")
    with alone("range-node"):
        yield


@pytest.mark.parametrize("name", SPECS)
def test_passes_the_audit(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = built(name)
    assert result.findings == []
    assert main(["audit", str(result.elf), "--spec", str(SPECS[name])]) == 0
    assert "passed" in capsys.readouterr().out


def test_the_reference_is_small_and_its_log_large() -> None:
    result = built("range-node")
    elf, plan = result.subject.elf, result.plan
    assert used_bytes(elf, plan.code) <= CODE_MOST
    assert used_bytes(elf, plan.data) <= REST_MOST
    assert plan.log.size_bytes >= LOG_LEAST


def test_auto_leaves_less_than_4_kib() -> None:
    result = built("range-node")
    plan = result.plan
    unused = plan.log.start - plan.data.start - used_bytes(result.subject.elf, plan.data)
    assert 0 <= unused < 4 * KIB
    assert plan.log.end == plan.data.end


@pytest.mark.parametrize("name", SPECS)
def test_nobody_grew(name: str) -> None:
    """A failure says who; if that is meant: python -m tests.zephyr.record"""
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    if recorded["compiler"] != compiler():
        pytest.skip(f"sizes.json is of {recorded['compiler']}, this is {compiler()}")
    then: Sizes = recorded["firmwares"][name]
    now = sizes(name)
    grown = {w: now[w]["(used)"] - then[w]["(used)"] for w in now}
    told = "\n".join(f"{window}: {line}" for window in now for line in who_grew(window, then, now))
    assert all(bytes_ <= GROWTH_MOST for bytes_ in grown.values()), f"{grown}\n{told}"


def who_grew(window: str, then: Sizes, now: Sizes) -> list[str]:
    """The symbols that did, the one that grew most first."""
    before, after = then[window], now[window]
    change = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    change.pop("(used)")
    grown = sorted((-by, name) for name, by in change.items() if by > 0)
    return [f"{name} by {-by} to {after[name]} bytes" for by, name in grown]


def test_who_grew_is_told() -> None:
    then: Sizes = {"code": {"(used)": 100, "same": 64, "more": 70, "gone": 99}}
    now: Sizes = {"code": {"(used)": 300, "same": 64, "more": 90, "new": 80}}
    assert who_grew("code", then, now) == ["new by 80 to 80 bytes", "more by 20 to 90 bytes"]


@pytest.mark.usefixtures("tree")
def test_nothing_changed_builds_nothing() -> None:
    before = built("range-node").elf.stat().st_mtime_ns
    again = firmware("range-node").build()
    assert (again.steps, again.compiled) == (0, ())
    assert again.elf.stat().st_mtime_ns == before


@pytest.mark.usefixtures("tree")
def test_another_refresh_builds_what_depends_on_it(tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    text = SPECS["range-node"].read_text(encoding="utf-8")
    changed.write_text(text.replace("refresh: 5 Hz", "refresh: 4 Hz"), encoding="utf-8")
    try:
        again = firmware("range-node", changed).build()
        names = {Path(name).name for name in again.compiled}
        # the second is made by every link
        assert names == {"fwgen_config.c.obj", "isr_tables.c.obj"}
        assert again.passes == 1
    finally:
        firmware("range-node").build()


@pytest.mark.usefixtures("tree")
def test_the_log_ends_the_same_without_a_record_of_the_last_build() -> None:
    before = built("range-node")
    (TREES / "range-node" / "build.json").unlink()
    before.elf.unlink()  # without a record fwgen does not overwrite it
    again = firmware("range-node").build()
    assert 1 < again.passes <= 3
    assert again.plan.log == before.plan.log
    assert again.elf.read_bytes() == before.subject.elf.data


@pytest.mark.usefixtures("tree")
def test_an_error_in_the_generated_source_is_told_with_its_place() -> None:
    result = built("range-node")
    maker = firmware("range-node")
    source = TREES / "range-node/app/src/main.c"
    good = source.read_bytes()
    try:
        source.write_bytes(good + b"int wrong = here;\n")
        with pytest.raises(CompileError) as caught:
            maker.tree(result.tools).build()
        line = len(good.splitlines()) + 1
        told = str(caught.value).splitlines()
        assert told[0] == f"the build failed at {source}:{line}:"
        assert any(f"{source}:{line}:13: error: 'here' undeclared" in text for text in told)
    finally:
        source.write_bytes(good)
        maker.build()
