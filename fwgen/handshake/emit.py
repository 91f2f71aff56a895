"""Write the table as C and as a page with diagrams. The same table gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from fwgen.handshake import Machine

SOURCE = "fwgen/handshake/table.toml"
COMMAND = "python -m fwgen.handshake"

_LICENSE = "/* SPDX-License-Identifier: Apache-2.0 */\n"
_MADE = f"/* Generated from {SOURCE} by `{COMMAND}`; do not edit. */\n"


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
    return "".join(parts)


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
