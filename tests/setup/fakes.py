"""Stand-ins for Python, pip and west that write down how they were called."""

from __future__ import annotations

import sys
from pathlib import Path

_PYTHON = """#!/bin/sh
# a stand-in: says what it was asked, leaves what the real one would leave
echo "python $*" >> @log@
here=$(dirname "$0")
case "$*" in
"-m venv "*)
	mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip install west"*)
	printf '#!/bin/sh\\nexec @west@ "$@"\\n' > "$here/west" && chmod +x "$here/west" ;;
"-m pip install -r "*)
	test -f "$5" && touch @state@/packages ;;
"-m pip install "*)
	touch @state@/extras ;;
"-m west sdk install "*)
	for folder; do :; done
	sdk=$folder/zephyr-sdk-0.17.4
	mkdir -p "$sdk/arm-zephyr-eabi/bin" && touch "$sdk/arm-zephyr-eabi/bin/arm-zephyr-eabi-gcc" &&
		echo 0.17.4 > "$sdk/sdk_version" ;;
"-m fwgen.setup.download "*)
	shift 2 && exec @real@ -m fwgen.setup.download "$@" ;;
"-c "*)
	shift 2
	if [ "$1" = west ]; then
		test -f @state@/packages && echo missing: || echo missing: "$@"
	else
		test -f @state@/extras && echo missing: || echo missing: "$@"
	fi ;;
*)
	exit 9 ;;
esac
"""

_WEST = """#!/bin/sh
echo "west $* (in $(basename "$PWD"))" >> @log@
case "$1" in
init)
	top=$(dirname "$3") && mkdir -p "$top/.west" && test -f "$3/west.yml" &&
		printf '[manifest]\\npath = node\\n' > "$top/.west/config" ;;
update)
	if [ -f @state@/broken ]; then
		echo "fatal: unable to access" >&2
		exit 1
	fi
	mkdir -p zephyr/scripts && touch zephyr/scripts/requirements-base.txt &&
		printf 'VERSION_MAJOR = 4\\nVERSION_MINOR = 3\\nPATCHLEVEL = 0\\n' > zephyr/VERSION ;;
esac
"""


class Fakes:
    """`python`: the stand-in; `state`: a folder whose files steer it."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.state.mkdir(parents=True)
        self.log = folder / "calls"
        self.log.write_text("")
        west = self._write(folder / "west", _WEST, "")
        self.python = self._write(folder / "python", _PYTHON, str(west))

    def _write(self, path: Path, text: str, west: str) -> Path:
        named = {"log": self.log, "state": self.state, "real": sys.executable, "west": west}
        for name, value in named.items():
            text = text.replace(f"@{name}@", str(value))
        path.write_text(text)
        path.chmod(0o755)
        return path

    def calls(self, without: str = "python -c ") -> list[str]:
        """What was asked since the last time."""
        found = [c for c in self.log.read_text().splitlines() if not c.startswith(without)]
        self.log.write_text("")
        return found
