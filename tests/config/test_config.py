"""The configuration file: what it says, what wins over it, and what is told of a wrong one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fwgen.config import Config, ConfigErrors, config_path, load_config
from fwgen.errors import InputError

GOOD = """\
# a comment
[zephyr]
base = "/opt/zephyr"
python = "~/venv/bin/python"
toolchain = "gnuarmemb"
toolchain_path = "/usr"
modules = ["modules/mine"]

[renode]
build_dir = "/opt/renode"
runtime = "mono"
"""


def load(folder: Path, text: str | None, **environ: str) -> Config:
    file = folder / "config.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    return load_config(environ, file)


def test_place_of_the_file() -> None:
    assert config_path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/fwgen/config.toml")
    usual = Path("~/.config/fwgen/config.toml").expanduser()
    assert config_path({}) == usual
    assert config_path({"XDG_CONFIG_HOME": "relative/is/ignored"}) == usual


def test_without_a_file_all_is_open(tmp_path: Path) -> None:
    config = load(tmp_path, None)
    assert not config.exists
    assert config.zephyr.base is None and config.renode.environment() == {}


def test_values_of_the_file(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert config.exists
    assert config.zephyr.base == Path("/opt/zephyr")
    assert config.zephyr.python == Path("~/venv/bin/python").expanduser()
    assert (config.zephyr.toolchain, config.zephyr.toolchain_path) == ("gnuarmemb", "/usr")
    assert config.zephyr.modules == (tmp_path / "modules/mine",)
    assert config.origin("zephyr.toolchain") == f"{tmp_path}/config.toml:5:1"
    assert config.renode.environment() == {
        "PYRENODE_BUILD_DIR": "/opt/renode",
        "PYRENODE_RUNTIME": "mono",
    }


def test_environment_wins(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        GOOD,
        ZEPHYR_BASE="/other/zephyr",
        GNUARMEMB_TOOLCHAIN_PATH="/gcc",
        EXTRA_ZEPHYR_MODULES="/a;/b",
        PYRENODE_BIN="/renode/renode",
        PYRENODE_RUNTIME="coreclr",
    )
    assert config.zephyr.base == Path("/other/zephyr")
    assert config.origin("zephyr.base") == "ZEPHYR_BASE"
    assert config.zephyr.toolchain_path == "/gcc"
    assert config.zephyr.modules == (Path("/a"), Path("/b"))
    assert config.renode.build_dir is None, "one of the two, and the environment's"
    assert config.origin("renode.build_dir") == ""
    assert config.renode.bin == Path("/renode/renode")
    assert config.renode.runtime == "coreclr"


def test_another_toolchain_in_the_environment_drops_the_files_path(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD, ZEPHYR_TOOLCHAIN_VARIANT="zephyr")
    assert (config.zephyr.toolchain, config.zephyr.toolchain_path) == ("zephyr", None)
    config = load(
        tmp_path, GOOD, ZEPHYR_TOOLCHAIN_VARIANT="cross-compile", CROSS_COMPILE="/usr/bin/arm-"
    )
    assert config.zephyr.toolchain_path == "/usr/bin/arm-"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD, ZEPHYR_BASE="").zephyr.base == Path("/opt/zephyr")


WRONG = {
    "no-quotes": ("[zephyr]\nbase = /opt\n", "2:8", "toml", "invalid value"),
    "cut-off": ('[zephyr]\nbase = "/opt', "2:13", "toml", "unterminated string"),
    "too-deep": ("a = " + "[" * 5000, "1:104", "toml", "nested too deeply"),
    "unknown-table": ("\n[zefyr]\n", "2:1", "unknown-table", "did you mean `zephyr`?"),
    "table-as-dotted-key": ('zephyrs.base = "x"\n', "1:1", "unknown-table", "did you mean"),
    "unknown-key": ('[zephyr]\n  bas = "/x"\n', "2:3", "unknown-key", "did you mean `base`?"),
    "inline-table": (
        'zephyr = {base = "/x", bas = "/y"}\n',
        *("1:24", "unknown-key", "did you mean `base`?"),
    ),
    "dotted": ("zephyr.python = 3\n", "1:1", "bad-value", "a path in quotes"),
    "number": ("[renode]\n\nbin = 3\n", "3:1", "bad-value", "expected a path in quotes, found `3`"),
    "empty": ('[zephyr]\nbase = ""\n', "2:1", "bad-value", "a path in quotes"),
    "runtime": ('[renode]\nruntime = "java"\n', "2:1", "bad-value", '`"mono"` or `"coreclr"`'),
    "modules": ('[zephyr]\nmodules = "/x"\n', "2:1", "bad-value", "a list of paths"),
    "no-table": ('zephyr = "/opt"\n', "1:1", "not-a-table", "[zephyr]"),
    "null-in-a-path": ('[zephyr]\nbase = "a\\u0000b"\n', "2:1", "bad-value", "help: write it like"),
    "null-in-a-list": (
        '[zephyr]\nmodules = ["a\\u0000b"]\n',
        *("2:1", "bad-value", 'help: write it like `["/opt/one", "/opt/two"]`'),
    ),
    "null-in-a-text": ('[zephyr]\ntoolchain = "\\u0000"\n', "2:1", "bad-value", "help: write it"),
    "twice": (
        '[zephyr]\nbase = "/x"\n\nbase = "/y"\n',
        *("4:1", "toml", "`zephyr.base` is given twice; the first is on line 2\n"),
    ),
    "table-twice": (
        '[zephyr]\nbase = "/x"\n[zephyr]\n',
        *("3:2", "toml", "`zephyr` is given twice; the first is on line 1\n"),
    ),
    "linux": ("[linux]\nkernel = 6\n", "2:1", "bad-value", "expected a path in quotes"),
    "both": ('[renode]\nbuild_dir = "/a"\nbin = "/b"\n', "3:1", "two-renodes", "only one of them"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_file(tmp_path: Path, name: str) -> None:
    text, place, rule, words = WRONG[name]
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path, text)
    told = str(caught.value)
    assert told.startswith(f"{tmp_path}/config.toml:{place}: error[{rule}]: ")
    assert words.lower() in told.lower()
    assert caught.value.exit_code == 2


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + GOOD).zephyr.base == Path("/opt/zephyr")


def test_all_errors_are_reported_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path, '[zephyr]\nbas = "/x"\npython = 3\n[renode]\nruntime = "x"\n')
    assert [d.position.line for d in caught.value.diagnostics] == [2, 3, 5]


def test_not_a_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load_config({}, tmp_path / "config.toml")
    with pytest.raises(InputError, match="directory"):
        load_config({}, tmp_path)


def test_a_pipe_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(InputError, match="expected a file, found a directory, a pipe or a device"):
        load_config({}, tmp_path / "config.toml")
