"""What the page shows at the cursor, in a browser."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fwgen.cli.main import main
from tests.conftest import BROWSERS
from tests.patience import PATIENCE_S

POINTER = """<pre></pre><script>onload = () => {
  const found = [];
  for (const part of document.querySelectorAll(".overview")) {
    const svg = part.querySelector("svg").getBoundingClientRect();
    for (const share of [0.5, 0.503]) {
      const at = {clientX: svg.left + svg.width * share, clientY: svg.top + 40, bubbles: true};
      part.dispatchEvent(new PointerEvent("pointermove", at));
      found.push(part.querySelector(".reading").textContent);
    }
  }
  document.querySelector("pre").textContent = found.join("\\n--\\n");
}</script></body>"""


@pytest.mark.needs("browser")
def test_the_cursor_shows_each_channel_of_both_sensors(tmp_path: Path) -> None:
    """Also between two samples of the slower one, and in the pictures of the second sensor."""
    assert main(["run", "range-and-climate", "--report", str(tmp_path / "report")]) == 0
    text = (tmp_path / "report/report.html").read_text("utf-8")
    (tmp_path / "page.html").write_text(text.replace("</body>", POINTER), "utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]
    command += ["--virtual-time-budget=5000", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "page.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    found = re.search("<pre>(.*?)</pre>", shown.stdout, re.S)
    assert found
    readings = html.unescape(found[1]).split("\n--\n")
    assert len(readings) == 4
    for reading in readings:
        assert re.fullmatch(
            r"00:00:5\d  asleep\n"
            r"range: distance \d+( to \d+)? mm\n"
            r"range: \d+ samples wait in the log\n"
            r"range: Linux has all samples up to 00:00:\d\d\n"
            r"climate: ambient-temp 1\d\.\d+ °C\n"
            r"climate: humidity \d+\.\d %\n"
            r"climate: \d+ samples wait in the log\n"
            r"climate: Linux has all samples up to 00:00:\d\d",
            reading,
        ), reading
