"""What was most likely meant; a hint that misleads is worse than none."""

from __future__ import annotations

import pytest

from fwgen.words import did_you_mean, quote, suggest


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("perod", ["period", "range"], "period"),
        ("Period", ["period"], "period"),
        ("retam", ["retram", "sram1"], "retram"),
        ("fr", ["do", "at", "for"], "for"),
        ("stm32mp257_dk", ["stm32mp257f_dk", "stm32mp257f_ev1"], "stm32mp257f_dk"),
        ("128x46", ["128x64", "128x32"], "128x64"),
        ("sram", ["sram1"], "sram1"),
        ("automatic", ["auto"], "auto"),
        ("wake-up", ["wake", "keep-newest"], "wake"),
        ("keep-newset", ["wake", "keep-newest", "keep-oldest"], "keep-newest"),
        # other parts, not slips
        ("sh1106", ["ssd1306"], None),
        ("ssd1309", ["ssd1306"], None),
        ("hc-sr05", ["hc-sr04"], None),
        ("i2c9", ["i2c8"], None),
        ("lp-stop9", ["lp-stop1", "lp-stop2"], None),
        # nothing like it
        ("x", ["at", "do"], None),
        ("", ["at", "do"], None),
        ("vl53l0x", ["hc-sr04"], None),
        ("a" * 5000, ["at"], None),
    ],
)
def test_the_nearest_word(written: str, known: list[str], meant: str | None) -> None:
    assert suggest(written, known) == meant
    listed = f"known: {', '.join(map(quote, known))}"
    assert did_you_mean(written, known) == (f"did you mean `{meant}`?" if meant else listed)
