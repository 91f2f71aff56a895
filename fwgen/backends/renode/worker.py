"""The emulator's process: `python -m fwgen.backends.renode.worker`.

It reads calls from its standard input and answers on its standard output; output of other code goes
to standard error. It ends when its input ends.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from fwgen.backends.renode.channel import Beat, Call, Done, EndedError, failed, receive, send

if TYPE_CHECKING:
    from fwgen.backends.renode.emulated import EmulatedBackend
    from fwgen.backends.renode.options import Options
    from fwgen.config import RenodeConfig


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the run
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    calls = os.fdopen(os.dup(0), "rb", buffering=0)
    code = 0
    try:
        _serve(calls, answers)
    except EndedError:
        pass
    except BaseException:
        code = 1
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # .NET's shutdown may hang


def _serve(calls: BinaryIO, answers: BinaryIO) -> None:
    target: Any = None
    while True:
        call: Call = receive(calls)
        try:
            if call.method == "open":
                firmware, config, options = call.arguments
                target = _open(firmware, config, options, lambda: send(answers, Beat()))
                result = None
            else:
                result = getattr(target, call.method)(*call.arguments)
        except BaseException as error:
            send(answers, failed(error))
        else:
            send(answers, Done(result))


def _open(
    firmware: bytes, config: RenodeConfig, options: Options, beat: Callable[[], None]
) -> EmulatedBackend:
    from fwgen.backends.renode.emulated import EmulatedBackend
    from fwgen.backends.renode.real import RealBackend

    kind = EmulatedBackend if options.linux is None else RealBackend
    return kind(firmware, config, options, beat)


if __name__ == "__main__":
    main()
