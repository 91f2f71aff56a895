"""The Linux and OP-TEE fragments: compiles them on top of minimal base trees, reads the result."""

from pathlib import Path

import pytest

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan, Window
from fwgen.spec import parse_spec
from tests.generate.device_tree import BASE, Tree, apply_overlay, compile_tree, preprocess

pytestmark = pytest.mark.needs("dtc")

LINUX_BASE = (BASE / "linux.dts").read_text()
# non-secure, unprivileged; only compartments 1 and 2 read and write
OPEN = 1 << 24 | 0b110 << 16 | 0b110 << 8
MEMORY_REGION = ["cm33_sram1", "cm33_retram", "vdev0vring0", "vdev0vring1", "vdev0buffer"]


def fragment(plan: Plan, tree: str) -> str:
    return render(plan)[f"fragments/{tree}/{plan.board.name}-fwgen.dtsi"].decode()


def linux_tree(plan: Plan, folder: Path) -> Tree:
    return compile_tree(LINUX_BASE + fragment(plan, "linux"), folder / "linux.dtb")


def optee_tree(plan: Plan, folder: Path, header: str) -> Tree:
    text = (BASE / "optee.dts").read_text() + fragment(plan, "optee")
    option = f'-DRIF_HEADER="{BASE / header}"'
    return compile_tree(preprocess(text, option), folder / "optee.dtb")


def reg(window: Window) -> list[int]:
    return [0, window.start, 0, window.size_bytes]


def test_linux_moves_the_reserved_memory_to_the_windows(reference: Plan, tmp_path: Path) -> None:
    tree = linux_tree(reference, tmp_path)
    regs = {name: tree.cells(tree.label(name), "reg") for name in MEMORY_REGION}
    assert regs == {
        "cm33_sram1": [0, 0x0A043000, 0, 0x1D000],
        "cm33_retram": [0, 0x0A080000, 0, 0x1F000],
        "vdev0vring0": [0, 0x812F8000, 0, 0x1000],
        "vdev0vring1": [0, 0x812F9000, 0, 0x1000],
        "vdev0buffer": [0, 0x812FA000, 0, 0x6000],
    }


def test_linux_remoteproc_knows_its_memory_and_survives_the_sleep(
    reference: Plan, tmp_path: Path
) -> None:
    tree = linux_tree(reference, tmp_path)
    rproc, mailbox = tree.label("m33_rproc"), tree.label("ipcc1")
    assert tree.names(tree.cells(rproc, "memory-region")) == MEMORY_REGION
    ipcc1 = tree.cells(mailbox, "phandle")[0]
    assert tree.cells(rproc, "mboxes") == [ipcc1, 0x100, ipcc1, 0x101, ipcc1, 2]
    assert tree.text(rproc, "mbox-names") == ["vq0", "vq1", "shutdown"]
    assert tree.has(rproc, "keep-power-in-suspend")
    assert tree.has(mailbox, "wakeup-source")
    assert tree.text(rproc, "status") == tree.text(mailbox, "status") == ["okay"]


@pytest.mark.parametrize(
    ("trees", "offset"),
    [("openstlinux-6.0", 0xA8), ("openstlinux-6.1", 0xA8), ("openstlinux-6.2", 0x20A8)],
)
def test_linux_starts_a_plain_elf_and_keeps_its_power(
    reference_spec: Path, trees: str, offset: int, tmp_path: Path
) -> None:
    tree = linux_tree(with_trees(reference_spec, trees), tmp_path)
    rproc = tree.label("m33_rproc")
    assert tree.text(rproc, "compatible") == ["st,stm32mp2-m33"]
    syscfg = tree.cells(tree.label("a35ss_syscfg"), "phandle")
    assert tree.cells(rproc, "st,syscfg-nsvtor") == [*syscfg, offset, 0xFFFFFF80]
    assert tree.names(tree.cells(rproc, "power-domains")) == ["cluster_pd", "ret_pd"]
    assert tree.text(rproc, "power-domain-names") == ["default", "sleep"]


def test_linux_s_doorbell_rings_through_the_exti(reference: Plan, tmp_path: Path) -> None:
    tree = linux_tree(reference, tmp_path)
    mailbox = tree.label("ipcc1")
    exti1, intc = (tree.cells(tree.label(name), "phandle")[0] for name in ("exti1", "intc"))
    assert tree.cells(mailbox, "interrupts-extended") == [exti1, 59, 4, intc, 0, 172, 4]


def test_linux_does_not_use_the_m33_s_devices(reference: Plan, other: Plan, tmp_path: Path) -> None:
    tree = linux_tree(reference, tmp_path)
    for name in ("i2c8", "uart5", "usart6"):  # usart6 could drive PF15 and PG5
        assert tree.text(tree.label(name), "status") == ["disabled"], name
    assert "&i2c8" not in fragment(other, "linux")


def with_trees(spec: Path, trees: str, flavour: str = "plain") -> Plan:
    text = spec.read_text() + f"\nlinux: {{trees: {trees}, flavour: {flavour}}}\n"
    return plan_spec(parse_spec(text))


@pytest.mark.needs("cpp")
def test_optee_leaves_the_m33_to_linux(reference_spec: Path, tmp_path: Path) -> None:
    plan = with_trees(reference_spec, "openstlinux-6.0", "ostl")
    tree = optee_tree(plan, tmp_path, "rif.h")
    assert tree.text(tree.label("m33_rproc"), "compatible") == ["st,stm32mp2-m33"]
    assert tree.text(tree.label("m33_rproc"), "status") == ["okay"]


def test_the_lines_to_change_by_hand_are_listed_exactly(
    reference_spec: Path, reference: Plan
) -> None:
    plan = with_trees(reference_spec, "openstlinux-6.0", "ostl")
    texts = [fragment(plan, "optee"), render(plan)["fragments/README.md"].decode()]
    assert {line.uses for line in plan.by_hand} == {"i2c8", "PZ3", "PZ4"}
    for text in texts:
        for line in plan.by_hand:
            assert line.file in text
            assert line.was in text and line.becomes in text
    assert "By hand: nothing" in render(reference)["fragments/README.md"].decode()


def test_linux_fragment_is_an_overlay_too(reference: Plan, tmp_path: Path) -> None:
    included = linux_tree(reference, tmp_path)
    base = compile_tree(LINUX_BASE, tmp_path / "base.dtb")
    laid_over = apply_overlay(base, fragment(reference, "linux"), tmp_path / "laid_over.dtb")
    rproc = included.label("m33_rproc")
    assert laid_over.names(laid_over.cells(rproc, "memory-region")) == MEMORY_REGION
    for name in MEMORY_REGION:
        node = included.label(name)
        assert laid_over.cells(node, "reg") == included.cells(node, "reg")


@pytest.mark.needs("cpp")
def test_optee_opens_the_memories_used_and_no_others(reference: Plan, tmp_path: Path) -> None:
    tree = optee_tree(reference, tmp_path, "rif.h")
    nodes = {name: tree.label(name) for name in ("cm33_sram1", "cm33_sram2", "cm33_retram")}
    assert tree.cells(nodes["cm33_sram1"], "reg") == [0, 0x0A043000, 0, 0x1D000]
    assert tree.cells(nodes["cm33_retram"], "reg") == [0, 0x0A080000, 0, 0x1F000]
    protreg = {name: tree.cells(node, "st,protreg") for name, node in nodes.items()}
    assert protreg == {"cm33_sram1": [OPEN], "cm33_retram": [OPEN], "cm33_sram2": [0xDEAD]}


@pytest.mark.needs("cpp")
def test_optee_has_each_flag_in_its_field(reference: Plan, tmp_path: Path) -> None:
    tree = optee_tree(reference, tmp_path, "rif_spelled.h")
    unused, nsec, npriv, cfen, ddcid_dis = 1, 2, 4, 7, 8
    both = 9 | 10
    meant = [ddcid_dis, unused, nsec, npriv, cfen, both, both, unused]
    assert tree.cells(tree.label("cm33_sram1"), "st,protreg") == meant


def test_linux_follows_another_spec(other: Plan, tmp_path: Path) -> None:
    tree = linux_tree(other, tmp_path)
    assert tree.cells(tree.label("cm33_sram1"), "reg") == [0, 0x0A048000, 0, 0x18000]
    assert tree.cells(tree.label("cm33_sram2"), "reg") == reg(other.data)
    assert tree.names(tree.cells(tree.label("m33_rproc"), "memory-region"))[:2] == [
        "cm33_sram1",
        "cm33_sram2",
    ]


@pytest.mark.needs("cpp")
def test_optee_follows_another_spec(other: Plan, tmp_path: Path) -> None:
    tree = optee_tree(other, tmp_path, "rif.h")
    assert tree.cells(tree.label("cm33_sram1"), "reg") == [0, 0x0A048000, 0, 0x18000]
    assert tree.cells(tree.label("cm33_sram2"), "st,protreg") == [OPEN]
    assert tree.cells(tree.label("cm33_retram"), "st,protreg") == [0xDEAD]


def in_sram2(spec: Path, linux: str = "") -> Plan:
    text = spec.read_text().replace("# rings: ddr", "rings: sram2") + linux
    return plan_spec(parse_spec(text))


def test_linux_moves_the_rings_to_sram2(reference_spec: Path, tmp_path: Path) -> None:
    """The addresses are those of ST's own example in SRAM; the rest of SRAM2 does not overlap."""
    tree = linux_tree(in_sram2(reference_spec), tmp_path)
    names = [*MEMORY_REGION, "cm33_sram2"]
    assert {name: tree.cells(tree.label(name), "reg") for name in names} == {
        "cm33_sram1": [0, 0x0A043000, 0, 0x1D000],
        "cm33_retram": [0, 0x0A080000, 0, 0x1F000],
        "vdev0vring0": [0, 0x0A078000, 0, 0x1000],
        "vdev0vring1": [0, 0x0A079000, 0, 0x1000],
        "vdev0buffer": [0, 0x0A07A000, 0, 0x6000],
        "cm33_sram2": [0, 0x0A060000, 0, 0x10000],
    }
    rproc = tree.label("m33_rproc")
    assert tree.names(tree.cells(rproc, "memory-region")) == MEMORY_REGION


@pytest.mark.needs("cpp")
@pytest.mark.parametrize("flavour", ["plain", "ostl"])
def test_optee_opens_sram2_to_both_cores_only(
    reference_spec: Path, flavour: str, tmp_path: Path
) -> None:
    linux = f"\nlinux: {{trees: openstlinux-6.0, flavour: {flavour}}}\n"
    plan = in_sram2(reference_spec, linux)
    tree = optee_tree(plan, tmp_path, "rif.h")
    node = tree.label("cm33_sram2")
    assert tree.cells(node, "reg") == [0, 0x0A060000, 0, 0x20000]
    assert tree.cells(node, "st,protreg") == [OPEN]
    assert "ipc_shmem" not in fragment(plan, "optee"), "DDR is not the firmware's"


@pytest.mark.needs("cpp")
def test_data_beside_the_rings_is_in_one_region_of_the_firewall(
    reference_spec: Path, tmp_path: Path
) -> None:
    text = reference_spec.read_text().replace("# rings: ddr", "rings: sram2")
    plan = plan_spec(parse_spec(text.replace("data: retram", "data: sram2")))
    assert (plan.data.start, plan.data.size_bytes) == (0x0A060000, 0x10000)
    tree = linux_tree(plan, tmp_path)
    assert tree.cells(tree.label("cm33_sram2"), "reg") == reg(plan.data)
    guarded = optee_tree(plan, tmp_path, "rif.h")
    assert guarded.cells(guarded.label("cm33_sram2"), "reg") == [0, 0x0A060000, 0, 0x20000]
