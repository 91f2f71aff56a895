"""Errors that end a command, each with the exit code of the command-line contract."""


class FwgenError(Exception):
    """An error told to the user as its text, without a traceback."""

    exit_code = 4


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
