"""The log's sources under other compilers and under sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.core.build import CHECKED, HERE, LOG_SOURCES, ZIG, compile_c, compiler

SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
TARGETS = {
    "gcc": ("gcc", "-O2"),
    "clang": (*ZIG, "-O2"),
    "cortex-m33 by clang": (*ZIG, "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m33", "-Os"),
    "cortex-m33 by gcc": ("arm-none-eabi-gcc", "-mcpu=cortex-m33", "-mthumb", "-Os"),
}


@pytest.mark.parametrize("target", TARGETS)
def test_without_a_warning(target: str, tmp_path: Path) -> None:
    cc = TARGETS[target]
    if not shutil.which(cc[0]):
        pytest.skip(f"{cc[0]} is not installed")
    for source in LOG_SOURCES:
        for checks, streams in (((), 1), (("-DCORE_CHECKS",), 1), (("-DCORE_CHECKS",), 2)):
            flags = ("-c", "-Wpedantic", *checks)
            compile_c(tmp_path / "object.o", [source], *flags, cc=cc, streams=streams)


@pytest.mark.parametrize("seed", range(2))
def test_at_random_under_sanitizers(seed: int, fuzz: Path) -> None:
    done = subprocess.run([fuzz, str(seed), "1500"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=[1, 2], ids=["one stream", "two streams"])
def fuzz(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    if compiler() == ZIG:
        pytest.skip("the compiler of ziglang carries no address sanitizer")
    output = tmp_path_factory.mktemp("fuzz") / "fuzz"
    sources = [*LOG_SOURCES, HERE / "log_fuzz.c"]
    return compile_c(output, sources, *SANITIZE, *CHECKED, streams=request.param)
