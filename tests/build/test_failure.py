"""When CMake or ninja fails, the most important line of its output comes first."""

from __future__ import annotations

import pytest

from fwgen.build.failure import cmake_failed, kconfig_warnings, ninja_failed

_BEFORE = "-- Board: stm32mp257f_dk\nParsing /out/app/Kconfig\nMerged configuration '/my.conf'\n"
_STACK = "Call Stack (most recent call first):\n  zephyr_default.cmake:131 (include)\n"
_KCONFIG = (
    "\nerror: Aborting due to Kconfig warnings\n\n"
    "CMake Error at /zephyr/cmake/modules/kconfig.cmake:393 (message):\n"
    f"  command failed with return code: 1\n{_STACK}"
)
_DTS = (
    "CMake Error at /zephyr/cmake/modules/dts.cmake:306 (execute_process):\n"
    f'  execute_process failed command indexes:\n\n    1: "Child return code: 1"\n{_STACK}'
)

CMAKE = {
    "undefined symbol": (
        f"{_BEFORE}\n/my.conf:3: warning: attempt to assign the value 'y' to the undefined symbol "
        f"NO_SUCH\n{_KCONFIG}",
        "the configuration is wrong: /my.conf:3: attempt to assign the value 'y' to the undefined "
        "symbol NO_SUCH\n",
        "EXTRA_CONF_FILE",
    ),
    "two wrong lines": (
        f"{_BEFORE}\n/my.conf:1: warning: first\n\n/my.conf:2: warning: second\n{_KCONFIG}",
        "the configuration is wrong: /my.conf:1: first\n/my.conf:2: second\n",
        "that line",
    ),
    "wrong value, with a dozen places": (
        f"{_BEFORE}\nwarning: the value 'abc' is invalid for STACK (defined at a/Kconfig:1, "
        f"b/Kconfig:2, c/Kconfig:3), which has type int -- assignment ignored\n{_KCONFIG}",
        "the configuration is wrong: the value 'abc' is invalid for STACK (defined at a/Kconfig:1)"
        ", which has type int -- assignment ignored\n",
        "that line",
    ),
    "syntax of Kconfig": (
        'Traceback (most recent call last):\n  File "kconfig.py", line 1, in main\n'
        f"kconfiglib.KconfigError: /out/app/Kconfig:7: error: couldn't parse 'confg A'\n\n{_STACK}",
        "the configuration is wrong: /out/app/Kconfig:7: error: couldn't parse 'confg A'\n",
        "that line",
    ),
    "overlay": (
        f"{_BEFORE}devicetree error: /my.overlay:1 (column 25): parse error: expected ';'\n{_DTS}",
        "the devicetree is wrong: /my.overlay:1 (column 25): parse error: expected ';'\n",
        "EXTRA_DTC_OVERLAY_FILE",
    ),
    "missing header of a module": (
        f"{_BEFORE}/zephyr/boards/x.dts:9:10: fatal error: st/mp2/pinctrl.dtsi: No such file or "
        "directory\ncompilation terminated.\nCMake Error at /zephyr/extensions.cmake:4689 "
        f"(message):\n  failed to preprocess devicetree files (error code 1):\n{_STACK}",
        "CMake could not configure the application: /zephyr/boards/x.dts:9:10: fatal error: "
        "st/mp2/pinctrl.dtsi: No such file or directory\n",
        "fwgen doctor",
    ),
    "see above": (
        f"{_BEFORE}No board named 'nix' found. Did you mean:\n\nRun 'west boards'.\n"
        "CMake Error at /zephyr/boards.cmake:225 (message):\n  Invalid BOARD; see above.\n"
        f"{_STACK}",
        "CMake could not configure the application: No board named 'nix' found\n",
        "boards.cmake:225",
    ),
    "any other": (
        f"{_BEFORE}CMake Error at kconfig.cmake:312 (message):\n  File not found: /no.conf\n"
        f"{_STACK}",
        "CMake could not configure the application: File not found: /no.conf\nat kconfig.cmake:312",
        "",
    ),
    "no words known": (
        "-- one\n-- two\n",
        "CMake could not configure the application:\n",
        "-- two",
    ),
    "full disk": (
        f"{_BEFORE}CMake Error: cannot write: No space left on device\n",
        "the build failed, the disk is full: CMake Error: cannot write: No space",
        "-o DIR",
    ),
}


@pytest.mark.parametrize("name", CMAKE)
def test_cmake(name: str) -> None:
    output, begins, then = CMAKE[name]
    found = cmake_failed(output)
    text = f"{found.message}\n{found.hint}"
    assert text.startswith(begins), text
    assert then in text.removeprefix(begins)
    assert "Call Stack" not in text and "return code" not in text and "Board:" not in text


_LINK = "[9/9] Linking C executable zephyr.elf\nFAILED: zephyr.elf\n: && gcc -o zephyr.elf\n"
NINJA = {
    "compiler": (
        "[1/2] Building C object a.obj\nFAILED: a.obj\ngcc -c a.c\nIn file included from b.c:1:\n"
        "/app/a.c:1:10: fatal error: x.h: No such file or directory\n    1 | #include <x.h>\n",
        "the build failed at /app/a.c:1:\n/app/a.c:1:10: fatal error: x.h: No such file",
        "In file included from b.c:1:",
    ),
    "linker": (
        f"{_LINK}ld.bfd: app/libapp.a(main.c.obj): in function `main':\n"
        "main.c:(.text+0x1): undefined reference to `nowhere'\ncollect2: error: ld returned 1\n",
        "the build failed: `nowhere` is not defined:\n",
        "fwgen generate",
    ),
    "too large": (
        f"{_LINK}ld: section `rodata' will not fit in region `FLASH'\n"
        "ld: region `FLASH' overflowed by 1234 bytes\n",
        "the firmware does not fit: 1,234 bytes too many for FLASH\n",
        "memory.code",
    ),
    "killed": (
        "[1/2] Building C object a.obj\nFAILED: a.obj\ngcc -c a.c\ngcc: fatal error: Killed signal "
        "terminated program cc1\n",
        "the build failed, a tool was killed: gcc: fatal error: Killed signal",
        "short of memory",
    ),
    "no words known": ("ninja: error: loading 'build.ninja'\n", "the build failed:\n", "loading"),
}


@pytest.mark.parametrize("name", NINJA)
def test_ninja(name: str) -> None:
    output, begins, then = NINJA[name]
    found = ninja_failed(output)
    text = f"{found.message}\n{found.hint}"
    assert text.startswith(begins), text
    assert then in text.removeprefix(begins)
    assert "gcc -c" not in text and ": && gcc" not in text


def test_a_setting_that_did_not_get_its_value() -> None:
    output = f"{_BEFORE}\nwarning: CAN (defined at a) was assigned 'y' but\ngot 'n'.\n\n-- done\n"
    assert kconfig_warnings(output) == ["warning: CAN (defined at a) was assigned 'y' but got 'n'."]
    assert kconfig_warnings(_BEFORE) == []


def test_a_thousand_lines_are_cut() -> None:
    errors = "".join(f"/app/a.c:{n}:1: error: no\n" for n in range(1, 1001))
    found = ninja_failed(f"[1/2] Building C object a.obj\nFAILED: a.obj\ngcc -c a.c\n{errors}")
    assert len(found.message.splitlines()) < 70 and "... 940 more lines" in found.message
