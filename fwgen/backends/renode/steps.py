"""A scenario's steps on an emulated board."""

from __future__ import annotations

import random
from collections.abc import Callable

from fwgen.backends.bus import why_no_bus, why_not_plugged
from fwgen.backends.conditions import Conditions
from fwgen.backends.doorbells import ALREADY_DISTURBED, Disturbance, recovers_us
from fwgen.backends.outages import BITTEN, STOPPED
from fwgen.backends.renode.panic import PANIC, panic_at
from fwgen.backends.renode.running import Running
from fwgen.scenario import board


class Steps(Running, board.Board):
    """What steps are composed of (scenario/board.py)."""

    _conditions: Conditions
    _recovery_us: int | None  # from a crash that Linux knows until the firmware is loaded

    def ignore(self, step: str, reason: str) -> None:
        self._ledger.ignore(step, reason, self.now_us)

    def note(self, text: str) -> None:
        self._ledger.event(text, self.now_us)

    def linux_does(self, action: Callable[[board.Linux, int], None]) -> None:
        self._do(lambda now_us: action(self.linux, now_us))

    def ring_core(self, ring: str) -> None:
        self.port.stale_kick(ring)

    def disturb_doorbells(self, to: str, how: str, for_us: int, by_us: int) -> str:
        now_us = self.now_us
        disturbance = Disturbance(how, now_us + for_us, by_us)
        if self.port.bells[to] == disturbance:
            return ALREADY_DISTURBED
        self.port.bells[to] = disturbance
        if to == "linux":
            self._ledger.disturbed(now_us, now_us + for_us)
        late_us = now_us + for_us + recovers_us(to, how, for_us)
        self._do(lambda at_us: self.linux.disturbed(at_us, late_us))
        return ""

    def damage_log(self, mask: bytes) -> bool:
        region = self._log_region
        content = self.machine.read(region.start, region.size_bytes)
        at = self._ledger.wire.damage(content)
        if at is not None:
            flipped = bytes(old ^ flip for old, flip in zip(content[at:], mask, strict=False))
            self.machine.write(region.start + at, flipped)
        return at is not None

    def set_sensor(self, fault: str, sensor: str) -> str:
        before = self._conditions.shown
        reason = self._conditions.set(fault, sensor, self.now_us)
        for emulated, old, new in zip(self._sensors, before, self._conditions.shown, strict=True):
            if new != old:
                emulated.set_condition(new)
        return reason

    def disturb_bus(self, how: str, for_us: int) -> str:
        reason = why_no_bus(self._plan)
        if reason:
            return reason
        self._display.disturb_bus(how)
        self.port.at(self.now_us + for_us, lambda at_us: self._display.restore_bus())
        self._do(lambda now_us: None)  # sets Linux's alarm, which is used for this
        return ""

    def plug_display(self, plugged: bool) -> str:
        reason = why_not_plugged(self._plan, plugged, self._display.is_there)
        if not reason:
            self._display.plug(plugged)
        return reason

    def keep_picture(self, caption: str) -> None:
        self._keep_picture(caption, self.now_us)

    # -------------------------------------------------------------------------------------- the M33

    @property
    def core_runs(self) -> bool:
        return not self._ledger.is_down

    @property
    def core_is_held(self) -> bool:
        return bool(self.machine.core.IsHeld)

    @property
    def watchdog_us(self) -> int:
        return self._plan.timing.watchdog_us

    def reset_core(self) -> None:
        self._note_slots()
        self._ledger.stopped("reset", self.now_us)
        self.machine.start_core(self.port.kernel.rproc.vector_table)
        self._ledger.started(self.now_us)
        self._ledger.event(STOPPED["reset"], self.now_us)
        self._do(self.linux.firmware_restarted)

    def crash_core(self, how: str, takes_us: int) -> None:
        core = self.machine.core
        if how == "fault":
            core.RaiseFault()
        elif how == "panic":
            core.ContinueAt(panic_at(self._elf), PANIC)
        else:
            core.StandStill()
        self._recovery_us = takes_us
        self._ledger.stopped(how, self.now_us)
        self._ledger.event(STOPPED[how], self.now_us)
        self._do(self.linux.firmware_silent)

    def _core_reset_itself(self) -> None:
        """Called after a reset by the watchdog or by the firmware, while the emulation is
        paused. The core is held."""
        now_us, by = self.now_us, str(self.machine.core.ResetBy)
        if by == "watchdog":
            self.machine.note_reset(self._plan.board.chip.reset.watchdog)
        self._note_slots()
        self._ledger.stopped(by, now_us, asked=False)
        self._ledger.event(BITTEN if by == "watchdog" else STOPPED[by], now_us)
        self.linux.firmware_restarted(now_us, self._recovery_us)
        self.port.attend()

    # ------------------------------------------------------------------------------------ the board

    def reset_board(self, cause: str, takes_us: int, app_us: int, log: str) -> None:
        memory = self._log_memory() if log == "erased" else []
        loses_power = cause == "power-cycle"
        if loses_power:
            chance = random.Random(self._seed)
            memory = [(at, chance.randbytes(len(zeros))) for at, zeros in self._powered_memory()]
        self._restart(cause, takes_us, app_us, memory)
        if loses_power and self._display.is_there:
            self._display.plug(False)
            self._display.plug(True)

    def _restart(
        self, why: str, takes_us: int, app_us: int, memory: list[tuple[int, bytes]]
    ) -> None:
        """Reset the board; `memory`: new contents by address."""
        self._note_slots()
        self._ledger.stopped(why, self.now_us)
        self._ledger.event(STOPPED[why], self.now_us)
        self._do(lambda now_us: self.linux.restart(now_us, takes_us, app_us))
        self.machine.core.ResetBoard()
        reset = self._plan.board.chip.reset
        self.machine.note_reset(reset.pin | (reset.power if why == "power-cycle" else reset.system))
        for address, content in memory:
            self.machine.write(address, content)
        if why == "power-cycle" and self.machine.ecc is not None:
            self.machine.ecc.PowerOn()  # no word counts as written any more
        for window in self._plan.rings.nodes if self._plan.rings.in_ddr else ():
            self.machine.write_ddr(window.start, random.Random(0).randbytes(window.size_bytes))
        if memory:
            self._ledger.erased(self._starts(), self.now_us)

    def _log_memory(self) -> list[tuple[int, bytes]]:
        """Return the memory that contains the log, as zeros."""
        start = self._log_region.start
        return [one for one in self._powered_memory() if one[0] <= start < one[0] + len(one[1])]

    def _powered_memory(self) -> list[tuple[int, bytes]]:
        """Return address and zeros of each memory of the chip that the M33 uses, without DDR."""
        board = self._plan.board
        used = [one for name, one in board.chip.memories.items() if name in board.windows]
        return [(memory.start, bytes(memory.size_bytes)) for memory in used]
