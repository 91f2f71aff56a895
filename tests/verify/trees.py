"""Device trees for the tests: the parts of each release's trees that the rules check.

The firmware's own values are wrong everywhere, so that only the fragments can correct them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import parse_spec
from fwgen.verify import examine, subject_of
from fwgen.verify.finding import Finding
from tests.generate.device_tree import compile_tree, preprocess

HERE = Path(__file__).parent
MACROS = HERE.parent / "generate" / "base"
SPEC = (HERE.parents[1] / "fwgen/spec/examples/range-node.yaml").read_text()

_LINUX = """\
/dts-v1/;

/ {{
	model = "a board for the tests";
	compatible = "st,stm32mp257f-{board}", "st,stm32mp257";
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&intc>;

	memory@80000000 {{
		device_type = "memory";
		reg = <0x0 0x80000000 0x1 0x0>;
	}};

	reserved-memory {{
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		bsec_mirror: bsec-mirror@a040000 {{ reg = <0x0 0xa040000 0x0 0x1000>; no-map; }};
{scmi}
		cm33_sram1: cm33-sram1@{sram1:x} {{ reg = <0x0 0x{sram1:x} 0x0 0x1000>; no-map; }};
		cm33_sram2: cm33-sram2@a060000 {{ reg = <0x0 0xa060000 0x0 0x20000>; no-map; }};
		cm33_retram: cm33-retram@a080000 {{ reg = <0x0 0xa080000 0x0 0x1000>; no-map; }};
		cm33_cube_fw: cm33-cube-fw@80100000 {{ reg = <0x0 0x80100000 0x0 0x800000>; no-map; }};
		ipc_shmem_1: ipc-shmem-1@81200000 {{
			compatible = "shared-dma-pool";
			reg = <0x0 0x81200000 0x0 0x1000>;
			no-map;
		}};
		vdev0vring0: vdev0vring0@812f8000 {{
			compatible = "shared-dma-pool";
			reg = <0x0 0x812f8000 0x0 0x800>;
			no-map;
		}};
		vdev0vring1: vdev0vring1@812f9000 {{
			compatible = "shared-dma-pool";
			reg = <0x0 0x812f9000 0x0 0x800>;
			no-map;
		}};
		vdev0buffer: vdev0buffer@812fa000 {{
			compatible = "shared-dma-pool";
			reg = <0x0 0x812fa000 0x0 0x1000>;
			no-map;
		}};
	}};

	psci {{
		{cluster}: power-domain-cluster {{
			#power-domain-cells = <0>;
			power-domains = <&{retention}>;
		}};
		{retention}: power-domain-retention {{ #power-domain-cells = <0>; }};
	}};

	intc: interrupt-controller@4ac00000 {{
		reg = <0x0 0x4ac00000 0x0 0x1000>;
		#interrupt-cells = <3>;
		#address-cells = <0>;
		interrupt-controller;
	}};

	soc@0 {{
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x80000000>;

		ipcc1: mailbox@40490000 {{
			compatible = "st,stm32mp1-ipcc";
			reg = <0x40490000 0x400>;
			#mbox-cells = <1>;
			interrupts = <0 171 4>, <0 172 4>;
			status = "disabled";
		}};
		exti1: interrupt-controller@44220000 {{
			compatible = "st,stm32mp1-exti", "syscon";
			reg = <0x44220000 0x400>;
			#interrupt-cells = <2>;
			#address-cells = <0>;
			interrupt-controller;
		}};
		uart5: serial@40110000 {{ reg = <0x40110000 0x400>; status = "okay"; }};
		usart6: serial@40220000 {{ reg = <0x40220000 0x400>; status = "okay"; }};
		i2c8: i2c@46040000 {{ reg = <0x46040000 0x400>; status = "okay"; }};
		gpiog: gpio@442a0000 {{
			reg = <0x442a0000 0x400>;
			gpio-controller;
			#gpio-cells = <2>;
		}};
		a35ss_syscfg: syscon@{syscfg:x} {{
			compatible = "st,stm32mp25-a35ss-syscfg", "syscon";
			reg = <0x{syscfg:x} 0x4000>;
			status = "disabled";
		}};
		pwr: pwr@44210000 {{ compatible = "st,stm32mp25-pwr"; reg = <0x44210000 0x400>; }};
	}};

	leds {{
		led_pins: led-pins {{ pins1 {{ pinmux = <0x9900>; }}; }};
		led: led {{ pinctrl-0 = <&led_pins>; gpios = <&gpiog 12 0>; }};
	}};

	scmi_reset: resets {{ #reset-cells = <1>; }};

	ahb@1 {{
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x80000000>;
		dma-ranges = <0x0 0x0 0x0 0xfffffffc>;

		m33_rproc: m33@0 {{
			compatible = "{compatible}";
			reg = <0 0>;
			resets = <&scmi_reset 2>, <&scmi_reset 3>;
			reset-names = "mcu_rst", "hold_boot";
			st,syscfg-cm-state = <&pwr 0x204 0xc>;
			memory-region = <&cm33_cube_fw>;
			status = "disabled";
		}};
	}};
}};
"""

_OPTEE = """\
/dts-v1/;
#include "rif.h"

/ {{
	model = "a board for the tests";
	compatible = "st,stm32mp257f-{board}", "st,stm32mp257";
	#address-cells = <2>;
	#size-cells = <2>;

	reserved-memory {{
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		bsec_mirror: bsec-mirror@a040000 {{
			reg = <0x0 0xa040000 0x0 0x1000>;
			no-map;
			st,protreg = <RISABPROT(0, 0, RIF_SEC, RIF_NPRIV, RIF_CFDIS, 0, 0, 0)>;
		}};
{scmi_optee}
		cm33_sram1: cm33-sram1@{sram1:x} {{
			reg = <0x0 0x{sram1:x} 0x0 0x1000>;
			no-map;
			st,protreg = <RISABPROT(0, 0, RIF_SEC, RIF_NPRIV, RIF_CFEN, RIF_CID2_BF, 0, 0)>;
{conf}
		}};
		cm33_sram2: cm33-sram2@a060000 {{
			reg = <0x0 0xa060000 0x0 0x1000>;
			no-map;
			st,protreg = <RISABPROT(0, 0, RIF_NSEC, RIF_NPRIV, RIF_CFEN, 4, 4, 0)>;
{conf}
		}};
		cm33_retram: cm33-retram@a080000 {{
			reg = <0x0 0xa080000 0x0 0x1000>;
			no-map;
			st,protreg = <RISABPROT(0, 0, RIF_SEC, RIF_NPRIV, RIF_CFDIS, 0, 0, 0)>;
{conf}
		}};
		ipc_shmem: ipc-shmem@81200000 {{
			reg = <0x0 0x81200000 0x0 0x100000>;
			no-map;
			st,protreg = <RISAFPROT(5, (RIF_CID1_BF|RIF_CID2_BF), (RIF_CID1_BF|RIF_CID2_BF), \
RIF_UNUSED, RIF_NSEC, RIF_ENC_DIS, RIF_BREN_EN)>;
{conf}
		}};
	}};

	soc@0 {{
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x80000000>;

		rifsc: bus@42080000 {{
			compatible = "st,stm32mp25-rifsc";
			reg = <0x42080000 0x1000>;
			st,protreg = <
				RIFPROT(35, 0, RIF_UNLOCK, RIF_NSEC, RIF_NPRIV, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)
				RIFPROT(48, 0, RIF_UNLOCK, RIF_NSEC, RIF_PRIV, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)
			>;
		}};
		risab3: risab@42110000 {{
			compatible = "st,stm32mp25-risab";
			reg = <0x42110000 0x1000>;
			memory-region = <&bsec_mirror>, {scmi_refs}<&cm33_sram1>;
		}};
		risab4: risab@42120000 {{
			compatible = "st,stm32mp25-risab";
			reg = <0x42120000 0x1000>;
			memory-region = <&cm33_sram2>;
		}};
		risab5: risab@42130000 {{
			compatible = "st,stm32mp25-risab";
			reg = <0x42130000 0x1000>;
			memory-region = <&cm33_retram>;
		}};
		risaf4: risaf@420d0000 {{
			compatible = "st,stm32mp25-risaf-enc";
			reg = <0x420d0000 0x1000>;
			memory-region = <&ipc_shmem>;
		}};
		ipcc1: mailbox@40490000 {{
			reg = <0x40490000 0x400>;
			st,protreg = <
				RIFPROT(0, 0, 0, RIF_NSEC, 0, RIF_CID1, RIF_SEM_DIS, RIF_CFEN)
				RIFPROT(16, 0, 0, RIF_NSEC, 0, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)
			>;
		}};
		exti1: interrupt-controller@44220000 {{
			reg = <0x44220000 0x400>;
			#interrupt-cells = <2>;
			#address-cells = <0>;
			interrupt-controller;
			st,protreg = <RIFPROT(59, 0, 0, RIF_NSEC, 0, RIF_CID1, RIF_SEM_DIS, RIF_CFEN)>;
		}};
		exti2: interrupt-controller@46230000 {{
			reg = <0x46230000 0x400>;
			#interrupt-cells = <2>;
			#address-cells = <0>;
			interrupt-controller;
			st,protreg = <RIFPROT(15, 0, 0, RIF_NSEC, 0, RIF_UNUSED, RIF_SEM_DIS, RIF_CFDIS)>;
		}};
		gpiof: gpio@44290000 {{
			reg = <0x44290000 0x400>;
			st,protreg = <RIFPROT(15, 0, 0, RIF_NSEC, 0, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)>;
		}};
		gpioz: gpio@46200000 {{
			reg = <0x46200000 0x400>;
			st,protreg = <
				RIFPROT(3, 0, 0, RIF_NSEC, 0, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)
				RIFPROT(4, 0, 0, RIF_NSEC, 0, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)
			>;
		}};
	}};

	ahb@1 {{
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x80000000>;

		m33_rproc: m33@0 {{
			compatible = "st,stm32mp2-m33-tee";
			reg = <0 0>;
			status = "disabled";
		}};
	}};
}};
"""

_SCMI = """\
		scmi_cid2_s: scmi-cid2-s@a041000 {{ reg = <0x0 0xa041000 0x0 0x1000>; no-map; {s} }};
		scmi_cid2_ns: scmi-cid2-ns@a042000 {{ reg = <0x0 0xa042000 0x0 0x1000>; no-map; {ns} }};
"""
_PROTREG = "st,protreg = <RISABPROT(0, 0, {}, RIF_NPRIV, RIF_CFDIS, 0, 0, 0)>;"
_CONF = """\
			access-controllers-conf-default = <0xdead>;
			access-controllers-conf-load = <0xdead>;
"""


_ON_A_BUS = """\
sensor:
  type: zephyr
  compatible: {}
  bus: i2c8
  address: 0x40
  period: 200 ms
  channels: [{{name: humidity, range: [0 %, 100 %], resolution: 0.1 %}}]
"""


@dataclass(frozen=True)
class Stage:
    """A release and one of its sets of trees, for the reference spec on a board."""

    trees: str = "openstlinux-6.2"
    flavour: str = "plain"
    board: str = "dk"
    rings: str = "ddr"
    sensor: str = ""
    """A sensor on i2c8 instead of the HC-SR04 and the display."""
    watchdog: str = ""

    def __str__(self) -> str:
        return f"{self.trees}-{self.flavour}-{self.board}-{self.rings}"

    @property
    def spec(self) -> str:
        text = SPEC.replace("stm32mp257f_dk", f"stm32mp257f_{self.board}")
        text = text.replace("# rings: ddr", f"rings: {self.rings}")
        if self.watchdog:
            text = text.replace("# watchdog: off", f"watchdog: {self.watchdog}")
        if self.sensor:
            head, _, rest = text.partition("sensor:\n")
            text = f"{head}{_ON_A_BUS.format(self.sensor)}\nlink:\n{rest.partition('link:')[2]}"
        return f"{text}\nlinux: {{trees: {self.trees}, flavour: {self.flavour}}}\n"

    @cached_property
    def plan(self) -> Plan:
        return plan_spec(parse_spec(self.spec))

    @property
    def _values(self) -> dict[str, object]:
        old = self.trees == "openstlinux-6.0"
        refs = "" if old else "<&scmi_cid2_s>, <&scmi_cid2_ns>, "
        return {
            "board": self.board,
            "sram1": 0x0A041000 if old else 0x0A043000,
            "scmi": "" if old else _SCMI.format(s="", ns=""),
            "scmi_optee": ""
            if old
            else _SCMI.format(s=_PROTREG.format("RIF_SEC"), ns=_PROTREG.format("RIF_NSEC")),
            "scmi_refs": refs,
            "conf": _CONF if self.flavour != "plain" else "",
            "cluster": "CLUSTER_PD" if old else "cluster_pd",
            "retention": "RET_PD" if old else "ret_pd",
            "syscfg": 0x48800000 if self.trees == "openstlinux-6.2" else 0x48802000,
            "compatible": "st,stm32mp2-m33-tee",
        }

    @property
    def linux_base(self) -> str:
        return _LINUX.format(**self._values)

    @property
    def optee_base(self) -> str:
        return _OPTEE.format(**self._values)

    def fragment(self, tree: str) -> str:
        name = f"fragments/{tree}/{self.plan.board.name}-fwgen.dtsi"
        return render(self.plan)[name].decode()

    @property
    def linux(self) -> str:
        return self.linux_base + self.fragment("linux")

    @property
    def optee(self) -> str:
        return self.optee_base + self.fragment("optee")


STAGES = [
    Stage(trees, flavour, board, rings)
    for board, rings in (("dk", "ddr"), ("ev1", "ddr"), ("dk", "sram2"), ("ev1", "sram2"))
    for trees, flavour in (
        ("openstlinux-6.0", "plain"),
        ("openstlinux-6.1", "plain"),
        ("openstlinux-6.2", "plain"),
        ("openstlinux-6.0", "ostl"),
        ("openstlinux-6.0", "ostl-m33-examples"),
    )
]


def judged(
    linux: str, optee: str, folder: Path, stage: Stage, elf: Path | None = None
) -> list[Finding]:
    """Compile the sources of both trees, and return verify's findings."""
    trees = compiled(linux, folder / "linux.dtb"), compiled(optee, folder / "optee.dtb")
    return examine(subject_of(stage.plan, *trees, elf))


def compiled(text: str, into: Path) -> Path:
    """Compile a source, with the C preprocessor if it needs it, and return the DTB."""
    if "#include" in text:
        text = preprocess(text, f"-I{MACROS}")
    return compile_tree(text, into).dtb
