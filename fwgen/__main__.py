"""The `fwgen` command: handles Ctrl-C before the imports, which take longer than most commands."""

from fwgen import early


def main() -> int:
    early.handle_interrupt()
    from fwgen.cli.main import main as command

    return command()


if __name__ == "__main__":
    raise SystemExit(main())
