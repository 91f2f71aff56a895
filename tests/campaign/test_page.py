"""The page that a campaign writes from its record."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fwgen.campaign.page import PAGE, page_text, record_in
from fwgen.campaign.page import PLANTED as PLANTED_FILE
from fwgen.checkout import ROOT
from fwgen.cli.main import main
from fwgen.robot.mutants import load_mutant
from tests.campaign.planted import MOST_SEEDS, MOST_STEPS, PLANTED, plant_of


def test_a_campaign_writes_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    words = ["campaign", "--seeds", "3", "--jobs", "1", "--report", str(tmp_path / "a")]
    assert main([*words, "--page", str(page)]) == 0
    record = json.loads((tmp_path / "a" / "campaign.json").read_text("utf-8"))
    text = page.read_text("utf-8")
    assert "3 histories (seeds 0 to 2) with the host backend" in text
    assert f"| samples taken | {record['tried']['samples']:,} |" in text
    assert f"| `suspend` | {record['tried']['step suspend']:,} |" in text
    assert record_in(text)["tried"] == record["tried"]
    assert main([*words, "--page", str(page)]) == 0  # it may be written again
    assert "](" not in text, "a link to a page that is not there"
    assert "## Found and fixed" not in text and "## Planted" not in text  # those are fwgen's own
    assert f"--page {os.path.relpath(page)}" in text


def test_a_page_that_was_edited_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    words = ["campaign", "--seeds", "1", "--jobs", "1", "--report", str(tmp_path / "a")]
    assert main([*words, "--page", str(page)]) == 0
    mine = page.read_text("utf-8").replace("## Tried", "My notes\n\n## Tried")
    page.write_text(mine, "utf-8")
    assert main([*words, "--page", str(page)]) == 2
    assert "was changed after it was written" in capsys.readouterr().err
    assert page.read_text("utf-8") == mine


def test_a_file_that_is_no_page_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "README.md"
    page.write_text("mine", "utf-8")
    words = ["campaign", "--seeds", "1", "--report", str(tmp_path / "a"), "--page", str(page)]
    assert main(words) == 2
    assert "is no page of a campaign" in capsys.readouterr().err
    assert page.read_text("utf-8") == "mine"
    assert not (tmp_path / "a").exists()


def test_a_failure_is_on_the_page() -> None:
    record = record_in((ROOT / PAGE).read_text("utf-8"))
    text = page_text({**record, "failure": {"seed": 7, "reasons": ["2 samples were lost."]}})
    assert "seed 7 failed: 2 samples were lost." in text
    assert "all of them passed" not in text


def test_a_stopped_campaign_says_so_on_the_page() -> None:
    record = record_in((ROOT / PAGE).read_text("utf-8"))
    told = "of 12,000 histories (seeds 0 to", "; then it was stopped)"
    stopped = page_text({**record, "verdict": "stopped", "seeds": 12_000})
    passed = page_text({**record, "verdict": "pass"})
    assert all(words in stopped and words not in passed for words in told)


def test_the_page_of_the_docs_is_that_of_its_record() -> None:
    """After a change of its form: `python -m fwgen.campaign.page`."""
    text = (ROOT / PAGE).read_text("utf-8")
    record = record_in(text)
    assert text == page_text(record)
    assert record["failure"] is None
    assert record["tried"]["histories"] == record["done"] >= 500


def test_every_planted_fault_is_on_the_page() -> None:
    """After a new one: `python -m tests.campaign.planted`."""
    found = json.loads(PLANTED_FILE.read_text("utf-8"))["faults"]
    assert list(found) == list(PLANTED)
    text = (ROOT / PAGE).read_text("utf-8")
    for fault, one in found.items():
        assert one["title"] == load_mutant(plant_of(fault)).title
        assert one["seed"] < MOST_SEEDS and one["steps"] <= MOST_STEPS
        assert f"| {one['title']} | {one['seed']} | {one['steps']} |\n" in text
