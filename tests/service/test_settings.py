"""The settings file: what it may say, and errors that name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.service import settings
from fwgen.service.power.button import ButtonLine
from fwgen.service.power.sysfs import Wanted
from fwgen.service.sensors import TAKEN
from fwgen.service.settings import DATABASE, Settings, SinkSettings, SleepSettings, parse
from fwgen.service.sinks.lines import COLUMNS

_RESOLUTION = """[[sensors]]
channels = [{{name="a", bits=3, resolution={}}}]"""


_CHANNEL = """[[sensors]]
channels = [{{name="{}", bits=13}}]"""


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse("", "f") == Settings()
    assert Settings().database == DATABASE


def test_everything_can_be_set() -> None:
    text = """
channel = "other-tty"
tty = "/dev/ttyRPMSG1"
spec = "00112233445566ff"
[sinks.sqlite]
keep = "30 d"
most = "1.5 GiB"
[sinks.csv]
file = "/data/x.csv"
required = false
[sinks.json]
[sleep]
by = "helper"
alarm = "12 h"
mode = "deep"
[button]
line = "User-1"
debounce = "50 ms"
"""
    made = parse(text, "f")
    assert (made.channel, made.tty) == ("other-tty", Path("/dev/ttyRPMSG1"))
    assert made.button == ButtonLine("User-1", 50_000)
    assert made.sleep == SleepSettings("helper", wanted=Wanted("deep", 43_200))
    assert made.spec == bytes.fromhex("00112233445566ff")
    sqlite = {"file": DATABASE, "keep": 30 * 86_400_000_000, "most": 1_610_612_736}
    assert made.sinks == (
        SinkSettings("sqlite", True, sqlite),
        SinkSettings("csv", False, {"file": Path("/data/x.csv")}),
        SinkSettings("json"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chanel = 'x'", "f:1: unknown key `chanel`\nhelp: did you mean `channel`?"),
        ("\nchannel = 3", "f:2: `channel`: expected a text, found 3"),
        ("tty = 'ttyRPMSG0'", "f:1: `tty`: expected an absolute path"),
        ("spec = '0011'", "f:1: `spec`: expected 16 hexadecimal digits"),
        ("[sinks.sqlit]", "f:1: unknown sink `sqlit`\nhelp: did you mean `sqlite`?"),
        ("channel='x'\n[sinks.sqlite]\n\nkeep = 30", "f:4: `keep`: expected a duration such as"),
        ("[sinks.sqlite]\nkeep = '30 days'", "f:2: `keep`: expected a duration such as '30 d'"),
        ("[sinks.sqlite]\nmost = '1 GB'", "f:2: `most`: expected a size such as '512 MiB'"),
        ("[sinks.csv]", "f:1: `file` is missing in [sinks.csv]"),
        ("[sinks.sqlite]\nrequired = false", "f: no sink is required"),
        ("[sinks.json]\nrequired = 1", "f:2: `required`: expected true or false"),
        ("[sinks.mqtt]\nport = 1", "f:1: `host` is missing in [sinks.mqtt]"),
        ("[sinks.mqtt]\nhost = 'h'\nport = 0", "f:3: `port`: expected a port, 1 to 65535"),
        ("[sleep]\nunacknowledged = 'no'", "f:2: `unacknowledged`: expected one of refuse, allow"),
        ("[sleep]\nalarm = '0 s'", "f:2: `alarm`: expected 1 s to 366 d, found '0 s'"),
        ("[sleep]\nalarm = 3600", "f:2: `alarm`: expected a duration such as"),
        ("[sleep]\nmode = 'disk'", "f:2: `mode`: expected one of deep, s2idle, found 'disk'"),
        ("[button]\ndebounce = '1 s'", "f:1: `line` is missing in [button]"),
        ("[button]\nline = 'x'\ndebounce = 30", "f:3: `debounce`: expected a duration"),
        ("sleep = 3", "f:1: expected a table [sleep], found 3"),
        ("sinks = 3", "f:1: expected tables such as [sinks.sqlite]"),
        ("[sinks]", "f: expected tables such as [sinks.sqlite]"),
        ("[sinks.mqtt]\nhost = 'h'\ntopic = 'a/#'", "f:3: `topic`: expected a topic without"),
        ("[sinks.mqtt]\nhost = 'h'\ntopic = '+'", "f:3: `topic`: expected a topic without"),
        ("[sinks.mqtt]\nhost = 'h'\ntopic = '$SYS/a'", "f:3: `topic`: expected a topic without"),
        ('[sinks.csv]\nfile = "/x\\u0000"', "f:2: `file`: expected a text without a NUL"),
        ("[sinks.csv]\nfile = '/'", "f:2: `file`: expected a file, found '/', which is a folder"),
        ("[sinks.sqlite]\nfile = '/a/..'", "f:2: `file`: expected a file, found '/a/..'"),
        (f"[sinks.sqlite]\nkeep = '{'9' * 400} d'", "f:2: `keep`: expected a duration"),
        ("channel = " + "[" * 5000, "f: expected settings, found lists or tables nested too"),
        (_RESOLUTION.format("'1e99999999'"), "f:2: `resolution`: expected a number such as"),
        (
            _RESOLUTION.format("'" + "9" * 5000 + "'"),
            "f:2: `resolution`: expected a number such as",
        ),
        (_CHANNEL.format("position"), "f:2: `name`: `position` is a column of every sample"),
        (_CHANNEL.format("gap"), "f:2: `name`: `gap` is a column"),
        ("channel = ", "f: Invalid value (at end of document)"),
    ],
)
def test_an_error_says_where_and_how_to_fix_it(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(text, "f")
    assert str(raised.value).startswith(message)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEFAULT_FILE", tmp_path / "none.toml")
    assert settings.load(None) == Settings()
    (tmp_path / "none.toml").write_text("channel = 'there'")
    assert settings.load(None).channel == "there"


def test_the_latency_is_held_unless_the_settings_say_otherwise() -> None:
    assert Settings().hold_latency
    assert parse("hold_latency = true", "f").hold_latency
    assert not parse("hold_latency = false", "f").hold_latency
    with pytest.raises(InputError, match="f:1: `hold_latency`: expected true or false"):
        parse("hold_latency = 0", "f")


@pytest.mark.parametrize("name", ["nonexistent.toml", ".", "a\0b"])
def test_settings_that_cannot_be_read_are_bad_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"cannot read the settings: .*\nhelp: name a TOML file"):
        settings.load(tmp_path / name)


def test_no_channel_has_the_name_of_a_column() -> None:
    assert set(COLUMNS) <= set(TAKEN)
    with pytest.raises(InputError, match="f:2: `name`: `distance_mm` is a column"):
        parse(_CHANNEL.format("distance_mm"), "f")
    for name in COLUMNS:
        named = _CHANNEL.format(name) + '\nname = "climate"'
        assert parse(named, "f").sensors[0].columns == (f"climate.{name}",)
