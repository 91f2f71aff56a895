"""Keywords that check the board."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import numpy as np

from fwgen.backends.latest import Latest
from fwgen.record import AWAKE, RunRecord
from fwgen.report.fingerprint import decided
from fwgen.robot.bench import Bench
from fwgen.robot.kinds import Length, Time, amount
from fwgen.scenario.expect import SAMPLE_COUNTS, STANDING
from fwgen.scenario.load import parse_expectations
from fwgen.toml_syntax import load_toml
from fwgen.wire.sample import STATUS_NAMES
from fwgen.words import count

_ABOUT_SAMPLES = tuple(name for name in STANDING if name in SAMPLE_COUNTS)
_SETTLED_S = 1.0


class Checks(Bench):
    """Checks about the whole run end it: the samples taken so far arrive, then the run is
    judged."""

    # ------------------------------------------------------------------------- the whole run

    def every_sample_should_have_arrived(self) -> None:
        """Ends the run. Each sample has arrived once, in order, with the sensor's value and the
        schedule's time."""
        record, report = self._outcome()
        counts = cast(dict[str, int], report["samples"])
        bad = [f"{counts[name]} {name}" for name in _ABOUT_SAMPLES if counts[name]]
        if bad:
            reasons = " ".join(report["reasons"])
            raise AssertionError(
                f"of {count(len(record.taken), 'sample')}: {', '.join(bad)}. {reasons}"
            )
        if not len(record.taken):
            raise AssertionError("no sample was taken")

    def the_run_should_pass(self) -> None:
        """Ends the run. A scenario's expectations are met; without one, the standing expectations
        of every run are met."""
        _, report = self._outcome()
        if report["verdict"] != "pass":
            raise AssertionError(" ".join(report["reasons"]))

    def report_should_meet(self, expectations: str) -> None:
        """Ends the run. Expectations as in a scenario: ``{sleeps: 1, drain: {at-most: 5 s}}``."""
        _, report = self._outcome()
        expected = parse_expectations(expectations, "<expectations>")
        wrong = [sentence for item in expected if (sentence := item.judge(dict(report)))]
        if wrong:
            raise AssertionError("; ".join(wrong))

    def fingerprint_should_be_in(self, file: Path, name: str) -> None:
        """Ends the run. Its fingerprint is the one that the TOML file has under ``name``. With the
        ELF only the digits about decisions count: its times depend on the compiler."""
        _, report = self._outcome()
        recorded = load_toml(file)
        wanted, found = str(recorded.get(name, "none")), report["fingerprint"]
        if self._backend != "host":
            wanted, found = decided(wanted), decided(found)
        if found != wanted:
            raise AssertionError(
                f"{file.name} has the fingerprint {wanted} for `{name}`, this run has {found}; if "
                "the new behaviour is intended, record the new fingerprint"
            )

    def samples_should_arrive_within(self, time: Time) -> None:
        """Ends the run. Checks all samples taken while Linux was awake (for at least a second)."""
        record, _ = self._outcome()
        late_us, at_s = _slowest(record)
        if late_us > time:
            raise AssertionError(
                f"the sample of {at_s:.3f} s took {late_us / 1000:.3f} ms, "
                f"expected at most {time / 1000:g} ms"
            )

    # ---------------------------------------------------------------------------- at any time

    def closed_DDR_should_not_have_been_touched(self) -> None:
        """The firmware has not accessed DDR while it was closed."""
        accesses = self._view().ddr_accesses
        if accesses:
            first = accesses[0]
            where = f" at {first.address:#010x}" if first.address is not None else ""
            raise AssertionError(
                f"closed DDR was touched {count(len(accesses), 'time')}, "
                f"first at {first.t_s:.6f} s by {first.function}{where}"
            )

    def linux_should_be(self, state: str) -> None:
        """Linux's state: awake, asking, suspending, asleep, resuming or offline."""
        found = self._view().linux
        if found != state:
            raise AssertionError(f"Linux is {found}, expected: {state}")

    def latest_sample_should_be(self, distance: Length, give_or_take: Length = Length(0)) -> None:  # noqa: B008
        """The last sample that Linux has received is valid and has this distance."""
        self.latest_value_should_be("distance", f"{int(distance)} mm", f"{int(give_or_take)} mm")

    def latest_value_should_be(self, channel: str, value: str, give_or_take: str = "") -> None:
        """The last sample of the channel's sensor is valid and has this value; by default, nothing
        may differ but what the channel's resolution cannot show.

        Example:
        | Latest Value Should Be | ambient-temp | 21.5 °C | give_or_take=0.1 °C |
        """
        latest = self._latest_of(channel)
        name = channel.rpartition(".")[2]
        own = next(one for one in latest.channels if one.name == name)
        wanted = amount(value, own.unit)
        most = amount(give_or_take, own.unit) if give_or_take else own.resolution
        found = latest.values(name)[-1]
        if found is None or abs(found - wanted) > most:
            shown = latest.words(latest.samples[-1])
            raise AssertionError(f"the latest sample is {shown}, expected: {value}")

    def latest_sample_should_say(self, status: str, sensor: str = "") -> None:
        """Its status: too near, too far, no echo, missed period or sensor fault. ``sensor``: which
        of two."""
        latest = next((one for one in self._latest() if sensor in ("", one.sensor)), None)
        if latest is None:
            names = " or ".join(one.sensor for one in self._latest() if one.sensor)
            raise AssertionError(f"expected the sensor {names or '(only one)'}, found {sensor}")
        last = latest.samples[-1]
        if STATUS_NAMES[last[0]] != status:
            raise AssertionError(f"the latest sample is {latest.words(last)}, expected: {status}")

    def samples_received(self) -> int:
        """Returns how many samples Linux's application has received."""
        return self._view().received

    def samples_should_have_been_declared_lost(self, at_least: int = 1) -> None:
        """The firmware has reported that it dropped this many samples, or more."""
        found = self._view().declared_lost
        if found < at_least:
            raise AssertionError(
                f"declared lost: {count(found, 'sample')}, expected: at least {at_least}"
            )

    def console_should_say(self, pattern: str) -> None:
        """The regular expression matches a part of the firmware's console."""
        self._needs_firmware("a console")
        console = self._view().console
        if not re.search(pattern, console):
            raise AssertionError(f"nothing on the console matches `{pattern}`:\n{console}")

    def console_should_not_say(self, pattern: str) -> None:
        """The opposite of `Console Should Say`."""
        self._needs_firmware("a console")
        found = re.search(f".*(?:{pattern}).*", self._view().console)
        if found:
            raise AssertionError(f"the console said: {found[0]}")

    def kernel_should_have_logged(self, pattern: str) -> None:
        """The regular expression matches a part of a line of Linux's kernel log."""
        self._needs_firmware("a kernel's log")
        lines = [line for _, line in self._view().kernel]
        if not any(re.search(pattern, line) for line in lines):
            text = "\n".join(lines)
            raise AssertionError(f"nothing in the kernel's log matches `{pattern}`:\n{text}")

    def diary_should_mention(self, pattern: str) -> None:
        """The regular expression matches a part of an event on Linux's side."""
        texts = [event.text for event in self._view().events]
        if not any(re.search(pattern, text) for text in texts):
            text = "\n".join(texts)
            raise AssertionError(f"no event on Linux's side matches `{pattern}`:\n{text}")

    def _latest_of(self, channel: str) -> Latest:
        """Return the latest samples of the sensor that has the channel."""
        sensor, _, name = channel.rpartition(".")
        known = []
        for latest in self._latest():
            names = [one.name for one in latest.channels]
            if name in names and sensor in ("", latest.sensor):
                return latest
            known += names
        raise AssertionError(f"expected a channel, one of {', '.join(known)}; found {channel}")

    def _latest(self) -> tuple[Latest, ...]:
        """Return the latest samples of each sensor that has sent one."""
        found = tuple(latest for latest in self._view().latest if latest.samples)
        if not found:
            raise AssertionError("Linux has received no sample")
        return found


def _slowest(record: RunRecord) -> tuple[int, float]:
    """Return the slowest sample's time from its scheduled instant to its arrival, in us, and that
    instant in s."""
    awake = np.zeros(len(record.taken), dtype=bool)
    taken, delivered = record.taken.whole(), record.delivered.whole()
    at_s = taken.at_us / 1e6
    for band in record.bands:
        if band.state == AWAKE:
            awake |= (at_s >= band.start_s + _SETTLED_S) & (at_s < band.end_s - _SETTLED_S)
    place = {int(seq): row for row, seq in enumerate(taken.seq)}
    rows = [place.get(int(seq)) for seq in delivered.seq]
    slowest, instant = 0, 0.0
    for row, arrival_us in zip(rows, delivered.arrival_us, strict=True):
        if row is not None and awake[row]:
            late_us = int(arrival_us - taken.at_us[row])
            if late_us > slowest:
                slowest, instant = late_us, float(at_s[row])
    if not awake.any():
        raise AssertionError("Linux was not awake for long enough to measure")
    return slowest, instant
