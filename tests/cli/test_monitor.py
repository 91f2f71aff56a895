"""The options of `fwgen monitor`."""

from __future__ import annotations

import pytest

from fwgen.backends.renode import find
from fwgen.cli import monitor
from fwgen.cli.main import main
from fwgen.spec.examples import reference_spec


@pytest.mark.parametrize(
    ("option", "error"),
    [
        (["--distance", "5"], "--distance: expected a number with the channel's unit, found `5`"),
        (["--signal", "foo=3"], "--signal foo: expected a number with the channel's unit"),
        (["--signal", "foo=3 mm"], "--signal foo: no sensor of the spec has a channel `foo`"),
    ],
)
def test_what_a_channel_cannot_see_names_the_option(
    option: list[str],
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(find, "find_renode", lambda config: None)
    monkeypatch.setattr(monitor, "_keep_to_this_machine", lambda: None)
    assert main(["monitor", str(reference_spec()), *option]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {error}")
    assert "\nhelp: " in said
