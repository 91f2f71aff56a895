"""`fwgen setup --only linux`: what is fetched and built, and what is left when it fails."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.config import load_config
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.setup import kernel, kernel_source, pins
from fwgen.setup.kernel import build
from fwgen.setup.linux import linux_steps
from fwgen.uml.find import cache_folder, find_kernel
from fwgen.uml.recipe import options
from tests.patience import PATIENCE_S, wait_until
from tests.setup.kernel_fakes import POLICY, SOURCES, Fakes, package, packed
from tests.setup.server import Server, serve

_REAL = Path("/bin" if Path("/bin/sh").exists() else "/usr/bin")


@pytest.fixture(autouse=True)
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    fakes = Fakes(tmp_path / "fakes", _REAL)
    monkeypatch.setenv("PATH", str(fakes.bin))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CFLAGS", "-of-the-user")
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "FWGEN_LINUX_KERNEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return fakes


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Has a release of a kernel that consists of some files."""
    with serve() as running:
        running.content["/linux-6.1.7.tar.xz"] = packed()
        release = pins.Archive(
            f"{running.url}/linux-6.1.7.tar.xz", hashlib.sha256(packed()).hexdigest()
        )
        monkeypatch.setattr(pins, "LINUX_RELEASE", release)
        yield running


def archive_in(folder: Path, content: bytes | None = None, name: str = "linux.tar.xz") -> Path:
    path = folder / name
    path.write_bytes(packed() if content is None else content)
    return path


def left() -> list[str]:
    folder = cache_folder()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def setup(capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    status = main(["setup", "--only", "linux", *options])
    captured = capfd.readouterr()
    return status, captured.out + captured.err


def test_the_release_where_apt_has_no_package(
    fakes: Fakes, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    status, said = setup(capfd)
    assert status == 0, said
    assert fakes.calls() == [
        "make ARCH=um KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=fwgen "
        f"KBUILD_BUILD_HOST=fwgen {what} (CFLAGS=)"
        for what in ("allnoconfig", "olddefconfig", f"-j{len(os.sched_getaffinity(0))} linux")
    ]
    found = find_kernel(load_config())
    assert found.version == "6.1.7" and found.origin == "the cache"
    assert left() == [".lock", found.path.parent.name], "source and archive are removed"
    record = json.loads((found.path.parent / "kernel.json").read_text())
    assert record["source"] == f"linux-6.1.7.tar.xz, SHA-256 {pins.LINUX_RELEASE.sha256}"
    assert record["compiler"] == "gcc (Debian) 12.2.0"
    assert record["cpu_s"] > 0 and record["build_s"] > 0
    assert "built Linux 6.1.7 in" in said
    assert not load_config().exists, "the kernel is found without a configuration"


def test_a_second_call_does_nothing(
    fakes: Fakes, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    setup(capfd)
    fakes.calls()
    server.asked.clear()
    status, said = setup(capfd)
    assert status == 0 and "have  the Linux kernel of `--linux kernel`: 6.1.7 at /" in said
    assert fakes.calls() == [] and server.asked == []
    shutil.rmtree(fakes.bin)
    assert setup(capfd)[0] == 0, "without the build's programs, too"


def test_debians_package(fakes: Fakes, capfd: pytest.CaptureFixture[str]) -> None:
    (fakes.state / "policy").write_text(POLICY)
    (fakes.state / "source.deb").write_bytes(package())
    status, said = setup(capfd)
    assert status == 0, said
    assert fakes.calls()[0] == "apt-get download linux-source-6.1=6.1.9-1", "the newest to fetch"
    record = json.loads((find_kernel(load_config()).path.parent / "kernel.json").read_text())
    sha256 = hashlib.sha256(package()).hexdigest()
    assert record["source"] == f"linux-source-6.1_6.1.9-1_all.deb, SHA-256 {sha256}"


def test_debians_pinned_version_is_preferred(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (fakes.state / "policy").write_text(POLICY)
    monkeypatch.setattr(pins, "LINUX_VERSION", "6.1.8-1")
    assert "apt-get download linux-source-6.1=6.1.8-1)" in setup(capfd, "--dry-run")[1]
    monkeypatch.setattr(pins, "LINUX_VERSION", "6.1.7-3")
    said = setup(capfd, "--dry-run")[1]
    assert "linux-source-6.1=6.1.9-1)" in said, "an installed version may not be in the archive"


def test_a_known_archive_with_other_contents(
    fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pins.LINUX_ARCHIVES, "linux.tar.xz", "00" * 32)
    with pytest.raises(ToolBrokeError, match=f"expected SHA-256 {'00' * 32}, found"):
        build(archive_in(tmp_path), io.StringIO())
    assert fakes.calls() == []


def test_a_download_with_another_sum(
    server: Server, fakes: Fakes, capfd: pytest.CaptureFixture[str]
) -> None:
    server.content["/linux-6.1.7.tar.xz"] = b"something else"
    status, said = setup(capfd)
    assert status == 4 and "expected SHA-256" in said and fakes.calls() == []


def test_dry_run_prints_what_a_shell_would_take(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    status, said = setup(capfd, "--dry-run")
    folder = cache_folder() / "downloads"
    assert status == 0
    assert said.splitlines() == [
        "# the Linux kernel of `--linux kernel`",
        f"mkdir -p {folder}",
        f"{sys.executable} -m fwgen.setup.download {pins.LINUX_RELEASE.url} "
        f"{folder}/linux-6.1.7.tar.xz {pins.LINUX_RELEASE.sha256}",
        f"{sys.executable} -m fwgen.setup.kernel {folder}/linux-6.1.7.tar.xz",
        f"rm -rf {folder}",
    ]
    assert not cache_folder().exists()


@pytest.mark.parametrize(
    ("missing", "packages"),
    [(("flex", "bison"), "bison flex"), (("ld",), "binutils"), ((), "libc6-dev")],
)
def test_missing_programs_are_named_before_anything_is_fetched(
    fakes: Fakes, missing: tuple[str, ...], packages: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in missing:
        (fakes.bin / name).unlink()
    if not missing:
        (fakes.state / "no-headers").touch()
    status, said = setup(capfd)
    assert status == 3 and fakes.calls() == [] and left() == []
    assert f"needs packages that are not installed: {packages}\n" in said
    assert f"run `apt-get install {packages}`" in said


def test_another_machine(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    status, said = setup(capfd)
    assert status == 3 and "needs Linux on x86-64, this machine is Linux on aarch64" in said


def test_a_failed_build_leaves_nothing(fakes: Fakes, tmp_path: Path) -> None:
    (fakes.state / "broken").touch()
    with pytest.raises(ToolBrokeError, match=r"failed with status 2:\ninit/main\.c:7: error: no"):
        build(archive_in(tmp_path), io.StringIO())
    assert left() == [".lock"]


def test_a_kernel_that_does_not_boot_is_not_installed(fakes: Fakes, tmp_path: Path) -> None:
    (fakes.state / "boots").write_text("ptrace: Operation not permitted")
    with pytest.raises(ToolBrokeError, match="was built, but it does not boot: ptrace") as caught:
        build(archive_in(tmp_path), io.StringIO())
    assert "in a container, allow them" in caught.value.hint
    assert left() == [".lock"]


def test_an_option_that_the_source_does_not_accept(fakes: Fakes, tmp_path: Path) -> None:
    (fakes.state / "lost").write_text("/^CONFIG_RPMSG_TTY=/d")
    with pytest.raises(ToolBrokeError, match=r"does not accept the options CONFIG_RPMSG_TTY=y\n"):
        build(archive_in(tmp_path), io.StringIO())
    assert left() == [".lock"]


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_NEEDED_BYTES", 1 << 60)
    with pytest.raises(InputError, match=r"needs 1 GiB in .*, found") as caught:
        build(archive_in(tmp_path), io.StringIO())
    assert "XDG_CACHE_HOME" in caught.value.hint and left() == [".lock"]


def test_ctrl_c_ends_the_build_and_leaves_nothing(fakes: Fakes, server: Server) -> None:
    (fakes.state / "slow").touch()
    command = [sys.executable, "-m", "fwgen", "setup", "--only", "linux"]
    release = f"from fwgen.setup import pins; pins.LINUX_RELEASE = pins.Archive(*{_release()!r});"
    command = [sys.executable, "-c", f"{release} from fwgen.cli.main import main; exit(main())"]
    with subprocess.Popen(
        [*command, "setup", "--only", "linux"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        begun = fakes.state / "building"
        wait_until(lambda: begun.exists() or running.poll() is not None, "the build has begun")
        assert any(name.startswith(".build-") for name in left())
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130 and said.endswith(b"error: interrupted\n")
    assert b"removing the unpacked source ..." in said
    assert left() == [".lock", "downloads"], "a new call does not fetch the source again"
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


def _release() -> tuple[str, str]:
    return pins.LINUX_RELEASE.url, pins.LINUX_RELEASE.sha256


def test_what_a_killed_build_has_left_is_removed(tmp_path: Path) -> None:
    stale = cache_folder() / ".build-killed" / "tree"
    stale.mkdir(parents=True)
    program = build(archive_in(tmp_path), io.StringIO())
    assert left() == [".lock", program.parent.name]


def test_another_compiler_or_source_builds_again(
    fakes: Fakes, tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    setup(capfd)
    (fakes.state / "gcc").write_text("gcc (Debian) 14.1.0\n")
    status, said = setup(capfd)
    assert status == 0 and "built Linux 6.1.7" in said and len(left()) == 3
    newest = find_kernel(load_config()).path.parent
    assert json.loads((newest / "kernel.json").read_text())["compiler"].endswith("14.1.0")


def test_only_the_newest_kernels_are_kept(fakes: Fakes, tmp_path: Path) -> None:
    built = []
    for number in range(5):
        content = packed(more={"kernel/number.c": b"%d" % number})
        program = build(archive_in(tmp_path, content), io.StringIO())
        os.utime(program.parent, (number, number))
        built.append(program.parent.name)
    assert left() == sorted([".lock", *built[-3:]])


def test_a_damaged_kernel_is_replaced(tmp_path: Path) -> None:
    program = build(archive_in(tmp_path), io.StringIO())
    program.write_bytes(b"damaged")
    with pytest.raises(MissingToolError):
        find_kernel(load_config())
    assert build(archive_in(tmp_path), io.StringIO()) == program
    assert find_kernel(load_config()).path == program


def test_a_configured_kernel_is_kept(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FWGEN_LINUX_KERNEL", str(fakes.state / "linux"))
    status, said = setup(capfd)
    assert status == 0 and f"6.1.7 at {fakes.state}/linux" in said and left() == []
    monkeypatch.setenv("FWGEN_LINUX_KERNEL", "/none/linux")
    status, said = setup(capfd)
    assert status == 3 and "FWGEN_LINUX_KERNEL names the Linux kernel /none/linux" in said


@pytest.mark.parametrize("deb", [False, True])
def test_what_is_unpacked(tmp_path: Path, deb: bool) -> None:
    content = package() if deb else packed()
    archive = archive_in(tmp_path, content, f"source.{'deb' if deb else 'tar.xz'}")
    tree = tmp_path / "tree"
    kernel_source.unpack(archive, tree)
    found = {str(p.relative_to(tree)) for p in tree.rglob("*") if p.is_file()}
    assert found == {name for name, text in SOURCES.items() if text != b"not needed"}
    assert os.access(tree / "scripts/config.sh", os.X_OK)
    assert not os.access(tree / "Makefile", os.X_OK)


def test_no_file_outside_the_tree(tmp_path: Path) -> None:
    evil = {"../evil.c": b"", "/evil.c": b"", "kernel/../../../evil.c": b""}
    kernel_source.unpack(archive_in(tmp_path, packed(more=evil)), tmp_path / "a" / "tree")
    assert not list(tmp_path.rglob("evil.c")) and not Path("/evil.c").exists()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"no archive", "x.tar.xz", "damaged"),
        (packed()[:400], "x.tar.xz", "damaged"),
        (b"no archive", "x.deb", "damaged"),
    ],
)
def test_a_damaged_archive(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    with pytest.raises(ToolBrokeError, match=message) as caught:
        kernel_source.unpack(archive_in(tmp_path, content, name), tmp_path / "tree")
    assert "remove it and run `fwgen setup --only linux` again" in caught.value.hint


def test_every_pin_is_whole() -> None:
    release = pins.LINUX_RELEASE
    assert re.fullmatch(r"https://cdn\.kernel\.org/.*/linux-6\.1\.\d+\.tar\.xz", release.url)
    assert f"{pins.LINUX_PACKAGE}_{pins.LINUX_VERSION}_all.deb" in pins.LINUX_ARCHIVES
    for sha256 in pins.LINUX_ARCHIVES.values():
        assert re.fullmatch(r"[0-9a-f]{64}", sha256)


def test_every_option_is_written_once() -> None:
    names = [line.partition("=")[0] for line in options().split()]
    assert len(names) == len(set(names)) and all(name.startswith("CONFIG_") for name in names)


def test_the_steps_name_what_a_python_is_asked(server: Server) -> None:
    (step,) = linux_steps(load_config(), "/opt/python")
    assert [command.argv[0] for command in step.commands] == [
        "mkdir",
        "/opt/python",
        "/opt/python",
        "rm",
    ]
