"""A carrier board with a module, as a repository of its owner: no line of code, only data files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from fwgen.boards import TomlErrors, read_board
from fwgen.boards.schema import board_schema
from fwgen.cli.main import main
from fwgen.plan import plan_file
from fwgen.plan.errors import PlanErrors
from fwgen.soc import board_names, load, load_board
from fwgen.soc.load import board_table
from tests.generate.device_tree import compile_tree, preprocess

HERE = Path(__file__).parent
MACROS = HERE.parent / "generate" / "base"


@pytest.fixture
def carrier(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "carrier", tmp_path / "carrier"))


def test_its_plan_has_its_own_memories_pins_and_console(carrier: Path) -> None:
    plan = plan_file(carrier / "node.yaml")
    assert plan.board.title == "ACME carrier with an STM32MP257 module"
    assert (plan.code.start, plan.code.size_bytes) == (0x0A048000, 0x18000)
    assert (plan.data.start, plan.data.size_bytes) == (0x0A080000, 0x1E000)
    assert plan.rings.vring0.start == 0x9F2F8000
    assert (plan.pins["trigger"].name, plan.pins["echo"].irq) == ("PB10", 28)
    assert plan.bus is not None and (plan.bus.name, plan.bus.speed_hz) == ("i2c2", 400_000)
    assert plan.board.zephyr_root == str(carrier / "zephyr")
    assert plan.board.reserved[-1].source == "our-carrier.toml"


def test_it_is_generated_and_its_trees_are_verified(carrier: Path) -> None:
    assert main(["generate", str(carrier / "node.yaml"), "-o", str(carrier / "app")]) == 0
    overlay = carrier / "app/boards/acme_carrier_stm32mp257fxx_m33.overlay"
    assert "&i2c2" in overlay.read_text("utf-8")
    assert "zephyr,console = &usart6;" in overlay.read_text("utf-8")
    fragment = carrier / "app/fragments/linux/acme_carrier-fwgen.dtsi"
    assert "our linux/acme-carrier.dts" in fragment.read_text("utf-8")


@pytest.mark.needs("dtc")
@pytest.mark.needs("cpp")
def test_its_trees_pass_with_the_fragments_and_not_without(
    carrier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", str(carrier / "node.yaml"), "-o", str(carrier / "app")]) == 0
    arguments = ["verify", "--spec", str(carrier / "node.yaml")]
    for tree in ("linux", "optee"):
        include = [f"-I{MACROS}", f"-I{carrier / 'app/fragments' / tree}"]
        text = preprocess((carrier / f"trees/{tree}.dts").read_text("utf-8"), *include)
        arguments += [f"--{tree}-dtb", str(compile_tree(text, carrier / f"{tree}.dtb").dtb)]
    assert main(arguments) == 0, capsys.readouterr()
    for tree in ("linux", "optee"):
        text = (carrier / f"trees/{tree}.dts").read_text("utf-8")
        bare = preprocess(text.replace('#include "acme', '// #include "acme'), f"-I{MACROS}")
        compile_tree(bare, carrier / f"{tree}.dtb")
    assert main(arguments) == 1


def test_it_runs_on_the_host(carrier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(carrier / "sleep.yaml"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "pass" and report["spec"] == "carrier-node"


@pytest.mark.needs("zephyr", "renode")
def test_its_firmware_is_built_audited_and_emulated(carrier: Path) -> None:
    """The Zephyr board comes from the user's repository, through BOARD_ROOT."""
    program = [sys.executable, "-m", "fwgen"]
    built = subprocess.run(
        [*program, "build", str(carrier / "node.yaml"), "-o", str(carrier / "build")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    elf = carrier / "build/carrier-node.elf"
    assert "audit passed" in built.stdout + built.stderr
    run = [*program, "run", str(carrier / "sleep.yaml"), "--backend", "renode", "--elf", str(elf)]
    done = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["verdict"] == "pass" and len(report["sleeps"]) == 1
    assert report["samples"]["delivered"] > 100


# ------------------------------------------------------------------------------------ finding it


def test_a_board_is_found_by_its_name(
    carrier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the spec, in FWGEN_BOARD_PATH, or in the configuration file's folders."""
    spec = carrier / "node.yaml"
    text = spec.read_text("utf-8")
    for name in ("our-carrier", "our-carrier.toml", "./our-carrier.toml"):
        spec.write_text(text.replace("./our-carrier.toml", name), "utf-8")
        assert plan_file(spec).board.name == "acme_carrier"
    spec.write_text(text.replace("./our-carrier.toml", "our-carrier"), "utf-8")
    boards = tmp_path / "boards"
    boards.mkdir()
    (carrier / "our-carrier.toml").rename(boards / "our-carrier.toml")
    shutil.move(carrier / "zephyr", boards / "zephyr")
    with pytest.raises(PlanErrors, match=r"unknown board `our-carrier`(?s:.*)boards\.md"):
        plan_file(spec)
    monkeypatch.setenv("FWGEN_BOARD_PATH", f"/nowhere:{boards}")
    assert plan_file(spec).board.name == "acme_carrier"
    monkeypatch.delenv("FWGEN_BOARD_PATH")
    config = tmp_path / "config/fwgen/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[boards]\npath = ["{boards}"]\n', "utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert plan_file(spec).board.name == "acme_carrier"


def test_a_board_that_only_extends_is_that_board(tmp_path: Path) -> None:
    file = tmp_path / "same.toml"
    file.write_text('extends = "stm32mp257f_dk"\nname = "same"\n', "utf-8")
    own, known = read_board(file), load_board("stm32mp257f_dk")
    assert own.emulated_as == "stm32mp257"
    assert replace(own, name=known.name, own="") == replace(known, windows=own.windows)
    assert dict(own.windows) == dict(known.windows)


# ------------------------------------------------------------------------------------ errors

EXTENDS = 'extends = "stm32mp257f_dk"\nname = "ours"\n'


@pytest.mark.parametrize(
    ("text", "rule", "place", "hint"),
    [
        ("name = \n", "toml", (1, 8), "toml.io"),
        pytest.param("a = " + "[" * 5000, "toml", (1, 104), "remove the brackets", id="deep"),
        pytest.param("a = " + "9" * 5000, "toml", (1, 5), "toml.io", id="digits"),
        ("a = [\n1,\n", "toml", (2, 3), "toml.io"),
        ('extends = "stm32mp257_dk"\nname = "a"\n', "unknown-board", (1, 1), "stm32mp257f_dk"),
        ('name = "a"\n', "missing-key", (0, 0), "`extends` with a board that fwgen knows"),
        (EXTENDS + "tital = 1\n", "unknown-key", (3, 1), "did you mean `title`?"),
        (EXTENDS + "title = 1\n", "wrong-type", (3, 1), 'write it like `"text"`'),
        (EXTENDS + "pins = 1\n", "wrong-type", (3, 1), "[pins.NAME]"),
        (EXTENDS + "reserved = 1\n", "wrong-type", (3, 1), "[[table]]"),
        (EXTENDS + '[console]\nuart = "usart6"\n', "missing-key", (3, 2), "add `tx"),
        (EXTENDS + 'chip = "stm32mp275"\n', "unknown-chip", (3, 1), "`stm32mp257`"),
        ('extends = "stm32mp257f_dk"\n', "known-name", (0, 0), "another name"),
        ('extends = "stm32mp257f_dk"\nname = "Ours"\n', "bad-name", (2, 1), "our_carrier"),
        (EXTENDS + "[windows.sram1]\nstart = 0x1000\n", "not-in-memory", (4, 1), "non-secure"),
        (EXTENDS + "[windows.sram1]\nsize_bytes = 0x1234\n", "not-pages", (3, 2), "0x1000"),
        (EXTENDS + "[windows.sram9]\nstart = 0\n", "unknown-memory", (3, 2), "`sram2`"),
        (EXTENDS + '[pins.PB1]\nconnector = "X1"\n', "missing-key", (3, 2), "`position = 11`"),
        (EXTENDS + '[pins.PB1]\nsignal = "U"\n', "missing-key", (3, 2), "or `taken_by` if"),
        (EXTENDS + "[windows]\nsram1.start = 0x0A042000\n", "window-reserved", (4, 1), "smaller"),
        (EXTENDS + '[pins.PQ1]\nconnector = ""\nposition = 0\n', "unknown-pin", (3, 2), "PF6"),
        (EXTENDS + '[pins.LED]\nconnector = ""\nposition = 0\n', "unknown-pin", (3, 2), "PF6"),
        (
            EXTENDS + '[buses.i2c5]\nscl = "PA1"\nsda = "PA2"\npinctrl = []\nspeed_hz = 1\n',
            "unknown-bus",
            (3, 2),
            "i2c8",
        ),
        (
            EXTENDS + '[console]\nuart = "uart6"\ntx = "PA1"\nrx = "PA2"\nwhere = ""\n',
            "unknown-uart",
            (4, 1),
            "usart6",
        ),
        (EXTENDS + 'zephyr_root = "nowhere"\n', "zephyr-root", (3, 1), "BOARD_ROOT"),
    ],
)
def test_an_error_has_its_place_and_a_way_out(
    text: str, rule: str, place: tuple[int, int], hint: str, tmp_path: Path
) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(TomlErrors) as caught:
        read_board(file)
    assert caught.value.exit_code == 2
    found = {one.rule_id: one for one in reversed(caught.value.diagnostics)}
    assert rule in found, found
    assert (found[rule].position.line, found[rule].position.column) == place
    assert hint in found[rule].hint


@pytest.mark.parametrize(
    ("old", "new", "rule", "says"),
    [
        ("speed_hz = 400_000", "speed_hz = 0", "bus-speed", "0 is no speed"),
        ("speed_hz = 400_000", "speed_hz = 123456789", "bus-speed", "`1_000_000`"),
        ("speed_hz = 400_000", "speed_hz = 200_000", "bus-speed", "`400_000`"),
        ('scl = "PF2"', 'scl = "PF3"', "bus-pin", "there is no `[pins.PF3]`"),
        ('"i2c2_scl_pf2"', '"i2c2_scl_pf3"', "bus-pinctrl", "not for PF2 and PF0 of i2c2"),
        ('"i2c2_scl_pf2"', '"i2c9_scl_zz"', "bus-pinctrl", "not for PF2 and PF0 of i2c2"),
        ('"i2c2_scl_pf2"', '"usart6_tx_pf13"', "bus-pinctrl", "not for PF2 and PF0 of i2c2"),
        ('"i2c2_scl_pf2"', '"nonsense; }"', "bus-pinctrl", "not the label of a node"),
        ('["i2c2_scl_pf2", "i2c2_sda_pf0"]', "[]", "bus-pinctrl", '"i2c2_sda_pf0"]`'),
        ('sda = "PF0"', 'sda = "PF2"', "same-pin", "`PF2` is also `scl`"),
        ('rx = "PF14"', 'rx = "PF13"', "same-pin", "`PF13` is also `tx`"),
        ('tx = "PF13"', 'tx = "PA1"', "console-pin", "there is no `[pins.PA1]`"),
        ("position = 8", "position = -8", "bad-position", "-8 is no number of a pin"),
        ("position = 8", "position = 7", "same-position", "PB10 is at X4 pin 7 already"),
        ("start = 0x9E800000", "start = 0x9E000000", "overlap", "`ddr.code`"),
        ("start = 0x9F2F8000", "start = 0x8F2F8000", "ring-gap", "`rings.ddr.vring0`"),
        ("start = 0x9F2F8000", "start = 0x9F2F9000", "overlap", "`rings.ddr.vring0`"),
        ("start = 0x0A041000", "start = 0x0A040000", "overlap", "`reserved.1`"),
        ('name = "scmi"', 'name = "bsec_mirror"', "same-name", "`reserved.2`"),
        ('"our linux/acme-carrier.dts"', r"""'a"b.dts'""", "bad-tree", "`trees.linux`"),
        ('"our linux/acme-carrier.dts"', '"a*/b.dts"', "bad-tree", "`trees.linux`"),
        ('"our linux/acme-carrier.dts"', r'"a\n.dts"', "bad-text", "a line break"),
    ],
)
def test_what_contradicts_itself_is_refused(
    old: str, new: str, rule: str, says: str, carrier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `board check`, and by `check` of a spec on the board."""
    file = carrier / "our-carrier.toml"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    line = text[: text.index(old)].count("\n") + 1
    for command in (["board", "check", str(file)], ["check", str(carrier / "node.yaml")]):
        assert main(command) == 2
        shown = capsys.readouterr().err
        place = re.search(rf"{re.escape(str(file))}:(\d+):\d+: error\[{rule}\]", shown)
        assert place, shown
        assert int(place[1]) == line or rule == "overlap"
        assert says in shown


def test_a_byte_order_mark_is_no_error(carrier: Path) -> None:
    file = carrier / "our-carrier.toml"
    file.write_text(file.read_text("utf-8"), "utf-8-sig")
    assert main(["board", "check", str(file)]) == 0


def test_a_pin_that_the_board_uses_needs_no_connector(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(f'{EXTENDS}[buses]\n[pins.PD3]\ntaken_by = "the module"\n', "utf-8")
    pin = read_board(file).pins["PD3"]
    assert (pin.connector, pin.position, pin.taken_by) == ("", 0, "the module")


def test_an_inherited_bus_needs_its_pins(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    pins = '[pins.PB10]\nconnector = "X4"\nposition = 7\n'
    file.write_text(EXTENDS + pins, "utf-8")
    with pytest.raises(TomlErrors, match=r"bus-pin(?s:.*)the bus is inherited: write `\[buses\]`"):
        read_board(file)
    file.write_text(f"{EXTENDS}[buses]\n{pins}", "utf-8")
    assert not read_board(file).buses


@pytest.mark.parametrize("name", board_names())
@pytest.mark.parametrize("trees", load.release_names())
@pytest.mark.parametrize("rings", ["ddr", "sram2"])
def test_boards_that_fwgen_knows_keep_the_same_rules(
    name: str, trees: str, rings: str, tmp_path: Path
) -> None:
    file = tmp_path / "same.toml"
    file.write_text(f'extends = "{name}"\nname = "same"\n', "utf-8")
    assert read_board(file, trees, rings=rings).own


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./their-carrier.toml", "there is no file `./their-carrier.toml`"),
        ("their-carrier.toml", "there is no file `their-carrier.toml`"),
        ("their-carrier", "unknown board `their-carrier`"),
    ],
)
def test_a_board_that_is_missing_is_reported_at_the_spec(
    name: str, message: str, carrier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FWGEN_BOARD_PATH", "/nowhere")
    spec = carrier / "node.yaml"
    text = spec.read_text("utf-8").replace("./our-carrier.toml", name)
    spec.write_text(text, "utf-8")
    with pytest.raises(PlanErrors) as caught:
        plan_file(spec)
    (found,) = caught.value.diagnostics
    line = text[: text.index(name)].count("\n") + 1
    assert (found.position.file, found.position.line) == (str(spec), line)
    assert found.position.column > 1
    assert found.message == message
    searched = found.hint.partition("searched")[2]
    assert str(carrier) in searched
    assert ("/nowhere" in searched) == (not name.startswith("."))


def test_a_board_s_own_title_gets_no_article(carrier: Path) -> None:
    spec = carrier / "node.yaml"
    spec.write_text(spec.read_text("utf-8").replace("bus: i2c2", "bus: i2c9"), "utf-8")
    with pytest.raises(PlanErrors, match=r": ACME carrier with .* has no bus `i2c9`"):
        plan_file(spec)
    assert load_board("stm32mp257f_dk").called == "the STM32MP257F-DK"


def test_a_zephyr_board_that_is_missing_is_named(carrier: Path) -> None:
    shutil.rmtree(carrier / "zephyr/boards/acme/acme_carrier")
    with pytest.raises(TomlErrors, match=r"zephyr-board.*has no board `acme_carrier`"):
        read_board(carrier / "our-carrier.toml")


@pytest.mark.parametrize("content", [b"\xff", None], ids=["not-utf-8", "missing"])
def test_a_file_that_cannot_be_read(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ours.toml"
    if content is not None:
        file.write_bytes(content)
    assert main(["board", "check", str(file)]) == 2
    assert f"{file}: error[unreadable]" in capsys.readouterr().err


def test_the_spec_s_errors_and_the_board_s_are_reported_together(
    carrier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board, spec = carrier / "our-carrier.toml", carrier / "node.yaml"
    board.write_text(board.read_text("utf-8").replace('uart = "usart6"', 'uart = "uart9"'), "utf-8")
    assert main(["check", str(spec)]) == 2
    shown = capsys.readouterr().err
    line = board.read_text("utf-8").splitlines().index('uart = "uart9"') + 1
    assert f"{board}:{line}:1: error[unknown-uart]" in shown


# ------------------------------------------------------------------------------------ commands


def test_board_check_says_what_a_spec_may_use(
    carrier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(carrier / "our-carrier.toml")
    assert main(["board", "check", file]) == 0
    shown = capsys.readouterr().out
    assert "i2c2 (PF2, PF0)" in shown and "PB11 X4 pin 8" in shown
    assert "PF13 " not in shown.partition("pins")[2]  # the console has it
    assert "0x9F200000, 1,024 KiB" in shown and "DDR parameters 0x0A09E000" in shown
    assert main(["board", "check", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    Path(file).write_text("name = 1\n", "utf-8")
    assert main(["board", "check", file, "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert ("wrong-type", 1) in {(one["rule"], one["line"]) for one in document["diagnostics"]}


def test_the_schema_accepts_all_boards_and_refuses_what_the_reader_refuses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema", "board"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == board_schema()
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    carrier = tomllib.loads((HERE / "carrier/our-carrier.toml").read_text("utf-8"))
    for good in (carrier, *map(board_table, board_names())):
        check.validate(good)
    for bad in (
        {"name": "a"},
        {"extends": "stm32mp257f_dk"},
        {**carrier, "tital": ""},
        {**carrier, "windows": {"sram1": {"start": "0x0A043000"}}},
        {**carrier, "reserved": [{"name": "x"}]},
    ):
        assert not check.is_valid(bad), bad


def test_other_schemas_are_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    for what, title in (("spec", "fwgen spec"), ("scenario", "fwgen scenario")):
        assert main(["schema", what]) == 0
        assert json.loads(capsys.readouterr().out)["title"].startswith(title)


def test_a_wrong_extends_is_one_error(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('extends = 3\nname = "x"\ntitle = "t"\n', encoding="utf-8")
    with pytest.raises(TomlErrors) as caught:
        read_board(file)
    (found,) = caught.value.diagnostics
    assert (found.rule_id, found.position.line) == ("wrong-type", 1)
