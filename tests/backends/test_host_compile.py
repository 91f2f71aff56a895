"""Finding a C compiler, caching its library, and reporting what is missing."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from fwgen.backends.host import compile as host_compile
from fwgen.backends.host.compile import build_library, core_sources, read_core
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.generate import render
from tests.backends.running import reference_plan

TINY = {"tiny.c": b"int tiny(void);\nint tiny(void)\n{\n\treturn 7;\n}\n"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an empty cache, and a tiny library instead of the shell."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    own = dict.fromkeys((host_compile._LINK, host_compile._RINGS), b"")
    monkeypatch.setattr(host_compile, "_own_sources", lambda: own)
    return tmp_path


def _script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _without_zig(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ziglang" else real(name)
    )


def test_the_core_is_the_portable_part_of_what_is_generated(tmp_path: Path) -> None:
    generated = render(reference_plan())
    core = core_sources(generated)
    assert {"node.c", "sample_log.c", "fwgen_config.c"} <= set(core)
    assert not any(name.startswith("src") for name in core)
    for name, content in generated.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert read_core(tmp_path) == core


def test_a_folder_without_an_application_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fwgen generate"):
        read_core(tmp_path)


def test_compiled_once_then_cached(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    first = build_library(TINY, say=said.append)
    assert first.is_relative_to(home / "cache")
    assert len(said) == 1 and "compiling" in said[0]
    monkeypatch.setattr(host_compile, "_compile", _never)
    assert build_library(TINY, say=said.append) == first
    assert len(said) == 1


def _never(*arguments: Any) -> None:
    raise AssertionError("compiled again")


def test_other_sources_flags_or_faults_are_another_library() -> None:
    one = build_library(TINY)
    other = {"tiny.c": TINY["tiny.c"].replace(b"7", b"8")}
    assert len({one, build_library(other), build_library(TINY, flags=["-O0"])}) == 3
    assert build_library(TINY, fault="late-kick") != one


def test_only_cc_is_used_if_it_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = shutil.which("cc") or f"{sys.executable} -m ziglang cc"
    noted = home / "noted"
    own = _script(home / "mycc", f'echo "$@" >> {noted}\nexec {compiler} "$@"')
    monkeypatch.setenv("CC", f"{own} -DMINE")
    build_library(TINY)
    assert "-DMINE" in noted.read_text()


def test_a_cc_that_does_not_work_is_reported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", _script(home / "badcc", "echo 'no licence' >&2; exit 3"))
    with pytest.raises(MissingToolError) as caught:
        build_library(TINY)
    assert "badcc: no licence" in str(caught.value)
    assert "pip install ziglang" in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_missing_cc_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/no/such/compiler")
    with pytest.raises(MissingToolError, match="/no/such/compiler: No such file"):
        build_library(TINY)


def test_no_compiler_at_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    _without_zig(monkeypatch)
    with pytest.raises(MissingToolError, match=r"needs a C compiler(.|\n)*pip install ziglang"):
        build_library(TINY)


def test_a_broken_cc_on_the_path_is_skipped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("neither gcc nor clang is installed")
    (home / "bin").mkdir()
    _script(home / "bin" / "cc", "exit 1")
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    said: list[str] = []
    build_library(TINY, say=said.append)
    assert len(said) == 2
    assert "gcc" in said[1] or "clang" in said[1]


def test_code_that_does_not_compile_is_not_a_missing_compiler() -> None:
    with pytest.raises(ToolBrokeError, match=r"bad\.c:1") as caught:
        build_library({"bad.c": b"int bad(void) { return }\n"})
    assert caught.value.exit_code == 4


def test_a_cache_that_cannot_be_written_does_not_matter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "cache").write_text("in the way")
    library = build_library(TINY)
    assert library.exists()
    assert not library.is_relative_to(home / "cache")
    assert library.parent.stat().st_mode & 0o077 == 0


def test_ziglang_works_without_a_writable_cache(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZIG_GLOBAL_CACHE_DIR", raising=False)
    monkeypatch.setattr(
        host_compile, "compilers", lambda: [[sys.executable, "-m", "ziglang", "cc"]]
    )
    (home / "cache").write_text("in the way")
    assert build_library(TINY).exists()


def test_an_interrupted_compiler_leaves_nothing_in_the_cache(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_library(TINY)
    assert not list((home / "cache" / "fwgen" / "host").iterdir())


@pytest.mark.parametrize(
    ("makes", "says"),
    [
        ("exit 0", "it reports success and makes no file"),
        ("for a; do out=$a; done; echo nonsense > $out", "this machine cannot load its library"),
        ("for a; do out=$a; done; : > $out", "this machine cannot load its library"),
        ("exit 1", "it fails without saying why"),
    ],
)
def test_a_compiler_with_useless_output_is_reported_and_nothing_is_cached(
    home: Path, monkeypatch: pytest.MonkeyPatch, makes: str, says: str
) -> None:
    monkeypatch.setenv("CC", _script(home / "badcc", makes))
    with pytest.raises(MissingToolError, match=says):
        build_library(TINY)
    assert not list((home / "cache" / "fwgen" / "host").glob("core-*"))
    monkeypatch.delenv("CC")
    assert build_library(TINY).exists()


def test_the_cc_of_a_board_s_sdk_is_skipped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CC as environment-setup-cortexa35-ostl-linux sets it: a cross compiler with flags."""
    makes = 'case "$*" in *-dumpmachine*) echo arm-none-eabi; exit;; esac; echo "no -shared" >&2'
    cross = _script(home / "arm-ostl-linux-gnueabi-gcc", f"{makes}; exit 1")
    monkeypatch.setenv("CC", f"{cross} -mthumb --sysroot=/opt/st/sysroots/x")
    said: list[str] = []
    assert build_library(TINY, say=said.append).exists()
    assert any("CC is not used: no -shared" in text for text in said)


def test_a_cc_that_is_not_a_command_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "gcc 'open")
    with pytest.raises(InputError, match="expected a command in CC"):
        build_library(TINY)


@pytest.mark.parametrize("damage", [b"", b"\x7fELF", None])
def test_a_damaged_library_is_compiled_again(damage: bytes | None) -> None:
    library = build_library(TINY)
    whole = library.read_bytes()
    library.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert build_library(TINY) == library
    assert library.read_bytes() == whole
    ctypes.CDLL(str(library))


def test_a_full_cache_is_reported_and_does_not_matter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def full(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.is_relative_to(home / "cache") and arguments[:1] == ("xb",):
            raise OSError(28, "No space left on device")
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    said: list[str] = []
    library = build_library(TINY, say=said.append)
    assert library.exists() and not library.is_relative_to(home / "cache")
    assert "No space left on device" in said[-1]


def test_it_works_without_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(self: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", unknown)
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.chdir(tmp_path)
    assert build_library(TINY).exists()
    assert not (tmp_path / "not").exists()


def test_a_compiler_is_asked_in_an_empty_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CC that takes `-dumpmachine` for the name of its output leaves no file."""
    here = home / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("CC", _script(home / "writer", ': > "./$1"; echo x86_64-linux-gnu'))
    host_compile.compilers()
    assert list(here.iterdir()) == []


def test_a_compiler_is_asked_without_a_working_directory(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = home / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    monkeypatch.setenv("CC", "anything")
    assert host_compile.compilers() == [["anything"]]


def test_a_process_that_skips_atexit_leaves_no_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the process of the Robot library does."""
    from fwgen.robot import stage

    places = home / "tmp"
    places.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(places))
    monkeypatch.setattr(sys, "argv", ["stage", "0"])
    monkeypatch.setattr(stage, "Connection", lambda number: None)
    monkeypatch.setattr(stage, "serve", lambda connection: host_compile._private_folder())
    monkeypatch.setattr(os, "_exit", lambda code: None)
    stage.main()
    assert list(places.iterdir()) == []
