"""The sleep mode: the M33 must run in it and access its memories."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, did_you_mean, quote

MODE_UNKNOWN = Rule("unknown-mode", "error", "the chip has the sleep mode")
MODE_STOPS = Rule("mode-stops-m33", "error", "the M33 runs in the sleep mode")
MODE_INSTEAD = Rule("mode-instead", "warning", "the release enters this mode and not another")
UNREACHABLE = Rule("unreachable-asleep", "error", "the M33 can access code and data in this mode")

RULES = (MODE_UNKNOWN, MODE_STOPS, MODE_INSTEAD, UNREACHABLE)


def _check_mode(draft: Draft, findings: Findings) -> None:
    chip, mode = draft.board.chip, draft.mode
    place = draft.spec.where("sleep", "mode")
    alive = {name: m for name, m in chip.power_modes.items() if m.m33_runs}
    if mode is None:
        MODE_UNKNOWN.broken(
            findings,
            f"the {chip.title} has no power mode {quote(draft.spec.sleep.mode)}",
            place,
            did_you_mean(draft.spec.sleep.mode, alive, "modes in which the M33 runs"),
        )
        return
    made = draft.board.release.modes[mode.name]
    if not mode.m33_runs:
        refusal = f"; while the M33 runs, {made.refused_by} refuses it"
        MODE_STOPS.broken(
            findings,
            f"in {mode.name} ({mode.title}) the M33 takes no samples"
            + (refusal if made.refused_by else ""),
            place,
            "modes in which the M33 runs: " + ", ".join(f"`{name}`" for name in alive),
        )
        return
    if made.instead:
        MODE_INSTEAD.broken(
            findings,
            f"`{made.mem_sleep}` enters the deepest mode that is possible while the M33 runs: "
            f"{made.instead}, not {mode.name}",
            place,
            f"write `{made.instead}`; both are the same for the M33",
        )
    for role, window in draft.windows.items():
        if window.memory in mode.reachable:
            continue
        memory = draft.memory_of(window)
        state = "keeps its contents" if memory.name in mode.kept else "loses its contents"
        fitting = [name for name in draft.board.windows if name in mode.reachable]
        UNREACHABLE.broken(
            findings,
            f"in {mode.name} the M33 cannot access its {role} in {memory.title}: it {state}, and "
            "the first access hangs",
            draft.spec.where("memory", role, "in"),
            ("" if made.mem_sleep else f"{made.reaches}; ")
            + "memories that the M33 can access in this mode: "
            + ", ".join(f"`{name}`" for name in fitting),
        )


CHECKS = (_check_mode,)
