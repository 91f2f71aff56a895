"""Runs chunks of seeds: in this process, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from fwgen.campaign.apart import try_apart
from fwgen.campaign.history import draw
from fwgen.campaign.record import program
from fwgen.campaign.trial import Failure, Setting, Tally, try_seed
from fwgen.distribution import install
from fwgen.errors import InputError, MissingToolError, ToolBrokeError

CHUNK: Final = 50
_WAITING: Final = 3
"""Chunks for each worker that are submitted at a time."""
_PR_SET_PDEATHSIG: Final = 1
"""linux/prctl.h: the signal that a process gets when its parent ends."""
_RETRIES: Final = 5
"""How often Dask runs a chunk again whose worker was lost."""
_ANSWERS_S: Final = 10
"""A scheduler answers within this time."""


@dataclass(frozen=True)
class Chunk:
    """The seeds from `first` to before `first + count`."""

    first: int
    count: int


@dataclass(frozen=True)
class Result:
    chunk: Chunk
    tally: Tally
    failure: Failure | None
    """The first seed that failed; the seeds after it were not tried."""


def run_chunk(chunk: Chunk, setting: Setting, code: str) -> Result:
    """Run the seeds up to the first that fails. `code`: record.program() of the caller."""
    if program() != code:
        raise InputError(
            "a worker of the cluster has another fwgen than this machine",
            "install the same fwgen on all machines",
        )
    tally = Tally()
    with _no_collections():
        for seed in range(chunk.first, chunk.first + chunk.count):
            failure = try_seed(seed, setting, tally)
            if failure is not None:
                return Result(chunk, tally, failure)
    return Result(chunk, tally, None)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Collect garbage once, at the end: what the modules consist of is not searched for it."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.enable()
        gc.unfreeze()


def run_apart(chunk: Chunk, setting: Setting) -> Result:
    """Run each seed in a process of its own, to find the one that ends it. Counts nothing."""
    for seed in range(chunk.first, chunk.first + chunk.count):
        failure = try_apart(draw(seed, setting.backend), setting)
        if failure is not None:
            return Result(chunk, Tally(), failure)
    return Result(chunk, Tally(), None)


Results = Generator[Result, None, None]


def in_processes(chunks: Sequence[Chunk], setting: Setting, jobs: int) -> Results:
    """Yield the results in any order, from at most `jobs` processes."""
    jobs = max(1, min(jobs, len(chunks)))
    pool = ProcessPoolExecutor(jobs, initializer=_begin_worker, initargs=(os.getpid(),))

    def submit(chunk: Chunk) -> Future[Result]:
        """Submit it, which may fork; Python would ignore a Ctrl-C in the midst of that."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return pool.submit(run_chunk, chunk, setting, program())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    try:
        yield from _windowed(chunks, jobs * _WAITING, submit, setting)
    finally:
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()


def _windowed(
    chunks: Sequence[Chunk],
    most: int,
    submit: Callable[[Chunk], Future[Result]],
    setting: Setting,
) -> Results:
    left = list(reversed(chunks))
    running: dict[Future[Result], Chunk] = {}
    while left or running:
        while left and len(running) < most:
            chunk = left.pop()
            running[submit(chunk)] = chunk
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            chunk = running.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects = sorted([chunk, *running.values()], key=lambda one: one.first)
                yield from _apart(suspects, setting)
                return


def _apart(suspects: Sequence[Chunk], setting: Setting) -> Results:
    """Yield the results of chunks of which one has ended a worker, up to that one."""
    for suspect in suspects:
        result = run_apart(suspect, setting)
        yield result
        if result.failure is not None:
            return
    raise ToolBrokeError("a worker process died, but none of its seeds fails alone")


def _begin_worker(parent: int) -> None:
    """Ctrl-C goes to all processes of a terminal; the parent ends the workers, or they end with
    it (Linux)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def on_cluster(
    chunks: Sequence[Chunk], setting: Setting, address: str, say: Callable[[str], None]
) -> Results:
    """Yield the results in any order, from the workers of a Dask cluster. Dask runs the chunks of a
    lost worker again."""
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise MissingToolError(
            "`--cluster` needs Dask, which is not installed", f"`{install('cluster')}`"
        ) from error
    try:
        asyncio.run(_reach(address))  # a Client that fails prints a traceback when it is deleted
        client = Client(address, timeout=_ANSWERS_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TypeError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address}: {error}",
            "start one with `dask scheduler`, and workers with `dask worker ADDRESS`",
        ) from error
    try:
        if not client.scheduler_info()["workers"]:
            say(f"the cluster has no workers yet; waiting (start one: `dask worker {address}`)")
        code = program()
        running = {
            client.submit(run_chunk, chunk, setting, code, pure=False, retries=_RETRIES): chunk
            for chunk in chunks
        }
        for future in as_completed(list(running), loop=client.loop):  # type: ignore[no-untyped-call]
            try:
                yield future.result()
            except KilledWorker:
                yield from _apart([running[future]], setting)
    finally:
        with suppress(Exception):
            client.close(timeout=5)  # type: ignore[no-untyped-call]


async def _reach(address: str) -> None:
    """Connect to a scheduler. Raises OSError, ValueError (invalid address), and TypeError (no
    certificates for `tls:`)."""
    from distributed import Security
    from distributed.comm.core import connect

    security = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    comm = await connect(address, timeout=_ANSWERS_S, **security)  # type: ignore[no-untyped-call]
    await comm.close()
