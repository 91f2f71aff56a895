"""`fwgen verify` from its command line: table, JSON, exit codes."""

import json
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.verify.rules import RULES
from tests.verify.trees import Stage, compiled

pytestmark = [pytest.mark.needs("dtc"), pytest.mark.needs("cpp")]


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(Stage().spec)
    compiled(Stage().linux, tmp_path / "linux.dtb")
    compiled(Stage().optee, tmp_path / "optee.dtb")
    compiled(Stage().linux_base, tmp_path / "stock.dtb")
    return ["verify", "--spec", "spec.yaml", "--linux-dtb", "linux.dtb", "--optee-dtb", "optee.dtb"]


def test_right_trees_pass(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "  Linux    ok  linux.dtb" in out
    assert "  ELF      not given, not checked" in out
    assert "rules: range-node on the STM32MP257F-DK, OpenSTLinux 6.2" in out


def test_a_wrong_tree_fails_with_all_that_a_person_needs(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.replace("linux.dtb", "stock.dtb") for word in arguments]) == 1
    out = capsys.readouterr().out
    assert "error[linux-keep-power]: Linux, /ahb@1/m33@0" in out
    assert "  found     no keep-power-in-suspend\n  expected  keep-power-in-suspend\n" in out
    assert "  effect    Linux sleeps without a check, and may switch off the M33's power\n" in out
    assert "  fix       &m33_rproc {\n" in out
    assert "OP-TEE   ok" in out


def test_json_is_one_document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    stock = [word.replace("linux.dtb", "stock.dtb") for word in arguments]
    assert main([*stock, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["fwgen-verify"] == 1
    assert document["ok"] is False
    assert (document["trees"], document["flavour"]) == ("openstlinux-6.2", "plain")
    assert {"rule", "severity", "layer", "node", "found", "expected", "effect", "mend"} == set(
        document["findings"][0]
    )
    assert {finding["rule"] for finding in document["findings"]} <= set(document["rules"])


def test_one_tree_alone_will_do(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments[:5]) == 0
    out = capsys.readouterr().out
    assert "OP-TEE   not given, not checked" in out
    linux = [rule for rule in RULES if rule.layer == "Linux" and rule.also is None]
    assert f"passed {len(linux)} of {len(RULES)} rules: " in out
    main([*arguments[:5], "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["checked"] == [rule.id for rule in linux]


def test_nothing_to_verify_and_no_tree_are_bad_input(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments[:3]) == 2
    assert "add --linux-dtb, --optee-dtb or both" in capsys.readouterr().err
    (tmp_path / "linux.dtb").write_bytes(b"no tree")
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert "linux.dtb: expected a DTB with a header of 40 bytes, found 7 bytes\n" in err
    assert "\nhelp: give a flattened device tree (.dtb), such as " in err
