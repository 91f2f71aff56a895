"""What the core leaves in retained memory, for tests that start with it."""

from __future__ import annotations

from collections.abc import Mapping

from fwgen.backends.host.compile import build_library
from fwgen.backends.host.library import Machine


def retained_log(core: Mapping[str, bytes], size_bytes: int, next_seq: int) -> bytes:
    """Return an empty log's region after one start (boot 1): all samples before `next_seq` (32
    bits) were acknowledged."""
    machine = Machine(
        build_library(core),
        size_bytes,
        initial_seq=next_seq,
        first_sample_us=1,
        link_buffers=1,
        link_latency_us=1,
        give_back_us=1,
    )
    try:
        machine.boot(0)
        return machine.log.tobytes()
    finally:
        machine.close()
