"""The software on the A35: a release and a set of its device trees that can run the firmware."""

from __future__ import annotations

from fwgen.plan.rules.rule import Rule
from fwgen.soc import board_names, load_release, refused_releases, release_names
from fwgen.soc.release import Refused, Release
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.spec.model import Spec

UNKNOWN = Rule("unknown-trees", "error", "the release's device trees are known")
CANNOT = Rule("trees-cannot-work", "error", "the release lets the M33 run while Linux sleeps")
FLAVOUR = Rule("unknown-flavour", "error", "the release has the set of trees for the board")
FLAVOUR_CANNOT = Rule("flavour-cannot-work", "error", "the set of trees leaves the M33 to Linux")

RULES = (UNKNOWN, CANNOT, FLAVOUR, FLAVOUR_CANNOT)


def check(spec: Spec, findings: Findings) -> None:
    """Check the release before the plan is made: the board's windows depend on it."""
    trees, names = spec.linux.trees, release_names()
    if trees in names:
        _check_flavour(spec, load_release(trees), findings)
        return
    place = spec.where("linux", "trees")
    refused = _refused(trees)
    if refused:
        CANNOT.broken(
            findings,
            f"{refused.title} cannot run the firmware: {refused.reason}",
            place,
            f"releases that can: {_list(names)}",
        )
    else:
        UNKNOWN.broken(
            findings, f"unknown release {quote(trees)}", place, f"known releases: {_list(names)}"
        )


def _refused(trees: str) -> Refused | None:
    return next((one for one in refused_releases().values() if trees in one.words), None)


def _check_flavour(spec: Spec, release: Release, findings: Findings) -> None:
    name, place = spec.linux.flavour, spec.where("linux", "flavour")
    own = spec.board not in board_names()
    fitting = [
        flavour.name
        for flavour in release.flavours.values()
        if not flavour.refused and (own or spec.board in flavour.boards)
    ]
    flavour, refused = release.flavours.get(name), _refused(name)
    if flavour is None and refused:
        FLAVOUR_CANNOT.broken(
            findings,
            f"`{name}`, {refused.title}, cannot run the firmware: {refused.reason}",
            place,
            f"sets that can: {_list(fitting)}",
        )
    elif flavour is None:
        FLAVOUR.broken(
            findings,
            f"{release.title} has no set of trees {quote(name)}",
            place,
            did_you_mean(name, fitting, "sets"),
        )
    elif flavour.refused:
        FLAVOUR_CANNOT.broken(
            findings,
            f"`{name}`, {flavour.title}, cannot run the firmware: {flavour.refused}",
            place,
            f"sets that can: {_list(fitting)}",
        )


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
