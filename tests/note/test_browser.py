"""The page in a browser: whole, quiet, legible; on a screen, a phone, in the dark and on paper."""

import csv
import io
import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from jevons.note.palette import palette
from jevons.note.render import page
from jevons.note.words import LANGUAGES

from .browser import Seen, needs_chromium, printed, see
from .conftest import prepared

pytestmark = needs_chromium


def html(language: str) -> str:
    """The whole page, with the code that draws."""
    return page(prepared(), language, LANGUAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Seen:
    """English, on a wide screen."""
    return see(html("en"), folder)


@pytest.fixture(scope="module")
def phone(folder: Path) -> Seen:
    """Chinese, on a phone, in the dark."""
    return see(html("zh"), folder, "--force-dark-mode", width=390)


@pytest.mark.parametrize("which", ["desk", "phone"])
def test_the_page_is_whole_and_quiet(which: str, request: pytest.FixtureRequest) -> None:
    seen: Seen = request.getfixturevalue(which)
    assert seen.console == []
    assert seen.report["trouble"] == []
    assert [name for name in seen.report["requests"] if not name.startswith("data:")] == []
    assert seen.report["drawn"] == seen.report["tall"] == seen.report["charts"] >= 10


@pytest.mark.parametrize("which", ["desk", "phone"])
def test_nothing_is_cut_off_or_lies_on_another(which: str, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(which).report
    assert report["page_width"] <= report["window_width"]
    assert report["too_wide"] == []
    assert report["overlaps"] == []


@pytest.mark.parametrize("which", ["desk", "phone"])
def test_every_character_has_a_glyph(which: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(which).report["missing"] == ""


def test_headings_step_down_by_one(desk: Seen) -> None:
    levels = desk.report["levels"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_everything_is_reached_by_keyboard(desk: Seen) -> None:
    assert desk.report["unreachable"] == 0


def test_every_table_and_chart_can_be_saved(desk: Seen) -> None:
    buttons = desk.report["buttons"]
    assert sum(label.startswith("CSV") for label in buttons) == desk.report["tables"]
    assert sum(label.startswith("SVG") for label in buttons) == desk.report["charts"]


def test_a_table_is_saved_as_it_is_shown(desk: Seen) -> None:
    """The first table is the key table of page one: a row a company, numbers without grouping."""
    rows = list(csv.DictReader(io.StringIO(desk.report["csv"].removeprefix("\ufeff"))))
    first = prepared()["companies"][0]
    assert [row["Company"] for row in rows] == [c["ticker"] for c in prepared()["companies"]]
    assert float(rows[0]["Price / USD"]) == pytest.approx(first["price"], abs=0.005)
    assert rows[0]["From the high"].endswith("%")


def test_a_chart_is_saved_with_its_colours_and_its_data(desk: Seen) -> None:
    svg = ElementTree.fromstring(desk.report["svg"])
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(--" not in desk.report["svg"].partition("</metadata>")[2]
    (metadata,) = [child for child in svg if child.tag.endswith("metadata")]
    inside = json.loads(metadata.text or "")
    names, *rows = inside["data"]
    assert len(inside["description"]) > 20
    assert len(rows) >= 3
    assert all(len(row) == len(names) for row in rows)


def test_the_measures_find_what_they_look_for(folder: Path) -> None:
    """A page with every fault at once: else the tests above could not fail."""
    faults = (
        '<div style="width: 3000px">wide</div><p>\u0379</p><h5>deep</h5>'
        '<img src="https://example.org/x.png"><figure id="figure-x"><h3>x</h3>'
        '<div class="chart" role="img" aria-label="x"><script type="application/json">'
        '{"data": {"values": [{}, {}]}, "layer": [{"mark": {"type": "text"}, '
        '"encoding": {"text": {"value": "on top"}}}]}</script></div></figure><script>oh no</script>'
    )
    found = see(html("en").replace("<main>", "<main>" + faults, 1), folder, width=1201)
    report = found.report
    assert report["page_width"] > report["window_width"]
    assert report["too_wide"]
    assert report["overlaps"] == ["on top on on top"]
    assert report["missing"] == "\u0379"
    assert any(word.startswith("refused https://example.org") for word in report["trouble"])
    assert "refused inline" in report["trouble"]
    assert any("inline script" in line for line in found.console)


def test_the_dark_theme_is_that_of_the_style_sheet(phone: Seen, desk: Seen) -> None:
    def rgb(colour: str) -> str:
        return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"

    assert phone.report["background"] == rgb(palette("zh", "dark")["paper"])
    assert phone.report["ink"] == rgb(palette("zh", "dark")["ink"])
    assert desk.report["background"] == rgb(palette("en")["paper"])


def test_the_page_prints_whole(folder: Path) -> None:
    reader = PdfReader(io.BytesIO(printed(html("en"), folder)))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) > 5
    for title in ("Six questions, six answers", "Sources", "Not investment advice"):
        assert title in text
    assert "To the answers" not in text  # what only a screen needs stays there
    assert all(page.extract_text().strip() for page in reader.pages)


def test_only_the_pages_own_scripts_run(folder: Path) -> None:
    """A script that is slipped in is refused, and so is evaluation."""
    whole = html("en")
    slipped = "<script>document.title = 'slipped in';</script>"
    seen = see(whole.replace("<h1", slipped + "<h1", 1), folder, width=1201)
    assert "refused inline" in seen.report["trouble"]
    assert seen.report["drawn"] == seen.report["charts"]
    policy = whole.partition("Content-Security-Policy")[2].partition(">")[0]
    script = policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe" not in script
