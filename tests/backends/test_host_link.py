"""Another program on Linux sends to the firmware's address: the host's link counts and drops it."""

from __future__ import annotations

from fwgen.backends.host.backend import HostBackend
from fwgen.report.document import build_report
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.steps import make_step
from fwgen.wire.messages import Sleep, encode
from tests.backends.running import ROOM, reference_plan

OTHER = 1031
SECOND = 1_000_000


def test_messages_of_another_sender_are_counted_and_change_nothing() -> None:
    text = f"{ROOM}\nsteps: [{{at: 12 s, do: suspend, for: 5 s}}]\nuntil: 30 s\n"
    scenario = parse_scenario(f"{text}expect: {{foreign_messages: 3, sleeps: 1}}\n")
    backend = HostBackend()
    backend.start(reference_plan(), scenario, 1)
    for at_s, data in ((3, b"hello world!"), (4, encode(Sleep(77))), (5, b"")):
        backend.run_until(at_s * SECOND)
        backend._running.write(data or b"\0", source=OTHER)
    backend.run_until(12 * SECOND)
    backend.do(make_step("suspend", for_us=5 * SECOND))
    backend.run_until(30 * SECOND)
    report = build_report(backend.finish(), scenario)
    backend.close()
    assert report["verdict"] == "pass", report["reasons"]
    assert report["link"]["foreign_messages"] == 3
    assert report["samples"]["delivered"] == report["samples"]["taken"]
