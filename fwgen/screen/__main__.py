"""The `fwgen-screen` command: handles Ctrl-C before the imports."""

from fwgen import early


def main() -> int:
    early.handle_interrupt()
    from fwgen.screen.command import main as command

    return command()


if __name__ == "__main__":
    raise SystemExit(main())
