"""Whatever a settings file says: it is read, or each error has file, line, column and a hint."""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.errors import InputError
from fwgen.service import settings
from fwgen.service.command.main import main
from fwgen.service.settings import parse
from fwgen.service.settings.values import BUTTON, CHANNEL, SENSOR, SINKS, SLEEP, TOP
from fwgen.toml_places import Places, TomlPath

EXAMPLE = "".join(
    f"{line.removeprefix('    ')}\n"
    for line in (settings.__doc__ or "").splitlines()
    if line.startswith("    ") or not line
)
NONSENSE = (
    *("true", "false", "0", "-1", "1", "1.5", "nan", "inf", "-inf", "1e400", "0x10", "1_0", "[]"),
    *('""', "' '", "'0 d'", "'-1 s'", "'9999999999999 d'", "'1 GiB'", "'1e999'", "'1/0'", "'..'"),
    *("'/'", "'/dev'", "'/x'", "'/x/'", '"\\u0000"', '"\\U0001F600"', "'''\n'''", '"""a\n""""""'),
    *("1979-05-27", "07:32:00", "1979-05-27 07:32:00Z", "{}", "{a = 1}", "[[1], {b.c = 2}]"),
    *("9" * 5000, "0x" + "f" * 5000, "[" * 300 + "]" * 300, "x", "'", '"', "\n", "#", "]", "}"),
)
KEYS = sorted(
    {key for kinds in (TOP, SLEEP, BUTTON, SENSOR, CHANNEL, *SINKS.values()) for key in kinds}
    | {"sinks", "sleep", "button", "sensors", "x", '"a b"', "a.b", "sinks.csv", "sinks.csv.file"}
)
HEADERS = (
    *("[sleep]", "[button]", "[[sensors]]", "[sensors]", "[sinks]", "[sinks.sqlite]", "[sinks.x]"),
    *("[sinks.csv]", "[sinks.json]", "[ sinks . 'mqtt' ]", "[[sinks]]", "[[sensors.channels]]"),
    *("[[sensors.channels.name]]", '["a.b"]', "[channel]", "[sleep.by]", "[]", "[[", "# [x]"),
)
lines = st.one_of(
    st.sampled_from(HEADERS),
    st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(NONSENSE)),
    st.sampled_from(EXAMPLE.splitlines()),
)
written = st.lists(lines, max_size=12).map("\n".join)


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """Return the example with parts removed, moved or replaced."""
    text = EXAMPLE
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = begin + draw(st.integers(0, 30))
        other = draw(st.one_of(st.sampled_from(NONSENSE), st.text(max_size=4), lines))
        text = text[:begin] + other + text[end:]
    return text


def check(text: str) -> None:
    try:
        parse(text, "f")
    except InputError as error:
        faults = str(error).removeprefix("error: ").split("\nerror: ")
        for fault in faults:
            found = re.fullmatch(r"f:(\d+):(\d+): .+\nhelp: .+", fault)
            assert found, fault
            row = text.replace("\r\n", "\n").split("\n")[int(found[1]) - 1]
            assert 1 <= int(found[2]) <= len(row) + 1, fault


@given(written)
def test_lines_that_mean_something_else(text: str) -> None:
    check(text)


@given(mangled())
def test_a_file_with_typing_errors(text: str) -> None:
    check(text)


def paths(value: object, path: TomlPath = ()) -> set[TomlPath]:
    found = {path}
    if isinstance(value, dict):
        found |= {each for key, below in value.items() for each in paths(below, (*path, key))}
    elif isinstance(value, list):
        found |= {each for n, below in enumerate(value) for each in paths(below, (*path, n))}
    return found


@given(st.one_of(written, mangled()))
def test_each_key_and_value_that_the_parser_sees_has_a_place(text: str) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        data = tomllib.loads(text)
        places = Places(text)
        assert {(), *places.key_offsets, *places.value_offsets} == paths(data)


def test_the_example_has_all_keys() -> None:
    used = {each for path in paths(tomllib.loads(EXAMPLE)) for each in path}
    assert set().union(TOP, SLEEP, BUTTON, SENSOR, CHANNEL, *SINKS.values()) <= used
    parse(EXAMPLE, "f")


@pytest.mark.parametrize("command", ["run", "status", "doctor", "suspend"])
def test_a_command_ends_with_exit_code_2(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.toml"
    path.write_text("tty = 3\n[sleep]\nby = true\n")
    assert main([command, "--settings", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line for line in printed.err.splitlines() if line.startswith("error: ")] == [
        f"error: {path}:1:7: `tty`: expected a text, found 3",
        f"error: {path}:3:6: `by`: expected one of auto, helper, logind, found true",
    ]


TRICKY = '''# "x = [
'a b'."\\u0063" = """x\\"""" # ]
quotes = """""two"""""
"d.e" = \'\'\'
f = 1\'\'\'\'
[[t]]
  [t.u]
v = [ # [
  [1.5, 1979-05-27 07:32:00], {w.x = "}"}]
[[t]]
u.v=true
'''


def test_strings_comments_and_arrays_of_tables_do_not_confuse_it() -> None:
    places, data = Places(TRICKY), tomllib.loads(TRICKY)
    assert {(), *places.key_offsets, *places.value_offsets} == paths(data)
    assert places.key(("a b", "c")) == (2, 7)
    assert places.value(("a b", "c")) == (2, 18)
    assert places.value(("quotes",)) == (3, 10)
    assert places.key(("t", 0, "u")) == (7, 6)
    assert places.value(("t", 0, "u", "v", 0, 1)) == (9, 9)
    assert places.value(("t", 0, "u", "v", 1, "w", "x")) == (9, 38)
    assert places.value(("t", 1, "u", "v")) == (11, 5)
    assert places.value(("t", 1, "nowhere")) == places.key(("t", 1)) == (10, 3)


def test_with_json_each_error_has_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.toml"
    path.write_text("tty = 3\nspecs = 4\n")
    assert main(["doctor", "--json", "--settings", str(path)]) == 2
    first, second = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (first["file"], first["line"], first["column"]) == (str(path), 1, 7)
    assert (second["line"], second["column"], second["hint"]) == (2, 1, "did you mean `spec`?")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("--database {0}", "--database: expected a file, found '{0}', which is a folder"),
        ("--csv {0}", "--csv: expected a file, found '{0}', which is a folder"),
        ("--tty {0}", "--tty: expected a file, found '{0}', which is a folder"),
        ("--socket {0}", "--socket: expected a file, found '{0}', which is a folder"),
        ("--database {0}/x --csv {0}/x", "`file`: `{0}/x` is already `file` [sinks.sqlite]"),
        ("--database {0}/x --csv {0}/x-wal", "`file`: `{0}/x-wal` is already `file` [sinks.sql"),
        ("--csv {0}/f.toml --settings {0}/f.toml", "`file`: `{0}/f.toml` is already the settings"),
        ("--tty {0}/x --socket {0}/x", "`socket`: `{0}/x` is already `tty`"),
    ],
)
def test_a_file_of_the_command_line_has_one_use(
    words: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f.toml").write_text("")
    assert main(["run", *words.format(tmp_path).split()]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: {error.format(tmp_path)}")
    assert "\nhelp: name a" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["f.toml"], "nothing was made"
