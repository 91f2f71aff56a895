"""`fwgen generate`: what it says, and its exit codes."""

import shlex
from pathlib import Path

import pytest

from fwgen.cli.main import main

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "fwgen/spec/examples/range-node.yaml"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    assert main(["generate", str(SPEC), "-o", str(folder)]) == 0
    return folder


def check(folder: Path) -> int:
    return main(["generate", str(SPEC), "-o", str(folder), "--check"])


def test_the_tree_in_the_repository_is_what_the_reference_spec_gives(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = check(ROOT / "zephyr_app")
    captured = capsys.readouterr()
    assert result == 0, f"to fix it: make generate\n{captured.out}"


def test_a_tree_just_generated_is_current(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(app) == 0
    assert "all current" in capsys.readouterr().out


def test_an_edited_line_fails_the_check_with_the_diff_and_the_cure(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = app / "src/core/fwgen_config.c"
    path.write_text(path.read_text().replace("60000u", "61000u"))
    capsys.readouterr()
    assert check(app) == 1
    captured = capsys.readouterr()
    assert (
        "-\t.node.log.streams[0].period_us = 61000u,\n+\t.node.log.streams[0].period_us = 60000u,"
        in captured.out
    )
    cure = captured.err.strip().partition("help: ")[2].strip("`")
    assert "--force" in cure, "edited files are overwritten only with --force"
    assert main(shlex.split(cure)[1:]) == 0
    assert check(app) == 0


def test_check_writes_nothing(tmp_path: Path) -> None:
    assert check(tmp_path / "nowhere") == 1
    assert not (tmp_path / "nowhere").exists()


def test_a_file_of_the_user_s_is_refused_with_exit_code_2(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = app / "src/core/fwgen_config.c"
    path.write_text("/* my own */\n")
    assert main(["generate", str(SPEC), "-o", str(app)]) == 2
    assert str(path) in capsys.readouterr().err
    assert path.read_text() == "/* my own */\n"
    assert check(app) == 1


def test_a_bad_spec_writes_nothing_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "bad.yaml"
    spec.write_text(SPEC.read_text().replace("60 ms", "60"))
    assert main(["generate", str(spec), "-o", str(tmp_path / "app")]) == 2
    assert "error[" in capsys.readouterr().err
    assert not (tmp_path / "app").exists()


def test_another_spec_over_it_takes_the_old_board_s_fragments_away(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ROOT / "tests/generate/specs/other.yaml"
    assert main(["generate", str(other), "-o", str(app)]) == 0
    assert "removed" in capsys.readouterr().out
    names = [path.name for path in app.glob("fragments/*/*")]
    assert names == ["stm32mp257f_ev1-fwgen.dtsi"] * 2


@pytest.mark.parametrize("command", ["generate", "build"])
def test_an_empty_name_for_the_folder_is_not_the_current_one(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([command, str(SPEC), "-o", ""]) == 2
    assert capsys.readouterr().err.startswith("error: -o/--output: expected a name, found an empty")
    assert not list(tmp_path.iterdir())
