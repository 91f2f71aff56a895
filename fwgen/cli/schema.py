"""`fwgen schema`: the JSON Schema of the spec."""

from __future__ import annotations

import argparse

from fwgen.output import print_json

HELP = "print the JSON Schema of the spec"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "To use it in an editor, run `fwgen schema > fwgen.schema.json` and write "
        "`# yaml-language-server: $schema=fwgen.schema.json` in the spec's first line."
    )


def run(args: argparse.Namespace) -> int:
    from fwgen.spec.schema import spec_schema

    print_json(spec_schema())
    return 0
