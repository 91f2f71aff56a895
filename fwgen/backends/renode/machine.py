"""One emulated board in this process (Renode has one emulation per process, at a time).

The attributes `linux`, `ddr`, `core`, `ipcc` and `pwr` are the models; their methods are
those of the C# classes. .NET objects have no Python types, so they are Any. This module has what
they share: start, virtual time, errors of callbacks, bulk reading of logs.
"""

from __future__ import annotations

import base64
import importlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from fwgen.backends.renode.multi_file import is_multi_file, load_multi_file
from fwgen.backends.renode.platform import ecc_repl, merged_models, with_memory
from fwgen.config import RenodeConfig, load_config
from fwgen.errors import FwgenError, MissingToolError, ToolBrokeError
from fwgen.soc.chip import Ecc, Memory
from fwgen.soc.region import Region

Ints = NDArray[np.int64]

QUANTUM_US: Final = 10_000
"""The longest step that Renode runs without synchronising. A quantum costs the host 40 us: an idle
core runs at 260 times real time (470 times with 50 ms, 30 times with 1 ms). A job that needs a
paused emulation waits for the end of the quantum."""

_SILENT: Final = 3  # Renode's log level `error`
_COMPILED: Final[list[bool]] = []


class CoreLostError(FwgenError):
    """The core executed an address from which it cannot run; the emulator stopped it."""

    exit_code = 1


@dataclass(frozen=True)
class Violation:
    """The core accessed DDR while it was closed, or outside its windows. `lr`: the return address,
    which shows the caller if `pc` is in a copying loop."""

    at_ns: int
    pc: int
    lr: int
    address: int
    width: int
    write: bool
    closed: bool


class Machine:
    """`wiring`: the text of `wiring.platform_repl`, '' for the board alone. `ecc`: the memory to be
    emulated with error correction, which is slow. The core is halted until `start_core`. Raises
    MissingToolError without Renode, ToolBrokeError if Renode rejects a command."""

    def __init__(
        self,
        board: str,
        wiring: str = "",
        config: RenodeConfig | None = None,
        log: str = "",
        ecc: tuple[Memory, Ecc] | None = None,
    ) -> None:
        net = load_renode(config or load_config().renode)
        self._net = net
        self._monitor = net.Monitor()
        self._emulation = net.Emulation()
        if _compiled():
            self._emulation.clear()  # the board of an earlier run
        if log:
            self.execute(f"logFile @{log} true")  # each line at once: the process may be killed
        else:
            self.execute(f"logLevel {_SILENT}")
        self._ecc = ecc[0] if ecc else None
        self._compile(board, wiring, ecc_repl(*ecc) if ecc else "")
        self.execute("emulation SetAdvanceImmediately true")
        self.execute(f'emulation SetGlobalQuantum "{QUANTUM_US / 1e6}"')
        self.execute("emulation SetSeed 1")
        self._parts: dict[str, Any] = {}
        self.bus: Any = self._machine.sysbus.internal
        self.ecc: Any = self.part(ecc[0].name) if ecc else None
        self.cpu: Any = self.part("cpu")
        self.core: Any = self.part("core")
        self.linux: Any = self.part("linux")
        self.ddr: Any = self.part("ddr")
        self.ipcc: Any = self.part("ipcc1")
        self.pwr: Any = self.part("pwr")
        self._errors: list[BaseException] = []
        self._runs = False
        self._started = False
        self.core_reset_bits = 0
        """Of the reset status: remoteproc has reset the core alone."""
        self._keep: list[Any] = []  # .NET delegates need their Python object to stay alive
        self.core.Stop()

    def part(self, path: str) -> Any:
        """Return a peripheral by its path in the platform, as in `i2c8.panel`. The first look-up is
        slow."""
        if path not in self._parts:
            found = self._machine.sysbus
            for name in path.split("."):
                found = getattr(found, name)
            self._parts[path] = found.internal
        return self._parts[path]

    def execute(self, command: str) -> str:
        """Execute a command of Renode's monitor; return its output. Not from a callback."""
        out, err = self._monitor.execute(command)
        if err.strip():
            raise ToolBrokeError(f"Renode rejected `{command}`: {err.strip()}")
        return str(out)

    def watch_stores(self, first: int, end: int) -> None:
        """Watch the core's stores to these addresses of the memory with error correction."""
        self.ecc.Watch(self._net.UInt64(first), self._net.UInt64(end))

    # Firmware

    def load_elf(self, path: Path) -> None:
        self._machine.load_elf(str(path.resolve()))

    def start_core(self, vector_table: int) -> None:
        """Release the core from reset; memory and peripherals keep their state. Not from a
        callback."""
        if self._started:
            self.note_reset(self.core_reset_bits)
        self._started = True
        self.core.Start(self._net.UInt32(vector_table))

    def note_reset(self, bits: int) -> None:
        """Add these bits to the status that shows the firmware why it was reset."""
        self.part("rcc").NoteReset(self._net.UInt32(bits))

    def stop_core(self) -> None:
        """Put the core into reset. Not from a callback."""
        self.core.Stop()

    def listen(self, uart: str) -> bytearray:
        """Return an array to which the UART's output is appended from now on."""
        heard = bytearray()
        listener = self._net.Action[self._net.Byte](lambda byte: heard.append(int(byte)))
        self.part(uart).CharReceived += listener
        self._keep.append(listener)
        return heard

    # Time

    @property
    def now_ns(self) -> int:
        return int(self.linux.Now)

    def run_until(self, at_ns: int) -> None:
        """Run. Raises what a callback raised meanwhile, CoreLostError if the core was stopped.

        A run costs a millisecond of the host's time, however short it is: use long runs, with
        alarms and the handler of Linux for actions in between.
        """
        ticks = at_ns - self.now_ns
        if ticks > 0:
            self._runs = True
            self._emulation.RunFor(self._net.TimeInterval.FromTicks(self._net.UInt64(ticks)))
            self._runs = False
        if self._errors:
            raise self._errors[0]
        if self.core.HasAborted:
            pc = int(self.cpu.PC.RawValue)
            raise CoreLostError(f"the core cannot execute from {pc:#010x} (its program counter)")

    def run_for(self, us: int) -> None:
        self.run_until(self.now_ns + us * 1000)

    def guarded(self, callback: Callable[[], None]) -> Any:
        """Return a .NET action that calls `callback`. An exception is kept until the run ends: in
        the emulator's thread it would end the process."""

        def call() -> None:
            if self._errors:
                return
            try:
                callback()
            except BaseException as error:
                self._errors.append(error)

        action = self._net.Action(call)
        self._keep.append(action)
        return action

    def when_safe(self, job: Callable[[], None]) -> None:
        """Run the job now if the emulation is paused; from a callback, at the end of the quantum,
        with the emulation paused. The job may stop, start and load the core."""
        if not self._runs:
            job()
            return
        machine = self._machine.internal

        def paused() -> None:
            pause = machine.ObtainPausedState(True)  # without it the core never runs again
            try:
                job()
            finally:
                pause.Dispose()

        call = self.guarded(paused)
        at_sync = self._net.Action[self._net.TimeStamp](lambda at: call())
        self._keep.append(at_sync)
        machine.LocalTimeSource.ExecuteInNearestSyncedState(at_sync)

    def on_linux(self, callback: Callable[[], None]) -> None:
        """Register a callback for the middle of a run: after a doorbell of the firmware and Linux's
        latency, and at the time of `linux.SetAlarm`. It may use `linux`, `ddr`, `ipcc`, `pwr` and
        `sensor`; it may not run or reset the machine, or use the monitor."""
        self.linux.Handler = self.guarded(callback)

    # Memory, as Linux sees it

    def read32(self, address: int) -> int:
        if self._has_ecc(address):
            return int.from_bytes(self.read(address, 4), "little")
        return int(self.bus.ReadDoubleWord(self._net.UInt64(address)))

    def write32(self, address: int, value: int) -> None:
        if self._has_ecc(address):
            self.write(address, value.to_bytes(4, "little"))
            return
        self.bus.WriteDoubleWord(self._net.UInt64(address), self._net.UInt32(value))

    def read(self, address: int, count: int) -> bytes:
        if self._has_ecc(address):
            return bytes(self.ecc.Load(self._net.UInt64(address), count))
        return bytes(self.bus.ReadBytes(self._net.UInt64(address), count))

    def write(self, address: int, data: bytes) -> None:
        if self._has_ecc(address):
            self.ecc.Store(self._net.UInt64(address), self._array(data))
            return
        self.bus.WriteBytes(self._array(data), self._net.UInt64(address))

    def _has_ecc(self, address: int) -> bool:
        return self._ecc is not None and self._ecc.contains(Region(address, 1))

    def read_ddr(self, address: int, count: int) -> bytes:
        return bytes(self.ddr.Load(address, count))

    def write_ddr(self, address: int, data: bytes) -> None:
        self.ddr.Store(address, self._array(data))

    def _array(self, data: bytes) -> Any:
        """Return bytes for .NET. Base64 is faster than bytes one by one (a microsecond each)."""
        return self._net.FromBase64(base64.b64encode(data).decode("ascii"))

    def violations(self) -> list[Violation]:
        """Return the first thousand; `ddr.Violations` counts all."""
        return [_violation(line) for line in str(self.ddr.ViolationsAsText()).splitlines()]

    # End

    def leave(self, code: int) -> NoReturn:
        """End the process without .NET's shutdown, which may hang."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _compile(self, board: str, wiring: str, memory: str) -> None:
        with tempfile.TemporaryDirectory(prefix="fwgen-renode-") as folder:
            if not _compiled():
                models = Path(folder, "models.cs")
                models.write_text(merged_models(), encoding="utf-8")
                self.execute(f"include @{models}")
                _COMPILED.append(True)
            self._machine = self._emulation.add_mach("board")
            self._machine.load_repl(str(with_memory(board, memory, Path(folder))))
            if wiring:
                path = Path(folder, "wiring.repl")
                path.write_text(wiring, encoding="utf-8")
                self._machine.load_repl(str(path))


def _compiled() -> bool:
    """Whether this process has the models: Renode compiles them once."""
    return bool(_COMPILED)


def rows(log: Any, first: int = 0) -> tuple[Ints, Ints]:
    """Return the columns of an EventLog from row `first` on: nanoseconds, values."""
    times = np.frombuffer(memoryview(log.TimesAsBytes(first)), dtype="<u8")
    values = np.frombuffer(memoryview(log.ValuesAsBytes(first)), dtype="<i4")
    return times.astype(np.int64), values.astype(np.int64)


def unsigned_64(value: int) -> Any:
    """Return the lowest 64 bits of a number for .NET."""
    return importlib.import_module("System").UInt64(value & (1 << 64) - 1)


def _violation(line: str) -> Violation:
    at_ns, pc, lr, address, width, kind, why = line.split()
    return Violation(
        at_ns=int(at_ns),
        pc=int(pc, 16),
        lr=int(lr, 16),
        address=int(address, 16),
        width=int(width),
        write=kind == "write",
        closed=why == "closed",
    )


@dataclass(frozen=True)
class _Net:
    """The classes that are used of .NET and pyrenode3."""

    Monitor: Any
    Emulation: Any
    Action: Any
    Byte: Any
    UInt32: Any
    UInt64: Any
    TimeInterval: Any
    TimeStamp: Any
    FromBase64: Any


def load_renode(config: RenodeConfig) -> _Net:
    wanted = config.environment()
    if not wanted.keys() & {"PYRENODE_BUILD_DIR", "PYRENODE_BIN"}:
        raise MissingToolError(
            "fwgen's configuration does not name a Renode", "`fwgen setup` installs it"
        )
    os.environ.update(wanted)
    if config.pyrenode3 is not None and str(config.pyrenode3) not in sys.path:
        sys.path.append(str(config.pyrenode3))
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if config.bin is not None and is_multi_file(config.bin):
                load_multi_file(config.bin.parent)
            wrappers = importlib.import_module("pyrenode3.wrappers")
    except ImportError as error:
        raise MissingToolError(
            f"pyrenode3 cannot be loaded: {error}", "`fwgen setup` installs it"
        ) from error
    finally:
        logging.disable(level)
    system = importlib.import_module("System")
    time = importlib.import_module("Antmicro.Renode.Time")
    return _Net(
        Monitor=wrappers.Monitor,
        Emulation=wrappers.Emulation,
        Action=system.Action,
        Byte=system.Byte,
        UInt32=system.UInt32,
        UInt64=system.UInt64,
        TimeInterval=time.TimeInterval,
        TimeStamp=time.TimeStamp,
        FromBase64=system.Convert.FromBase64String,
    )
