"""The same machine as model.py in Promela, for Spin: a second opinion by a tool that others trust.

The tables are written out from fwgen/handshake/table.toml; what lies between the two sides is
written here a second time, from the description in model.py. Each step is a process of its own with
one indivisible statement, so a state of Spin is a world of model.py, and both must find the same
number of them. `CALM` adds the end of all faults, for liveness: from then on timers end only when
nothing else can happen, as in search.py, and every process that can act does so in the end.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fwgen.handshake import Machine
from tests.handshake.model import AGREED, Model

_HEAD = """\
/* Letters in flight: a capital one has the last id, a small one an older id. */
#define H 1
#define h 2
#define S 3
#define s 4
#define W 5
#define w 6
#define a 7
#define ASK 8
#define UP 0
#define GOING 1
#define DOWN 2
#define GONE 3
#define RISING 4
#define FRESH 1
#define SETTLED 2

byte fw, answer, session, peer, power, reset, link_news; /* link_news: 1 up, 2 down */
bit busy, note, bell_old, bell_new, device, wish, unheard, waits, paused, calm;
byte f0, f1; /* to the firmware, oldest first */
byte p0, p1; /* to the peer */

#ifdef CALM
#define FAULTS (!calm)
#else
#define FAULTS 1
#endif

#define SMALLER(x) x = (x == H || x == S || x == W -> x + 1 : x)
#define OLDER(x, letter) x = (x == letter -> letter + 1 : x)

inline outdate(letter) {
	OLDER(f0, letter); OLDER(f1, letter); OLDER(p0, letter); OLDER(p1, letter);
	OLDER(answer, letter)
}
inline send(letter) {
	if
	:: f0 == 0 -> f0 = letter
	:: f0 != 0 && f1 == 0 -> f1 = letter
	:: else
	fi;
	bell_new = 1
}
#define AWAKE (power == UP || power == GOING)

inline uses_ring() { assert(power != DOWN); assert(AWAKE || !LOOK) }
/* A shut door opens upon a doorbell of a Linux that is up. */
inline tidy() { paused = paused && !OPEN; unheard = unheard && OPEN }
inline reply() {
	if
	:: LOOK && answer != 0 && p1 == 0 ->
		busy = (answer == S || answer == s);
		if
		:: p0 == 0 -> p0 = answer
		:: else -> p1 = answer
		fi;
		answer = 0
	:: else
	fi
}
inline forget_session() {
	peer = P_OFFLINE; wish = 0;
	SMALLER(session); SMALLER(f0); SMALLER(f1); SMALLER(p0); SMALLER(p1); SMALLER(answer)
}
inline age_bells() { bell_old = bell_old || bell_new; bell_new = 0 }
"""

_FIRMWARE_DOES = {
    "attach": "answer = 0; session = 0",
    "detach": "answer = 0; session = 0",
    "ask": "answer = ASK; session = 0",
    "welcome": "answer = letter; session = letter; waits = 0",
    "resume": "answer = letter; waits = 0",
    "promise": "answer = letter",
    "clear_bells": "note = 0",
    "ring_wakeup": "paused = !FAULTS",
    "answer": "reply()",
    "stream": "reply()",
}
_WAKE = "outdate(W); send(W)"
_PEER_DOES = {
    "send_hello": "send(H)",
    "send_sleep": "wish = 1; outdate(S); send(S)",
    "send_wake": _WAKE,
    "refuse_and_wake": f"wish = 0; {_WAKE}",
    "refuse": "wish = 0",
    "remember": "wish = 1",
    "hold_still": "wish = 0",
    "permit": "power = GOING",
    "leave": "wish = 0",
}

_LOOKS = {"power != GONE": "asks_pwr", "!unheard": "waits_for_doorbell"}

_TAIL = """\
#define FREE (!busy && link_news == 0)
#define SETTLED_IN (FREE && reset == 0)
#define CAN_READ (OPEN && LOOK && f0 != 0)
#define CAN_SEND (OPEN && LOOK && answer != 0 && p1 == 0)
#define STARTS (peer == P_OFFLINE && device && power == UP && link_news == 0)
#define ASLEEP (power == DOWN || power == GONE)
#define MAY_RISE (power == DOWN || !(bell_old || bell_new || note || busy || link_news != 0))
#define CALLED (waits && device && !OPEN) /* the firmware has to wake Linux */
#define WAKES (ASLEEP && MAY_RISE && (FAULTS || !CALLED))
#define CALLS (!busy && !paused && (%(calls)s))
#define URGENT (bell_old || bell_new || busy || link_news != 0 || note || \\
	(reset == FRESH && !bell_old) || (SETTLED_IN && (CAN_READ || CAN_SEND)) || \\
	(AWAKE && (p0 != 0 || peer == P_SUSPENDED)) || WAKES || power == RISING || \\
	(CALLS && waits) || STARTS || (power == UP && !device))
#define RETRIES (AWAKE && (%(retries)s))
#define NOW (FAULTS || !URGENT)
#define HUSH_ENDS (!busy && fw == F_HUSHED && !bell_old)
#define LATER (FAULTS || (!URGENT && !HUSH_ENDS)) /* the peer's intervals are longer */
#define LAST (FAULTS || (!URGENT && !RETRIES && fw != F_HUSHED))
#define TIMED ((AWAKE && (%(timed)s)) || fw == F_HUSHED || fw == F_WAKING || unheard)
#define PAUSE_ENDS (FAULTS || (!URGENT && !TIMED)) /* it grows, and outlasts all other timers */

inline take() { byte_taken = f0; f0 = f1; f1 = 0 }
hidden byte byte_taken;

inline hear_one() {
	take();
	if
	:: byte_taken == H || byte_taken == h -> fw_rx_hello(byte_taken)
	:: byte_taken == S || byte_taken == s -> fw_rx_sleep(byte_taken)
	:: byte_taken == W || byte_taken == w -> fw_rx_wake(byte_taken)
	:: byte_taken == a -> fw_rx_ack(byte_taken)
	fi;
	byte_taken = 0
}
inline read_ring() {
	if
	:: CAN_READ -> hear_one();
		if
		:: CAN_READ -> hear_one()
		:: else
		fi
	:: else
	fi
}
inline new_device() {
	forget_session();
	bell_old = 0; bell_new = 0; note = 0; device = 1; link_news = 1; reset = 0; unheard = 0;
	f0 = 0; f1 = 0; p0 = 0; p1 = 0
}

#define STEP(name, guard) active proctype do_##name() { end: do :: d_step { (guard) ->
#define DONE assert(power != DOWN || !OPEN) } od }

STEP(old_arrives, bell_old) bell_old = 0; note = 1; DONE
STEP(new_arrives, bell_new) bell_new = 0; note = 1; DONE
STEP(fw_has_sent, busy) age_bells(); busy = 0; fw_ack_out(0); DONE
STEP(fw_link_up, !busy && link_news == 1) link_news = 0; fw_link_up(0); DONE
STEP(fw_link_down, !busy && link_news == 2) link_news = 0; fw_link_down(0); DONE
STEP(fw_settles, FREE && reset == FRESH && !bell_old) reset = SETTLED; note = 0; DONE
STEP(fw_hears_new_rings, FREE && reset == SETTLED && note && power != GONE)
	reset = 0; note = 0; fw_link_up(0); fw_doorbell(0); read_ring(); DONE
STEP(fw_ignores_new_rings, FREE && note &&
		((reset == FRESH && bell_old) || (reset == SETTLED && power == GONE)))
	note = 0; fw_doorbell(0); DONE
STEP(fw_vq1, SETTLED_IN && note) note = 0; unheard = 0; fw_doorbell(0); read_ring(); DONE
STEP(fw_polls, SETTLED_IN && (FAULTS || CAN_SEND)) fw_due(0); DONE
STEP(fw_reads, SETTLED_IN && CAN_READ) read_ring(); DONE
STEP(fw_guard, HUSH_ENDS && NOW) fw_timeout(0); DONE
STEP(fw_patience, !busy && fw == F_WAKING && LAST) fw_timeout(0); DONE
STEP(fw_pause, !busy && paused && PAUSE_ENDS && %(pause_ends)s) paused = 0; DONE
STEP(fw_ten_seconds, !busy && unheard && power != RISING && LAST) unheard = 0; DONE
STEP(fw_calls, CALLS && (FAULTS || waits))
	if
	:: device && ASLEEP && MAY_RISE -> power = (power == DOWN -> UP : RISING)
	:: else
	fi;
	fw_call(0); DONE

STEP(ddr_closes, power == GOING) power = DOWN; DONE
STEP(linux_wakes, WAKES)
	if
	:: power == DOWN -> power = UP
	:: else -> power = RISING; unheard = OPEN
	fi; DONE
STEP(ddr_opens, power == RISING) power = UP; DONE
STEP(peer_reads, AWAKE && p0 != 0)
	byte_taken = p0; p0 = p1; p1 = 0;
	if
	:: byte_taken == H -> peer_rx_hello()
	:: byte_taken == ASK -> peer_rx_ask()
	:: byte_taken == S -> peer_rx_sleep_ack()
	:: byte_taken == s -> peer_rx_old_sleep_ack()
	:: byte_taken == W -> peer_rx_wake_ack()
	:: else
	fi;
	byte_taken = 0; DONE
STEP(peer_starts, STARTS) peer_start(); DONE
STEP(peer_resumes, AWAKE && peer == P_SUSPENDED) power = UP; wish = 0; peer_resume(); DONE
STEP(peer_guard, AWAKE && peer == P_QUIET && !(bell_old || bell_new || busy) && NOW)
	peer_timeout(); DONE
STEP(peer_retries, RETRIES && LATER) peer_timeout(); DONE
STEP(peer_silence, AWAKE && peer == P_ONLINE && LAST) peer_timeout(); DONE
STEP(device_comes_up, power == UP && (!device || (reset != 0 && FAULTS))) new_device(); DONE

/* Faults, and what the application wishes. */
STEP(old_again, FAULTS && bell_old) note = 1; DONE
STEP(old_lost, FAULTS && bell_old) bell_old = 0; DONE
STEP(new_again, FAULTS && bell_new) note = 1; DONE
STEP(new_lost, FAULTS && bell_new) bell_new = 0; DONE
STEP(vq0, FAULTS && SETTLED_IN) fw_tx_ready(0); DONE
STEP(fw_silence, FAULTS && !busy && (%(silence)s)) fw_timeout(0); DONE
STEP(fw_calls_in_vain, FAULTS && CALLS) fw_call(0); DONE
STEP(condition, FAULTS && !busy)
	if
	:: %(counts)s -> waits = 1; paused = 0
	:: else -> assert(AWAKE || !(%(agreed)s))
	fi; DONE
STEP(somebody_suspends, FAULTS && power == UP) power = GONE; unheard = 0; DONE
STEP(called_off, FAULTS && AWAKE && (peer == P_ASKING || peer == P_QUIET))
	power = UP; wish = 0; peer_resume(); DONE
STEP(wants_to_suspend, FAULTS && power == UP) peer_suspend(); DONE
STEP(acknowledges, FAULTS && power == UP && peer == P_ONLINE && f1 == 0) send(a); DONE
STEP(gives_up, FAULTS && AWAKE && wish) wish = 0; peer_gave_up(); DONE
STEP(m33_is_reset, FAULTS)
	answer = 0; session = 0; age_bells(); fw = F_DETACHED; busy = 0; note = 0; link_news = 0;
	unheard = 0; waits = 0; paused = 0;
	reset = (device -> FRESH : 0); DONE
STEP(linux_reboots, FAULTS)
	forget_session(); f0 = 0; f1 = 0; p0 = 0; p1 = 0; power = UP; device = 0; reset = 0;
	unheard = 0;
	link_news = (fw == F_DETACHED -> 0 : 2); DONE
STEP(application_dies, FAULTS && power == UP && peer != P_OFFLINE) forget_session(); DONE

#ifdef CALM
STEP(faults_end, !calm) calm = 1; DONE
#define streams (fw == F_AWAKE && session == H && peer == P_ONLINE)
ltl live { [](calm -> <>streams) }
#endif
"""


@dataclass(frozen=True)
class Verdict:
    """What Spin says: `states` it stored, `errors` it found; `whole`: the search was exhaustive."""

    states: int
    errors: int
    whole: bool


def promela(model: Model) -> str:
    """Return the model for Spin, with the faults that are planted in `model`."""
    firmware, peer = model.firmware, model.peer
    parts = []
    for prefix, machine in (("F", firmware), ("P", peer)):
        parts += [
            f"#define {prefix}_{name.upper()} {number}\n"
            for number, name in enumerate(machine.states)
        ]
    is_open = _any("fw", "F", (n for n, s in firmware.states.items() if s.link_open))
    looks = [name for name, asked in _LOOKS.items() if getattr(model, asked)]
    parts.append(f"#define OPEN ({is_open})\n#define LOOK ({' && '.join(['1', *looks])})\n")
    parts.append(_HEAD)
    parts += _firmware_tables(firmware)
    parts += _peer_tables(peer, model.credulous)
    timed = {name: state.timer for name, state in peer.states.items()}
    parts.append(
        _TAIL
        % {
            "calls": _any("fw", "F", filter(model.rings, firmware.states)),
            "counts": _any("fw", "F", filter(model.counts_conditions, firmware.states)),
            "agreed": _any("fw", "F", iter(AGREED)),
            "pause_ends": int(model.pause_ends),
            "silence": _any(
                "fw", "F", (n for n, s in firmware.states.items() if s.timer == "silence")
            ),
            "timed": _any("peer", "P", (n for n, t in timed.items() if t)),
            "retries": _any("peer", "P", (n for n, t in timed.items() if t.endswith("_retry"))),
        }
    )
    return "".join(parts)


def _any(variable: str, prefix: str, names: Iterator[str]) -> str:
    return " || ".join(f"{variable} == {prefix}_{name.upper()}" for name in names)


def _firmware_tables(machine: Machine) -> Iterator[str]:
    drained = machine.step("draining", "drained").next
    for event in machine.events:
        yield f"inline fw_{event}(letter) {{\n\tif\n"
        for state, about in machine.states.items():
            row = machine.step(state, event)
            does = []
            if machine.actions[row.action].touches_link:
                does.append("uses_ring()" if about.link_open else "assert(false)")
            to = drained if row.next == "draining" else row.next
            does.append(f"fw = F_{to.upper()}")
            if row.action in _FIRMWARE_DOES:
                does.append(_FIRMWARE_DOES[row.action])
            yield f"\t:: fw == F_{state.upper()} -> {'; '.join(does)}\n"
        yield "\tfi;\n\ttidy()\n}\n"


def _peer_tables(machine: Machine, credulous: bool) -> Iterator[str]:
    again = _peer_row(machine, "online", "suspend")
    for event in machine.events:
        meant = "rx_sleep_ack" if credulous and event == "rx_old_sleep_ack" else event
        yield f"inline peer_{event}() {{\n\tif\n"
        for state in machine.states:
            does = _peer_row(machine, state, meant)
            if machine.step(state, meant).next == "online" != state:
                does += f"; if :: wish -> {again} :: else fi"
            yield f"\t:: peer == P_{state.upper()} -> {does}\n"
        yield "\tfi\n}\n"


def _peer_row(machine: Machine, state: str, event: str) -> str:
    row = machine.step(state, event)
    does = _PEER_DOES.get(row.action, "skip")
    if event == "timeout" and row.action == "send_wake":
        does = "send(W)"  # the same message again
    return f"peer = P_{row.next.upper()}; {does}"


def spin(model: str, folder: Path, *, calm: bool = False, made: str = "-O2") -> Verdict:
    """Let Spin search the whole model; `calm`: for liveness under weak fairness; `made`: how the
    search is compiled (a short one is sooner done with -O0)."""
    (folder / "model.pml").write_text(model, encoding="ascii")
    options = ["-DCALM"] if calm else []
    flags = [made, "-DNOREDUCE", "-DVECTORSZ=512"]
    flags += ["-DNFAIR=12"] if calm else ["-DSAFETY"]
    search = ["-a", "-f"] if calm else []
    _call(folder, "spin", *options, "-a", "model.pml")
    _call(folder, "gcc", *flags, "-o", "pan", "pan.c")
    said = _call(folder, "./pan", *search, "-m2000000", "-w24")
    states = re.search(r"(\d+) states, stored", said)
    errors = re.search(r"errors: (\d+)", said)
    assert states and errors, said
    whole = "Search not completed" not in said and "max search depth too small" not in said
    return Verdict(int(states[1]), int(errors[1]), whole)


def _call(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
