"""The report as one page. This first form holds the text alone."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from fwgen.backends.record import RunRecord
from fwgen.report.text import render_text


def write_html(record: RunRecord, report: dict[str, Any], path: Path) -> None:
    """One self-contained file."""
    title = html.escape(record.scenario_name)
    text = html.escape(render_text(report))
    path.write_text(
        f"<!doctype html>\n<meta charset=utf-8>\n<title>{title}</title>\n<pre>{text}</pre>\n",
        encoding="utf-8",
    )
