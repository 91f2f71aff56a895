"""What every test shares: tests that need something not every machine has, and the closing list of
what was not run.

A test says `@pytest.mark.needs("dtc")`. Where dtc is missing it is skipped and the summary names
it; with FWGEN_REQUIRE=dtc (or `all`, or several with commas) it fails instead.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from fwgen.backends.renode.find import what_is_missing
from fwgen.build.firmware import find_tools
from fwgen.build.preflight import check_modules
from fwgen.config import load_config
from fwgen.errors import FwgenError
from fwgen.uml.find import find_kernel

settings.register_profile("fwgen", deadline=None)  # a busy machine is no failure
settings.load_profile("fwgen")

for _number, _usual in (
    (signal.SIGHUP, signal.SIG_DFL),  # ignored with nohup, SIGINT in a script's background job:
    (signal.SIGINT, signal.default_int_handler),  # then what a test starts would ignore it, too
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

for _name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # `make test` sets them for what it starts
    os.environ.pop(_name, None)


def _program(name: str, cure: str) -> str | None:
    return None if shutil.which(name) else f"{name} is not installed ({cure})"


def _package(name: str) -> str | None:
    return None if find_spec(name) else f"{name} is not installed (pip install {name})"


def _zephyr() -> str | None:
    try:
        find_tools(load_config(), [Path.cwd()])
    except FwgenError as error:
        return str(error)
    return None


def _hal_st() -> str | None:
    try:
        tools = find_tools(load_config(), [Path.cwd()])
        check_modules(load_config(), tools.zephyr, tools.python, ["hal_st"])
    except FwgenError as error:
        return str(error)
    return None


def _renode() -> str | None:
    missing = what_is_missing(load_config().renode)
    return f"{missing} (`fwgen setup`)" if missing else None


def _linux() -> str | None:
    try:
        find_kernel(load_config())
    except FwgenError as error:
        return f"{error.message} ({error.hint})"
    return None


def _preprocessor() -> str | None:
    if shutil.which("cpp"):
        return None
    probe = [sys.executable, "-m", "ziglang", "version"]
    found = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    return None if found else "no C preprocessor is installed (apt-get install cpp)"


def _pty() -> str | None:
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        return f"the system gives no pseudo-terminal ({error}; mount /dev/pts)"
    return None


DEBIAN_PYTHON = "/usr/bin/python3"
"""The one for which Debian's packages install modules."""


def _dbusmock() -> str | None:
    cure = "(apt-get install dbus python3-dbusmock)"
    if not shutil.which("dbus-daemon") or not Path(DEBIAN_PYTHON).exists():
        return f"dbus-daemon is not installed {cure}"
    probe = subprocess.run([DEBIAN_PYTHON, "-c", "import dbusmock"], capture_output=True)
    return f"dbusmock is not installed {cure}" if probe.returncode else None


BOARD_TOOLS = Path(__file__).parents[1] / "build/board-tools/bin"


def _board_tools() -> str | None:
    found = (BOARD_TOOLS / "oelint-adv").exists()
    return None if found else "BitBake's parser is not installed (scripts/board-tools)"


def _polkit() -> str | None:
    cure = "(apt-get install polkitd dbus systemd)"
    if not shutil.which("pkcheck") or not shutil.which("dbus-daemon"):
        return f"polkit is not installed {cure}"
    if not Path("/usr/share/polkit-1/actions/org.freedesktop.login1.policy").exists():
        return f"logind's actions are not installed {cure}"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True)
    return "only root may start polkit's daemon apart" if probe.returncode else None


def _qt() -> str | None:
    """PySide6 needs libraries of the system, which only loading it shows."""
    if not find_spec("PySide6"):
        return "PySide6 is not installed (pip install 'PySide6-Essentials<6.12' font-manrope)"
    probe = [sys.executable, "-c", "from PySide6 import QtQuick, QtTest; import font_manrope"]
    done = subprocess.run(probe, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    found = done.stderr.strip().splitlines()[-1]
    return f"Qt cannot be loaded: {found} (apt-get install libegl1 libgl1 libxkbcommon0)"


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _libfuzzer() -> str | None:
    """libFuzzer comes with Debian's clang."""
    missing = _program("clang", "apt-get install clang")
    if missing:
        return missing
    probe = ["clang", "-fsanitize=fuzzer", "-x", "c", "-", "-o", os.devnull]
    code = b"int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { (void)d; return !n; }"
    done = subprocess.run(probe, input=code, capture_output=True, check=False)
    return "clang has no libFuzzer (apt-get install libclang-rt-dev)" if done.returncode else None


def _browser() -> str | None:
    found = any(map(shutil.which, BROWSERS))
    return None if found else "chromium is not installed (apt-get install chromium)"


# name -> why it is not there, with the cure; None if it is
NEEDS: dict[str, Callable[[], str | None]] = {
    "board-tools": _board_tools,
    "browser": _browser,
    "clang": _libfuzzer,
    "dtc": lambda: _program("dtc", "apt-get install device-tree-compiler"),
    "cpp": _preprocessor,
    "dbusmock": _dbusmock,
    "gdb": lambda: _program("gdb-multiarch", "apt-get install gdb-multiarch"),
    "distributed": lambda: _package("distributed"),
    "gpiod": lambda: _package("gpiod"),
    "pyarrow": lambda: _package("pyarrow"),
    "mosquitto": lambda: _program("mosquitto", "apt-get install mosquitto"),
    "polkit": _polkit,
    "pty": _pty,
    "qt": _qt,
    "git": lambda: _program("git", "apt-get install git"),
    "start-stop-daemon": lambda: _program("start-stop-daemon", "apt-get install dpkg"),
    "spin": lambda: (
        _program("spin", "apt-get install spin") or _program("gcc", "apt-get install gcc")
    ),
    "systemd-analyze": lambda: _program("systemd-analyze", "apt-get install systemd"),
    "udev": lambda: _program("udevadm", "apt-get install udev"),
    "valgrind": lambda: _program("valgrind", "apt-get install valgrind"),
    "zephyr": _zephyr,
    "hal_st": _hal_st,
    "renode": _renode,
    "linux": _linux,
}
LONG = {"zephyr", "renode", "linux"}
"""Files with tests that need these begin first, so that no worker has a long one at the end."""
_NOT_RUN: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*names): what the test needs; see tests/conftest.py")


@cache
def _reason(name: str) -> str | None:
    return NEEDS[name]()


def _needed(item: pytest.Item) -> set[str]:
    return {name for marker in item.iter_markers("needs") for name in marker.args}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long = {item.path for item in items if _needed(item) & LONG}
    items.sort(key=lambda item: item.path not in long)
    required = set(os.environ.get("FWGEN_REQUIRE", "").split(","))
    for item in items:
        for name in sorted(_needed(item)):
            if name not in NEEDS:
                raise pytest.UsageError(f"{item.nodeid} needs '{name}': add it to NEEDS")
            reason = _reason(name)
            if reason and not required & {name, "all"}:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = set(os.environ.get("FWGEN_REQUIRE", "").split(","))
    for name in sorted(_needed(item)):
        if required & {name, "all"} and (reason := _reason(name)):
            pytest.fail(f"FWGEN_REQUIRE asks for {name}: {reason}", pytrace=False)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _note(report)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    _NOT_RUN[reason.removeprefix("Skipped: ")] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason, count in sorted(_NOT_RUN.items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.write_line(f"not run: {tests}, because {reason}", yellow=True)
