"""The page in a browser as narrow as a phone."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fwgen.record import Event, RunRecord
from fwgen.report.document import build_report
from fwgen.report.html import render_html
from tests.conftest import BROWSERS
from tests.patience import PATIENCE_S
from tests.report.records import make_record, scenario

WIDTH = 400
FRAME = f"""<body><iframe src="report.html" style="width:{WIDTH}px;height:900px;border:0"></iframe>
<pre></pre><script>onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const found = ["width " + page.documentElement.scrollWidth];
  for (const each of page.querySelectorAll("body *")) {{
    const right = each.getBoundingClientRect().right;
    if (right > {WIDTH}.5) found.push(`${{each.tagName}} ${{each.className}} ${{right}}`);
  }}
  document.querySelector("pre").textContent = found.join("\\n");
}}</script>"""


def measured(folder: Path, record: RunRecord, expect: str = "{}") -> list[str]:
    """Return the page's width, and the elements beyond its right edge."""
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    text = render_html(record, build_report(record, scenario(expect)))
    (folder / "report.html").write_text(text, "utf-8")
    (folder / "frame.html").write_text(FRAME, "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom"]
    command += [f"--user-data-dir={folder / 'profile'}", (folder / "frame.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    found = re.search("<pre>(.*?)</pre>", shown.stdout, re.S)
    assert found
    return html.unescape(found[1]).splitlines()


@pytest.mark.needs("browser")
def test_nothing_reaches_beyond_the_edge(tmp_path: Path) -> None:
    sleeps = tuple((600.0 * n, 600.0 * n + 300) for n in range(1, 20))
    record = make_record(13_000, sleeps)
    record.events.append(Event(5.0, "a_word_that_nobody_can_break_" * 10))
    record.spec_name = "a-name-without-an-end" * 8
    record.scenario_name = "n" * 120
    assert measured(tmp_path, record, "{sleeps: 3, log_peak: {at-most: 1 B}}") == [f"width {WIDTH}"]
