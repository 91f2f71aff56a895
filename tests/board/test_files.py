"""The files to install, checked by what reads them: sh, and systemd where it is installed.

test_udev.py and test_polkit.py ask udev and polkit, test_recipes.py BitBake.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from fwgen.service.settings import parse
from tests.patience import wait_until

BOARD = Path(__file__).parents[2] / "board"
FILES = BOARD / "files"


def test_the_example_settings_are_valid() -> None:
    path = FILES / "fwgen-peer.toml"
    assert parse(path.read_text("utf-8"), str(path)).database is not None


def test_the_tests_that_the_documentation_names_are_there() -> None:
    text = (BOARD.parent / "docs/peer.md").read_text("utf-8")
    named = set(re.findall(r"`(?:(tests/board)/)?(test_\w+\.py)`", text))
    assert len(named) > 20
    for folder, name in named:
        assert (BOARD.parent / (folder or "tests/service") / name).is_file(), name
    for name in re.findall(r"`python -m (tests\.[\w.]+)", text):
        assert (BOARD.parent / f"{name.replace('.', '/')}.py").is_file(), name


def test_the_unit_runs_the_service_without_rights() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(FILES / "fwgen-peer.service")
    service = unit["Service"]
    assert service["ExecStart"] == "/usr/bin/fwgen-peer run"
    assert service["User"] == "fwgen-peer"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectory"] == service["RuntimeDirectory"] == "fwgen-peer"


def test_the_user_may_use_the_group_of_the_gpio_chips() -> None:
    """Its button is a line of one. test_udev.py asks udev, test_recipes.py BitBake."""
    rules = (FILES / "70-fwgen-peer.rules").read_text("utf-8")
    (group,) = re.findall(r'^SUBSYSTEM=="gpio", .*GROUP="(\w+)"', rules, re.MULTILINE)
    users = (FILES / "fwgen-peer.sysusers").read_text("utf-8").splitlines()
    assert {f"g {group} -", f"m fwgen-peer {group}"} <= set(users)
    package = BOARD / "buildroot/package/fwgen-peer/fwgen-peer.mk"
    (fields,) = re.findall(r"^\tfwgen-peer (-1 .*)", package.read_text("utf-8"), re.MULTILINE)
    assert fields.split()[6] == group, "the user's other groups"


@pytest.mark.parametrize("name", ["fwgen-peer", "fwgen-screen"])
def test_systemd_starts_a_unit_again_however_often_it_ends(name: str) -> None:
    """Without this line systemd gives up after five quick ends."""
    unit = (FILES / f"{name}.service").read_text("utf-8")
    head, _, service = unit.partition("[Service]\n")
    assert "\nStartLimitIntervalSec=0\n" in head
    assert "\nRestart=always\nRestartSec=2\n" in service


def test_the_screen_s_unit_needs_no_desktop() -> None:
    text = (FILES / "fwgen-screen.service").read_text("utf-8")
    assert "ExecStart=/usr/bin/fwgen-screen --full\n" in text
    assert "Environment=QT_QPA_PLATFORM=eglfs\n" in text
    assert "Not tried on a board" in text


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_the_screen_s_unit(tmp_path: Path) -> None:
    text = (FILES / "fwgen-screen.service").read_text("utf-8")
    unit = tmp_path / "fwgen-screen.service"
    unit.write_text(text.replace("/usr/bin/fwgen-screen", shutil.which("true") or "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert "fwgen-screen.service:" not in ran.stderr, ran.stderr


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = (FILES / "fwgen-peer.service").read_text("utf-8")
    unit = tmp_path / "fwgen-peer.service"
    unit.write_text(text.replace("/usr/bin/fwgen-peer", shutil.which("true") or "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert "fwgen-peer.service:" not in ran.stderr, ran.stderr


@pytest.mark.needs("systemd-analyze")
def test_systemd_finds_the_unit_little_exposed() -> None:
    """On its scale of 0 to 10, at most 2.5."""
    words = ["security", "--offline=yes", "--threshold=25", "--no-pager"]
    command = ["systemd-analyze", *words, str(FILES / "fwgen-peer.service")]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "Overall exposure level" in ran.stdout


def init_script(tmp_path: Path, word: str) -> tuple[int, list[str]]:
    """Run the script with a start-stop-daemon that only notes how it is called."""
    log = tmp_path / "log"
    log.write_text("")
    for name in ("start-stop-daemon", "chown", "mkdir", "sleep"):
        tool = tmp_path / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n')
        tool.chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(["sh", FILES / "S60fwgen-peer", word], env=path, capture_output=True)
    return ran.returncode, log.read_text().splitlines()


def test_the_init_script_runs_only_the_suspending_part_as_root(tmp_path: Path) -> None:
    code, calls = init_script(tmp_path, "start")
    assert code == 0
    service, suspend = (call for call in calls if "-S" in call.split())
    assert "-c fwgen-peer -x /bin/sh -- -c " in service
    assert "/usr/bin/fwgen-peer run " in service
    assert " -c fwgen-peer " not in suspend
    assert "/usr/bin/fwgen-peer suspend --serve" in suspend
    assert init_script(tmp_path, "stop")[0] == 0
    assert init_script(tmp_path, "restart")[0] == 0
    assert init_script(tmp_path, "else")[0] == 2


STAND_IN = """#!/bin/sh
# start-stop-daemon, as far as the init script uses it
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case "$1" in -S | -K) do=$1 ;; -p) file=$2 ;; -x) program=$2 ;; esac
	shift
done
[ "$do" = -K ] && { kill "$(cat "$file")"; exit; }
shift
"$program" "$@" &
echo $! >"$file"
"""
DAEMON = """#!/bin/sh
echo "$$ $*" >>LOG
exec sleep 1000
"""


def test_the_init_script_starts_a_killed_service_again_and_stops_it(tmp_path: Path) -> None:
    text = (FILES / "S60fwgen-peer").read_text("utf-8").replace("/etc/default", str(tmp_path))
    for path in ("/usr/bin", "/run", "/var/lib"):
        text = text.replace(f"={path}/fwgen-peer", f"={tmp_path}{path}/fwgen-peer")
    script, log = tmp_path / "script", tmp_path / "log"
    script.write_text(text.replace(" /run/", f" {tmp_path}/run/"))
    log.touch()
    daemon = tmp_path / "usr/bin/fwgen-peer"
    for tool, content in (("start-stop-daemon", STAND_IN), ("chown", "#!/bin/sh\n")):
        (tmp_path / tool).write_text(content)
    daemon.parent.mkdir(parents=True)
    daemon.write_text(DAEMON.replace("LOG", str(log)))
    for made in (tmp_path / "start-stop-daemon", tmp_path / "chown", daemon):
        made.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def call(word: str) -> None:
        nothing = subprocess.DEVNULL
        subprocess.run(["sh", script, word], env=env, stdout=nothing, stderr=nothing, check=True)

    def started() -> dict[int, str]:
        each = (line.partition(" ") for line in log.read_text().splitlines())
        return {int(pid): words for pid, _, words in each}

    (tmp_path / "fwgen-peer").write_text("SUSPEND_OPTIONS=\"--alarm '5 s'\"\n")
    call("start")
    try:
        wait_until(lambda: len(started()) == 2, "both are started")
        assert sorted(started().values()) == ["run", "suspend --serve --alarm 5 s"]
        for pid in started():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(started()) == 4, "both are started again")
        call("restart")
        wait_until(lambda: len(started()) == 6, "both are started by restart")
    finally:
        call("stop")
    assert [pid for pid in started() if Path(f"/proc/{pid}").exists()] == []


def test_udev_rules_are_matches_and_assignments() -> None:
    part = re.compile(r'[A-Z]+(\{[\w/]+\})?(==|!=|=|\+=|-=|:=)"[^"]*"')
    rules = [
        line
        for line in (FILES / "70-fwgen-peer.rules").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert len(rules) == 4
    for rule in rules:
        assert all(part.fullmatch(item) for item in rule.split(", ")), rule
