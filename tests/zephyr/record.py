"""`python -m tests.zephyr.record`: take the sizes of today's firmwares into sizes.json."""

from __future__ import annotations

import json
from pathlib import Path

from tests.zephyr.firmwares import SPECS, compiler, sizes

FILE = Path(__file__).with_name("sizes.json")


def main() -> None:
    document = {"compiler": compiler(), "firmwares": {name: sizes(name) for name in SPECS}}
    FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
