"""From a file to a Spec, or to everything that is wrong with the file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fwgen.distribution import UPGRADE
from fwgen.spec.diagnostics import Findings, Rejected, SpecErrors, quote
from fwgen.spec.document import Document, load_document, parse_document
from fwgen.spec.model import FORMAT, Source, Spec
from fwgen.spec.parts import read_part

# Data sheets of the HC-SR04 give -15 °C to 70 °C for its operation.
_SENSOR_AIR_DECICELSIUS = (-150, 700)


def load_spec(path: str | Path) -> Spec:
    """Read a spec; raises SpecErrors with every diagnostic that can be given."""
    findings = Findings()
    try:
        return _read(load_document(path, findings), findings)
    except Rejected as error:
        raise SpecErrors(findings.diagnostics, error.partial) from None


def parse_spec(text: str, file: str = "<text>") -> Spec:
    """Like load_spec, from a text; `file` is what positions name."""
    findings = Findings()
    try:
        return _read(parse_document(text, file, findings), findings)
    except Rejected as error:
        raise SpecErrors(findings.diagnostics, error.partial) from None


def _read(document: Document, findings: Findings) -> Spec:
    _check_format(document, findings)
    source = Source(path=document.file, sha256=hashlib.sha256(document.text.encode()).hexdigest())
    try:
        spec = read_part(document.root, Spec, findings, source=source)
    except Rejected as error:
        if error.partial is not None:
            error.partial._document = document
        raise
    if findings.errors:  # keys twice and the like
        spec._document = document
        raise Rejected(spec)
    _warn(spec, document, findings)
    spec._document = document
    spec._warnings = tuple(findings.warnings)
    return spec


def _check_format(document: Document, findings: Findings) -> None:
    """Stops at once at what is no spec or a newer one, where all other errors would mislead."""
    root = document.root
    node = root.child("fwgen")
    if node is None and root.child("fwgen-scenario") is not None:
        position = document.where("fwgen-scenario", key=True)
        hint = "a spec starts with `fwgen: 1`; `fwgen run` takes a scenario"
        findings.error("not-a-spec", "this file is a scenario, not a spec", position, hint)
        raise Rejected
    if node is None:
        return
    if node.shape == "text" and node.text.isdecimal() and int(node.text[:9]) > FORMAT:
        node.reject(
            findings,
            "newer-format",
            f"format {quote(node.text)} is newer than this fwgen, which reads format {FORMAT}",
            f"upgrade: `{UPGRADE}`",
        )


def _warn(spec: Spec, document: Document, findings: Findings) -> None:
    low, high = _SENSOR_AIR_DECICELSIUS
    if not low <= spec.sensor.air_decicelsius <= high:
        findings.warning(
            "air-temperature",
            f"the HC-SR04 works from {low // 10} °C to {high // 10} °C, the air is outside",
            document.where("sensor", "air"),
            "distances will be off; the sensor may stay silent",
        )
