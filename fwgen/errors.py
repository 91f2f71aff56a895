"""Errors that end a command, each with the exit code of the command-line contract."""

_HELP = "\nhelp: "


class FwgenError(Exception):
    """An error told to the user without a traceback.

    `message`: what was expected and what was found. `hint`: how to fix it, "" if nothing can be
    said; a message may also carry it behind a last line that begins with `help: `.
    `fwgen.guard` prints both, and nobody else does.
    """

    exit_code = 4

    def __init__(self, message: str = "", hint: str = "") -> None:
        head, _, rest = message.partition(_HELP)
        self.message = head.rstrip()
        self.hint = hint or rest.strip()
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}{_HELP}{self.hint}" if self.hint else self.message

    def told(self) -> str:
        """As a person reads it."""
        return f"error: {self}"


class ExaminedBadError(FwgenError):
    """What was examined is bad: samples lost, audit failed, drift."""

    exit_code = 1


class InputError(FwgenError):
    """The user's input (spec, scenario, arguments) is bad."""

    exit_code = 2


class MissingToolError(FwgenError):
    """Something needed is not installed; the text names it and the command that gets it."""

    exit_code = 3


class ToolBrokeError(FwgenError):
    """A tool that was started (compiler, emulator) failed."""

    exit_code = 4
