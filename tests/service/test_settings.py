"""The settings file: what it may say, and errors that name file, line and column."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fwgen.errors import InputError
from fwgen.service import settings
from fwgen.service.power.button import ButtonLine
from fwgen.service.power.sysfs import Wanted
from fwgen.service.sensors import TAKEN
from fwgen.service.settings import DATABASE, Settings, SinkSettings, SleepSettings, parse, read
from fwgen.service.settings.values import BUTTON, CHANNEL, SENSOR, SINKS, SLEEP, TOP, Kinds
from fwgen.service.sinks.lines import COLUMNS

_RESOLUTION = """[[sensors]]
channels = [{{name="a", bits=3, resolution={}}}]"""


_KEY = """[[sensors]]
channels = [{{name = {}, bits = {}, unit = {}}}]"""
_MANY = """chanel = "x"
spec = "0"
[sleep]
alarm = "0 s"
[sinks.sqlite]
keep = 30
required = 1
[sinks.csv]
"""
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
    ("text", "message", "hint"),
    [
        ("chanel = 'x'", "1:1: unknown key `chanel`", "did you mean `channel`?"),
        ("snks = 1", "1:1: unknown key `snks`", "did you mean `sinks`?"),
        ("keep = '1 d'", "1:1: unknown key `keep`", "`keep` is a key of [sinks.sqlite]"),
        ("[sleep]\nchannel = 'x'", "2:1: unknown key `channel`", "write it above the first table"),
        ("\nchannel = 3", "2:11: `channel`: expected a text, found 3", "for example `channel ="),
        ("channel = true", "1:11: `channel`: expected a text, found true", "for example"),
        ("channel = ''", "1:11: `channel`: expected a text, found ''", "for example"),
        ("channel = ' '", "1:11: `channel`: expected a text, found ' '", "for example"),
        ("channel = [1]", "1:11: `channel`: expected a text, found a list", "for example"),
        ("channel = 07:30:00", "1:11: `channel`: expected a text, found a date or time", "for"),
        (
            f"channel = 0x{'f' * 9000}",
            "1:11: `channel`: expected a text, found a number with",
            "for",
        ),
        (f"channel = {'9' * 9000}", "1:11: expected a value, found a number with too many", "see"),
        ("tty = 'ttyRPMSG0'", "1:7: `tty`: expected an absolute path, found 'ttyRPMSG0'", "for"),
        ("tty = '/dev'", "1:7: `tty`: expected a file, found '/dev', which is a folder", "for"),
        ("tty = '/nowhere/x/'", "1:7: `tty`: expected a file, found '/nowhere/x/'", "for example"),
        ("spec = '0011'", "1:8: `spec`: expected 16 hexadecimal digits, found '0011'", "for"),
        ("spec = 1", "1:8: `spec`: expected 16 hexadecimal digits, found 1", "for example"),
        (f"socket = '/{'s' * 200}'", "1:10: `socket`: expected a path of at most 107 bytes", "for"),
        ("mailbox = 'a/b'", "1:11: `mailbox`: expected a device's name, as in", "for example"),
        ("firmware_devices = ['']", "1:20: `firmware_devices`: expected a text, found ''", "for"),
        ("hold_latency = 0", "1:16: `hold_latency`: expected true or false, found 0", "for"),
        ("[sinks.sqlit]", "1:8: unknown sink `sqlit`", "did you mean `sqlite`?"),
        ("[sinks.sqlite]\n\nkeep = 30", "3:8: `keep`: expected a duration such as '30 d'", "for"),
        ("[sinks.sqlite]\nkeep = '30 days'", "2:8: `keep`: expected a duration such as", "for"),
        (
            "[sinks.sqlite]\nkeep = '0 d'",
            "2:8: `keep`: expected 1 s to 36525 d, found '0 d'",
            "for",
        ),
        ("[sinks.sqlite]\nkeep = '-1 d'", "2:8: `keep`: expected a duration such as", "for"),
        ("[sinks.sqlite]\nkeep = nan", "2:8: `keep`: expected a duration such as '30 d' (", "for"),
        ("[sinks.sqlite]\nkeep = '9999999 d'", "2:8: `keep`: expected 1 s to 36525 d", "for"),
        (f"[sinks.sqlite]\nkeep = '{'9' * 400} d'", "2:8: `keep`: expected a duration", "for"),
        ("[sinks.sqlite]\nmost = '1 GB'", "2:8: `most`: expected a size such as '512 MiB'", "for"),
        (
            "[sinks.sqlite]\nmost = '0 B'",
            "2:8: `most`: expected at least 1 MiB, found '0 B'",
            "for",
        ),
        ("[sinks.sqlite]\nmost = inf", "2:8: `most`: expected a size such as '512 MiB' (", "for"),
        ("[sinks.csv]", "1:8: `file` is missing in [sinks.csv]", "for example `file = "),
        ("sinks.csv.required = true", "1:7: `file` is missing in [sinks.csv]", "for example"),
        ("[sinks.sqlite]\nrequired = false", "2:1: no sink is required", "remove `required ="),
        ("[sinks.json]\nrequired = 1", "2:12: `required`: expected true or false, found 1", "for"),
        ("[sinks.mqtt]\nport = 1", "1:8: `host` is missing in [sinks.mqtt]", "for example `host"),
        ("[sinks.mqtt]\nhost = 'h'\nport = 0", "3:8: `port`: expected a port, 1 to 65535", "for"),
        ("[sinks.mqtt]\nhost = 'h'\nport = true", "3:8: `port`: expected a port, 1 to", "for"),
        ("[sinks.mqtt]\nhost = 'mqtt://h'", "2:8: `host`: expected a host without a scheme", "for"),
        ("[sinks.mqtt]\nhost = 'h:1883'", "2:8: `host`: expected a host without a scheme", "for"),
        (
            "[sinks.mqtt]\nhost = 'h'\ntopic = 'a/#'",
            "3:9: `topic`: expected a topic without",
            "for",
        ),
        ("[sinks.mqtt]\nhost = 'h'\ntopic = '+'", "3:9: `topic`: expected a topic without", "for"),
        ("[sinks.mqtt]\nhost = 'h'\nclient_id = ''", "3:13: `client_id`: expected a text", "for"),
        ("[sinks.mqtt]\nhost = 'h'\nclient_id = 7", "3:13: `client_id`: expected a text", "for"),
        (
            f"[sinks.mqtt]\nhost = 'h'\nclient_id = '{'ü' * 32_768}'",
            "3:13: `client_id`: expected a text of at most 65535 bytes",
            "for example",
        ),
        ("[sinks.mqtt]\nhost = 'h'\ntopic = '$SYS'", "3:9: `topic`: expected a topic", "for"),
        (
            "[sinks.mqtt]\nhost = 'h'\npassword_file = '/x'",
            "3:1: `password_file` needs `user`",
            "for example `user = ",
        ),
        ('[sinks.csv]\nfile = "/x\\u0000"', "2:8: `file`: expected a text without control", "for"),
        ("[sinks.csv]\nfile = '/'", "2:8: `file`: expected a file, found '/', which is", "for"),
        ("[sinks.sqlite]\nfile = '/a/..'", "2:8: `file`: expected a file, found '/a/..'", "for"),
        (
            "[sinks.sqlite]\nfile = '/a/x'\n[sinks.csv]\nfile = '/a/../a/x'",
            "4:8: `file`: `/a/../a/x` is already `file` [sinks.sqlite]",
            "name another file",
        ),
        (
            f"[sinks.sqlite]\n[sinks.csv]\nfile = '{DATABASE}-wal'",
            f"3:8: `file`: `{DATABASE}-wal` is already `file` [sinks.sqlite]",
            "name another file",
        ),
        ("tty = '/x'\nsocket = '/x'", "2:10: `socket`: `/x` is already `tty`", "name another"),
        (
            "[sleep]\nunacknowledged = 'no'",
            "2:18: `unacknowledged`: expected one of refuse,",
            "for",
        ),
        ("[sleep]\nalarm = '0 s'", "2:9: `alarm`: expected 1 s to 366 d, found '0 s'", "for"),
        ("[sleep]\nalarm = 3600", "2:9: `alarm`: expected a duration such as", "for example"),
        ("[sleep]\nmode = 'disk'", "2:8: `mode`: expected one of deep, s2idle, found", "for"),
        ("[button]\ndebounce = '1 s'", "1:2: `line` is missing in [button]", "for example `line"),
        ("[button]\nline = 'x'\ndebounce = 30", "3:12: `debounce`: expected a duration", "for"),
        ("[button]\nline = 'x'\ndebounce = '0 s'", "3:12: `debounce`: expected 1 ms to 10 s", ""),
        ("sleep = 3", "1:9: expected [sleep], found 3", "write `[sleep]`, and the lines"),
        (
            "sinks = 3",
            "1:9: expected tables such as [sinks.sqlite], found 3",
            "write `[sinks.sqlite]`",
        ),
        ("[sinks]", "1:2: expected tables such as [sinks.sqlite], found no table", "write"),
        ("sinks.json = 3", "1:14: expected [sinks.json], found 3", "write `[sinks.json]`"),
        ("sensors = []", "1:11: expected one or two tables [[sensors]], found 0", "take them from"),
        ("sensors = true", "1:11: expected one or two tables [[sensors]], found true", "take them"),
        ("sensors = [3]", "1:12: expected [[sensors]], found 3", "write `[[sensors]]`"),
        ("[[sensors]]", "1:3: `channels` is missing in [[sensors]]", "for example `channels"),
        ("[[sensors]]\nchannels = []", "2:12: `channels`: expected a list of 1 to 8 tables", "for"),
        ("[[sensors]]\nchannels = [3]", "2:13: expected a table, found 3", "for example `{name"),
        (
            "[[sensors]]\nchannels = [{bits=1}]",
            "2:13: `name` is missing in a channel",
            "for example",
        ),
        (_KEY.format("'a'", "true", "''"), "2:33: `bits`: expected 1 to 24, found true", "for"),
        (_KEY.format("'a'", "0", "''"), "2:33: `bits`: expected 1 to 24, found 0", "for example"),
        (_KEY.format("'a'", "1", "3"), "2:43: `unit`: expected a text, found 3", "for example"),
        (_KEY.format("''", "1", "''"), "2:21: `name`: expected a word of letters, digits", "for"),
        (_RESOLUTION.format("'0'"), "2:43: `resolution`: expected a number that is not 0", "for"),
        (_RESOLUTION.format("nan"), "2:43: `resolution`: expected a number such as", "for"),
        (_RESOLUTION.format("inf"), "2:43: `resolution`: expected a number such as", "for"),
        (_RESOLUTION.format("true"), "2:43: `resolution`: expected a number such as", "for"),
        (
            _RESOLUTION.format("'1e99999999'"),
            "2:43: `resolution`: expected a number such as",
            "for",
        ),
        (
            _RESOLUTION.format(f"'{'9' * 5000}'"),
            "2:43: `resolution`: expected a number such",
            "for",
        ),
        (_CHANNEL.format("position"), "2:19: `name`: `position` is a column of every", "give the"),
        (_CHANNEL.format("gap"), "2:19: `name`: `gap` is a column of every sample", "give the"),
        (
            "[[sensors]]\nchannels = [{name='a', bits=1}, {name='a', bits=2}]",
            "2:39: `name`: `a` is the name of two channels",
            "give each channel its own name",
        ),
        (f"{_CHANNEL}\n{_CHANNEL}".format("a", "b"), "3:3: two [[sensors]] need two names", "give"),
        ("channel = ", "1:11: invalid value at the end of the file", "a text needs"),
        ("channel = x", "1:11: invalid value", "a text needs quotes"),
        ("channel", "1:8: expected '=' after a key", "see https://toml.io"),
        ("[sleep]\n[sleep]", "2:7: cannot declare ('sleep',) twice", "the header is there already"),
        ("x = 1\nx = 2", "2:6: cannot overwrite a value", "the key is there already"),
        (
            "channel = " + "[" * 5000,
            "1:110: expected values, found lists or tables nested",
            "remove",
        ),
    ],
)
def test_an_error_says_where_and_how_to_fix_it(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(text, "f")
    assert str(raised.value).startswith(f"f:{message}")
    assert raised.value.hint.startswith(hint)


def test_all_errors_are_reported_in_the_order_of_the_file() -> None:
    with pytest.raises(InputError) as raised:
        parse(_MANY, "f")
    lines = str(raised.value).splitlines()
    places = [line.removeprefix("error: ").partition(": ")[0] for line in lines[::2]]
    assert places == ["f:1:1", "f:2:8", "f:4:9", "f:6:8", "f:7:12", "f:8:8"]
    assert all(line.startswith("help: ") for line in lines[1::2])
    assert isinstance(raised.value, read.SettingsErrors)
    found = [each.to_json()["line"] for each in raised.value.diagnostics]
    assert found == [1, 2, 4, 6, 7, 8]


@pytest.mark.parametrize("kinds", [TOP, SLEEP, BUTTON, SENSOR, CHANNEL, *SINKS.values()])
def test_the_examples_of_the_errors_are_valid(kinds: Kinds) -> None:
    for kind in kinds.values():
        kind.check(tomllib.loads(f"x = {kind.example}")["x"])


def test_settings_that_are_not_utf8_are_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes("\n[[sensors]]\nunit = '°C'".encode("latin-1"))
    with pytest.raises(InputError) as raised:
        settings.load(path)
    assert str(raised.value).startswith(f"{path}:3:9: expected UTF-8, found the byte 0xb0\nhelp: ")


def test_an_editor_may_write_a_byte_order_mark_and_other_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(b"\xef\xbb\xbfchannel = 'x'\r\nspec = 3\r\n")
    with pytest.raises(InputError, match=r"f\.toml:2:8: `spec`"):
        settings.load(path)


def test_the_settings_are_not_another_file_as_well(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(f"[sinks.csv]\nfile = '{path}'")
    with pytest.raises(InputError, match=r"f\.toml:2:8: `file`: .* is already the settings"):
        settings.load(path)


def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    with pytest.raises(InputError, match="it has more than 1 MiB"):
        settings.load(Path("/dev/zero"))


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "DEFAULT_FILE", tmp_path / "none.toml")
    assert settings.load(None) == Settings()
    (tmp_path / "none.toml").write_text("channel = 'there'")
    assert settings.load(None).channel == "there"


def test_the_latency_is_held_unless_the_settings_say_otherwise() -> None:
    assert Settings().hold_latency
    assert parse("hold_latency = true", "f").hold_latency
    assert not parse("hold_latency = false", "f").hold_latency


@pytest.mark.parametrize("name", ["nonexistent.toml", ".", "a\0b"])
def test_settings_that_cannot_be_read_are_bad_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"cannot read the settings: .*\nhelp: name a TOML file"):
        settings.load(tmp_path / name)


def test_no_channel_has_the_name_of_a_column() -> None:
    assert set(COLUMNS) <= set(TAKEN)
    with pytest.raises(InputError, match="f:2:19: `name`: `distance_mm` is a column"):
        parse(_CHANNEL.format("distance_mm"), "f")
    for name in COLUMNS:
        named = _CHANNEL.format(name) + '\nname = "climate"'
        assert parse(named, "f").sensors[0].columns == (f"climate.{name}",)
