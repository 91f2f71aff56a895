"""What the sleep mode leaves to the M33."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, did_you_mean, quote

MODE_UNKNOWN = Rule("unknown-mode", "error", "the sleep mode is one that the chip has")
MODE_STOPS = Rule("mode-stops-m33", "error", "the M33 runs in the sleep mode")
MODE_INSTEAD = Rule("mode-instead", "warning", "the release's software takes this mode, no other")
UNREACHABLE = Rule("unreachable-asleep", "error", "code and data are reachable in the sleep mode")

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
            did_you_mean(draft.spec.sleep.mode, alive, "modes that keep the M33 alive"),
        )
        return
    made = draft.board.release.modes[mode.name]
    if not mode.m33_runs:
        refusal = f"; while the M33 runs, it is refused by {made.refused_by}"
        MODE_STOPS.broken(
            findings,
            f"in {mode.name} ({mode.title.lower()}) the M33 takes no samples"
            + (refusal if made.refused_by else ""),
            place,
            "modes that keep it alive: " + ", ".join(f"`{name}`" for name in alive),
        )
        return
    if made.instead:
        MODE_INSTEAD.broken(
            findings,
            f"`{made.mem_sleep}` takes the deepest mode that it can while the M33 runs, which "
            f"is {made.instead}, not {mode.name}",
            place,
            f"write `{made.instead}`; to the M33 both are the same",
        )
    for role, window in draft.windows.items():
        if window.memory in mode.reachable:
            continue
        memory = draft.memory_of(window)
        state = "keeps its contents, but" if memory.name in mode.kept else "loses its contents;"
        fitting = [name for name in draft.board.windows if name in mode.reachable]
        UNREACHABLE.broken(
            findings,
            f"in {mode.name} {memory.title} {state} the first access of the M33 hangs: "
            f"no place for its {role}",
            draft.spec.where("memory", role, "in"),
            "reachable then: " + ", ".join(f"`{name}`" for name in fitting),
        )


CHECKS = (_check_mode,)
