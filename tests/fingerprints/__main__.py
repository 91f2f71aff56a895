"""`python -m tests.fingerprints`: record the fingerprints of all bundled scenarios."""

from __future__ import annotations

import sys

from fwgen.scenario.load import bundled_names
from tests.backends.running import LONG, bundled, run
from tests.fingerprints import AGAIN, FILE, recorded


def main() -> None:
    before = recorded() if FILE.exists() else {}
    lines = [f"# `{AGAIN}` records these: seed 1, the scenario's own spec, the host backend."]
    for name in bundled_names():
        if name in LONG:
            continue
        _, report = run(bundled(name))
        if report["verdict"] != "pass":
            sys.exit(f"{name} fails, nothing was written: {report['reasons']}")
        lines.append(f'{name} = "{report["fingerprint"]}"')
        if before.get(name) != report["fingerprint"]:
            print(f"{name}: {before.get(name, 'none')} -> {report['fingerprint']}")
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
