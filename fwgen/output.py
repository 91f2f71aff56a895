"""Output for programs."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO


def print_json(document: Any, *, indent: int | None = 2, file: TextIO | None = None) -> None:
    """Print the document on stdout (or `file`), in ASCII if that does not accept UTF-8.

    `indent` None: one line."""
    file = file or sys.stdout
    utf8 = (getattr(file, "encoding", None) or "").lower().replace("-", "") == "utf8"
    print(json.dumps(document, indent=indent, ensure_ascii=not utf8), file=file, flush=not indent)
