from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.spec import load_spec
from fwgen.spec.examples import example_paths


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_writes_the_reference_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert load_spec("range-node.yaml").board == "stm32mp257f_dk"
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "wrote range-node.yaml; next: `fwgen check range-node.yaml`\n"


@pytest.mark.parametrize("board", example_paths())
def test_writes_a_spec_for_each_board(board: str) -> None:
    assert main(["init", "mine.yaml", "--board", board]) == 0
    assert load_spec("mine.yaml").board == board


def test_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("mine.yaml")
    path.write_text("precious")
    assert main(["init", "mine.yaml"]) == 2
    assert path.read_text() == "precious"
    assert capsys.readouterr().err == (
        "error: mine.yaml already exists and was not changed\n"
        "help: name another file: `fwgen init OTHER.yaml`; `fwgen init -` prints the spec\n"
    )


def test_prints_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-"]) == 0
    out, err = capsys.readouterr()
    assert out == example_paths()["stm32mp257f_dk"].read_text(encoding="utf-8")
    assert err == ""
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("arguments", "help_text"),
    [
        (["init", "."], "help: name a file in it: `fwgen init range-node.yaml`"),
        (["init", "no/such/x.yaml"], "help: create it: `mkdir -p no/such`"),
        (["init", "--board", "stm32mp257_dk"], "help: did you mean `stm32mp257f_dk`?"),
    ],
)
def test_other_mistakes_have_a_way_out(
    arguments: list[str], help_text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.splitlines()[1] == help_text


def test_schema_prints_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "fwgen spec, format 1"


def test_a_full_disk_leaves_nothing() -> None:
    program = f"ulimit -f 0; {sys.executable} -B -m fwgen init mine.yaml"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write mine.yaml: File too large\nhelp: ")
    assert not list(Path().iterdir())
