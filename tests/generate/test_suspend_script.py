"""The script for the board, run with a simulated /sys."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import parse_spec
from fwgen.spec.examples import example_paths

Run = Callable[..., "subprocess.CompletedProcess[str]"]

MAILBOX = "bus/platform/devices/40490000.mailbox/power/wakeup"
ALARM = "class/rtc/rtc0/wakealarm"
MEM_SLEEP = "power/mem_sleep"
USB = "bus/platform/devices/48300000.usb/power/wakeup"
RTC = "bus/platform/devices/46000000.rtc/power/wakeup"


@pytest.fixture
def sys(tmp_path: Path) -> Path:
    root = tmp_path / "sys"
    for name, content in {
        MAILBOX: "disabled",
        ALARM: "",
        MEM_SLEEP: "[s2idle] deep",
        USB: "enabled",
        RTC: "enabled",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content + "\n")
    return root


@pytest.fixture
def run(reference: Plan, sys: Path, tmp_path: Path) -> Run:
    script = tmp_path / "suspend.sh"
    script.write_bytes(render(reference)["fragments/suspend.sh"])

    def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", script, *arguments],
            env={"PATH": "/usr/bin:/bin", "SYS": str(sys), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return start


def read(sys: Path, name: str) -> str:
    return (sys / name).read_text().strip()


def test_the_doorbell_may_wake_the_mode_is_deep_and_an_alarm_is_set(run: Run, sys: Path) -> None:
    done = run("600")
    assert (done.returncode, done.stderr) == (0, "")
    assert read(sys, MAILBOX) == "enabled"
    assert read(sys, MEM_SLEEP) == "deep"
    assert read(sys, ALARM) == "+600"
    assert read(sys, USB) == "enabled"


def test_the_alarm_rings_before_the_log_is_full(run: Run, sys: Path, reference: Plan) -> None:
    assert run().returncode == 0
    assert read(sys, ALARM) == f"+{int(reference.endurance.worst_s)}"


def test_only_disables_the_other_sources(run: Run, sys: Path) -> None:
    done = run(ONLY="1")
    assert "48300000.usb" in done.stdout
    assert (read(sys, USB), read(sys, RTC), read(sys, MAILBOX)) == (
        "disabled",
        "enabled",
        "enabled",
    )


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        (MAILBOX, "ipcc1 has no wakeup-source in the running tree"),
        (ALARM, "no alarm could wake Linux; enable the RTC"),
    ],
)
def test_a_tree_without_the_fragment_is_an_error(
    run: Run, sys: Path, missing: str, says: str
) -> None:
    (sys / missing).unlink()
    done = run()
    assert done.returncode == 1
    assert says in done.stderr
    assert read(sys, MEM_SLEEP) == "[s2idle] deep"


def test_a_kernel_without_the_mode_is_an_error(run: Run, sys: Path) -> None:
    (sys / MEM_SLEEP).write_text("[s2idle]\n")
    done = run()
    assert done.returncode == 1
    assert f"expected 'deep' in {sys / MEM_SLEEP}, found: [s2idle]" in done.stderr


@pytest.mark.parametrize("seconds", ["0", "007", "31622401", "99999999999"])
def test_a_time_that_no_alarm_can_have_is_an_error(run: Run, sys: Path, seconds: str) -> None:
    done = run(seconds)
    assert done.returncode == 1
    assert f"expected 1 to 31622400 seconds, found '{seconds}'" in done.stderr
    assert (read(sys, MAILBOX), read(sys, ALARM)) == ("disabled", "")
    assert run("31622400").returncode == 0


def test_the_mode_run_says_which_mode_a_suspend_enters(sys: Path, tmp_path: Path) -> None:
    text = example_paths()["stm32mp257f_dk"].read_text().replace("mode: lp-stop2", "mode: run")
    script = tmp_path / "run.sh"
    script.write_bytes(render(plan_spec(parse_spec(text)))["fragments/suspend.sh"])
    done = subprocess.run(
        ["sh", script, "9"],
        env={"PATH": "/usr/bin:/bin", "SYS": str(sys)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"mem_sleep is left as it is: [s2idle] deep\n" in done.stdout
    assert read(sys, MEM_SLEEP) == "[s2idle] deep"


def test_a_wrong_time_is_an_error(run: Run, sys: Path) -> None:
    done = run("1h")
    assert done.returncode == 1
    assert "expected a whole number of seconds, found '1h'" in done.stderr
    assert read(sys, MAILBOX) == "disabled"
