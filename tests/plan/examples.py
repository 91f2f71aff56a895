"""For every rule a spec that breaks it and a near one that does not: edits of a base spec."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fwgen.soc.board import Board

BASE = """\
fwgen: 1
name: example
board: stm32mp257f_ev1
sensor: {type: hc-sr04, trigger: PF13, echo: PF14, period: 60 ms, range: [20 mm, 4000 mm]}
display: {type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz}
link: {channel: rpmsg-tty, latency: 200 ms}
memory: {code: sram1, data: retram, log: auto}
sleep: {mode: lp-stop2, when_full: wake}
"""

Edit = tuple[str, str]


def with_open_ddr(board: Board) -> Board:
    """Return the board with a chip whose DDR stays open in the mode `run`."""
    modes = dict(board.chip.power_modes)
    mode = modes["run"]
    modes["run"] = replace(mode, reachable=(*mode.reachable, board.ddr.memory))
    return replace(board, chip=replace(board.chip, power_modes=modes))


_CODE, _DATA = "code: sram1", "data: retram"


def _code(window: str) -> Edit:
    return _CODE, f"code: {{{window}}}"


def _data(window: str) -> Edit:
    return _DATA, f"data: {{{window}}}"


def _longest(time: str, when_full: str = "wake") -> Edit:
    return "when_full: wake", f"when_full: {when_full}, longest: {time}"


def _wake(keys: str) -> Edit:
    return "when_full: wake", f"when_full: wake, {keys}"


def _linux(trees: str) -> Edit:
    return "name: example\n", f"name: example\nlinux: {{trees: {trees}}}\n"


def _ostl(trigger: str) -> Edit:
    """With trees that give the M33 some pins only, and without the display."""
    _, _, rest = BASE.partition("trigger: ")
    old, display, _ = rest.partition("display: {type: ssd1306, bus: i2c8, address: 0x3c, ")
    new = old.replace("PF13", trigger)
    new += "linux: {trees: openstlinux-6.0, flavour: ostl}\n"
    return old + display + "size: 128x64, refresh: 5 Hz}\n", new


@dataclass(frozen=True)
class Example:
    """`at` is the text that the caret points to, `says` are parts of the whole diagnostic."""

    rule: str
    bad: Edit
    at: str
    says: tuple[str, ...]
    good: Edit
    ddr_open: bool = False
    """On a chip whose DDR stays open in the mode `run`."""


EXAMPLES = (
    Example(
        "unknown-board",
        ("stm32mp257f_ev1", "stm32mp257f-ev1"),
        "stm32mp257f-ev1",
        ("unknown board `stm32mp257f-ev1`", "did you mean `stm32mp257f_ev1`?"),
        ("name: example", "name: another"),
    ),
    Example(
        "unknown-memory",
        (_CODE, "code: sram3"),
        "sram3",
        ("the STM32MP257 has no memory `sram3`", "memories: `"),
        (_CODE, "code: sram2"),
    ),
    Example(
        "window-outside",
        _code("in: sram1, at: 0x0A050000, size: 68 KiB"),
        "68 KiB",
        (
            "68 KiB from 0x0A050000 end at 0x0A061000, 4 KiB after the end of SRAM1",
            "`at: 0x0A043000`, `size: 116 KiB`",
        ),
        _code("in: sram1, at: 0x0A050000, size: 64 KiB"),
    ),
    Example(
        "window-outside",
        _code("in: sram1, at: 0x0A060000"),
        "0x0A060000",
        ("0x0A060000 is not in SRAM1 (0x0A040000 to 0x0A05FFFF)",),
        _code("in: sram2, at: 0x0A060000"),
    ),
    Example(
        "window-outside",
        _data("in: retram, at: 0x0A09F000"),
        "0x0A09F000",
        ("there is no room for the data at 0x0A09F000", "`size: 124 KiB`"),
        _data("in: retram, at: 0x0A082000"),
    ),
    Example(
        "window-unaligned",
        _code("in: sram1, at: 0x0A043800, size: 64 KiB"),
        "0x0A043800",
        ("0x0A043800 is not a multiple of 4 KiB", "`at: 0x0A043000` or `at: 0x0A044000`"),
        _code("in: sram1, at: 0x0A043000, size: 64 KiB"),
    ),
    Example(
        "window-unaligned",
        _code("in: sram1, at: 0x0A043000, size: 66 KiB"),
        "66 KiB",
        ("66 KiB is not a multiple of 4 KiB", "`size: 64 KiB` or `size: 68 KiB`"),
        _code("in: sram1, at: 0x0A043000, size: 68 KiB"),
    ),
    Example(
        "window-reserved",
        _data("in: retram, at: 0x0A080000, size: 128 KiB"),
        "0x0A080000",
        (
            "the data window 0x0A080000 to 0x0A09FFFF overlaps reserved memory: DDR parameters "
            "(TF-A, 4 KiB at 0x0A09F000)",
            "`size: 124 KiB`",
        ),
        _data("in: retram, at: 0x0A080000, size: 124 KiB"),
    ),
    Example(
        "window-reserved",
        (_CODE, "code: sysram"),
        "sysram",
        (
            "TF-A BL31 (TF-A, 128 KiB at 0x0A000000), DMA descriptors (Linux,",
            "gives to the firmware: `sram1`, `sram2`, `retram`",
        ),
        (_CODE, "code: sram2"),
    ),
    Example(
        "window-reserved",
        (
            f"{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "code: {in: ddr, at: 0x90000000, size: 1 MiB}, data: retram}\nsleep: {mode: run",
        ),
        "0x90000000",
        ("overlaps Linux's memory", "`at: 0x80100000`, `size: 8 MiB`"),
        (
            f"{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "code: ddr, data: retram}\nsleep: {mode: run",
        ),
        ddr_open=True,
    ),
    Example(
        "window-overlap",
        (_DATA, "data: sram1"),
        "sram1",
        (
            "code (0x0A043000 to 0x0A05FFFF) and data (0x0A043000 to 0x0A05FFFF) share 116 KiB of "
            "SRAM1",
            "code: {in: sram1, size: 56 KiB}",
        ),
        (f"{_CODE}, {_DATA}", "code: {in: sram1, size: 52 KiB}, data: {in: sram1, at: 0x0A050000}"),
    ),
    Example(
        "window-overlap",
        (
            f"{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "code: {in: ddr, at: 0x81200000, size: 1 MiB}, data: retram}\nsleep: {mode: run",
        ),
        "0x81200000",
        ("overlaps shared memory at 0x81200000, ring, firmware to Linux at 0x812F8000",),
        (
            f"{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "code: {in: ddr, at: 0x80100000, size: 1 MiB}, data: retram}\nsleep: {mode: run",
        ),
        ddr_open=True,
    ),
    Example(
        "window-overlap",
        (
            f"200 ms}}\nmemory: {{{_CODE}",
            "200 ms, rings: sram2}\nmemory: {code: {in: sram2, at: 0x0A060000, size: 128 KiB}",
        ),
        "0x0A060000",
        (
            "the code window 0x0A060000 to 0x0A07FFFF overlaps shared memory at 0x0A070000, ring, "
            "firmware to Linux at 0x0A078000",
            "`at: 0x0A060000`, `size: 64 KiB`",
        ),
        (f"200 ms}}\nmemory: {{{_CODE}", "200 ms, rings: sram2}\nmemory: {code: sram2"),
    ),
    Example(
        "rings-beside-ddr",
        (
            f"200 ms}}\nmemory: {{{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "200 ms, rings: sram2}\nmemory: {code: sram1, data: ddr}\nsleep: {mode: run",
        ),
        "ddr",
        (
            "the data is in DDR, but with `rings: sram2` the firmware must work without DDR",
            "use another memory for the data, or `rings: ddr`",
        ),
        (
            f"200 ms}}\nmemory: {{{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "200 ms, rings: sram2}\nmemory: {code: sram1, data: sram2}\nsleep: {mode: run",
        ),
        ddr_open=True,
    ),
    Example(
        "unknown-mode",
        ("lp-stop2", "lpstop2"),
        "lpstop2",
        ("no power mode `lpstop2`", "did you mean `lp-stop2`?"),
        ("lp-stop2", "lp-stop1"),
    ),
    Example(
        "mode-instead",
        ("lp-stop2", "stop2"),
        "stop2",
        ("warning[mode-instead]", "`deep` enters the deepest mode", "write `lp-stop2`"),
        ("lp-stop2", "lp-stop1"),
    ),
    Example(
        "mode-instead",
        ("lp-stop2", "stop1"),
        "stop1",
        ("`s2idle` enters the deepest mode", ": lp-stop1, not stop1", "write `lp-stop1`"),
        ("lp-stop2", "run"),
    ),
    Example(
        "unknown-trees",
        _linux("openstlinux-6.3"),
        "openstlinux-6.3",
        ("unknown release `openstlinux-6.3`", "`openstlinux-6.1`, `openstlinux-6.2`"),
        _linux("openstlinux-6.1"),
    ),
    Example(
        "trees-cannot-work",
        _linux("mainline"),
        "mainline",
        (
            "mainline Linux cannot run the firmware: its device trees have no m33_rproc",
            "`openstlinux-6.2`",
        ),
        _linux("openstlinux-6.0"),
    ),
    Example(
        "trees-cannot-work",
        _linux("openstlinux-5.1"),
        "openstlinux-5.1",
        ("its TF-A is older than 2.10",),
        _linux("openstlinux-6.2"),
    ),
    Example(
        "unknown-flavour",
        _linux("openstlinux-6.0, flavour: osl"),
        "osl",
        ("OpenSTLinux 6.0 has no set of trees `osl`", "did you mean `ostl`?"),
        _linux("openstlinux-6.0, flavour: plain"),
    ),
    Example(
        "flavour-cannot-work",
        _linux("openstlinux-6.2, flavour: m33-td"),
        "m33-td",
        ("TF-M starts the M33 and owns RETRAM", "sets that can: `plain`"),
        _linux("openstlinux-6.2, flavour: plain"),
    ),
    Example(
        "trees-cannot-work",
        _linux("m33-td"),
        "m33-td",
        ("the M33 as the trusted domain cannot run the firmware: TF-M starts the M33",),
        _linux("openstlinux-6.2"),
    ),
    Example(
        "trees-cannot-work",
        _linux("upstream"),
        "upstream",
        ("mainline Linux cannot run the firmware",),
        _linux("openstlinux-6.2"),
    ),
    Example(
        "flavour-cannot-work",
        _linux("openstlinux-6.0, flavour: cm33tdcid"),
        "cm33tdcid",
        ("TF-M starts the M33 and owns RETRAM", "sets that can: `plain`"),
        _linux("openstlinux-6.0, flavour: plain"),
    ),
    Example(
        "change-by-hand",
        _ostl("PJ4"),
        "PJ4",
        (
            "warning[change-by-hand]: these trees do not give PJ4 to the M33: ",
            "writes to the pin are ignored",
            "optee/stm32mp257f-ev1-ca35tdcid-ostl-rif.dtsi, line 524, in &gpioj",
            "RIF_NSEC, RIF_PRIV, RIF_CID1, RIF_SEM_DIS, RIF_CFEN)",
            "RIF_NSEC, RIF_PRIV, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)",
        ),
        _ostl("PF13"),
    ),
    Example(
        "mode-stops-m33",
        ("lp-stop2", "lplv-stop2"),
        "lplv-stop2",
        ("in lplv-stop2", "the M33 takes no samples", "ST's TF-A", " refuses it", "`lp-stop2`"),
        ("lp-stop2", "lp-stop1"),
    ),
    Example(
        "unreachable-asleep",
        (_DATA, "data: ddr"),
        "ddr",
        (
            "in lp-stop2 the M33 cannot access its data in DDR: it keeps its contents, and the "
            "first access hangs",
            "`sram1`, `sram2`, `retram`",
        ),
        (_DATA, "data: sram2"),
    ),
    Example(
        "unreachable-asleep",
        (
            f"{_CODE}, {_DATA}, log: auto}}\nsleep: {{mode: lp-stop2",
            "code: ddr, data: retram}\nsleep: {mode: run",
        ),
        "ddr",
        (
            "in run the M33 cannot access its code in DDR",
            "an idle Linux may put the DDR into self-refresh; memories that the M33 can access",
        ),
        ("mode: lp-stop2", "mode: run"),
    ),
    Example(
        "unknown-pin",
        ("PF13", "PQ1"),
        "PQ1",
        ("the STM32MP257 has no port Q", "A, B, C"),
        ("PF13", "PG5"),
    ),
    Example(
        "pin-not-out",
        ("PF14", "PF6"),
        "PF6",
        ("the STM32MP257F-EV1 does not have PF6 on a connector", "`PG5` (CN5 pin 11)"),
        ("PF14", "PG5"),
    ),
    Example(
        "pin-not-out",
        ("PF13", "PJ6"),
        "PJ6",
        ("PJ6 is the orange LED LD3: the STM32MP257F-EV1 does not have PJ6 on a connector",),
        ("PF13", "PJ5"),
    ),
    Example(
        "pin-twice",
        ("PF14", "PF13"),
        "PF13",
        ("PF13 is already the trigger", "free pins: "),
        ("PF14", "PF15"),
    ),
    Example(
        "pin-taken",
        ("PF14", "PG10"),
        "PG10",
        ("PG10 is used by the console (uart5 RX",),
        ("PF14", "PG5"),
    ),
    Example(
        "pin-taken",
        ("PF14", "PZ3"),
        "PZ3",
        ("PZ3 is used by the display's bus (i2c8 SDA)",),
        ("display: {type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz}\n", ""),
    ),
    Example(
        "pin-taken",
        ("PF14", "PB8"),
        "PB8",
        ("PB8 is used by spi3, which Zephyr's board file enables",),
        ("PF14", "PB11"),
    ),
    Example(
        "unknown-bus",
        ("i2c8", "i2c9"),
        "i2c9",
        ("has no bus `i2c9` for the M33 on a connector", "buses: `i2c8`"),
        ("i2c8", "i2c8"),
    ),
    Example(
        "bus-address",
        ("0x3c", "0x78"),
        "0x78",
        (
            "0x78 is reserved on an I2C bus",
            "write the address without the read/write bit: `0x3c`",
        ),
        ("0x3c", "0x3d"),
    ),
    Example(
        "bus-address",
        ("0x3c", "0x07"),
        "0x07",
        ("0x07 is reserved on an I2C bus", "answers at `0x3c` or `0x3d`"),
        ("0x3c", "0x3d"),
    ),
    Example(
        "bus-address",
        ("0x3c", "0x80"),
        "0x80",
        ("0x80 does not fit the 7 bits",),
        ("0x3c", "0x3d"),
    ),
    Example(
        "bus-address-unlikely",
        ("0x3c", "0x77"),
        "0x77",
        ("warning[bus-address-unlikely]", "`0x3c` or `0x3d`"),
        ("0x3c", "0x3d"),
    ),
    Example(
        "panel-size",
        (
            "type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64",
            "type: sh1106, bus: i2c8, address: 0x3c, size: 128x32",
        ),
        "128x32",
        ("there is no SH1106 panel of 128x32", "write one of `128x64`"),
        ("type: ssd1306", "type: sh1106"),
    ),
    Example(
        "refresh-too-fast",
        ("5 Hz", "40 Hz"),
        "40 Hz",
        (
            "a picture of 128x64 is 1,088 bytes and takes 24.5 ms on i2c8 at 400 kHz",
            "too long for one every 25 ms",
            "at most `36 Hz`",
        ),
        ("5 Hz", "36 Hz"),
    ),
    Example(
        "refresh-asleep",
        ("5 Hz", "5 Hz, refresh_asleep: 6 Hz"),
        "6 Hz",
        ("a picture every 166.7 ms while Linux sleeps", "at least `200 ms`, or `off`"),
        ("5 Hz", "5 Hz, refresh_asleep: 200 ms"),
    ),
    Example(
        "show-unknown",
        ("5 Hz", "5 Hz, show: [{channel: distanse, size: large}]"),
        "distanse",
        ("no sensor has the channel `distanse`", "did you mean `distance`?"),
        ("5 Hz", "5 Hz, show: [{channel: distance, size: large}]"),
    ),
    Example(
        "show-twice",
        (
            "5 Hz",
            "5 Hz, show: [{channel: distance, size: large}, {size: small, channel: distance}]",
        ),
        "distance",
        ("`distance` is already in the list", "remove it"),
        ("5 Hz", "5 Hz, show: [{channel: distance, size: small}]"),
    ),
    Example(
        "period-too-short",
        ("60 ms", "29 ms"),
        "29 ms",
        (
            "29 ms is too short to measure 4 m: that takes 30 ms, the echo's 23.5 ms, 15 % for "
            "cold air and the sensor's clock, and 2 ms for the trigger and the firmware, "
            "rounded up to 5 ms",
            "at least 30 ms; the data sheet requires 60 ms",
        ),
        ("60 ms", "60 ms"),
    ),
    Example(
        "period-short",
        ("60 ms", "30 ms"),
        "30 ms",
        (
            "warning[period-short]",
            "keeps its line high for 38 ms, longer than 30 ms",
            "the data sheet requires 60 ms",
        ),
        ("60 ms", "60 ms"),
    ),
    Example(
        "latency-too-short",
        ("200 ms", "59 ms"),
        "59 ms",
        ("a sample only every 60 ms", "at least `60 ms`"),
        ("200 ms", "60 ms"),
    ),
    Example(
        "watchdog-range",
        ("name: example", "name: example\nwatchdog: 132 s"),
        "132 s",
        ("iwdg4 counts at most 131 s, found 132 s", "at most `131 s`"),
        ("name: example", "name: example\nwatchdog: 131 s"),
    ),
    Example(
        "watchdog-range",
        ("name: example", "name: example\nwatchdog: 119 ms"),
        "119 ms",
        ("would reset the M33 at the first missed sample", "at least `120 ms`"),
        ("name: example", "name: example\nwatchdog: 120 ms"),
    ),
    Example(
        "log-too-large",
        ("log: auto", "log: 107 KiB"),
        "107 KiB",
        (
            "a log of 107 KiB leaves 17 KiB of 124 KiB",
            "needs 18 KiB",
            "at most `106 KiB`, or `auto`",
        ),
        ("log: auto", "log: 106 KiB"),
    ),
    Example(
        "log-too-small",
        ("log: auto", "log: 6 KiB"),
        "6 KiB",
        ("6 KiB hold 12 blocks of 488 B, but the log needs 14", "at least `7 KiB`"),
        ("log: auto", "log: 7 KiB"),
    ),
    Example(
        "log-too-small",
        _data("in: retram, at: 0x0A080000, size: 24 KiB"),
        "24 KiB",
        ("6 KiB hold 12 blocks",),
        _data("in: retram, at: 0x0A080000, size: 32 KiB"),
    ),
    Example(
        "sleep-too-long",
        _longest("5 h"),
        "5 h",
        (
            "the log covers 2 h 55 min on the reference walk (0.58 B a sample), not 5 h",
            "a period of 103 ms",
        ),
        _longest("20 min"),
    ),
    Example(
        "sleep-not-guaranteed",
        _longest("1 h"),
        "1 h",
        (
            "warning[sleep-not-guaranteed]",
            "but only 25 min in the worst case, when every sample jumps",
        ),
        _longest("20 min"),
    ),
    Example(
        "wake-unknown",
        _wake("wake_if: [distanc < 1 m for 3 samples]"),
        "distanc",
        ("no channel `distanc`", "did you mean `distance`?"),
        _wake("wake_if: [distance < 1 m for 3 samples until > 2 m]"),
    ),
    Example(
        "wake-unknown",
        _wake("wake_if: [no ech for 30 s]"),
        "no ech",
        ("never reports `no ech`", "did you mean `no echo`?"),
        _wake("wake_if: [no echo for 30 s, sensor fault for 10 s, too near for 1 sample]"),
    ),
    Example(
        "wake-value",
        _wake("wake_if: [distance < 1 s for 3 samples]"),
        "1 s",
        ("expected a length, found a time",),
        _wake("wake_if: [distance < 1 m for 3 s until > 1.5 m]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance < 20 mm for 3 samples]"),
        "20 mm",
        ("cannot be below 20 mm", "from 20 mm to 4000 mm"),
        _wake("wake_if: [distance < 21 mm for 3 samples until > 30 mm]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance > 4 m for 3 samples]"),
        "4 m",
        ("cannot be above 4 m",),
        _wake("wake_if: [distance > 3999 mm for 3 samples until < 3 m]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance changes by > 3980 mm within 2 s]"),
        "3980 mm",
        ("cannot change by more than 3980 mm",),
        _wake("wake_if: [distance changes by > 3979 mm within 2 s]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance < 4001 mm for 3 samples]"),
        "4001 mm",
        ("every valid `distance` is below 4001 mm", "from 20 mm to 4000 mm"),
        _wake("wake_if: [distance < 4 m for 3 samples]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance > 19 mm for 3 samples]"),
        "19 mm",
        ("every valid `distance` is above 19 mm",),
        _wake("wake_if: [distance > 20 mm for 3 samples]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance changes by > -1 mm within 2 s]"),
        "-1 mm",
        ("every valid `distance` differs by more than -1 mm",),
        _wake("wake_if: [distance changes by > 0 mm within 2 s]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance < 300 mm for 3 samples until > 4 m]"),
        "4 m",
        ("cannot be above 4 m, as `until` says",),
        _wake("wake_if: [distance < 300 mm for 3 samples until > 3999 mm]"),
    ),
    Example(
        "wake-unreachable",
        _wake("wake_if: [distance > 1 m for 3 samples until < 20 mm]"),
        "20 mm",
        ("cannot be below 20 mm, as `until` says",),
        _wake("wake_if: [distance > 1 m for 3 samples until < 21 mm]"),
    ),
    Example(
        "wake-period",
        _wake("wake_if: [distance < 300 mm for 59 ms]"),
        "59 ms",
        ("not two within 59 ms", "`for 1 sample`, or at least `for 60 ms`"),
        _wake("wake_if: [distance < 300 mm for 60 ms until > 301 mm]"),
    ),
    Example(
        "wake-period",
        _wake("wake_if: [no echo for 1 ms]"),
        "1 ms",
        ("not two within 1 ms",),
        _wake("wake_if: [no echo for 1 sample]"),
    ),
    Example(
        "wake-period",
        _wake("wake_if: [distance changes by > 1 m within 59 ms]"),
        "59 ms",
        ("none within 59 ms", "at least `within 60 ms`"),
        _wake("wake_if: [distance changes by > 1 m within 60 ms]"),
    ),
    Example(
        "wake-period",
        _wake("wake_if: [distance changes by > 1 m within 15421 ms]"),
        "15421 ms",
        ("at most 256 before it, not with 257", "at most `within 15.36 s`"),
        _wake("wake_if: [distance changes by > 1 m within 15419 ms]"),
    ),
    Example(
        "wake-threshold",
        _wake("wake_if: [distance < 300 mm for 3 samples]"),
        "distance < 300 mm for 3 samples",
        (
            "warning[wake-threshold]",
            "without `until`, a `distance` near 300 mm can wake Linux again and again",
            "add `until > 340 mm`",
        ),
        _wake("wake_if: [distance < 300 mm for 3 samples until > 340 mm]"),
    ),
    Example(
        "wake-threshold",
        _wake("wake_if: [distance > 2 m for 1 h]"),
        "distance > 2 m for 1 h",
        ("add `until < 1960 mm`",),
        _wake("wake_if: [distance > 2 m for 1 h until < 1960 mm]"),
    ),
    Example(
        "wake-twice",
        _wake("wake_if: [no echo for 3 s, no  echo for 3 s]"),
        "no  echo for 3 s",
        ("already in the list",),
        _wake("wake_if: [no echo for 3 s, no echo for 4 s]"),
    ),
    Example(
        "wake-level",
        _wake("wake_at: 99 %"),
        "99 %",
        ("blocks must be free", "write at most `98 %`"),
        _wake("wake_at: 98 %"),
    ),
    Example(
        "wake-pause-unused",
        _wake("wake_pause: 1 h"),
        "1 h",
        ("no effect without `wake_if`",),
        _wake("wake_pause: 1 h, wake_if: [no echo for 3 s]"),
    ),
)
