"""Read a file as a Spec, or report everything that is wrong with it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from fwgen.distribution import UPGRADE
from fwgen.spec.diagnostics import Findings, Rejected, SpecErrors, quote
from fwgen.spec.document import Document, load_document, parse_document
from fwgen.spec.model import FORMAT, SENSOR, Source, Spec
from fwgen.spec.parts import read_part


def load_spec(path: str | Path) -> Spec:
    """Return the spec in a file (`-`: standard input); raises SpecErrors with all diagnostics."""
    findings = Findings()
    try:
        return _read(load_document(path, findings), findings)
    except Rejected as error:
        raise SpecErrors(findings.diagnostics, error.partial) from None


def parse_spec(text: str, file: str = "<text>") -> Spec:
    """Like load_spec, from a text; `file` is the file name in positions."""
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
            with suppress(Rejected):
                _check_sensors(error.partial, document, findings)
        raise
    _check_sensors(spec, document, findings)
    if findings.errors:  # such as duplicate keys, which do not stop the reading
        spec._document = document
        raise Rejected(spec)
    for sensor in spec.sensors:
        sensor.warn(document, spec.path_of(sensor), findings)
    spec._document = document
    spec._warnings = tuple(findings.warnings)
    return spec


def _check_sensors(spec: Spec, document: Document, findings: Findings) -> None:
    """Report a spec with both `sensor` and `sensors`, or with neither of them."""
    two = document.root.child("sensors")
    if two and document.root.child("sensor"):
        hint = "keep one of them; of two sensors each is an item of `sensors`"
        message = "expected either `sensor` or `sensors`, found both"
        findings.error("sensor-twice", message, two.key_position, hint)
    elif spec.sensor is None and not spec.named:
        position = document.root.key_position
        hint = f"add `sensor: {SENSOR.example}`"
        findings.error("missing-key", "the key `sensor` is missing", position, hint)


def _check_format(document: Document, findings: Findings) -> None:
    """Stop at once if the file is not a spec, or is a newer one: other errors would mislead."""
    root = document.root
    node = root.child("fwgen")
    if node is None and root.child("fwgen-scenario") is not None:
        position = document.where("fwgen-scenario", key=True)
        hint = "a spec starts with `fwgen: 1`; use `fwgen run` for a scenario"
        findings.error("not-a-spec", "expected a spec, found a scenario", position, hint)
        raise Rejected
    if node is None:
        return
    if node.shape == "text" and node.text.isdecimal() and int(node.text[:9]) > FORMAT:
        node.reject(
            findings,
            "newer-format",
            f"expected format {FORMAT}, found the newer format {quote(node.text)}",
            UPGRADE,
        )
