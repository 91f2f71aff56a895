"""Errors that end a command, each with the exit code of the command-line contract."""

_HELP = "\nhelp: "


class FwgenError(Exception):
    """An error that the user sees without a traceback.

    `message`: what was expected and what was found. `hint`: how to fix it, "" if there is nothing
    to say; a message may also carry it after a last line that begins with `help: `.
    Only `fwgen.guard` prints them.
    """

    exit_code = 4

    def __init__(self, message: str = "", hint: str = "") -> None:
        head, _, rest = message.partition(_HELP)
        self.message = head.rstrip()
        self.hint = hint or rest.strip()
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}{_HELP}{self.hint}" if self.hint else self.message

    def full_text(self) -> str:
        """Return message and hint as they are printed."""
        return f"error: {self}"


class ExaminedBadError(FwgenError):
    """What was examined is bad: samples lost, audit failed, generated files differ."""

    exit_code = 1


class InputError(FwgenError):
    """The user's input (spec, scenario, arguments) is bad."""

    exit_code = 2


class MissingToolError(FwgenError):
    """A required program or package is not installed; the text names it and how to install it."""

    exit_code = 3


class ToolBrokeError(FwgenError):
    """A tool that fwgen started (compiler, emulator) failed."""

    exit_code = 4
