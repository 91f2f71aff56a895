"""Which scenario a name means."""

import os
from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.scenario.load import find_scenario


def test_a_file_that_may_not_be_looked_at_is_no_unknown_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = Path.stat

    def refused(self: Path, **options: bool) -> os.stat_result:
        if str(self).startswith("/root"):
            raise PermissionError(13, "Permission denied", str(self))
        return stat(self, **options)

    monkeypatch.setattr(Path, "stat", refused)
    assert find_scenario("/root/s.yaml") == Path("/root/s.yaml")


def test_a_scenario_has_a_name() -> None:
    with pytest.raises(InputError, match="expected a name, found an empty text"):
        find_scenario("")
