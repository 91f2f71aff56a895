"""`make bench`: run every tests/bench/bench_*.py and show its figures.

Such a module has `measure() -> Iterable[Figure]`. A module that cannot run here raises Unmeasured
with the reason. Exit code 1 if a figure is beyond its limit or a module failed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import traceback
from pathlib import Path

from tests.bench import Unmeasured
from tests.bench.figure import Figure

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only bench_NAME.py")
    args = parser.parse_args()
    names = args.names or sorted(path.stem[6:] for path in HERE.glob("bench_*.py"))
    figures: dict[str, list[Figure]] = {}
    skipped: dict[str, str] = {}
    failed = False
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr)
        try:
            figures[name] = list(importlib.import_module(f"tests.bench.bench_{name}").measure())
        except Unmeasured as error:
            skipped[name] = str(error)
        except Exception:
            traceback.print_exc()
            skipped[name], failed = "it failed, see above", True
    _table(figures)
    for name, reason in skipped.items():
        print(f"not measured: {name}, because {reason}")
    if args.json:
        _write(args.json, figures, skipped)
    beyond = [figure for group in figures.values() for figure in group if not figure.good]
    return 1 if failed or beyond else 0


def _table(figures: dict[str, list[Figure]]) -> None:
    rows = [figure for group in figures.values() for figure in group]
    width = max((len(figure.name) for figure in rows), default=0)
    for figure in rows:
        verdict = "" if figure.limit is None else "ok" if figure.good else "BEYOND ITS LIMIT"
        print(
            f"{figure.name:{width}}  {_value(figure):>12} {figure.unit:16} "
            f"{_limit(figure):16} {verdict:4} {figure.note}".rstrip()
        )


def _value(figure: Figure) -> str:
    return f"{figure.value:,.0f}" if figure.value >= 1_000 else f"{figure.value:.4g}"


def _limit(figure: Figure) -> str:
    if figure.limit is None:
        return ""
    return f"{'at least' if figure.at_least else 'at most'} {figure.limit:g}"


def _write(path: Path, figures: dict[str, list[Figure]], skipped: dict[str, str]) -> None:
    document = {
        "fwgen-bench": 1,
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
        "figures": [
            {
                "group": name,
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "limit": figure.limit,
                "good": figure.good,
                "note": figure.note,
            }
            for name, group in figures.items()
            for figure in group
        ],
        "not_measured": skipped,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
