"""Every file in rejections/ is refused with exactly the text beside it.

After a change of the messages run `python tests/spec/test_rejections.py` to write the texts again,
and read the diff before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fwgen.spec import SpecErrors, load_spec

FOLDER = Path(__file__).parent / "rejections"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def refusal(name: str) -> str:
    """Return the text that a user sees whose current directory is the folder."""
    with pytest.raises(SpecErrors) as caught:
        load_spec(f"{name}.yaml")
    assert caught.value.exit_code == 2
    return f"{caught.value}\n"


@pytest.mark.parametrize("name", NAMES)
def test_refused_with_the_expected_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    assert refusal(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_text_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


def test_every_rejection_offers_a_way_out() -> None:
    for path in FOLDER.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert text.count("help: ") == text.count(": error["), path.name


if __name__ == "__main__":
    os.chdir(FOLDER)
    for rejection in NAMES:
        Path(f"{rejection}.txt").write_text(refusal(rejection), encoding="utf-8")
