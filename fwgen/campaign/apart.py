"""Runs one history in a process of its own: a core that fails its own checks ends its process."""

from __future__ import annotations

import multiprocessing
from typing import Final

from fwgen.campaign.history import History
from fwgen.campaign.trial import Failure, Setting, Tally, try_history

_PATIENCE_S: Final = 120.0


def try_apart(history: History, setting: Setting) -> Failure | None:
    """Run the history; return how it failed, also if it ended its process or hung."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    child = fork.Process(
        target=lambda: sender.send(try_history(history, setting, Tally())), daemon=True
    )
    child.start()
    sender.close()
    try:
        if not receiver.poll(_PATIENCE_S):
            return _ended(history, f"it did not end within {_PATIENCE_S:.0f} s")
        found: Failure | None = receiver.recv()
        return found
    except EOFError:
        child.join()
        return _ended(history, f"it ended its process (exit code {child.exitcode})")
    finally:
        child.kill()
        child.join()
        receiver.close()


def _ended(history: History, why: str) -> Failure:
    return Failure(history.seed, (), (f"The run broke: {why}.",))
