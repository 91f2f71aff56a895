"""A mistake in a panel's file is an error with its place and a way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fwgen.panels
from fwgen.errors import InputError
from fwgen.panels import read_panel

FILE = Path(fwgen.panels.__file__).with_name("sh1106.toml")
SIZE = """
[[sizes]]
width = 128
height = 64
first_column = 2
settings = [0xAF]
source = "twice"
"""


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("width =", "wdth =", "unknown key `wdth` in `sizes.1`\nhelp: did you mean `width`?"),
        ('title = "SH1106"', "title =", "invalid value\nhelp: see https://toml.io for the syntax"),
        (r"source = .*", "", "the key `source` is missing\nhelp: add a line like `source = "),
        ("width = 128", "", "`sizes.1`: the key `width` is missing\nhelp: add a line like `width"),
        (r"\[\[sizes", "[[extra", "unknown key `extra`"),
        (r"(?s)\n\[\[.*", "", "the key `sizes` is missing\nhelp: add `[[sizes]]`"),
        (r"(?s)source = .*", 'source = "x"\nsizes = []', "`sizes`: expected at least one"),
        (r"\[\[sizes\]\]", "[sizes]", "`sizes`: expected a list, found"),
        ("columns = 132", 'columns = "x"', '`columns`: expected a whole number, found `"x"`'),
        ("columns = 132", "columns = 0", "`columns`: expected 1 to 256, found `0`"),
        ("pages_only = true", "pages_only = 1", "`pages_only`: expected true or false, found `1`"),
        ("0xA4, 0xA6", "0x8000, 0xA6", "expected 0x00 to 0xff, found `0x8000`"),
        ("0xA4, 0xA6", "-1, 0xA6", "expected 0x00 to 0xff, found `-0x1`"),
        ("0xAF,", "", "`sizes.1.settings`: expected 0xAF as the last command"),
        ("column = 2", "column = 20", "`sizes.1.first_column`: expected 0 to 4, found `20`"),
        ("width = 128", "width = 136", "`sizes.1.width`: expected 1 to 132, found `136`"),
        ("width = 128", "width = 127", "`sizes.1.width`: expected a multiple of 8, found `127`"),
        ("height = 64", "height = 72", "`sizes.1.height`: expected 1 to 64, found `72`"),
        ("0x3D]", "0x13D]", "`addresses.2`: expected 0x08 to 0x77, found `0x13d`"),
        (r"\[0x3C, 0x3D\]", "[]", "`addresses`: expected at least one"),
        ("identity = 8", "identity = 999", "`identity`: expected 0 to 15, found `999`"),
        ('title = "SH1106"', 'title = " "', "`title`: expected a text on one line"),
        ("$", SIZE, "the size 128x64 is there twice\nhelp: remove one of the two"),
    ],
)
def test_a_mistake_has_its_place_and_a_way_out(
    was: str, becomes: str, told: str, tmp_path: Path
) -> None:
    text = FILE.read_text("utf-8")
    changed = re.sub(was, becomes, text, count=1)
    assert changed != text
    file = tmp_path / "sh1106.toml"
    file.write_text(changed, "utf-8")
    with pytest.raises(InputError) as caught:
        read_panel(file)
    assert caught.value.exit_code == 2 and caught.value.hint
    found = re.match(rf"{re.escape(str(file))}:(\d+):(\d+): ", str(caught.value))
    assert found and told in str(caught.value)
    if becomes and "missing" not in told and becomes != SIZE:
        assert becomes.splitlines()[-1] in changed.splitlines()[int(found[1]) - 1]


def test_a_correct_file_is_read() -> None:
    assert read_panel(FILE).sizes[(128, 64)].first_column == 2
