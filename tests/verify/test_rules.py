"""Correct trees pass; a tree with one mistake breaks the rule about that mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fwgen.build.elf import Elf
from fwgen.verify.rules import RULES
from tests.audit.firmware_elf import IN_SRAM2, SPEC, SPEC_SRAM2, firmware, plan
from tests.verify.trees import STAGES, Stage, judged

pytestmark = [pytest.mark.needs("dtc"), pytest.mark.needs("cpp")]


@dataclass(frozen=True)
class Case:
    """`linux`, `optee`: appended to the tree; `edit`: a change of Linux's text, `both`: of both
    texts. `node`, `found`, `mend`: parts of the finding's texts."""

    rule: str
    linux: str = ""
    optee: str = ""
    edit: tuple[str, str] = ("", "")
    both: tuple[str, str] = ("", "")
    node: str = ""
    found: str = ""
    mend: str = ""
    severity: str = "error"


def prop(label: str, text: str) -> str:
    return f"&{label} {{ {text} }};\n"


def without(label: str, name: str) -> str:
    return prop(label, f"/delete-property/ {name};")


_PORT = (
    "&{/soc@0} { gpiof: gpio@44290000 { reg = <0x44290000 0x400>; gpio-controller; "
    "#gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>; #address-cells = <0>; }; }; "
    "&gpiog { interrupt-controller; #interrupt-cells = <2>; #address-cells = <0>; };\n"
)
_SIGNED = 'compatible = "st,stm32mp2-m33-tee";'
_SHUT = "RIF_SEC, 0, RIF_CID1, RIF_SEM_DIS, RIF_CFEN)>;"
_DDR_ONE = "RISAFPROT(5, RIF_CID1_BF, RIF_CID1_BF, 0, RIF_NSEC, RIF_ENC_DIS, RIF_BREN_EN)"
_DDR_OFF = "RISAFPROT(5, 6, 6, 0, RIF_NSEC, RIF_ENC_DIS, 0)"
_DDR_SPARE = "RISAFPROT(5, 2, 2, 0, RIF_NSEC, RIF_ENC_DIS, RIF_BREN_EN)"
_BOARD = ('"st,stm32mp257f-dk", "st,stm32mp257"', '"st,stm32mp257f-ev1", "st,stm32mp257"')
_MP15 = ('"st,stm32mp257f-dk", "st,stm32mp257"', '"st,stm32mp157f-dk2", "st,stm32mp157"')
_OLD = "reg = <0x0 0xa041000 0x0 0x1f000>;"

CASES = (
    Case("linux-chip", both=_MP15, node="/", found="stm32mp157"),
    Case("optee-chip", both=_MP15, node="/", found="stm32mp157"),
    Case("linux-board", both=_BOARD, found="stm32mp257f-ev1"),
    Case("optee-board", both=_BOARD, found="stm32mp257f-ev1"),
    Case(
        "linux-reserved",
        prop("cm33_retram", "reg = <0x0 0xa080000 0x0 0x1e000>;"),
        node="/reserved-memory/cm33-retram@a080000",
        found="0xa080000 + 0x1e000",
        mend="reg = <0x0 0xa080000 0x0 0x1f000>;",
    ),
    Case(
        "linux-reserved",
        prop("vdev0buffer", "reg = <0x0 0x90000000 0x0 0x6000>;"),
        node="/reserved-memory/vdev0buffer@812fa000",
        found="0x90000000 + 0x6000",
    ),
    Case(
        "linux-reserved",
        prop("cm33_retram", "reg = <0x0 0x90000000 0x0 0x1f000>;"),
        found="nothing at 0xa080000",
    ),
    Case("linux-no-map", without("cm33_sram1", "no-map"), mend="\tno-map;"),
    Case(
        "linux-overlap",
        "/ { reserved-memory { camera@a050000 { reg = <0x0 0xa050000 0x0 0x1000>; no-map; }; }; };",
        node="/reserved-memory/camera@a050000",
        found="over /reserved-memory/cm33-sram1@a043000",
    ),
    Case(
        "linux-outside",
        "&{/memory@80000000} { reg = <0x0 0x80000000 0x0 0x1000000>; };",
        found="0x812f8000 + 0x1000",
    ),
    Case("linux-rproc", prop("m33_rproc", 'status = "disabled";'), found='"disabled"'),
    Case("linux-rproc", prop("m33_rproc", 'compatible = "acme,m33";'), mend="take ST's tree"),
    Case("linux-compatible", prop("m33_rproc", _SIGNED), found="tee", mend='"st,stm32mp2-m33";'),
    Case("linux-nsvtor", without("m33_rproc", "st,syscfg-nsvtor"), mend="<&a35ss_syscfg 0x20a8"),
    Case(
        "linux-nsvtor",
        prop("m33_rproc", "st,syscfg-nsvtor = <&a35ss_syscfg 0xa8 0xffffff80>;"),
        found="that is 0x488000a8",
    ),
    Case(
        "linux-nsvtor",
        prop("m33_rproc", "st,syscfg-nsvtor = <&a35ss_syscfg 0x20a8 0xffffffff>;"),
        found="mask 0xffffffff",
    ),
    Case(
        "linux-nsvtor",
        prop("a35ss_syscfg", 'status = "disabled";'),
        found="/soc@0/syscon@48800000 is not enabled",
        mend="&a35ss_syscfg {",
    ),
    Case("linux-nsvtor", prop("m33_rproc", "st,syscfg-nsvtor = <0x99 0x20a8 0xffffff80>;")),
    Case("linux-nsvtor", prop("m33_rproc", "st,syscfg-nsvtor = <0x99>;"), found="three cells"),
    Case("linux-cm-state", without("m33_rproc", "st,syscfg-cm-state"), mend="&pwr 0x204"),
    Case(
        "linux-cm-state",
        prop("m33_rproc", "st,syscfg-cm-state = <&exti1 0x204 0xc>;"),
        found="0x204 0xc",
        mend="&pwr 0x204",
    ),
    Case("linux-resets", without("m33_rproc", "resets"), found="no resets"),
    Case("linux-resets", prop("m33_rproc", 'reset-names = "mcu_rst";'), found='"mcu_rst"'),
    Case("linux-mailbox", prop("ipcc1", 'compatible = "acme";'), found='compatible "acme"'),
    Case("linux-wake-line", prop("exti1", 'compatible = "acme";'), found='compatible "acme"'),
    Case(
        "linux-power-domains",
        prop("ret_pd", 'status = "disabled";'),
        found="/psci/power-domain-retention, which is not enabled",
    ),
    Case(
        "linux-memory-region",
        prop("m33_rproc", "memory-region = <&cm33_cube_fw>, <&cm33_retram>;"),
        found="cm33-cube-fw@80100000 (0x80100000 + 0x800000), cm33-retram",
        mend="<&cm33_sram1>,",
    ),
    Case(
        "linux-memory-region",
        prop("m33_rproc", "memory-region = <&cm33_sram1>, <0x99>, <&pwr>;"),
        found="memory-region names <0x99>, which is no node's phandle",
    ),
    Case(
        "linux-memory-region",
        prop("m33_rproc", "memory-region = <&cm33_sram1>, <0x99>, <&pwr>;"),
        found="memory-region names /soc@0/pwr@44210000, which is not in /reserved-memory",
    ),
    Case(
        "linux-memory-region",
        prop("vdev0vring1", 'status = "disabled";'),
        found="vdev0vring1@812f9000, which is not enabled",
    ),
    Case(
        "linux-dma-ranges",
        "&{/ahb@1} { /delete-property/ dma-ranges; };",
        node="/ahb@1",
        found="dma-ranges nothing",
        mend="dma-ranges = <0x0 0x0 0x0 0xfffffffc>;",
    ),
    Case("linux-dma-ranges", "&{/ahb@1} { dma-ranges = <0x0 0x0 0x0 0xa080000>; };"),
    Case(
        "linux-dma-ranges",
        "&{/ahb@1} { dma-ranges = <0x0 0x0 0x80000000 0x8000000>, <0x8000000 0x0 0x8000000 "
        "0x8000000>; };",
        found="0x80000000 0x8000000",
    ),
    Case("linux-vdev-names", edit=(" vdev0vring1@", " ring1@"), mend="vdev0vring1@812f9000"),
    Case("linux-vdev-pool", without("vdev0buffer", "compatible"), mend='"shared-dma-pool"'),
    Case("elf-segment", prop("m33_rproc", "memory-region = <&cm33_retram>;"), node="segment"),
    Case(
        "linux-mboxes",
        prop("m33_rproc", 'mbox-names = "vq0", "vq9", "shutdown";'),
        found="wrong: vq1",
    ),
    Case(
        "linux-mboxes",
        prop("m33_rproc", "mboxes = <&ipcc1 0>, <&ipcc1 1>, <&ipcc1 2>;"),
        found="wrong: vq0, vq1",
    ),
    Case("linux-mailbox", prop("ipcc1", 'status = "disabled";'), found="not enabled"),
    Case("linux-wakeup-source", without("ipcc1", "wakeup-source"), mend="wakeup-source;"),
    Case(
        "linux-wake-line",
        without("ipcc1", "interrupts-extended") + prop("ipcc1", "interrupts = <0 171 4>;"),
        found="interrupts <0x0 0xab 0x4>",
        mend="interrupts-extended = <&exti1 59 4>",
    ),
    Case("linux-wake-line", prop("ipcc1", "interrupts-extended = <&exti1 60 4>;")),
    Case(
        "linux-wake-line",
        prop("ipcc1", "interrupts-extended = <&exti1 59 4>;"),
        found="interrupts-extended",
        mend="<&intc 0 172 4>",
    ),
    Case("linux-wake-line", prop("exti1", 'status = "disabled";'), found="EXTI is not enabled"),
    Case("linux-keep-power", without("m33_rproc", "keep-power-in-suspend")),
    Case("linux-power-domains", without("m33_rproc", "power-domains"), mend="<&ret_pd>;"),
    Case(
        "linux-power-domains",
        prop("m33_rproc", 'power-domain-names = "default";'),
        found='power-domain-names "default"',
    ),
    Case(
        "linux-power-domains",
        prop("m33_rproc", 'power-domains = <&ret_pd>; power-domain-names = "sleep";'),
        found="one power domain",
    ),
    Case(
        "linux-power-domains",
        prop("m33_rproc", 'power-domain-names = "sleep", "default";'),
        found="default power-domain-retention, sleep power-domain-cluster",
    ),
    Case("linux-device", prop("i2c8", 'status = "okay";'), mend="&i2c8 {"),
    Case("linux-device", prop("usart6", 'status = "okay";'), node="/soc@0/serial@40220000"),
    Case("linux-pin", prop("led", "gpios = <&gpiog 5 0>;"), node="/leds/led", found="PG5"),
    Case(
        "linux-pin",
        "&{/leds/led-pins/pins1} { pinmux = <0x5f02>; };",
        node="/leds/led",
        found="PF15",
    ),
    *(
        Case("linux-pin", _PORT + device, node=node, found=f"the node uses {pin}")
        for device, node, pin in (
            ("&gpiof { hog { gpio-hog; gpios = <15 0>; }; };", "/soc@0/gpio@44290000/hog", "PF15"),
            ("&gpiof { hog { gpio-hog; gpios = <1 0>, <15 0>; }; };", "/hog", "PF15"),
            ("/ { one { interrupt-parent = <&gpiof>; interrupts = <15 2>; }; };", "/one", "PF15"),
            (
                "/ { one { interrupt-parent = <&gpiof>; two { interrupts = <1 2>, <15 2>; }; }; };",
                "/one/two",
                "PF15",
            ),
            ("/ { one { interrupts-extended = <&intc 0 1 4>, <&gpiof 15 2>; }; };", "/one", "PF15"),
            ("/ { one { reset-gpio = <&gpiog 5 0>; }; };", "/one", "PG5"),
            ("/ { one { gpio = <&gpiog 5 0>; }; };", "/one", "PG5"),
            ("/ { one { cs-gpios = <0>, <&gpiof 15 2>; }; };", "/one", "PF15"),
            (
                "/ { one { cs-gpios = <&wide 1 2 3>, <&gpiog 5 0>; }; "
                "wide: wide { #gpio-cells = <3>; }; };",
                "/one",
                "PG5",
            ),
            (
                "/ { own: own { pins { pinmux = <0x5f02>; }; }; "
                'one { pinctrl-names = "default", "sleep"; pinctrl-1 = <&own>; }; };',
                "/one",
                "PF15",
            ),
        )
    ),
    Case(
        "linux-exti",
        _PORT + "/ { one { interrupts-extended = <&gpiog 15 2>; }; };",
        node="/one",
        found="an interrupt of PG15",
    ),
    Case(
        "linux-memory",
        '/ { sram@a043000 { compatible = "mmio-sram"; reg = <0x0 0xa043000 0x0 0x1000>; }; };',
        node="/sram@a043000",
        found="reg 0xa043000 + 0x1000",
    ),
    Case(
        "linux-memory",
        "&{/soc@0} { ranges = <0x0 0x0 0xa000000 0x1000000>; "
        "sram@80000 { reg = <0x80000 0x10>; }; };",
        node="/soc@0/sram@80000",
        found="reg 0xa080000 + 0x10",
    ),
    Case(
        "linux-memory",
        "/ { dsp { memory-region = <&cm33_sram1>; }; };",
        node="/dsp",
        found="memory-region /reserved-memory/cm33-sram1@a043000",
    ),
    Case(
        "linux-device",
        prop("i2c8", 'status = "okay";'),
        edit=("i2c8: i2c@46040000", "i2c8: other@46040000"),
        node="/soc@0/other@46040000",
        found="enabled",
    ),
    Case("optee-rproc", optee=prop("m33_rproc", 'status = "disabled";')),
    Case("optee-rproc", optee=prop("m33_rproc", 'compatible = "acme";'), mend="take ST's OP-TEE"),
    Case("optee-compatible", optee=prop("m33_rproc", _SIGNED), mend='"st,stm32mp2-m33";'),
    Case(
        "optee-window",
        optee=prop("cm33_retram", "reg = <0x0 0xa080000 0x0 0x1000>;"),
        found="0xa080000 + 0x1000",
        mend="reg = <0x0 0xa080000 0x0 0x1f000>;",
    ),
    Case(
        "optee-open",
        optee=prop(
            "cm33_retram", "st,protreg = <RISABPROT(0, 0, RIF_SEC, 0, RIF_CFDIS, 0, 0, 0)>;"
        ),
        found="secure, every compartment",
        mend="RIF_NSEC",
    ),
    Case(
        "optee-open",
        optee=prop("cm33_sram1", "st,protreg = <RISABPROT(0, 0, 0, 0, 1, 6, RIF_CID2_BF, 0)>;"),
        found="non-secure, read by 1, 2, written by 2",
    ),
    Case(
        "optee-closed",
        optee=prop("cm33_sram1", "st,protreg = <RISABPROT(0, 0, 0, 0, RIF_CFDIS, 0, 0, 0)>;"),
        found="non-secure, every compartment",
    ),
    Case(
        "optee-closed",
        optee=prop("cm33_sram1", "st,protreg = <RISABPROT(0, 0, 0, 0, RIF_CFEN, 6, 0x26, 0)>;"),
        found="written by 1, 2, 5",
    ),
    Case("optee-protreg", optee=without("cm33_sram1", "st,protreg"), mend="&cm33_sram1 {"),
    Case(
        "optee-protreg",
        optee=without("bsec_mirror", "st,protreg"),
        node="/reserved-memory/bsec-mirror@a040000",
        found="no st,protreg",
    ),
    Case(
        "optee-protreg",
        optee=prop("cm33_retram", "st,protreg = <0x01060600>, <0x01060600>;"),
        found="2 words",
    ),
    Case(
        "optee-closed",
        optee=prop("cm33_sram1", "st,protreg = <RISABPROT(0, 0, 0, 0, 1, 0x16, 6, 0)>;"),
        found="read by 1, 2, 4, written by 1, 2",
    ),
    Case(
        "optee-owners",
        optee=prop("cm33_sram1", _OLD),
        node="/reserved-memory/cm33-sram1@a043000",
        found="over /reserved-memory/scmi-cid2-s@a041000",
    ),
    Case(
        "linux-secure-page",
        prop("cm33_sram1", _OLD),
        found="over OP-TEE's scmi-cid2-s@a041000",
    ),
    Case("optee-shared", optee=prop("ipc_shmem", f"st,protreg = <{_DDR_ONE}>;"), found="read by 1"),
    Case("optee-shared", optee=without("risaf4", "memory-region"), found="no region of a RISAF"),
    Case("optee-shared", optee=without("ipc_shmem", "st,protreg"), found="no st,protreg"),
    Case(
        "optee-shared",
        optee=prop("ipc_shmem", f"st,protreg = <{_DDR_OFF}>;"),
        found="not enabled (RIF_BREN_DIS)",
        mend="RIF_BREN_EN",
    ),
    Case(
        "optee-shared",
        optee=prop("risaf4", 'status = "disabled";'),
        node="/reserved-memory/ipc-shmem@81200000",
        found="/soc@0/risaf@420d0000, which guards it, is not enabled",
        mend='&risaf4 {\n\tstatus = "okay";',
    ),
    Case(
        "optee-shared",
        optee="/ { reserved-memory { spare: spare@84000000 { reg = <0x0 0x84000000 0x0 0x1000>; "
        f"st,protreg = <{_DDR_SPARE}>; }}; }}; }};"
        + prop("risaf4", "memory-region = <&ipc_shmem>, <&spare>;"),
        found="region 5, which /reserved-memory/spare@84000000 has too",
    ),
    Case(
        "optee-device",
        optee=prop(
            "rifsc",
            "st,protreg = <RIFPROT(48, 0, 0, RIF_NSEC, 0, RIF_CID2, 0, 1) "
            f"RIFPROT(48, 0, 0, {_SHUT}",
        ),
        found="i2c8 (resource 48): secure, compartment 1",
    ),
    Case(
        "optee-pin",
        optee=prop(
            "gpioz",
            f"st,protreg = <RIFPROT(4, 0, 0, {_SHUT.removesuffix('>;')} "
            "RIFPROT(4, 0, 0, RIF_NSEC, 0, RIF_CID2, 0, 1)>;",
        ),
        found="PZ4, the display's SCL: secure, compartment 2",
    ),
    Case(
        "optee-device",
        optee=prop("rifsc", f"st,protreg = <RIFPROT(48, 0, 0, {_SHUT}"),
        found="i2c8 (resource 48): secure, compartment 1",
        mend="STM32MP25_RIFSC_I2C8_ID",
    ),
    Case(
        "optee-device",
        optee=prop("rifsc", "st,protreg = <RIFPROT(35, 0, 0, RIF_NSEC, 0, 0, RIF_SEM_EN, 1)>;"),
        found="uart5 (resource 35): protected by a semaphore",
    ),
    Case(
        "optee-pin",
        optee=prop("gpioz", "st,protreg = <RIFPROT(4, 0, 0, RIF_NSEC, 0, RIF_CID1, 0, 1)>;"),
        found="PZ4, the display's SCL: only compartment 1",
        mend="RIF_IOPORT_PIN(4)",
    ),
    Case("optee-exti", optee=prop("exti2", f"st,protreg = <RIFPROT(15, 0, 0, {_SHUT}")),
    Case(
        "optee-doorbell",
        optee=prop("ipcc1", "st,protreg = <RIFPROT(18, 0, 0, RIF_NSEC, 0, RIF_CID1, 0, 1)>;"),
        found="the M33's side of channel 2 (shutdown): only compartment 1",
        mend="RIF_IPCC_CPU2_CHANNEL(3)",
    ),
    Case(
        "optee-wake-line",
        optee=prop("exti1", "st,protreg = <RIFPROT(59, 0, 0, RIF_NSEC, 0, RIF_CID2, 0, 1)>;"),
        found="line 59: only compartment 2",
    ),
    Case(
        "optee-status",
        optee="&{/soc@0} { pwr@44210000 { reg = <0x44210000 0x400>; "
        f"st,protreg = <RIFPROT(2, 0, 0, {_SHUT} }}; }};",
        node="/soc@0/pwr@44210000",
        found="resources 2",
        mend="CONFIG_FWGEN_ASK_PWR=n",
        severity="warning",
    ),
    Case(
        "optee-status",
        optee="&{/soc@0} { rcc@44200000 { reg = <0x44200000 0x400>; "
        f"st,protreg = <RIFPROT(67, 0, 0, {_SHUT} }}; }};",
        node="/soc@0/rcc@44200000",
        found="resources 67",
        mend="CONFIG_FWGEN_ASK_RCC=n",
        severity="warning",
    ),
)


def built(stage: Stage, folder: Path, defines: tuple[str, ...] = ()) -> Path:
    """Return an ELF for the stage's spec: the audit's firmware with this spec's hash."""
    base = SPEC if stage.rings == "ddr" else SPEC_SRAM2
    shared = () if stage.rings == "ddr" else IN_SRAM2
    elf = folder / "firmware.elf"
    content = firmware(*shared, *defines, spec=base).read_bytes()
    old = plan(base).spec.spec_hash
    assert old in content
    elf.write_bytes(content.replace(old, stage.plan.spec.spec_hash))
    return elf


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_trees_with_the_fragments_pass(stage: Stage, tmp_path: Path) -> None:
    # the board's own lines in lists are correct in these trees: nothing must be changed by hand
    elf = built(stage, tmp_path) if stage.board == "dk" else None
    assert judged(stage.linux, stage.optee, tmp_path, stage, elf) == []


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_trees_without_the_fragments_fail(stage: Stage, tmp_path: Path) -> None:
    found = judged(stage.linux_base, stage.optee_base, tmp_path, stage)
    broken = {finding.rule for finding in found if finding.severity == "error"}
    assert {"linux-compatible", "linux-keep-power", "optee-compatible", "optee-open"} <= broken


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{CASES.index(case)}")
def test_a_tree_with_one_mistake_breaks_its_rule(case: Case, tmp_path: Path) -> None:
    stage = Stage()
    linux, optee = stage.linux, stage.optee
    for old, new in filter(any, (case.edit, case.both)):
        assert old in linux
        linux = linux.replace(old, new)
    optee = optee.replace(*case.both) if any(case.both) else optee
    elf = built(stage, tmp_path)
    found = judged(linux + case.linux, optee + case.optee, tmp_path, stage, elf)
    mine = [finding for finding in found if finding.rule == case.rule]
    assert mine, [finding.rule for finding in found]
    assert {finding.severity for finding in mine} == {case.severity}
    finding = next((f for f in mine if case.found in f.found), mine[0])
    assert case.found in finding.found
    assert case.node in finding.node
    assert case.mend in finding.mend
    assert finding.expected and finding.effect


SRAM2_CASES = (
    Case("linux-reserved", prop("vdev0vring0", "reg = <0x0 0x812f8000 0x0 0x1000>;")),
    Case(
        "linux-overlap",
        prop("cm33_sram2", "reg = <0x0 0xa060000 0x0 0x20000>;"),
        node="/reserved-memory/cm33-sram2@a060000",
        found="over /reserved-memory/",
    ),
    Case(
        "linux-memory-region",
        prop("m33_rproc", "memory-region = <&cm33_sram1>, <&cm33_retram>;"),
        mend="<&vdev0vring0>,",
    ),
    Case("linux-vdev-pool", without("vdev0buffer", "compatible"), mend='"shared-dma-pool"'),
    Case(
        "optee-open",
        optee=prop("cm33_sram2", "st,protreg = <RISABPROT(0, 0, 0, 0, 1, 4, 4, 0)>;"),
        node="/reserved-memory/cm33-sram2@a060000",
        found="non-secure, read by 2, written by 2",
        mend="&cm33_sram2 {",
    ),
    Case(
        "optee-closed",
        optee=prop("cm33_sram2", "st,protreg = <RISABPROT(0, 0, 0, 0, RIF_CFDIS, 0, 0, 0)>;"),
        found="non-secure, every compartment",
    ),
    Case(
        "optee-window",
        optee=prop("cm33_sram2", "reg = <0x0 0xa060000 0x0 0x10000>;"),
        found="0xa060000 + 0x10000",
        mend="reg = <0x0 0xa060000 0x0 0x20000>;",
    ),
)


@pytest.mark.parametrize("case", SRAM2_CASES, ids=lambda case: case.rule)
def test_a_mistake_with_rings_in_sram2_breaks_its_rule(case: Case, tmp_path: Path) -> None:
    stage = Stage(rings="sram2")
    found = judged(stage.linux + case.linux, stage.optee + case.optee, tmp_path, stage)
    mine = [finding for finding in found if finding.rule == case.rule]
    assert any(
        case.found in finding.found and case.node in finding.node and case.mend in finding.mend
        for finding in mine
    ), found


def test_the_fragments_for_rings_in_ddr_do_not_fit_a_spec_with_rings_in_sram2(
    tmp_path: Path,
) -> None:
    wanted, made = Stage(rings="sram2"), Stage()
    broken = {finding.rule for finding in judged(made.linux, made.optee, tmp_path, wanted)}
    assert {"linux-reserved", "optee-open", "optee-window"} <= broken


def test_the_bus_of_a_sensor_is_checked_as_the_display_s(tmp_path: Path) -> None:
    stage = Stage(sensor="silabs,si7006")
    assert judged(stage.linux, stage.optee, tmp_path, stage) == []
    mistake = prop("rifsc", f"st,protreg = <RIFPROT(48, 0, 0, {_SHUT}")
    (finding,) = judged(stage.linux, stage.optee + mistake, tmp_path, stage)
    assert finding.rule == "optee-device"
    assert finding.found == "i2c8 (resource 48): secure, compartment 1"


def test_a_watchdog_of_the_m33_that_linux_uses_is_found(tmp_path: Path) -> None:
    stage = Stage(watchdog="4 s")
    assert judged(stage.linux, stage.optee, tmp_path, stage) == []
    more = "&{/soc@0} { watchdog@44040000 { reg = <0x44040000 0x400>; }; };"
    (finding,) = judged(stage.linux + more, stage.optee, tmp_path, stage)
    assert (finding.rule, finding.node) == ("linux-device", "/soc@0/watchdog@44040000")
    assert finding.mend == '&iwdg4 {\n\tstatus = "disabled";\n};'
    without = Stage()
    assert judged(without.linux + more, without.optee, tmp_path, without) == []


@pytest.mark.parametrize(
    "node",
    [
        "one { snps,nr-gpios = <5>; ngpios = <15>; cs-gpios = <0>, <0>; };",
        "one { interrupts-extended = <&gpiof 14 2>; gpios = <&gpiof 14 0>; };",
        'one { status = "disabled"; interrupts-extended = <&gpiof 15 2>; };',
    ],
)
def test_other_pins_and_lists_are_no_error(node: str, tmp_path: Path) -> None:
    linux = f"{Stage().linux}{_PORT}/ {{ {node} }};"
    assert judged(linux, Stage().optee, tmp_path, Stage()) == []


def test_a_pin_that_is_listed_twice_for_the_m33_last_is_open(tmp_path: Path) -> None:
    words = "RIFPROT(4, 0, 0, RIF_NSEC, 0, RIF_CID1, 0, 1) RIFPROT(4, 0, 0, 0, 0, RIF_CID2, 0, 1)"
    more = prop("gpioz", f"st,protreg = <{words}>;")
    assert judged(Stage().linux, Stage().optee + more, tmp_path, Stage()) == []


def test_rings_at_another_address_than_in_linux_s_tree_are_found(tmp_path: Path) -> None:
    """This firmware leaves the address to Linux; one with a fixed address must match the tree."""
    good = built(Stage(), tmp_path)
    table = Elf(good).section(".resource_table")
    assert table
    content = Elf(good).content(table)
    free = b"\xff\xff\xff\xff"
    for address, broken in ((0x812F8000, []), (0x812F7000, ["elf-rings"])):
        fixed = content.replace(free, address.to_bytes(4, "little"), 1)
        elf = tmp_path / "fixed.elf"
        elf.write_bytes(good.read_bytes().replace(content, fixed))
        found = judged(Stage().linux, Stage().optee, tmp_path, Stage(), elf)
        assert [finding.rule for finding in found] == broken


@pytest.mark.parametrize("rings", ["ddr", "sram2"])
def test_an_elf_of_the_other_placement_of_the_rings_is_found(rings: str, tmp_path: Path) -> None:
    stage = Stage(rings=rings)
    other = built(Stage(rings="sram2" if rings == "ddr" else "ddr"), tmp_path)
    found = judged(stage.linux, stage.optee, tmp_path, stage, other)
    assert [finding.rule for finding in found] == ["elf-spec", "elf-shared"]
    regions = ["0x81200000 + 0x100000", "0xa070000 + 0x10000"]
    assert {found[1].found, found[1].expected} == set(regions)


def test_an_elf_of_another_spec_is_found_without_symbols_too(tmp_path: Path) -> None:
    stage = Stage(trees="openstlinux-6.1")
    elf = built(Stage(), tmp_path)
    stripped = tmp_path / "stripped.elf"
    stripped.write_bytes(elf.read_bytes().replace(b".symtab", b".nosyms"))
    for one in (elf, stripped):
        (finding,) = judged(stage.linux, stage.optee, tmp_path, stage, one)
        assert finding.rule == "elf-spec"
        assert stage.plan.spec.spec_hash.hex() in finding.found
    stage = Stage()
    assert judged(stage.linux, stage.optee, tmp_path, stage, stripped) == []


def test_an_elf_without_a_vector_table_is_found(tmp_path: Path) -> None:
    elf = built(Stage(), tmp_path)
    elf.write_bytes(elf.read_bytes().replace(b".isr_vectors\0", b".vectors_isr\0"))
    (finding,) = judged(Stage().linux, Stage().optee, tmp_path, Stage(), elf)
    assert (finding.rule, finding.layer) == ("elf-vectors", "ELF")
    assert "address 0" in finding.effect


def test_every_rule_has_a_broken_tree() -> None:
    shown = {case.rule for case in CASES} | {"linux-swapped", "optee-swapped"}
    shown |= {"elf-rings", "elf-spec", "elf-shared", "elf-vectors"}
    assert {rule.id for rule in RULES} == shown
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_documentation_lists_every_rule() -> None:
    text = (Path(__file__).parents[2] / "docs/verify.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\S+) \| (.+) \|$", text, re.M)
    assert rows == [(rule.id, rule.layer, rule.title) for rule in RULES]


def test_swapped_trees_are_found(tmp_path: Path) -> None:
    stage = Stage()
    found = judged(stage.optee, stage.linux, tmp_path, stage)
    assert [finding.rule for finding in found] == ["linux-swapped", "optee-swapped"]
    assert found[0].mend == "give it as --optee-dtb"


def test_a_board_of_the_user_s_own_is_known_by_its_chip(tmp_path: Path) -> None:
    stage = Stage()
    own = ('"st,stm32mp257f-dk", "st,stm32mp257"', '"acme,pump"')
    trees = (stage.linux.replace(*own), stage.optee.replace(*own))
    assert judged(*trees, tmp_path, stage) == []


def test_the_old_window_of_the_ev1_is_found_in_both_trees(tmp_path: Path) -> None:
    """An older fwgen generated it: 0x0A041000 on trees of 6.1 and later."""
    stage = Stage(board="ev1")
    found = judged(
        stage.linux + prop("cm33_sram1", _OLD),
        stage.optee + prop("cm33_sram1", _OLD),
        tmp_path,
        stage,
    )
    broken = {finding.rule for finding in found}
    assert {"optee-owners", "linux-secure-page", "linux-overlap", "optee-window"} <= broken
    owners = next(finding for finding in found if finding.rule == "optee-owners")
    assert "without a message: a secure page is open" in owners.effect


def test_the_old_fragments_on_the_external_trees_fail(tmp_path: Path) -> None:
    """They only moved the memory: the M33 never started on `ostl`."""
    stage = Stage("openstlinux-6.0", "ostl")
    names = ("compatible", "st,syscfg-nsvtor", "power-domain", "interrupts-extended")
    linux = "".join(
        line
        for line in stage.fragment("linux").splitlines(keepends=True)
        if not line.strip().startswith(names)
    )
    optee = stage.fragment("optee").partition("/* code")[2]
    found = judged(stage.linux_base + linux, stage.optee_base + "/* code" + optee, tmp_path, stage)
    broken = {finding.rule: finding for finding in found}
    assert {
        "linux-compatible",
        "linux-nsvtor",
        "linux-power-domains",
        "linux-wake-line",
        "optee-compatible",
    } <= set(broken)
    assert "accepts only firmware signed for OP-TEE" in broken["linux-compatible"].effect
    assert "address 0" in broken["linux-nsvtor"].effect


@pytest.mark.parametrize(
    "node",
    [
        "alternative-camera@a050000 { reg = <0x0 0xa050000 0x0 0x1000>; no-map; };",
        'camera@a050000 { reg = <0x0 0xa050000 0x0 0x1000>; status = "disabled"; };',
        "camera@90000000 { reg = <0x0 0x90000000 0x0 0x1000>; no-map; };",
        "one@90000000 { reg = <0x0 0x90000000 0x0 0x1000>; }; "
        "two@90000800 { reg = <0x0 0x90000800 0x0 0x1000>; };",
    ],
)
def test_memory_that_overlaps_on_purpose_or_elsewhere_is_no_error(
    node: str, tmp_path: Path
) -> None:
    stage = Stage()
    more = f"/ {{ reserved-memory {{ {node} }}; }};"
    assert judged(stage.linux + more, stage.optee, tmp_path, stage) == []
