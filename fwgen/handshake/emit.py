"""Write the table as C and as a page with diagrams. The same table gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from fwgen.handshake import Machine

SOURCE = "fwgen/handshake/table.toml"
COMMAND = "python -m fwgen.handshake"

_LICENSE = "/* SPDX-License-Identifier: Apache-2.0 */\n"
_MADE = f"/* Generated from {SOURCE} by `{COMMAND}`; do not edit. */\n"


_PROOF = """
## What is proven

`tests/handshake` searches every world that the two tables can reach together. Spin, a model
checker, searches a Promela model that is written from the same tables (`promela.py`). Both find
the same 421,135 worlds, and in each of them:

- in a sleep that the firmware has agreed to, its door is shut while DDR is closed;
- in any other sleep, the firmware uses no ring while DDR is closed;
- a condition (`wake_if`) that becomes true in an agreed sleep is kept until Linux answers.

From each world, once no more faults occur, both sides stream again in the end. A Linux that the
firmware has to call is then woken by the call alone. Spin proves it as an LTL formula under weak
fairness, in 1,302,249 states.

*In the models:* messages and doorbells that are delayed; doorbells that are lost or arrive twice;
interrupts that are handled late; an application that dies; a Linux that reboots; a reset of the
M33; a suspend that is called off; a suspend by somebody else, at any moment, also while samples
are streaming; calls for the level of the log, the age of a sample, or a condition; calls that
Linux does not notice, and the pause after each call.

*Assumed about time,* as the models have no clock:

- The firmware's guard ends after all doorbells have arrived that were rung before its SLEEP
  acknowledgement. The peer's guard ends after all doorbells that it has rung.
- Without faults, a timer ends when nothing else can happen. The firmware's guard ends before the
  peer's intervals; the pause after a call grows, and in the end outlasts all other timers.
- In a suspend that the firmware was not told of, it takes at least one turn while the A35 is
  stopped, and the doorbells rung before have arrived by then. A firmware that takes none does not
  learn of the suspend, and may use the rings before the kernel has opened DDR: seen on the host
  and with the ELF ([DESIGN.md](DESIGN.md), "One risk remains").
- DDR is closed only while the A35 is stopped, or until the kernel runs again. The moments at the
  end of a suspend in which the A35 runs and DDR is closed are the risk that [DESIGN.md](DESIGN.md)
  states.

*Not in the models:* how long the pauses are, and a peer with another spec or format, which is not
called (`tests/core/test_node.py`, `test_wake_calls.py`); the contents of messages and of the log
(`logs.py`, a second search, checks whose samples are counted); a Linux that only idles; a ring
that another program has filled (DESIGN.md, "Assumptions"); the rule that, after a reset of the
M33, an A35 that has run for ten seconds counts as awake.

The search finds each of 20 planted faults, and so does Spin. CI runs Spin on seven of them, among
these a call that is not repeated, a condition that is forgotten, and a running A35 that is taken
for an open DDR.
"""


def c_header(machine: Machine) -> str:
    """Return the text of core/handshake_table.h."""
    return (
        _LICENSE
        + _MADE
        + "#ifndef CORE_HANDSHAKE_TABLE_H\n#define CORE_HANDSHAKE_TABLE_H\n\n"
        + "#include <stdbool.h>\n#include <stdint.h>\n\n/* clang-format off */\n"
        + _enum("hs_state", "HS_", {s.name: s.text for s in machine.states.values()}, "HS_STATES")
        + _enum("hs_event", "HS_EV_", machine.events, "HS_EVENTS")
        + _enum(
            "hs_action", "HS_DO_", {a.name: a.text for a in machine.actions.values()}, "HS_ACTIONS"
        )
        + _enum("hs_timer", "HS_TIMER_", {"none": "", **machine.timer_texts}, "HS_TIMERS")
        + "/* clang-format on */\n\nstruct hs_row {\n"
        "\tuint8_t action; /* enum hs_action */\n"
        "\tuint8_t next;\t/* enum hs_state */\n"
        "};\n\n"
        "struct hs_state_facts {\n"
        "\tconst char *name;\n"
        "\tuint8_t timer; /* enum hs_timer */\n"
        "\tbool link_open;\n"
        "\tbool streams;\n"
        "};\n\n"
        "extern const struct hs_row hs_table[HS_STATES][HS_EVENTS];\n"
        "extern const struct hs_state_facts hs_states[HS_STATES];\n"
        "extern const uint32_t hs_timer_us[HS_TIMERS];\n"
        "extern const bool hs_touches_link[HS_ACTIONS];\n\n"
        "#endif\n"
    )


def c_source(machine: Machine) -> str:
    """Return the text of core/handshake_table.c."""
    lines = [
        _LICENSE + _MADE + '#include "handshake_table.h"\n\n/* clang-format off */\n',
        "const struct hs_row hs_table[HS_STATES][HS_EVENTS] = {\n",
    ]
    for state in machine.states:
        lines.append(f"\t[HS_{state.upper()}] = {{\n")
        for event in machine.events:
            row = machine.step(state, event)
            cell = f"{{HS_DO_{row.action.upper()}, HS_{row.next.upper()}}}"
            lines.append(f"\t\t[HS_EV_{event.upper()}] = {cell},\n")
        lines.append("\t},\n")
    lines.append("};\n\nconst struct hs_state_facts hs_states[HS_STATES] = {\n")
    for facts in machine.states.values():
        timer = f"HS_TIMER_{(facts.timer or 'none').upper()}"
        flags = f"{_bool(facts.link_open)}, {_bool(facts.name in machine.streams)}"
        lines.append(f'\t[HS_{facts.name.upper()}] = {{"{facts.name}", {timer}, {flags}}},\n')
    lines.append("};\n\nconst uint32_t hs_timer_us[HS_TIMERS] = {\n")
    for timer, us in machine.timers_us.items():
        lines.append(f"\t[HS_TIMER_{timer.upper()}] = {us}u,\n")
    lines.append("};\n\nconst bool hs_touches_link[HS_ACTIONS] = {\n")
    for action in machine.actions.values():
        lines.append(f"\t[HS_DO_{action.name.upper()}] = {_bool(action.touches_link)},\n")
    lines.append("};\n/* clang-format on */\n")
    return "".join(lines)


def page(machines: list[Machine]) -> str:
    """Return the text of docs/handshake.md."""
    parts = [
        f"<!-- Generated from {SOURCE} by `{COMMAND}`; do not edit. -->\n# The handshake\n\n"
        "Two state machines from one table. A diagram shows only changes of state; the tables "
        "below it have every pair of state and event.\n"
    ]
    for machine in machines:
        parts.append(f"\n## {machine.name.capitalize()}\n\n{_diagram(machine)}\n{_tables(machine)}")
    return "".join([*parts, _PROOF])


def _enum(name: str, prefix: str, members: Mapping[str, str], count: str) -> str:
    lines = [f"enum {name} {{\n"]
    for member, text in members.items():
        comment = f" /* {text} */" if text else ""
        lines.append(f"\t{prefix}{member.upper()},{comment}\n")
    return "".join(lines) + f"\t{count}\n}};\n\n"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _diagram(machine: Machine) -> str:
    edges: dict[tuple[str, str], list[str]] = {}
    everywhere = _common_edges(machine)
    for (state, event), row in machine.rows.items():
        if row.next == state or (event, row.next) in everywhere:
            continue
        edges.setdefault((state, row.next), []).append(event)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {machine.start}"]
    for (state, to), events in edges.items():
        lines.append(f"    {state} --> {to}: {', '.join(events)}")
    shut = [state.name for state in machine.states.values() if not state.link_open]
    lines += ["    classDef shut fill:#334,color:#fff", f"    class {','.join(shut)} shut", "```"]
    text = "\n".join(lines) + "\n\nDark states: the link is shut.\n"
    for event, to in sorted(everywhere):
        text += f"From every state (not drawn): `{event}` leads to *{to}*.\n"
    return text


def _common_edges(machine: Machine) -> set[tuple[str, str]]:
    """Return (event, target) of each event that leads to the same state from every state."""
    found = set()
    for event in machine.events:
        targets = {machine.step(state, event).next for state in machine.states}
        if len(targets) == 1:
            found.add((event, targets.pop()))
    return found


def _tables(machine: Machine) -> str:
    lines = ["", "| state | link | timer | |", "|---|---|---|---|"]
    for state in machine.states.values():
        timer = f"{state.timer} {machine.timers_us[state.timer] // 1000} ms" if state.timer else ""
        link = "open" if state.link_open else "shut"
        lines.append(f"| **{state.name}** | {link} | {timer} | {state.text} |")
    lines += ["", "| timer | | |", "|---|---|---|"]
    for name, us in machine.timers_us.items():
        lines.append(f"| {name} | {us // 1000} ms | {machine.timer_texts[name]} |")
    lines += ["", "| event | |", "|---|---|"]
    lines += [f"| {event} | {text} |" for event, text in machine.events.items()]
    lines += ["", "| action | touches the link | |", "|---|---|---|"]
    for action in machine.actions.values():
        lines.append(f"| {action.name} | {'yes' if action.touches_link else ''} | {action.text} |")
    lines += ["", "| state | event | action | next | why |", "|---|---|---|---|---|"]
    for (name, event), row in machine.rows.items():
        target = row.next if row.next != name else "."
        does = row.action if row.action != "none" else "."
        lines.append(f"| {name} | {event} | {does} | {target} | {row.why} |")
    return "\n".join(lines) + "\n"
