"""Whatever happens in a program of fwgen, it ends with a documented exit code and one message."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.errors import FwgenError, InputError, MissingToolError, ToolBrokeError
from fwgen.guard import guarded
from fwgen.spec.examples import reference_spec
from tests.patience import PATIENCE_S, wait_until


def raising(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (InputError("no such pin"), 2, "error: no such pin"),
        (InputError("no such pin", "try PG5"), 2, "error: no such pin\nhelp: try PG5"),
        (MissingToolError("no cmake\nhelp: get it"), 3, "error: no cmake\nhelp: get it"),
        (ToolBrokeError("it broke"), 4, "error: it broke"),
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (MemoryError(), 4, "error: out of memory"),
        (OSError(28, "No space left on device", "x.c"), 4, "error: x.c: No space left on device"),
        (
            KeyError("a\nb"),
            4,
            "error: fwgen failed (KeyError: 'a\\nb'); FWGEN_TRACEBACK=1 shows where",
        ),
        (
            AssertionError(),
            4,
            "error: fwgen failed (AssertionError); FWGEN_TRACEBACK=1 shows where",
        ),
        (
            ModuleNotFoundError("No module named 'elftools'", name="elftools.elf"),
            3,
            "error: the Python package pyelftools is not installed\n"
            f"help: `{sys.executable} -m pip install pyelftools`",
        ),
        (
            ModuleNotFoundError("No module named 'fwgen.x'", name="fwgen.x"),
            4,
            "error: fwgen failed (ModuleNotFoundError: No module named 'fwgen.x'); "
            "FWGEN_TRACEBACK=1 shows where",
        ),
    ],
)
def test_an_error_has_its_code_and_its_text(
    error: BaseException, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[FwgenError] = []
    assert guarded(lambda: raising(error), seen.append) == code
    assert [each.exit_code for each in seen] == [code]
    assert capsys.readouterr().err == f"{says}\n"


def test_the_trace_is_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FWGEN_TRACEBACK", "1")
    assert guarded(lambda: raising(ZeroDivisionError("x"))) == 4
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err and "in raising" in err


def test_an_exception_in_a_thread_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def program() -> int:
        thread = threading.Thread(target=raising, args=(ValueError("in a thread"),))
        thread.start()
        thread.join()
        return 0

    assert guarded(program) == 4
    assert capsys.readouterr().err == (
        "error: fwgen failed (ValueError: in a thread); FWGEN_TRACEBACK=1 shows where\n"
    )


def shell(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a new shell; `$PY` is Python. Decode its output as Latin-1, which cannot
    fail."""
    return subprocess.run(
        ["bash", "-c", program],
        env={**os.environ, "PY": sys.executable, **environment},
        capture_output=True,
        encoding="latin-1",
        check=False,
    )


MUCH = """'
import sys
from fwgen.cli.main import main
from fwgen.guard import guarded
from fwgen.spec.examples import reference_spec
def program():
    for number in range(100000):
        print(number)
    return 0
sys.exit(guarded(program))
'"""
LITTLE = MUCH.replace("100000", "1")


@pytest.mark.parametrize("program", [MUCH, LITTLE])
@pytest.mark.parametrize(
    ("where", "says"),
    [
        (">/dev/full", "error: cannot write to standard output: No space left on device\n"),
        (">&-", "error: cannot write to standard output: Bad file descriptor\n"),
    ],
)
def test_a_stdout_that_cannot_be_written_is_an_error(program: str, where: str, says: str) -> None:
    done = shell(f"$PY -c {program} {where}")
    assert (done.returncode, done.stderr) == (4, says)


@pytest.mark.parametrize("program", [MUCH, LITTLE])
def test_a_reader_that_has_closed_the_pipe_causes_no_message(program: str) -> None:
    done = shell(f"$PY -c {program} | true; echo ${{PIPESTATUS[0]}}")
    assert done.stdout in ("141\n", "0\n" if program is LITTLE else "141\n")
    assert done.stderr == ""


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_without_a_stderr_there_is_still_the_exit_code(where: str) -> None:
    done = shell(f"$PY -m fwgen check nowhere.yaml {where}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_files_do_not_get_the_descriptor_of_a_closed_stream(tmp_path: Path) -> None:
    path = tmp_path / "x"
    program = f"""'
import sys
from fwgen.cli.main import main
from fwgen.guard import guarded
from fwgen.spec.examples import reference_spec
def program():
    with open("{path}", "w") as stream:
        print(stream.fileno(), file=stream)
    print("lost", file=sys.stderr)
    return 0
sys.exit(guarded(program))
'"""
    done = shell(f"$PY -c {program} <&- >&- 2>&-")
    assert done.returncode == 0
    assert path.read_text() == "3\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_encoding_accepts_any_text(encoding: str) -> None:
    text = r"\u2713 5 \u00b5s \u2026 \udcff \u4e2d"
    program = f"""'
import sys
from fwgen.cli.main import main
from fwgen.guard import guarded
from fwgen.spec.examples import reference_spec
def program():
    print("{text}")
    print("{text}", file=sys.stderr)
    return 0
sys.exit(guarded(program))
'"""
    done = shell(f"$PY -c {program}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    expected = {
        "ascii": r"yes 5 us ... \udcff \u4e2d",
        "latin-1": "yes 5 \u00b5s ... \\udcff \\u4e2d",
        "utf-8": "\u2713 5 \u00b5s \u2026 \\udcff \u4e2d".encode().decode("latin-1"),
    }[encoding]
    assert done.stdout == done.stderr == f"{expected}\n"


SLEEPER = """
import sys, tempfile, time, os
from pathlib import Path
from fwgen import process
from fwgen.cli.main import main
from fwgen.guard import guarded
from fwgen.spec.examples import reference_spec
def program():
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        (Path(folder) / "half").touch()
        child = ["sh", "-c", f"sleep 600 & echo $! > {sys.argv[1]}/pid; wait"]
        process.run(child)
    return 0
sys.exit(guarded(program))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_children_and_removes_temporary_files(
    number: signal.Signals, tmp_path: Path
) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text().endswith("\n")):
        assert running.poll() is None
    grandchild = int(pid.read_text())
    running.send_signal(number)
    _, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 128 + number
    what = "interrupted" if number == signal.SIGINT else f"stopped by {number.name}"
    assert err == f"error: {what}\n"
    assert list(tmp_path.iterdir()) == [pid]
    wait_until(lambda: not runs(grandchild), "its end; it sleeps 600 s otherwise")


def runs(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_an_ignored_sighup_stays_ignored(tmp_path: Path) -> None:
    program = "import signal; print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN); return 0"
    source = f"import sys; from fwgen.guard import guarded\ndef program():\n    {program}\n"
    done = shell(f"trap '' HUP; exec $PY -c '{source}sys.exit(guarded(program))'")
    assert done.stdout == "True\n"


@pytest.mark.parametrize("program", ["-m fwgen check x.yaml", "-m fwgen.robot.runner"])
def test_a_package_that_is_missing_is_named(program: str, tmp_path: Path) -> None:
    (tmp_path / "pydantic.py").write_text("raise ModuleNotFoundError('no', name='pydantic')\n")
    done = shell(f"$PY {program}", PYTHONPATH=str(tmp_path))
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == "error: the Python package pydantic is not installed"


@pytest.mark.parametrize("arguments", ["check x.yaml", "doctor", "init", "run minute --report r"])
def test_a_deleted_working_directory_is_an_error(arguments: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    done = shell(f"mkdir {gone}; cd {gone}; rmdir {gone}; $PY -P -m fwgen {arguments}")
    assert done.returncode == 2
    assert done.stderr == (
        "error: the working directory no longer exists\nhelp: `cd` to another one\n"
    )


LONG = "n" * 5000


@pytest.mark.parametrize(
    "arguments",
    [
        f"check {LONG}",
        f"run {LONG}",
        f"run minute --spec {LONG}",
        f"run minute --report {LONG}",
        f"generate {{spec}} -o {LONG}",
        f"build {{spec}} -o {LONG}",
        f"audit {LONG} --spec {{spec}}",
        f"init {LONG}",
        f"init --board {LONG}",
        f"{LONG}",
        f"run minute --{LONG}",
        "check {long}",
    ],
    ids=lambda text: text.replace(LONG, "LONG"),
)
def test_a_name_of_5000_characters_is_bad_input(
    arguments: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    text = reference_spec().read_text("utf-8")
    Path("long.yaml").write_text(text.replace("name: range-node", f"name: {LONG}"), "utf-8")
    places = {"spec": str(reference_spec()), "long": "long.yaml"}
    assert main(arguments.format(**places).split()) == 2
    err = capsys.readouterr().err
    assert "error" in err and len(err) < 2000


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["--help", "run --help", "--version", "", "schema"])
def test_help_that_cannot_be_written_is_an_error(arguments: str, unbuffered: str) -> None:
    done = shell(f"$PY -m fwgen {arguments} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    says = "error: cannot write to standard output: No space left on device\n"
    assert (done.returncode, done.stderr) == (4, says)


CLEANER = """
import os, signal, sys, tempfile
from fwgen.guard import guarded
def program():
    folder = tempfile.mkdtemp(dir=sys.argv[1])
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        os.kill(os.getpid(), signal.SIGINT)  # while the folder is being removed
        os.rmdir(folder)
    return 0
sys.exit(guarded(program))
"""


def test_two_interrupts_are_one_request(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLEANER, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("program", ["-m fwgen", f"{Path(sys.executable).parent}/fwgen"])
def test_an_interrupt_during_the_imports_is_no_traceback(program: str, tmp_path: Path) -> None:
    """A package that every command imports first sends the signal."""
    (tmp_path / "argparse.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    done = shell(f"$PY {program} check x.yaml", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        ("EACCES", 2, "error: x.c: Permission denied\nhelp: check the permissions"),
        ("ENAMETOOLONG", 2, "error: x.c: File name too long\nhelp: use a shorter name"),
        ("EIO", 4, "error: x.c: Input/output error\n"),
    ],
)
def test_a_file_that_cannot_be_used_is_bad_input(
    number: str, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = getattr(errno, number)
    assert guarded(lambda: raising(OSError(failure, os.strerror(failure), "x.c"))) == code
    assert capsys.readouterr().err.startswith(says)


def test_a_full_disk_without_a_file_name_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(lambda: raising(OSError(28, "No space left on device"))) == 4
    err = capsys.readouterr().err
    assert "a file cannot be written: No space left on device" in err
    assert f"temporary files in {tmp_path}, or set TMPDIR to another folder" in err
