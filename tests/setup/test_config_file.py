"""Values are put into the configuration file; what a person wrote stays."""

from __future__ import annotations

from pathlib import Path

from fwgen.setup.config_file import put


def test_new_file(tmp_path: Path) -> None:
    path = tmp_path / "fwgen" / "config.toml"
    assert put(path, {"zephyr": {"base": "/a", "python": "/b"}, "renode": {"bin": "/c"}})
    text = path.read_text()
    assert text.startswith("# Where fwgen finds")
    assert '[zephyr]\nbase = "/a"\npython = "/b"\n\n[renode]\nbin = "/c"\n' in text
    assert not put(path, {"zephyr": {"base": "/a"}})


def test_comments_and_other_values_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '# mine\n[renode]\nruntime = "mono"  # as is\n\n[zephyr]  # here\nbase="/old"\n'
    )
    put(path, {"zephyr": {"base": "/new"}, "renode": {"bin": "/r"}})
    renode = '# mine\n[renode]\nruntime = "mono"  # as is\nbin = "/r"\n'
    assert path.read_text() == renode + '\n[zephyr]  # here\nbase = "/new"\n'


def test_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert not put(path, {})
    assert not path.exists()
