"""No tree makes verify crash: it reports findings, or says what is wrong with the file."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.terminal import Style
from fwgen.verify import examine, fdt, subject_of
from fwgen.verify.errors import TreeError
from fwgen.verify.report import to_json, to_text
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from tests.verify.trees import Stage, compiled

pytestmark = [pytest.mark.needs("dtc"), pytest.mark.needs("cpp")]

ELF = Path(__file__).parents[1] / "audit/golden/good.elf"
PLAIN = Style(colour=False)


@dataclass(frozen=True)
class Files:
    linux: Path
    optee: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder, stage = tmp_path_factory.mktemp("hostile"), Stage()
    return Files(
        compiled(stage.linux, folder / "linux.dtb"), compiled(stage.optee, folder / "optee.dtb")
    )


def reported(subject: Subject) -> list[str]:
    """Return the broken rules, after both reports were made."""
    findings = examine(subject)
    json.dumps(to_json(subject, findings))
    to_text(subject, findings, PLAIN).encode()
    return [finding.rule for finding in findings]


_BYTES = st.one_of(
    st.binary(max_size=40),
    st.lists(st.integers(0, 0xFFFF_FFFF), max_size=12).map(
        lambda c: struct.pack(f">{len(c)}I", *c)
    ),
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 8, 0x7FFF_FFFF, 0xFFFF_FFFF]), max_size=9).map(
        lambda c: struct.pack(f">{len(c)}I", *c)
    ),
    st.sampled_from([b"okay\0", b"disabled\0", b"", b"\xff\xfe", b"st,stm32mp2-m33\0"]),
)


# the nodes of which rules read most
_READ = (
    "m33@",
    "mailbox@",
    "interrupt-controller@",
    "power-domain",
    "ris",
    "ahb@",
    "cm33",
    "vdev0",
)


@given(st.data())
def test_odd_properties(files: Files, data: st.DataObject) -> None:
    """Any property of any node may have any bytes: phandles in a loop, odd numbers of cells."""
    subject = subject_of(Stage().plan, files.linux, files.optee, ELF)
    assert subject.linux and subject.optee
    for tree in (subject.linux, subject.optee):
        nodes = list(tree.root.walk())
        names = sorted({name for node in nodes for name in node.properties})
        read = [node for node in nodes if node.name.startswith(_READ)]
        for _ in range(data.draw(st.integers(0, 6))):
            node = data.draw(st.sampled_from(read if data.draw(st.booleans()) else nodes))
            own = sorted(node.properties) or names
            name = data.draw(st.sampled_from(own if data.draw(st.booleans()) else names))
            node.properties[name] = data.draw(_BYTES)
    reported(
        Subject(
            subject.plan,
            Tree(files.linux, subject.linux.root),
            Tree(files.optee, subject.optee.root),
            subject.elf,
        )
    )


_ODD_VALUES = (b"", b"\xff\xfe\xfd", b"\0\0\0\1" * 9, b"a\0" * 9)


def test_each_property_of_the_nodes_that_rules_read(files: Files) -> None:
    """One property at a time has an odd length or an odd value, in each tree."""
    subject = subject_of(Stage().plan, files.linux, files.optee, ELF)
    subject.lines("linux", "m33_rproc")
    fragments = vars(subject)["_fragments"]
    count = 0
    for tree in (subject.linux, subject.optee):
        assert tree
        for node in (node for node in tree.root.walk() if node.name.startswith(_READ)):
            for name, whole in list(node.properties.items()):
                for value in _ODD_VALUES:
                    node.properties[name] = value
                    odd = Subject(
                        subject.plan,
                        Tree(files.linux, subject.linux.root) if subject.linux else None,
                        Tree(files.optee, subject.optee.root) if subject.optee else None,
                        subject.elf,
                    )
                    vars(odd)["_fragments"] = fragments  # they are the same for each tree
                    reported(odd)
                    count += 1
                node.properties[name] = whole
    assert count > 400


@given(st.data())
def test_missing_nodes(files: Files, data: st.DataObject) -> None:
    subject = subject_of(Stage().plan, files.linux, files.optee, ELF)
    assert subject.linux and subject.optee
    roots = (subject.linux.root, subject.optee.root)
    for root in roots:
        for _ in range(data.draw(st.integers(1, 5))):
            parents = [node for node in root.walk() if node.children]
            if parents:
                children = data.draw(st.sampled_from(parents)).children
                children.remove(data.draw(st.sampled_from(children)))
    reported(
        Subject(subject.plan, Tree(files.linux, roots[0]), Tree(files.optee, roots[1]), subject.elf)
    )


@given(st.data())
def test_damaged_files(
    files: Files, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = files.linux.read_bytes()
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))
    path = tmp_path_factory.getbasetemp() / "damaged.dtb"
    path.write_bytes(bytes(damaged[:end]))
    try:
        subject = subject_of(Stage().plan, path, files.optee)
    except TreeError as error:
        assert str(path) in error.message and error.hint
    else:
        reported(subject)


@given(st.binary(max_size=300))
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.dtb"
    path.write_bytes(content)
    with pytest.raises(TreeError):
        subject_of(Stage().plan, path)


_CHIP = '/dts-v1/;\n/ { compatible = "st,stm32mp257f-dk", "st,stm32mp257"; '
ODD = {
    "nothing": ("/dts-v1/; / { };", ["linux-chip"]),
    "an MP15's": ('/dts-v1/; / { compatible = "st,stm32mp157f-dk2"; };', ["linux-chip"]),
    "without reserved memory": (_CHIP + "};", ["linux-rproc", *["linux-reserved"] * 5]),
    "a loop of phandles": (
        _CHIP + 'a: m33@0 { compatible = "st,stm32mp2-m33"; power-domains = <&b &a>; '
        'power-domain-names = "default", "sleep"; interrupt-parent = <&a>; '
        "memory-region = <&a &b>; phandle = <7>; }; "
        "b: b { power-domains = <&b>; memory-region = <&a>; }; };",
        None,
    ),
    "no cells": (
        _CHIP + "reserved-memory { #address-cells = <0>; #size-cells = <0>; "
        "vdev0vring0 { reg = <1>; }; }; };",
        None,
    ),
    "too many cells": (
        _CHIP + "reserved-memory { #address-cells = <0xffffffff>; #size-cells = <9>; "
        "vdev0vring0 { reg = <1 2 3 4 5 6 7 8 9 10 11 12>; }; }; };",
        None,
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_trees(name: str, tmp_path: Path) -> None:
    source, rules = ODD[name]
    path = tmp_path / "odd.dtb"
    subprocess.run(
        ["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-o", path],
        input=source,
        text=True,
        check=True,
    )
    found = reported(subject_of(Stage().plan, path, None, ELF))
    assert "elf-spec" in found, "the ELF is of another spec"
    assert rules is None or found == [*rules, "elf-spec"]


def test_the_deepest_tree_that_is_read(tmp_path: Path) -> None:
    """64 levels are read; more are an error, not an endless recursion."""
    for levels, fits in ((60, True), (70, False), (5_000, False)):
        text = _CHIP + "n { " * levels + "}; " * levels + "};"
        path = tmp_path / "deep.dtb"
        path.write_bytes(_nested(levels)) if levels > 1_000 else compiled(text, path)
        if fits:
            assert reported(subject_of(Stage().plan, path))
        else:
            with pytest.raises(TreeError, match="expected at most 64 levels"):
                subject_of(Stage().plan, path)


def _nested(levels: int) -> bytes:
    structs = b"\0\0\0\1\0\0\0\0" * levels + b"\0\0\0\2" * levels + b"\0\0\0\x09"
    header = struct.pack(
        ">10I", fdt.MAGIC, 40 + len(structs), 40, 40, 40, 17, 16, 0, 0, len(structs)
    )
    return header + structs


def command_line(*words: str | Path) -> Iterator[str]:
    yield from (sys.executable, "-m", "fwgen", "verify", *map(str, words))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\0" * 4096, "which begins with d00dfeed"),
        (b"\xd0\x0d\xfe\xed" + b"\xff" * 60, "expected 4,294,967,295 bytes"),
        (b"\xd0\x0d\xfe\xed" + bytes(17 << 20), "at most 16 MiB, found more"),
    ],
)
def test_the_command_ends_with_exit_code_2(content: bytes, says: str, tmp_path: Path) -> None:
    spec, path = tmp_path / "spec.yaml", tmp_path / "bad.dtb"
    spec.write_text(Stage().spec)
    path.write_bytes(content)
    done = subprocess.run(
        list(command_line("--spec", spec, "--linux-dtb", path)), capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr


def test_an_overlay_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "overlay.dtso"
    source.write_text(f"/dts-v1/;\n/plugin/;\n{Stage().fragment('linux')}")
    overlay = tmp_path / "overlay.dtbo"
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", overlay, source], check=True)
    with pytest.raises(TreeError, match=r"found an overlay\nhelp: .*fdtoverlay -i BASE\.dtb"):
        subject_of(Stage().plan, overlay)
