"""The host backend: the generated core in virtual time, against the emulated Linux."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from fwgen.backends.asked import asked_of
from fwgen.backends.bus import why_no_bus, why_not_plugged
from fwgen.backends.conditions import Conditions
from fwgen.backends.doorbells import ALREADY_DISTURBED, DIRECTIONS, HOW, Disturbance, recovers_us
from fwgen.backends.host.compile import build_library, core_sources
from fwgen.backends.host.feed import FIRST_SAMPLE_US, Feed
from fwgen.backends.host.library import INBOX, REACHED, READINGS, RUNG, STUCK, Machine
from fwgen.backends.host.port import HostPort
from fwgen.backends.ledger import Sampled, ledger_for
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.linux.port import AnyLinux
from fwgen.backends.outages import BITTEN, LOADED, STOPPED
from fwgen.backends.wire_watch import LogView
from fwgen.errors import InputError, ToolBrokeError
from fwgen.peer.started import (
    CRASH_BUS,
    CRASH_PANIC,
    RESET_CORE,
    RESET_PIN,
    RESET_POWER,
    RESET_SYSTEM,
    RESET_WATCHDOG,
)
from fwgen.record import DdrAccess, RunRecord
from fwgen.scenario import board
from fwgen.scenario.backend import Backend
from fwgen.scenario.seen import seen_by
from fwgen.sensor import model_of
from fwgen.wire.log_format import BLOCK_BYTES, slots

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.scenario.model import Scenario
    from fwgen.scenario.steps.base import Step

LINUX_UP_US: Final = 40_000
_CRASHES: Final = {"fault": CRASH_BUS, "panic": CRASH_PANIC}
"""What the firmware keeps of them. Of a watchdog it keeps the reset's cause."""
_NEVER: Final = 1 << 62
_SETTLE_US: Final = 60_000_000
_SETTLE_STEP_US: Final = 500_000


@dataclass(frozen=True)
class Timing:
    """Delays of the host's link. linux.Pace has those of Linux."""

    link_latency_us: int = 200
    give_back_us: int = 50


class HostBackend(Backend, board.Board):
    """`core`: sources to use instead of the plan's; `library`: them, compiled; `fault`: one of
    compile.FAULTS.

    `say` is called with a message before the core is compiled, which is slow and done once.
    """

    name = "host"
    real_rings = False
    """Whether Linux has rings in memory, instead of the queues of the emulated Linux."""
    _linux: AnyLinux

    def __init__(
        self,
        *,
        core: Mapping[str, bytes] | None = None,
        library: Path | None = None,
        fault: str = "none",
        flags: Sequence[str] = (),
        timing: Timing | None = None,
        initial_seq: int = 0,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._core = core
        self._library = library
        self._fault = fault
        self._flags = flags
        self._timing = timing or Timing()
        self._initial_seq = initial_seq
        self._say = say
        self._machine: Machine | None = None

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        library = self._library or self._compiled(plan)
        self._plan, self._scenario, self._seed = plan, scenario, seed
        self._initial_seq = scenario.first_number or self._initial_seq
        seen = zip(plan.sensors, seen_by(scenario, plan, seed), strict=True)
        self._feeds = [
            Feed(plan, sensor, scene, 0 if sensor.number else self._initial_seq)
            for sensor, scene in seen
        ]
        self._conditions = Conditions(plan)
        self._plugged = True  # the display
        self._peak_slots = 0
        self._runs, self._reset = True, RESET_CORE  # why the next start happens
        self._held = False  # until Linux has loaded the firmware
        self._bite_us, self._recovery_us = _NEVER, 0  # the watchdog's reset; Linux's time after it
        self._stalled_us: int | None = None  # when the M33 halted, if that was not judged yet
        self._bells = dict.fromkeys(DIRECTIONS, Disturbance())
        self._machine = machine = Machine(
            library,
            plan.log.size_bytes,
            initial_seq=self._initial_seq,
            first_sample_us=FIRST_SAMPLE_US,
            link_buffers=plan.board.rpmsg.buffers,
            link_latency_us=self._timing.link_latency_us,
            give_back_us=self._timing.give_back_us,
            rings_in_ddr=plan.rings.in_ddr,
            ddr_stays_closed=scenario.ddr_closed,
        )
        machine.a35_off = plan.mode.a35_off
        view = LogView(machine.log.view(np.uint8).data)
        self._ledger = ledger_for(plan, view.blocks, scenario.clocks_ppm)
        self._begin(machine)
        self.run_until(0)

    def _compiled(self, plan: Plan) -> Path:
        core = self._core
        if core is None:
            from fwgen.generate import render

            core = core_sources(render(plan))
        return build_library(
            core, fault=self._fault, flags=self._flags, rings=self.real_rings, say=self._say
        )

    def _begin(self, machine: Machine) -> None:
        """Start the M33, and Linux."""
        self._start_core(machine)
        port = HostPort(machine, self._load_firmware)
        self._emulated = self._linux = Linux(
            port, self._ledger, self._plan.spec.spec_hash, holds_latency=self._plan.rings.in_ddr
        )
        machine.run(LINUX_UP_US)
        self._emulated.boot(self.now_us)

    def _start_core(self, machine: Machine) -> None:
        machine.boot(RESET_POWER | RESET_PIN)
        self._ledger.started(self.now_us)
        for feed in self._feeds:
            feed.begin(0, machine.counts().boot)

    def run_until(self, t_us: int) -> None:
        machine, linux = self._running, self._emulated
        end_us = t_us + FIRST_SAMPLE_US
        while machine.now_us < end_us:
            due_us = min(linux.next_due_us(), self._bite_us) + FIRST_SAMPLE_US
            if due_us > machine.now_us:
                reason = machine.run(due_us if due_us < end_us else end_us)
                if reason == INBOX:
                    linux.receive(machine.inbox(), machine.now_us - FIRST_SAMPLE_US)
                    self._ring_again()
                elif reason == RUNG:
                    self._ring_linux(lambda: linux.rung(self.now_us))
                elif reason != REACHED:
                    self._serve_core(reason, end_us)
                if reason != REACHED or due_us >= end_us:
                    continue
            now_us = machine.now_us - FIRST_SAMPLE_US
            if self._bite_us <= now_us:
                self._bite()
            else:
                linux.poll(now_us)

    def _ring_linux(self, rung: Callable[[], None]) -> None:
        """The firmware rings the wake-up doorbell."""
        for delay_us in self._bells["linux"].delays_us(self.now_us):
            if delay_us:
                self._linux.rung_at(self.now_us + delay_us)
            else:
                rung()

    def _ring_again(self) -> None:
        """A message's doorbell has arrived; if it is doubled, a second one finds nothing new."""
        for delay_us in self._bells["linux"].delays_us(self.now_us)[1:]:
            self._linux.rung_at(self.now_us + delay_us)

    def _serve_core(self, reason: int, end_us: int) -> None:
        """Do what the core needs to run on; it is at most at `end_us` of the host's clock then."""
        if reason == READINGS:
            self._feeds[self._running.lacks].give(self._running, end_us)
        elif reason == STUCK:
            raise ToolBrokeError(
                f"the core asks again and again to be polled at {self.now_us / 1e6:.6f} s"
            )

    def finish(self) -> RunRecord:
        until_us = self._scenario.until_us
        marks = [feed.mark() for feed in self._feeds]
        ends = [feed.next_seq for feed in self._feeds]
        self._bite_us = _NEVER
        self._end_stall()
        for direction in range(len(DIRECTIONS)):
            self._running.disturb(direction, HOW.index(""), self.now_us, 0)
        self._bells = dict.fromkeys(DIRECTIONS, Disturbance())
        self._linux.end(self.now_us)
        starts = self._linux.starts_to_come
        while (
            not self._has_processed(ends) or len(self._ledger.starts) < starts
        ) and self.now_us < until_us + _SETTLE_US:
            self.run_until(self.now_us + _SETTLE_STEP_US)
        self._ledger.stream(False, self.now_us)
        for feed, mark in zip(self._feeds, marks, strict=True):
            feed.cut(mark)
        counts = self._running.counts()
        if counts.unexpected:
            text = f"the firmware counted {counts.unexpected} unexpected events"
            self._ledger.event(text, until_us)
        peak = max(self._peak_slots, counts.log_peak_slots)
        first, *others = self._sampled()
        record = RunRecord(
            backend=self.name,
            spec_name=self._plan.spec.name,
            scenario_name=self._scenario.name,
            seed=self._seed,
            sensor_name=first.sensor.name,
            period_us=first.sensor.period_us,
            true_t_s=first.truth[0][:, 0],
            true_mm=first.truth[0][:, 1],
            true_more=list(first.truth[1:]),
            ddr_accesses=self._accesses(counts.accesses),
            log_capacity_bytes=counts.log_slots * BLOCK_BYTES,
            log_peak_bytes=peak * BLOCK_BYTES,
            asked=first.asked,
        )
        second = others[0] if others else None
        return self._ledger.record(record, first.taken, until_us, first.offsets, second)

    def _sampled(self) -> list[Sampled]:
        log_slots = slots(self._plan.log.size_bytes)
        return [
            Sampled(
                feed.planned,
                feed.taken(),
                model_of(feed.planned.part.TYPE).truth(feed.planned, feed.sensor.scene),
                asked_of(self._plan, feed.planned, log_slots),
                feed.rows_before_log,
            )
            for feed in self._feeds
        ]

    def close(self) -> None:
        if self._machine is not None:
            self._machine.close()
            self._machine = None

    # -------------------------------------------------------------------------------------- steps

    def do(self, step: Step) -> None:
        if refusal := self.refusal(step):
            raise refusal
        step.run(self)

    @property
    def now_us(self) -> int:
        """The scenario time."""
        return self._running.now_us - FIRST_SAMPLE_US

    def ignore(self, step: str, reason: str) -> None:
        self._ledger.ignore(step, reason, self.now_us)

    def note(self, text: str) -> None:
        self._ledger.event(text, self.now_us)

    def linux_does(self, action: Callable[[board.Linux, int], None]) -> None:
        action(cast(board.Linux, self._linux), self.now_us)

    def ring_core(self, ring: str) -> None:
        self._running.stale_kick(("vq0", "vq1").index(ring))

    def disturb_doorbells(self, to: str, how: str, for_us: int, by_us: int) -> str:
        disturbance = Disturbance(how, self.now_us + for_us, by_us)
        if self._bells[to] == disturbance:
            return ALREADY_DISTURBED
        self._bells[to] = disturbance
        until_us = self._running.now_us + for_us
        self._running.disturb(DIRECTIONS.index(to), HOW.index(how), until_us, by_us)
        if to == "linux":
            self._ledger.disturbed(self.now_us, self.now_us + for_us)
        late_us = self.now_us + for_us + recovers_us(to, how, for_us)
        self._linux.disturbed(self.now_us, late_us)
        return ""

    @property
    def core_runs(self) -> bool:
        return self._runs

    @property
    def core_is_held(self) -> bool:
        return self._held

    @property
    def watchdog_us(self) -> int:
        return self._plan.timing.watchdog_us

    def reset_core(self) -> None:
        self._stop("reset")
        self._start()
        self._linux.firmware_restarted(self.now_us)

    def crash_core(self, how: str, takes_us: int) -> None:
        """The core has no code that crashes: it keeps the crash, and the simulated M33 stops."""
        if how in _CRASHES:
            self._running.crash(_CRASHES[how])
        self._stop(how)
        self._emulated.firmware_silent(self.now_us)
        self._bite_us = self.now_us + self.watchdog_us if self.watchdog_us else _NEVER
        self._recovery_us = takes_us

    def stall_core(self, for_us: int) -> None:
        self._end_stall()
        now_us = self._running.now_us
        self._stalled_us = self.now_us
        self._running.stall(now_us + for_us)
        for feed in self._feeds:
            feed.stall(now_us, for_us)

    def reset_board(self, cause: str, takes_us: int, app_us: int, log: str) -> None:
        self._stop(cause)
        restarted = cause == "restart-board"
        self._reset = (RESET_SYSTEM if restarted else RESET_POWER) | RESET_PIN
        self._held = True
        self._emulated.restart(self.now_us, takes_us, app_us)
        if log == "erased":
            size = len(self._running.log)
            chance = np.random.default_rng(self._seed)
            self._running.log[:] = 0 if restarted else chance.integers(0, 1 << 63, size, np.uint64)
            for feed in self._feeds:
                feed.rows_before_log.append(feed.rows)
            self._ledger.erased(self._feeds[0].boots, self.now_us)

    def damage_log(self, mask: bytes) -> bool:
        content = self._running.log.view(np.uint8)
        at = self._ledger.wire.damage(content.data)
        if at is not None:
            content[at : at + len(mask)] ^= np.frombuffer(mask, np.uint8)
        return at is not None

    def set_sensor(self, fault: str, sensor: str) -> str:
        reason = self._conditions.set(fault, sensor, self.now_us)
        for feed, condition in zip(self._feeds, self._conditions.shown, strict=True):
            feed.sensor.condition = condition
        return reason

    def disturb_bus(self, how: str, for_us: int) -> str:
        reason = why_no_bus(self._plan)
        if not reason:
            self._running.set_display(False)  # the core counts a fault
        return reason

    def plug_display(self, plugged: bool) -> str:
        reason = why_not_plugged(self._plan, plugged, self._plugged)
        if not reason:
            self._plugged = plugged
            self._running.set_display(plugged)
        return reason

    # -------------------------------------------------------------------------------------- inside

    @property
    def _running(self) -> Machine:
        if self._machine is None:
            raise InputError("no board is running")
        return self._machine

    def _stop(self, why: str) -> None:
        """The M33 no longer executes the firmware."""
        self._halt()
        self._ledger.stopped(why, self.now_us)
        self._ledger.event(STOPPED[why], self.now_us)

    def _end_stall(self) -> None:
        """The last stall is over, or something else stops the M33."""
        at_us, self._stalled_us = self._stalled_us, None
        if at_us is not None and not self._running.stall_delayed():
            reason = "the firmware had nothing to do in this time"
            self._ledger.ignore("stall-firmware", reason, at_us)

    def _halt(self) -> None:
        self._end_stall()
        counts = self._running.counts()
        self._peak_slots = max(self._peak_slots, counts.log_peak_slots)
        for feed in self._feeds:
            feed.halt(self._running)
        self._running.stop()
        self._runs, self._bite_us = False, _NEVER

    def _start(self) -> None:
        """The M33 starts the firmware."""
        for feed in self._feeds:
            feed.begin(self._running.now_us, feed.boots + 1)
        self._running.boot(self._reset)
        self._reset = RESET_CORE
        self._runs, self._held = True, False
        self._ledger.started(self.now_us)

    def _load_firmware(self) -> None:
        self._halt()
        self._start()
        self._ledger.event(LOADED, self.now_us)

    def _bite(self) -> None:
        self._bite_us, self._reset = _NEVER, RESET_WATCHDOG | RESET_CORE
        self._held = True
        self._ledger.event(BITTEN, self.now_us)
        self._emulated.firmware_restarted(self.now_us, self._recovery_us)

    def _has_processed(self, ends: Sequence[int]) -> bool:
        """Return whether Linux has processed all samples before these numbers, of each sensor."""
        if not self._ledger.knows_log:
            return False
        processed = [self._linux.processed(feed.planned.number) for feed in self._feeds]
        return all(
            expected is not None and (expected - end) & 0xFFFF_FFFF < 1 << 31
            for expected, end in zip(processed, ends, strict=True)
        )

    def _accesses(self, count: int) -> list[DdrAccess]:
        """Return the stored accesses; the first is repeated for those that were not stored."""
        kept = [
            DdrAccess((at_us - FIRST_SAMPLE_US) / 1e6, None, None, what)
            for at_us, what in self._running.accesses()
        ]
        return kept + kept[:1] * (count - len(kept))
