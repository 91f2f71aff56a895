"""logind's inhibitor and signals, on a private bus with dbusmock."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from fwgen.service.power.choose import Power
from fwgen.service.power.logind import Logind, LogindError
from fwgen.service.power.sleeping import Outcome, Sleep, Sleeping
from fwgen.service.power.sysfs import Slept, Wanted
from tests.conftest import DEBIAN_PYTHON
from tests.patience import PATIENCE_S, wait_until

pytestmark = pytest.mark.needs("dbusmock")
MANAGER = "org.freedesktop.login1.Manager"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


class Bus:
    """A private system bus with a logind that does what the test says."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder}/bus"
        config = folder / "bus.conf"
        config.write_text(CONFIG.format(socket=folder / "bus"))
        self._daemon = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--nofork"])
        wait_until((folder / "bus").exists, "the bus")
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        command = [DEBIAN_PYTHON, "-m", "dbusmock", "--template", "logind"]
        self._mock = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def call(self, interface: str, member: str, signature: str = "", body: Any = ()) -> Any:
        address = DBusAddress(
            "/org/freedesktop/login1", bus_name="org.freedesktop.login1", interface=interface
        )
        with open_dbus_connection(bus=self.address) as connection:
            message = new_method_call(address, member, signature or None, body)
            return connection.send_and_get_reply(message, timeout=PATIENCE_S).body

    def inhibitors(self) -> list[tuple[str, ...]]:
        found = self.call(MANAGER, "ListInhibitors")[0]
        return [item[:4] for item in found if isinstance(item, tuple)]

    def prepare_for_sleep(self, down: bool) -> None:
        body = (MANAGER, "PrepareForSleep", "b", [("b", down)])
        self.call("org.freedesktop.DBus.Mock", "EmitSignal", "sssav", body)

    def calls(self) -> str:
        found = self.call("org.freedesktop.DBus.Mock", "GetCalls")[0]
        return " ".join(call[1] for call in found)

    def close(self) -> None:
        for process in (self._mock, self._daemon):
            process.terminate()
            process.wait()


class Noted(Outcome):
    def __init__(self) -> None:
        self.sleeps: list[Sleep] = []

    def ended(self, sleep: Sleep) -> None:
        self.sleeps.append(sleep)


class Bench:
    def __init__(self) -> None:
        self.requests: list[str] = []
        self.told: list[str] = []
        self.logind = Logind(self._request, self.told.append)
        self.slept: list[Slept] = []

    def _request(self, by: str, outcome: Outcome) -> None:
        self.requests.append(by)

    def agree(self) -> threading.Thread:
        """The firmware has agreed."""
        thread = threading.Thread(target=lambda: self.slept.append(self.logind.suspend()))
        thread.start()
        return thread


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    made = Bus(tmp_path)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made.address)
    yield made
    made.close()


@pytest.fixture
def bench(bus: Bus) -> Iterator[Bench]:
    made = Bench()

    def starts() -> bool:
        try:
            made.logind.start()
        except LogindError:  # the mock is not on the bus yet
            return False
        return True

    wait_until(starts, "logind is there")
    yield made
    made.logind.stop()


def test_the_inhibitor_is_held_until_the_firmware_has_agreed(bus: Bus, bench: Bench) -> None:
    why = "the firmware on the M33 must agree before DDR is closed"
    held = [("sleep", "fwgen-peer", why, "delay")]
    for _ in range(2):
        assert bus.inhibitors() == held
        bench.requests.clear()
        bus.prepare_for_sleep(True)
        wait_until(lambda: bench.requests == ["logind"], "the request")
        assert bus.inhibitors() == held
        thread = bench.agree()
        wait_until(lambda: bus.inhibitors() == [], "the inhibitor is released")
        assert thread.is_alive(), "it waits until Linux is up again"
        bus.prepare_for_sleep(False)
        thread.join(PATIENCE_S)
        assert bench.slept[-1].error == ""
        wait_until(lambda: bus.inhibitors() == held, "the inhibitor is taken again")
    assert bench.told == []


def test_a_wish_goes_through_logind_so_that_all_inhibitors_hear_of_it(
    bus: Bus, bench: Bench
) -> None:
    bench.logind.wish("button", Outcome())
    assert "Suspend" in bus.calls()
    assert bench.requests == []
    bus.prepare_for_sleep(True)
    wait_until(lambda: bench.requests == ["button"], "the request with its origin")
    bus.prepare_for_sleep(False)


def test_a_logind_that_did_not_wait_is_reported(bus: Bus, bench: Bench) -> None:
    bus.prepare_for_sleep(True)
    bus.prepare_for_sleep(False)
    wait_until(lambda: bool(bench.told), "a report")
    assert bench.told == ["logind did not wait: Linux slept although the firmware had not agreed"]
    assert bench.logind.suspend().error == "logind no longer wants to suspend"


def test_an_alarm_that_logind_does_not_set_is_refused_and_reported(bus: Bus) -> None:
    told: list[str] = []
    noted = Noted()
    power = Power("auto", Wanted(alarm_s=60), None, told.append)
    power.sleeping = Sleeping(power, lambda: None, lambda sleep: None)

    def starts() -> bool:
        power.start()
        return bool(told)

    wait_until(starts, "logind is there")
    assert "alarm and mode of [sleep] are not used: logind suspends Linux" in told[1]
    power.request("command", noted, Wanted("deep"))
    assert noted.sleeps[0].refused.startswith("logind suspends Linux, and takes neither alarm nor")
    assert "Suspend" not in bus.calls()
    power.request("command", noted)
    assert "Suspend" in bus.calls()
    power.stop()


def test_without_a_bus_the_wish_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    bench = Bench()
    noted = Noted()
    with pytest.raises(LogindError, match="no connection to the system bus"):
        bench.logind.start()
    bench.logind.wish("command", noted)
    assert "no connection to the system bus" in noted.sleeps[0].refused
