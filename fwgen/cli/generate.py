"""`fwgen generate`: write the application and the fragments, or check that they are current."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

HELP = "write the Zephyr application and the Linux and OP-TEE fragments"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec to generate from")
    parser.add_argument(
        "-o", "--output", metavar="DIR", required=True, type=Path, help="the folder for the files"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="overwrite files that were edited or that fwgen did not write",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; show the differences and exit with 1 if there are any",
    )


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 with --check if the files on disk differ from what the spec generates."""
    from fwgen.generate import render, tree
    from fwgen.plan import plan_file
    from fwgen.spec import render_all

    plan = plan_file(args.spec)
    if plan.diagnostics:
        print(render_all(plan.diagnostics), file=sys.stderr)
    files = render(plan)
    if args.check:
        return _check(args, files)
    done = tree.write(files, args.output, force=args.force)
    for relative in done.stale:
        print(f"removed {args.output / relative}: no longer generated")
    for relative in done.kept:
        print(f"kept {args.output / relative}: no longer generated, but it was edited")
    changed = len(done.changed) + len(done.edited) + len(done.foreign)
    print(
        f"{args.output}: {len(files)} files, {len(done.created)} new, "
        f"{changed} changed, {len(done.unchanged)} unchanged"
    )
    return 0


def _check(args: argparse.Namespace, files: dict[str, bytes]) -> int:
    from fwgen.generate import tree

    found = tree.compare(files, args.output)
    if found.current:
        print(f"{args.output}: {len(files)} files, all current")
        return 0
    print(tree.differences(files, args.output, found), end="", flush=True)
    command = ["fwgen", "generate", str(args.spec), "-o", str(args.output)]
    if found.foreign or found.edited:
        command.append("--force")  # edited files are not overwritten without it
    print(f"{args.output} differs from what {args.spec} generates", file=sys.stderr)
    print(f"help: `{shlex.join(command)}`", file=sys.stderr)
    return 1
