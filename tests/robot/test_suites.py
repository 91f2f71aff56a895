"""The suites that run without the emulator, and the library's own behaviour."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fwgen.errors import InputError, MissingToolError
from fwgen.robot import bench, runner
from fwgen.robot import robot as robot_class
from fwgen.robot.runner import find_jobs, followed, main, results_of_renode_test
from fwgen.scenario.load import bundled_names
from fwgen.spec.examples import reference_spec
from tests.audit.firmware_elf import SPEC
from tests.build.fakes import Fakes
from tests.sensors.two import TWO_CLIMATES

ROOT = Path(__file__).parents[2]
RESOURCE = ROOT / "robot" / "fwgen.resource"


def robot(folder: Path, text: str, *options: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Exit code; name, status and message of each test."""
    suite = folder / "suite.robot"
    suite.write_text(f"*** Settings ***\nResource    {RESOURCE}\n{text}", encoding="utf-8")
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), "--console", "none"]
    done = subprocess.run([*command, *options, str(suite)], capture_output=True, check=False)
    root = ElementTree.parse(folder / "output.xml").getroot()
    found = []
    for test in root.iter("test"):
        status = test.find("status")
        assert status is not None
        found.append((test.get("name", ""), status.get("status", ""), status.text or ""))
    return done.returncode, found


HOST = ("--variable", "BACKEND:host")


def test_suites_pass_on_the_host(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "robot", *HOST, "--outputdir", str(tmp_path)]
    command += ["--exclude", "renode", "--exclude", "slow", "--log", "none", "--report", "none"]
    suites = sorted(map(str, (ROOT / "robot").glob("*.robot")))
    done = subprocess.run([*command, *suites], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 failed" in done.stdout


def test_every_bundled_scenario_is_in_a_suite() -> None:
    """robot/hour.robot replaces `hour`; `night`, `day` and `week` take too long.
    tests/sensors/test_two_emulated.py runs two sensors."""
    text = "\n".join(suite.read_text("utf-8") for suite in (ROOT / "robot").glob("*.robot"))
    named = set(re.findall(r"(?:Should Pass(?: As Recorded)?|Run Scenario) {2,}(\S+)", text))
    assert set(bundled_names()) - named == {
        "hour",
        "night",
        "day",
        "week",
        "late-samples",
        "range-and-climate",
    }


def test_the_runner_tests_the_firmware_of_a_spec(tmp_path: Path) -> None:
    spec = ROOT / "fwgen" / "scenario" / "bundled" / "specs" / "rings-in-sram2.yaml"
    suite = tmp_path / "suite.robot"
    suite.write_text(
        f"*** Settings ***\nResource    {RESOURCE}\nTest Teardown    Stop Board\n"
        "*** Test Cases ***\nNamed\n    Start Board    1000 mm\n"
        f"    Should Be Equal    ${{SPEC}}    {spec}\n"
    )
    arguments = ["--backend", "host", str(suite), "-o"]
    assert main([*arguments, str(tmp_path / "its"), "--spec", str(spec)]) == 0
    assert main([*arguments, str(tmp_path / "reference")]) == 1
    with pytest.raises(InputError, match="does not exist"):
        main([*arguments, str(tmp_path / "none"), "--spec", str(tmp_path / "none.yaml")])


def test_a_failed_test_logs_the_state_of_the_board(tmp_path: Path) -> None:
    text = """Test Teardown    Stop Board
*** Test Cases ***
Fails
    Start Board
    Run For    3 s
    Latest Sample Should Be    77 mm
"""
    code, found = robot(tmp_path, text, *HOST)
    assert code == 1
    assert found == [("Fails", "FAIL", "the latest sample is 1500 mm, expected: 77 mm")]
    log = (tmp_path / "output.xml").read_text(encoding="utf-8")
    assert "virtual time: 3.000000 s, Linux is awake" in log
    assert "Linux's application" in log


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("Run For    1 s", "no board is running; call `Start Board` first"),
        (
            "Run Scenario    minute\n    Run For    1 s",
            "no board is running: the scenario has ended",
        ),
        ("Run Scenario    minute\n    Latest Sample Should Be    30 mm", "the latest sample is"),
        ("Start Board    5 s", "distance is in mm, cm or m, found `5 s`"),
        ("Start Board\n    Run For    5", "`5` has no unit"),
        ("Start Board\n    Linux Should Be    asleep", "Linux is awake, expected: asleep"),
        ("Start Board\n    Report Should Meet    {sleeps: 1}", "`sleeps` is 0, expected: 1"),
        ("Start Board\n    Run For    1 s\n    Latest Sample Should Say    no echo", "1500 mm"),
        (
            "Start Board\n    Run For    1 s\n    Latest Value Should Be    distance    5 K",
            "expected a value in mm, found `5 K`: write it in mm",
        ),
        ("Start Board\n    Ring Stale Doorbell    vq7", "vq7"),
        ("Run Scenario    minut", "did you mean the bundled `minute`"),
        (
            "Run Scenario    log-full-keep-newest\n    Every Sample Should Have Arrived",
            "declared_lost",
        ),
        (
            "Start Board\n    Run For    5 s\n    Samples Should Arrive Within    20 ms",
            "expected at most 20 ms",
        ),
    ],
)
def test_mistakes_and_failures_give_one_sentence(tmp_path: Path, steps: str, message: str) -> None:
    text = f"Test Teardown    Stop Board\n*** Test Cases ***\nFails\n    {steps}\n"
    _, found = robot(tmp_path, text, *HOST)
    assert found[0][1] == "FAIL"
    assert message in found[0][2]
    assert "fwgen failed" not in (tmp_path / "output.xml").read_text("utf-8")


def test_each_of_two_sensors_sees_its_own_signals(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(TWO_CLIMATES, encoding="utf-8")
    text = f"""Test Teardown    Stop Board
*** Test Cases ***
Sees
    Start Board    spec={spec}    climate.ambient-temp=21.5 °C    humidity=0 s: 40 %, 4 s: 60 %
    Run For    9 s
    Latest Value Should Be    climate.ambient-temp    21.5 °C    give_or_take=0.01 °C
    Latest Value Should Be    cellar.ambient-temp    22.5 °C
    Latest Value Should Be    humidity    60 %
    Set Signal    cellar.ambient-temp    -5 °C    within=2 s
    Run For    6 s
    Latest Value Should Be    cellar.ambient-temp    -5 °C
    Latest Value Should Be    climate.ambient-temp    21.5 °C
    Mute Sensor    sensor=cellar
    Sleep For    5 s
    Run For    3 s
    Latest Sample Should Say    valid    sensor=climate
    Latest Sample Should Say    sensor fault    sensor=cellar
    Restore Sensor    sensor=cellar
    Run For    4 s
    Latest Value Should Be    cellar.ambient-temp    -5 °C
    Nothing Should Be Lost
Wrong Value
    Start Board    spec={spec}
    Run For    6 s
    Latest Value Should Be    humidity    40 %    give_or_take=9 %
Wrong Channel
    Start Board    spec={spec}    humidit=40 %
Whose
    Start Board    spec={spec}
    Set Signal    ambient-temp    4 °C
No Distance
    Start Board    1000 mm    spec={spec}
"""
    code, found = robot(tmp_path, text, *HOST)
    assert code == 4
    assert [(status, message.partition("\n")[0]) for _, status, message in found] == [
        ("PASS", ""),
        ("FAIL", "the latest sample is 22.5 °C, 50 %, expected: 40 %"),
        ("FAIL", "InputError: no sensor of the spec has a channel `humidit`"),
        ("FAIL", "both sensors have a channel `ambient-temp`"),
        ("FAIL", "InputError: no sensor of the spec has a channel `distance`"),
    ]


def test_keywords_that_need_the_firmware_skip_the_test_on_the_host(tmp_path: Path) -> None:
    text = "*** Test Cases ***\nShows\n    Start Board\n    Display Should Be Dark\n"
    _, found = robot(tmp_path, text, *HOST)
    assert found[0][1:] == ("SKIP", "only the emulated board has a display")


def test_without_renode_tests_are_skipped_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYRENODE_BUILD_DIR", "PYRENODE_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    _, found = robot(tmp_path, "*** Test Cases ***\nRuns\n    Start Board\n")
    assert found[0][1] == "SKIP"
    assert "Renode is not installed" in found[0][2]


def test_the_runner_names_the_missing_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("PYRENODE_BUILD_DIR", "PYRENODE_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(MissingToolError, match="Renode is not installed"):
        main([])
    assert main(["--where-possible"]) == 0
    assert "not run" in capsys.readouterr().err


def test_the_runner_reports_that_it_does_not_know_renode_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert results_of_renode_test(None, tmp_path) == ([], {})
    assert capsys.readouterr().err.startswith("not run: the suites under renode-test, because")


def test_the_runner_merges_into_one_xunit_file(tmp_path: Path) -> None:
    suite = tmp_path / "two.robot"
    suite.write_text("*** Test Cases ***\nOne [*?]\n    No Operation\nTwo\n    Fail    why\n")
    other = tmp_path / "more.robot"
    other.write_text("*** Test Cases ***\nThree\n    Skip    later\n")
    output = tmp_path / "out"
    arguments = ["--backend", "host", "-o", str(output), str(suite), str(other)]
    assert main(arguments) == 1
    cases = ElementTree.parse(output / "xunit.xml").getroot().findall(".//testcase")
    assert {case.get("name") for case in cases} == {"One [*?]", "Two", "Three"}
    assert (output / "log.html").is_file()


def test_the_runner_prints_the_progress_of_a_build(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print('building node: 3 of 9 steps', file=sys.stderr); print('x'); 1 / 0"
    code, said = followed([sys.executable, "-c", program])
    assert code == 1 and "ZeroDivisionError" in said and "x\n" in said
    assert capfd.readouterr().out == "building node: 3 of 9 steps\n"


def test_a_build_prints_its_progress_on_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Robot's log appears only at the end."""
    fakes = Fakes(tmp_path / "machine", monkeypatch)
    fakes.set("data", 1)
    program = (
        "import io, sys; from pathlib import Path; sys.stderr = io.StringIO(); "
        "from fwgen.robot.firmware import firmware; firmware(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(SPEC), str(tmp_path / "builds")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("building the firmware audited, which takes a minute or two\n")


def test_a_given_elf_is_used_for_its_spec_whatever_the_path_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suite and a scenario name the spec relative to their own folders."""
    monkeypatch.setattr(bench, "what_is_missing", lambda renode: "")
    monkeypatch.setattr(bench, "firmware", lambda *wanted: Path("built.elf"))
    for folder in ("tests", "scenarios"):
        (tmp_path / folder).mkdir()
    given = bench.Bench("renode", elf="given.elf", spec=str(tmp_path / "tests/../node.yaml"))
    assert given._firmware(tmp_path / "scenarios/../node.yaml") == Path("given.elf")
    assert given._firmware(tmp_path / "other.yaml") == Path("built.elf")


def test_the_spec_of_the_library_replaces_that_of_a_scenario(tmp_path: Path) -> None:
    """As `fwgen run --spec` does; `default_spec` does not."""
    fast, slow = tmp_path / "fast.yaml", tmp_path / "slow.yaml"
    fast.write_text(reference_spec().read_text("utf-8"), encoding="utf-8")
    slow.write_text(fast.read_text("utf-8").replace("period: 60 ms", "period: 200 ms"))
    scenario = tmp_path / "its.yaml"
    scenario.write_text(
        "fwgen-scenario: 1\nname: its\nspec: fast.yaml\ndistance: [{at: 0 s, mm: 1500}]\n"
        "steps: []\nuntil: 6 s\n"
    )
    (tmp_path / "bare.yaml").write_text(scenario.read_text().replace("spec: fast.yaml\n", ""))

    def taken(of: str, scenario: str = "its.yaml", spec: str = "") -> int:
        library = robot_class("host", **{of: str(slow)})
        try:
            library.run_scenario(str(tmp_path / scenario), spec=spec)
            return int(library._outcome()[1]["samples"]["taken"])
        finally:
            library.stop_boards()

    assert [taken("spec"), taken("spec", spec=str(fast))] == [30, 100]
    assert [taken("default_spec"), taken("default_spec", "bare.yaml")] == [100, 30]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"backend": "renod"}, "`host` or `renode`, found `renod`\nhelp: did you mean `renode`?"),
        (
            {"backend": "host", "elf": "/nope.elf"},
            "cannot use ELF\nhelp: add `--variable BACKEND:renode`, or leave ELF out",
        ),
        (
            {"backend": "host", "mutant": str(ROOT / "robot/mutants/half-a-log.toml")},
            "cannot use MUTANT\nhelp: add `--variable BACKEND:renode`, or leave MUTANT out",
        ),
        ({"backend": "host", "spec": "/nope.yaml"}, "/nope.yaml: error[file-missing]"),
        ({"backend": "host", "default_spec": "/nope.yaml"}, "/nope.yaml: error[file-missing]"),
    ],
)
def test_wrong_variables_are_reported_before_a_build(
    option: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if each scenario names a spec."""
    monkeypatch.setattr(bench, "what_is_missing", lambda renode: "")
    monkeypatch.setattr(bench, "firmware", lambda *wanted: pytest.fail("it builds"))
    with pytest.raises(InputError) as raised:
        robot_class(**option).run_scenario("log-full-wake")
    assert message in str(raised.value)


def test_a_test_without_a_board_gives_no_warning(tmp_path: Path) -> None:
    text = "Test Teardown    Stop Board\n*** Test Cases ***\nRuns\n    Run Scenario    minute\n"
    code, _ = robot(tmp_path, text, "--variable", "BACKEND:renod")
    assert code == 1
    assert "WARN" not in (tmp_path / "output.xml").read_text("utf-8")


def test_names_of_tests_are_unique() -> None:
    names = [job.test for job in find_jobs(sorted((ROOT / "robot").glob("*.robot")), "renode")]
    assert len(names) == len(set(names)) > 40


def test_every_keyword_is_documented() -> None:
    from robot.libdoc import libdoc  # noqa: F401
    from robot.libdocpkg import LibraryDocumentation

    keywords = LibraryDocumentation("fwgen.robot").keywords
    assert len(keywords) > 30
    assert [keyword.name for keyword in keywords if not keyword.doc] == []


def test_the_runner_removes_only_its_own_results(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/output.xml").touch()
    (tmp_path / "log.html").touch()
    runner.clear(tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "tests").mkdir()
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(InputError, match="thesis"):
        runner.clear(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tests", "thesis.odt"]
    runner.clear(tmp_path / "not-there")


def test_a_suite_can_do_any_step(tmp_path: Path) -> None:
    """`Do Step` needs no keyword of the step's own."""
    _, found = robot(
        tmp_path,
        "Test Teardown    Stop Board\n*** Test Cases ***\n"
        "A Step\n    Start Board\n    Run For    5 s\n    Do Step    suspend    for=1 h\n"
        "    Run For    5 s\n    Linux Should Be    asleep\n"
        "A Typing Error\n    Start Board\n    Do Step    damage-lo\n",
        *HOST,
    )
    (_, status, _), (_, wrong, message) = found
    assert (status, wrong) == ("PASS", "FAIL")
    assert "did you mean `damage-log`?" in message
