"""The PDF: the page's words and charts, fonts inside, no glyph missing, the same bytes."""

import io
import json
from copy import deepcopy
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from jevons.errors import UserError
from jevons.note.document import Figure
from jevons.note.drawn import FAMILY, svg
from jevons.note.edition import Edition
from jevons.note.pdf import pdf
from jevons.note.render import PDFS, printed, sections_of, write
from jevons.note.sections.page_one import page_one
from jevons.note.typeset import typeset

from .conftest import prepared

LANGUAGES = ("en", "zh")
PACKAGE = Path(str(files("jevons")))


@cache
def note(language: str) -> dict[str, Any]:
    """The sample figures as the template receives them."""
    edition = Edition(prepared(), language)
    return typeset(edition, page_one(edition), sections_of(edition))


@cache
def read(language: str) -> PdfReader:
    """The PDF of the sample figures, read back."""
    return PdfReader(io.BytesIO(pdf(note(language))))


def words(language: str) -> str:
    """All text of the PDF without spaces, which a PDF does not keep at the ends of lines."""
    text = "".join(page.extract_text() for page in read(language).pages)
    return "".join(text.split()).replace("\u2060", "")


def fonts(reader: PdfReader) -> dict[str, Any]:
    """Descriptors of all fonts of all pages by their names."""
    found = {}
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            found[str(descriptor["/FontName"]).partition("+")[2]] = descriptor
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_carried_fonts_are_used_and_embedded(language: str) -> None:
    found = fonts(read(language))
    assert set(found) == {f"JevonsSansSC-{weight}" for weight in ("Regular", "Bold")}
    assert all("/FontFile3" in descriptor for descriptor in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_page_are_in_the_pdf(language: str) -> None:
    given, text = note(language), words(language)
    assert "\ufffd" not in text
    for sentence in (
        given["claim"],
        *(answer["sentence"] for answer in given["answers"]),
        *(section["title"] for section in given["sections"]),
        *(section["finding"] for section in given["sections"]),
    ):
        assert "".join(sentence.split()) in text


def test_both_languages_set_the_same_figures_and_numbers() -> None:
    def shape(language: str) -> list[tuple[int, tuple[int, int]]]:
        blocks = [block for section in note(language)["sections"] for block in section["blocks"]]
        tables = [block.get("table") or {"columns": [], "rows": []} for block in blocks]
        sizes = [(len(found["columns"]), len(found["rows"])) for found in tables]
        charts = [len(block.get("charts", ())) for block in blocks]
        return list(zip(charts, sizes, strict=True))

    assert shape("en") == shape("zh")
    assert sum(charts for charts, _ in shape("en")) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_that_listens_is_told_everything(language: str) -> None:
    """Tagged, in its language, with a title, and a description for each chart."""
    reader = read(language)
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert str(catalog["/Lang"]).startswith(language)
    assert reader.metadata is not None
    assert note(language)["words"]["note.title"] in str(reader.metadata.title)
    assert len(reader.outline) > 15  # every section can be reached from the side panel
    blocks = [b for s in note(language)["sections"] for b in s["blocks"]] + note(language)["first"]
    charts = [chart for block in blocks for chart in block.get("charts", ())]
    assert all(len(chart["alt"]) > (20 if language == "en" else 8) for chart in charts)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert pdf(note("zh")) == pdf(deepcopy(note("zh")))
    blocks = sections_of(Edition(prepared(), "en"))[0].blocks
    block = next(b for b in blocks if isinstance(b, Figure) and b.charts)
    spec = block.charts[0].spec
    assert svg(spec, "en", 700) == svg(deepcopy(spec), "en", 700)


def test_every_explanation_can_be_reached() -> None:
    """Each figure and answer points to one entry of the appendix, and none is left over."""
    given = note("en")
    blocks = [*given["first"], *(b for s in given["sections"] for b in s["blocks"])]
    named = [item.get("why") for item in (*given["answers"], *blocks)]
    assert {place for place in named if place is not None} == set(range(len(given["why"])))
    assert sum(len(entry["of"]) for entry in given["why"]) == len(
        [p for p in named if p is not None]
    )


def test_rise_and_fall_take_the_colours_of_the_market() -> None:
    colours = {language: note(language)["colours"] for language in LANGUAGES}
    assert colours["en"]["rise"] == colours["zh"]["fall"] == "#13723a"
    assert colours["en"]["fall"] == colours["zh"]["rise"] == "#b42318"


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_the_carried_fonts_hold_every_character_of_the_package(weight: str) -> None:
    """Where this fails, run tools/subset_fonts.py, which makes the fonts anew."""
    with as_file(files("jevons.note").joinpath("fonts", f"JevonsSansSC-{weight}.otf")) as path:
        font = TTFont(path)
    assert font["name"].getDebugName(1) == FAMILY
    known = font.getBestCmap()
    texts = [*PACKAGE.rglob("*.toml"), *PACKAGE.rglob("*.csv")]
    used = {
        sign for file in texts for sign in file.read_text(encoding="utf-8") if sign.isprintable()
    }
    assert {sign for sign in used if ord(sign) not in known} == set()


def test_a_character_that_no_font_has_is_a_mistake_that_says_what_to_install(
    figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jevons.note.pdf.OTHER_FAMILIES", ())
    few = {name: figures[name] for name in ("provenance", "companies")}
    few["companies"][0] |= {"name": "龘", "name_zh": "龘"}
    with pytest.raises(UserError, match=r"龘.*fonts-noto-cjk"):
        printed(few, "zh")


@pytest.mark.usefixtures("small_bundle")
def test_the_pdf_is_written_with_the_pages_on_demand(tmp_path: Path) -> None:
    few = {"provenance": prepared()["provenance"]}
    assert not any(path.suffix == ".pdf" for path in write(few, tmp_path / "without"))
    made = write(few, tmp_path / "with", with_pdf=True)
    assert [path.name for path in made if path.suffix == ".pdf"] == list(PDFS.values())
    assert all(path.read_bytes().startswith(b"%PDF") for path in made if path.suffix == ".pdf")
    assert json.loads((tmp_path / "with" / "figures.json").read_text(encoding="utf-8"))
