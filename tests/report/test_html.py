"""The page is complete, self-contained, small, and agrees with the record."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from fwgen.record import BAND_STATES, Band, CoreShare, DdrAccess, Event, Frame, Gap, RunRecord
from fwgen.report.document import build_report
from fwgen.report.html import render_html
from tests.report.records import make_record, scenario

VOID = {"meta", "img", "br", "link"}
NIGHT = make_record(28_800, ((600.0, 3300.0), (4000.0, 9000.0), (15_000.0, 27_000.0)))


class Page(HTMLParser):
    """Checks that elements are closed in order, and collects their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(record: RunRecord, expect: str = "{}") -> str:
    return render_html(record, build_report(record, scenario(expect)))


def pictures(text: str, all_of_them: bool = False) -> list[ElementTree.Element]:
    """Of the whole run those for a wide page, without `all_of_them`."""
    if not all_of_them:
        text = re.sub(r'<div class="narrow">.*?</div>', "", text, flags=re.S)
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.S)]


def test_the_page_is_well_formed_and_self_contained() -> None:
    text = page_of(make_record())
    page = Page(text)
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert "http" not in text and "@import" not in text and "url(" not in text
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link[0] == "#"} <= set(page.ids)


def test_every_picture_has_a_title_and_a_description() -> None:
    found = pictures(page_of(NIGHT), all_of_them=True)
    assert len(found) == 2 * 4 + 3 * 3
    for picture in found:
        title, description = picture.find("title"), picture.find("desc")
        assert title is not None and title.text and description is not None and description.text
        assert picture.attrib["role"] == "img"
        assert title.attrib["id"] in picture.attrib["aria-labelledby"]


def test_a_night_makes_a_small_page() -> None:
    assert len(NIGHT.taken) == 480_000
    assert len(page_of(NIGHT).encode()) < 1_500_000


def test_the_same_record_gives_the_same_page() -> None:
    assert page_of(make_record()) == page_of(make_record())


def test_the_verdict_and_its_reasons_are_on_the_page() -> None:
    record = make_record()
    assert "pass All 1,000 samples arrived." in Page(page_of(record)).text
    record.delivered.whole().value[3] += 1
    page = Page(page_of(record))
    assert "fail The run failed." in page.text
    assert "1 sample arrived with another value than the sensor gave" in page.text
    assert "wrong" in page.text


def test_fields_are_set_in_reasons_as_code() -> None:
    assert "<code>sleeps</code> is 1." in page_of(make_record(), "{sleeps: 1}")


def test_only_the_host_backend_has_the_disclaimer() -> None:
    sentence = "This ran the generated core on the host, not the firmware."
    record = make_record()
    assert sentence in Page(page_of(record)).text
    record.backend = "renode"
    assert sentence not in Page(page_of(record)).text


def test_names_from_files_are_escaped() -> None:
    record = make_record()
    record.scenario_name = record.spec_name = "<script>alert(1)</script>"
    record.events = [Event(1.0, "<b>&")]
    record.frames = [Frame(1.0, b"\x89PNG", '"><i>')]
    record.ddr_accesses = [DdrAccess(20.0, None, None, "</svg><u>")]
    text = page_of(record)
    page = Page(text)
    assert "<script>alert(1)</script>" in page.text and "<b>&" in page.text
    for raw in ("<script>alert", "<b>&\n", "<b>&amp;", '"><i>', "</svg><u>"):
        assert raw not in text


def test_the_display_is_shown_if_there_are_pictures_of_it() -> None:
    record = make_record()
    assert "Display" not in Page(page_of(record)).words
    record.frames = [Frame(1.5, b"\x89PNG\r\n", "while awake")]
    page = Page(page_of(record))
    assert "while awake" in page.text and any("base64,iVBORw0K" in link for link in page.links)


@pytest.mark.parametrize("state", BAND_STATES)
def test_every_state_of_linux_is_drawn_and_explained(state: str) -> None:
    record = make_record(sleeps=())
    record.bands = [Band(0.0, 20.0, state), Band(20.0, 60.0, "awake")]
    text = page_of(record)
    assert f'class="swatch {state}"' in text
    assert f'class="band {state}"' in text
    style = text[: text.index("</style>")]
    assert f"--{state}:" in style and f"svg .band.{state} " in style and f".on-{state}" in style


def test_lost_and_declared_samples_are_drawn_where_they_were() -> None:
    record = make_record()
    kept = np.ones(1000, dtype=np.bool_)
    kept[400:450] = kept[900] = False
    columns = {name: column[kept] for name, column in vars(record.delivered).items()}
    record.delivered = replace(record.delivered, **columns)
    record.gaps = [Gap(400, 50, 10**9)]
    distance = pictures(page_of(record))[1]
    drawn = {rect.attrib["class"]: rect for rect in distance.iter("rect")}
    lost, declared = drawn["lost"], drawn["declared"]
    assert abs(float(lost.attrib["x"]) - (62 + 1084 * 0.9)) < 2
    assert abs(float(declared.attrib["x"]) - (62 + 1084 * 0.4)) < 2
    assert abs(float(declared.attrib["width"]) - 1084 * 0.05) < 3


def test_a_single_outlier_among_half_a_million_is_visible() -> None:
    record = make_record(28_800)
    before = _lowest(pictures(page_of(record))[1])
    record.delivered.whole().value[200_000] = 30
    assert _lowest(pictures(page_of(record))[1]) > before + 30


def _lowest(picture: ElementTree.Element) -> float:
    (received,) = (p for p in picture.iter("path") if p.attrib["class"] == "received")
    return max(float(y) for y in re.findall(r" ([\d.]+)", received.attrib["d"]))


@pytest.mark.parametrize(
    "record",
    [
        RunRecord("host", "a", "b", 1),
        RunRecord("host", "a", "b", 1, virtual_s=5.0, bands=[Band(0.0, 5.0, "offline")]),
        make_record(0.06, ()),
        make_record(sleeps=()),
        replace(make_record(), delivered=RunRecord("", "", "", 1).delivered),
        replace(make_record(), sleeps=[]),
        replace(make_record(), bands=[]),
    ],
    ids=["empty", "offline", "one sample", "no sleep", "nothing came", "no table", "no bands"],
)
def test_odd_records_make_a_page(record: RunRecord) -> None:
    text = page_of(record)
    Page(text)
    pictures(text)
    assert "nan" not in "".join(re.findall(r'(?:d|x|y|width)="[^"]*"', text))


def test_a_suspend_that_was_called_off_has_its_own_picture() -> None:
    record = make_record()
    record.sleeps.append(
        replace(record.sleeps[0], at_s=50.0, slept_s=0.0, wake_cause="abort", ack_ms=None)
    )
    assert (
        "Called off. The suspend was called off (abort) before DDR was closed."
        in Page(page_of(record)).text
    )


def test_the_page_says_when_linux_suspended_without_telling_the_firmware() -> None:
    record = make_record()
    assert "The firmware agrees after" in Page(page_of(record)).text
    record.sleeps[0] = replace(record.sleeps[0], ack_ms=None)
    text = Page(page_of(record)).text
    assert "suspends at 0 s without telling the firmware" in text
    assert text.count("SLEEP is sent") == len(record.sleeps) - 1


def test_many_sleeps_are_all_in_the_table_and_the_first_are_drawn() -> None:
    sleeps = tuple((100.0 * n + 10, 100.0 * n + 60) for n in range(60))
    page = Page(page_of(make_record(6000, sleeps)))
    assert "48 more are not drawn." in page.text
    assert page.text.count("timer") == 60


def test_the_sleeps_of_the_tile_are_those_of_table_and_verdict() -> None:
    """A sleep that was called off is one that the scenario counts."""
    record = make_record(600, ((60.0, 120.0), (200.0, 260.0), (300.0, 400.0)))
    record.sleeps[1] = replace(record.sleeps[1], slept_s=0.0)
    page = Page(page_of(record, "{sleeps: 3}"))
    assert "asleep, in 2 of 3 sleeps" in page.text
    assert "sleeps is 3" in page.text


def test_a_backlog_that_the_next_sleep_overtook_has_its_reason() -> None:
    record = make_record(600, ((60.0, 120.0), (200.0, 260.0), (300.0, 400.0)))
    assert "All samples after” is unknown" not in Page(page_of(record)).text
    record.sleeps[1] = replace(record.sleeps[1], drain_ms=None)
    text = Page(page_of(record)).text
    assert "is unknown for sleep 2: the next sleep began before all samples had arrived." in text


def test_the_share_of_the_m33_is_on_the_page_once_and_only_if_known() -> None:
    record = make_record()
    assert "M33 runs while" not in Page(page_of(record)).text
    record.core = {
        "awake": CoreShare(20.0, 0.1, {"clock": 660, "display": 2_000}),
        "asleep": CoreShare(40.0, 0.02, {"clock": 1_320}),
    }
    text = Page(page_of(record)).text
    share = "0.50% of the time the M33 runs while Linux is awake; 133 wake-ups a second (clock 33,"
    assert share in text and text.count("0.50%") == 1
