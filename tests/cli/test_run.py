"""`fwgen run`: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fwgen.backends.host import compile as host_compile
from fwgen.build.elf import read_elf
from fwgen.cli.main import main
from fwgen.cli.progress import Progress
from fwgen.errors import InputError, MissingToolError

SHORT = """\
fwgen-scenario: 1
name: a short one
distance: [{at: 0 s, mm: 1500}]
steps: [{at: 1 s, do: suspend, for: 3 s}]
until: 6 s
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("short.yaml")
    path.write_text(SHORT, "utf-8")
    return path


def test_json_is_the_contracts_report_and_nothing_else(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "short.yaml", "--json", "--seed", "7"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["fwgen-report"] == 1
    assert (report["backend"], report["spec"], report["seed"]) == ("host", "range-node", 7)
    assert report["scenario"] == "a short one"
    assert report["samples"] == {
        "taken": 100,
        "delivered": 100,
        "lost": 0,
        "declared_lost": 0,
        "duplicated": 0,
        "out_of_order": 0,
        "wrong": 0,
        "waiting": 0,
    }
    assert set(report["sleeps"][0]) == {
        "at_s",
        "ack_ms",
        "slept_s",
        "wake_cause",
        "first_sample_ms",
        "drain_ms",
        "backlog",
    }
    assert report["ddr"] == {"accesses_while_closed": 0, "first": None}
    assert set(report["log"]) == {"capacity_bytes", "peak_bytes", "bytes_per_sample"}
    assert set(report["jitter_us"]) == {"p50", "p99", "max"}
    assert report["verdict"] == "pass"
    assert report["speed"] > 0


def test_a_bundled_name_is_enough_and_the_table_is_for_people(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "minute"]) == 0
    out = capsys.readouterr().out
    assert "one minute asleep" in out
    assert "1,334" in out
    assert "PASS" in out


def test_a_failing_verdict_is_exit_code_1(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario.write_text(SHORT + "expect: {backlog: {at-most: 3}}\n", "utf-8")
    assert main(["run", "short.yaml"]) == 1
    assert "FAIL" in capsys.readouterr().out


def test_the_scenarios_own_spec_is_used_unless_another_is_named(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fwgen.spec.examples import REFERENCE_BOARD, example_paths

    reference = example_paths()[REFERENCE_BOARD].read_text("utf-8")
    Path("own.yaml").write_text(reference.replace("name: range-node", "name: own-node"), "utf-8")
    Path("other.yaml").write_text(reference.replace("name: range-node", "name: other"), "utf-8")
    scenario.write_text(SHORT + "spec: own.yaml\n", "utf-8")
    names = []
    for more in ([], ["--spec", "other.yaml"]):
        assert main(["run", "short.yaml", "--json", *more]) == 0
        names.append(json.loads(capsys.readouterr().out)["spec"])
    assert names == ["own-node", "other"]


def test_a_report_folder_gets_page_and_json(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "short.yaml", "--report", "out/deep"]) == 0
    err = capsys.readouterr().err
    page = Path(err.split("the page: ")[1].strip())
    assert page.parent == Path("out/deep")
    assert "a short one" in page.read_text("utf-8")
    (document,) = Path("out/deep").glob("*.json")
    assert json.loads(document.read_text("utf-8"))["verdict"] == "pass"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "no-such"], "found no file and no bundled scenario `no-such`"),
        (["run", "short.yaml", "--elf", "zephyr.elf"], "--backend renode"),
        (["run", "short.yaml", "--spec", "no-such.yaml"], "no-such.yaml"),
        (["run", "short.yaml", "--report", "short.yaml"], "short.yaml"),
    ],
)
def test_bad_input_is_exit_code_2(
    scenario: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_a_broken_scenario_shows_its_diagnostics(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario.write_text(SHORT.replace("do: suspend", "do: sleep"), "utf-8")
    assert main(["run", "short.yaml", "--json"]) == 2
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["fwgen-error"], document["command"]) == (1, "run")
    assert document["diagnostics"][0]["line"] == 4
    assert err.startswith("short.yaml:4:")


@pytest.mark.parametrize("seed", ["-1", "x", str(1 << 64)])
def test_a_seed_has_64_bits(scenario: Path, capsys: pytest.CaptureFixture[str], seed: str) -> None:
    assert main(["run", "short.yaml", "--seed", seed]) == 2
    assert "0 to 2^64 - 1" in capsys.readouterr().err


def test_without_a_compiler_it_says_how_to_get_one(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*arguments: object, **options: object) -> Path:
        raise MissingToolError("the host backend needs a C compiler\nhelp: `pip install ziglang`")

    monkeypatch.setattr("fwgen.backends.host.backend.build_library", missing)
    assert host_compile.build_library is not missing
    assert main(["run", "short.yaml"]) == 3
    assert "pip install ziglang" in capsys.readouterr().err


class _Stream:
    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal
        self.text = ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_silent_at_first_and_cleans_up(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 100.0
    monkeypatch.setattr("fwgen.cli.progress.time.monotonic", lambda: now_s)
    stream = _Stream(terminal)
    with Progress("a night", stream) as progress:  # type: ignore[arg-type]
        progress.at(1, 100)
        assert stream.text == ""
        now_s = 112.0
        progress.at(50, 100)
        assert "a night" in stream.text and "50%" in stream.text and "12 s left" in stream.text
        shown = stream.text
        now_s = 112.05
        progress.at(51, 100)
        assert stream.text == shown
    assert stream.text.endswith("\r" if terminal else "\n")


def test_progress_guesses_by_the_speed_since_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((100.0, 140.0, 150.0, 160.0))
    monkeypatch.setattr("fwgen.cli.progress.time.monotonic", lambda: next(clock))
    stream = _Stream(terminal=False)
    with Progress("a night", stream) as progress:  # type: ignore[arg-type]
        for reached in (0, 1, 50):
            progress.at(reached, 100)
    assert stream.text == "a night   0%\na night   1%\na night  50%, 20 s left\n"


def test_a_dump_is_not_written_over_what_is_none(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("thesis.odt").write_text("precious")
    assert main(["run", "short.yaml", "--backend", "renode", "--vcd", "thesis.odt"]) == 2
    assert "thesis.odt exists, and fwgen did not write it" in capsys.readouterr().err
    assert Path("thesis.odt").read_text() == "precious"


def test_steps_that_were_ignored_are_told_on_the_terminal_and_in_json(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = "{at: 1 s, do: suspend, for: 3 s}, {at: 1 s, do: crash-app}, {at: 2 s, do: start-app}"
    scenario.write_text(SHORT.replace("{at: 1 s, do: suspend, for: 3 s}", steps), "utf-8")
    assert main(["run", "short.yaml"]) == 0
    told = capsys.readouterr().out
    assert "ignored    crash-app at 00:00:01: Linux is asking" in told
    assert main(["run", "short.yaml", "--json"]) == 0
    ignored = json.loads(capsys.readouterr().out)["ignored"]
    assert [step["do"] for step in ignored] == ["crash-app", "start-app"]
    assert ignored[0]["at_s"] == 1.0


def test_a_pipe_for_the_waves_is_refused(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("waves")
    assert main(["run", "short.yaml", "--backend", "renode", "--vcd", "waves"]) == 2
    assert "--vcd: waves cannot be read: it is not a regular file" in capsys.readouterr().err


def test_a_firmware_that_is_no_elf_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(SHORT)
    with pytest.raises(InputError, match="expected an ELF, which begins with 7f454c46") as caught:
        read_elf(path)
    assert caught.value.exit_code == 2


def test_repeated_runs_have_one_fingerprint(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "short.yaml", "--repeat", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["fingerprint"]
    assert main(["run", "short.yaml"]) == 0
    assert f"fingerprint {found}\n" in capsys.readouterr().out


def test_repeated_runs_that_differ_are_exit_code_1(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter(["0123456789abcdef", "0123456789abcdef", "0123456700000000"])
    monkeypatch.setattr("fwgen.report.document.fingerprint", lambda record: next(found))
    assert main(["run", "short.yaml", "--repeat", "3", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "fail"
    assert "Run 3 of 3 has the fingerprint 0123456700000000" in report["reasons"][-1]


@pytest.mark.parametrize("times", ["0", "-1", "1e3", "1001", "x"])
def test_repeat_is_a_number(scenario: Path, capsys: pytest.CaptureFixture[str], times: str) -> None:
    assert main(["run", "short.yaml", f"--repeat={times}"]) == 2
    assert "expected a whole number from 1 to 1,000" in capsys.readouterr().err


def test_ignored_steps_are_shown_and_can_be_refused(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = "steps: [{at: 1 s, do: suspend, for: 3 s}, {at: 2 s, do: crash-app}"
    steps += ", {at: 5 s, do: start-app}]"
    text = SHORT.replace("steps: [{at: 1 s, do: suspend, for: 3 s}]", steps)
    scenario.write_text(text, "utf-8")
    assert main(["run", "short.yaml", "--report", "out"]) == 0
    assert "crash-app at 00:00:02: Linux is asleep" in capsys.readouterr().out
    assert "crash-app: Linux is asleep" in Path("out/report.html").read_text("utf-8")
    scenario.write_text(f"{text}expect: {{ignored: 0}}\n", "utf-8")
    assert main(["run", "short.yaml"]) == 1
    assert "`ignored` is 2, expected: 0" in " ".join(capsys.readouterr().out.split())
