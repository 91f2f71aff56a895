"""`fwgen setup`: install Zephyr, a toolchain, Renode and pyrenode3 from their official sources;
with `--only linux`, build the kernel of `--linux kernel` from Debian's or kernel.org's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fwgen.setup.pins import RENODE_VERSIONS, ZEPHYR_VERSIONS

HELP = "install Zephyr, its toolchain, Renode or a Linux kernel from the official sources"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dir",
        type=Path,
        metavar="DIR",
        help="the folder to install to (default: ~/.local/share/fwgen)",
    )
    parser.add_argument(
        "--only",
        choices=("zephyr", "renode", "linux"),
        help="install only Zephyr and its toolchain, or only Renode; `linux` builds the kernel of "
        "`--linux kernel`, which is not done without this option",
    )
    parser.add_argument(
        "--zephyr",
        choices=ZEPHYR_VERSIONS,
        help=f"Zephyr's version (default: {ZEPHYR_VERSIONS[0]}, with which fwgen is tested); a "
        "configured Zephyr stays in use",
    )
    parser.add_argument(
        "--renode",
        choices=RENODE_VERSIONS,
        help=f"Renode's version (default: {RENODE_VERSIONS[0]}); a configured Renode stays in use",
    )
    parser.add_argument(
        "--toolchain",
        choices=("zephyr", "debian"),
        default="zephyr",
        help="the Zephyr SDK, or Debian's gcc-arm-none-eabi; not used if there is a toolchain",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only print the commands, do not run them"
    )


def run(args: argparse.Namespace) -> int:
    """Install what is missing. It can be interrupted and started again at any time."""
    from fwgen.config import config_path, load_config
    from fwgen.setup import config_file, runner
    from fwgen.setup.linux import built, linux_steps
    from fwgen.setup.steps import (
        Site,
        Step,
        config_values,
        default_folder,
        not_used,
        renode_steps,
        zephyr_steps,
    )

    config = load_config()
    site = Site(
        (args.dir or default_folder()).absolute(),
        zephyr_version=args.zephyr or ZEPHYR_VERSIONS[0],
        renode_version=args.renode or RENODE_VERSIONS[0],
    )
    steps: list[Step] = []
    if args.only in (None, "zephyr"):
        steps += zephyr_steps(site, config, args.toolchain == "debian", bool(args.zephyr))
    if args.only in (None, "renode"):
        steps += renode_steps(site, config, bool(args.renode))
    if args.only == "linux":
        steps += linux_steps(config)
    if args.dry_run:
        runner.dry_run(steps, sys.stdout)
        return 0
    runner.carry_out(steps, sys.stderr)
    if config_file.put(config_path(), config_values(site, load_config())):
        print(f"wrote {config_path()}", file=sys.stderr)
    for line in not_used(site, load_config()):
        print(line, file=sys.stderr)
    print("everything is installed; `fwgen doctor` shows it", file=sys.stderr)
    if args.only is None and not built():
        print("for `--linux kernel`, also run `fwgen setup --only linux`", file=sys.stderr)
    return 0
