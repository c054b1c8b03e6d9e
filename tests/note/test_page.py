"""The pages: whole, safe, the same in both languages, and whole too where figures are missing."""

import re
from typing import Any

import pytest
import vl_convert

from jevons.facts.variables import variables
from jevons.note.bundle import VEGA_LITE
from jevons.note.render import as_script, page

from .reading import Page

LANGUAGES = ("en", "zh")
PARTS = (
    "provenance", "answers", "quantities", "observed", "learned", "cost", "cost_checked",
    "jevons_index", "shock", "binding", "supply", "power", "power_context", "power_published",
    "campuses", "capital", "capex", "value_chain", "companies", "value_drivers", "market",
    "implied", "ladders", "claims", "why", "inputs", "facts", "falsifiers",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("small_bundle")


def read(figures: dict[str, Any], language: str) -> Page:
    """The page of one language."""
    return Page(page(figures, language, LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_loads_nothing(
    figures: dict[str, Any], pages: dict[str, Page], language: str
) -> None:
    found = pages[language]
    assert found.loads == []
    assert "default-src 'none'" in found.html  # a browser refuses what a test might overlook
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", found.html)
    cited = {fact["source_url"] for fact in figures["facts"].values()}
    outside = {link for link in found.links if "://" in link}
    assert outside == cited  # the only addresses are those of sources, and only to be clicked


def test_both_languages_tell_the_same(pages: dict[str, Page]) -> None:
    english, chinese = (pages[language] for language in LANGUAGES)
    assert english.figures == chinese.figures
    assert len(english.charts) == len(chinese.charts) >= 10
    assert [value for value, _ in english.values] == [value for value, _ in chinese.values]
    assert 'lang="zh-Hans"' in chinese.html
    assert len(re.findall(r"[\u4e00-\u9fff]", chinese.text)) > 2000
    foreign = re.findall(r"[\u4e00-\u9fff]+", english.text)
    assert foreign == ["中文"]  # the link to the other page


def test_names_of_figures_are_anchors_used_once(pages: dict[str, Page]) -> None:
    found = pages["en"]
    identifiers = re.findall(r'\bid="([^"]+)"', found.html)
    assert len(identifiers) == len(set(identifiers))
    inside = {link[1:] for link in found.links if link.startswith("#")}
    assert inside <= set(identifiers)


def test_every_figure_can_be_asked_why(pages: dict[str, Page]) -> None:
    found = pages["en"]
    assert set(found.figures) - found.explained == {"sources"}  # which is itself the answer
    assert "figures.json holds no explanation" not in found.text


def test_charts_are_sound_and_described(pages: dict[str, Page]) -> None:
    found = pages["en"]
    for spec in found.charts:
        drawn = vl_convert.vegalite_to_vega(spec, vl_version=VEGA_LITE)
        assert drawn["marks"]
    descriptions = re.findall(r'role="img" aria-label="([^"]*)"', found.html)
    assert len(descriptions) == len(found.charts)
    assert all(len(text) > 20 for text in descriptions)


def test_labels_come_from_the_table_of_variables(
    figures: dict[str, Any], pages: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = variables()["us_electricity"]
    assert row.english in pages["en"].text
    assert row.chinese in pages["zh"].text
    others = {name: row for name, row in variables().items() if name != "us_electricity"}
    monkeypatch.setattr("jevons.note.words.variables", lambda: others)
    assert row.english not in read(figures, "en").text


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_is_named_and_the_rest_stands(
    figures: dict[str, Any], pages: dict[str, Page], part: str
) -> None:
    left = {name: value for name, value in figures.items() if name != part}
    html = page(left, "en", LANGUAGES)
    assert not re.search(r"\b(None|nan)\b", html.partition("<main>")[2].partition("</main>")[0])
    lost = set(pages["en"].figures) - set(re.findall(r'<figure id="figure-(\w+)"', html))
    missing = " ".join(re.findall(r'<p class="missing">(.*?)</p>', html))
    assert not lost or part in missing


def test_an_empty_part_is_a_missing_part(figures: dict[str, Any]) -> None:
    empty: dict[str, Any] = {part: [] if isinstance(figures[part], list) else {} for part in PARTS}
    assert set(empty) == set(figures)
    assert page(empty, "zh", LANGUAGES) == page({}, "zh", LANGUAGES)


def test_nothing_at_all_is_still_a_page() -> None:
    found = read({}, "en")
    assert found.figures == []
    assert "The figures hold none of the data" in found.text


def test_a_company_without_a_value_says_why(pages: dict[str, Page]) -> None:
    text = " ".join(pages["en"].text.split())
    assert "Not valued: ORCL: no revenue of the last year is known." in text
    assert "no build-out between 31 and 12,400 gives the price" in text


def test_an_answer_without_a_probability_shows_a_dash(pages: dict[str, Page]) -> None:
    entry = re.search(r'<li id="answer-entry">.*?</data>', pages["en"].html, re.DOTALL)
    assert entry
    assert '<data value="">–</data>' in entry.group()


def test_no_decided_claim_is_no_score(figures: dict[str, Any]) -> None:
    for claim in figures["claims"]:
        claim |= {"status": "open", "outcome": None}
    text = read(figures, "en").text
    assert "4 claims on file, none decided by this date" in text
    assert "0 of 0" not in text


def test_a_claim_that_holds_in_part_is_counted_apart(figures: dict[str, Any]) -> None:
    for claim, status in zip(figures["claims"], ("partly", "true", "false", "open"), strict=True):
        claim |= {"status": status, "outcome": None}
    text = " ".join(read(figures, "en").text.split())
    assert "3 are decided: 1 came true, 1 partly, 1 did not; 1 are open" in text
    assert "◐ partly true" in text


def test_claims_that_nothing_can_decide_are_not_counted_as_open(figures: dict[str, Any]) -> None:
    claims = [*figures["claims"], dict(figures["claims"][0])]
    statuses = ("true", "false", "open", "open", "not resolvable")
    figures["claims"] = [
        claim | {"id": str(n), "status": status, "outcome": None}
        for n, (claim, status) in enumerate(zip(claims, statuses, strict=True))
    ]
    english, chinese = (" ".join(read(figures, lang).text.split()) for lang in ("en", "zh"))
    assert "did not. Open: 2, the next" in english
    assert ". 1 cannot be decided." in english
    assert "1 did not; 3 are open or cannot be decided" in english
    assert "待揭晓 2 条" in chinese
    assert "无法判定 1 条。" in chinese


def test_a_claim_whose_day_has_passed_is_not_announced(figures: dict[str, Any]) -> None:
    figures["claims"][0] |= {
        "status": "not resolvable", "why": "names no day", "resolves_on": "2025-01-31"
    }  # fmt: skip
    text = " ".join(read(figures, "en").text.split())
    assert "the next to be decided on 31 December 2028" in text
    assert "not resolvable" in text
    assert "names no day" in text


def test_an_observation_whose_day_has_passed_is_marked_and_not_announced(
    figures: dict[str, Any],
) -> None:
    figures["falsifiers"][1]["by"] = "2025-02-28"  # before the as-of day, without its figure
    text = " ".join(read(figures, "en").text.split())
    assert "The first falls due on 31 December 2025" in text
    assert "2025-02-28not published yet" in text


def test_what_the_ladders_share_is_told_once(figures: dict[str, Any]) -> None:
    for ladder in figures["ladders"]:
        ladder["why"] = f"cheap at {ladder['ticker']}; the rule is untested"
    text = read(figures, "en").text
    assert text.count("the rule is untested") == 1
    assert "cheap at NVDA" in text


def test_texts_of_facts_cannot_become_markup(figures: dict[str, Any]) -> None:
    attack = "</script><img src=x onerror=alert(1)>"
    figures["facts"]["fact-00"] |= {"source_title": attack, "source_url": "javascript:alert(1)"}
    figures["companies"][0] |= {"name": attack, "ticker": attack}
    found = read(figures, "en")
    assert found.loads == []
    assert not any(link.startswith("javascript:") for link in found.links)


def test_a_script_element_cannot_be_left() -> None:
    assert str(as_script({"a": "</script>&"})) == r'{"a":"\u003c/script\u003e\u0026"}'


def test_an_unknown_language_is_refused(figures: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no language 'fr'"):
        page(figures, "fr", LANGUAGES)


def test_more_chips_than_colours_share_one_and_are_named(figures: dict[str, Any]) -> None:
    point = figures["cost_checked"]["points"][0]
    chips = [f"CHIP-{letter}" for letter in "ABCDEFGHI"]
    figures["cost_checked"]["points"] += [point | {"chip": chip} for chip in chips for _ in "12"]
    html = read(figures, "en").html
    key = html.partition('id="figure-cost_checked"')[2].partition("</ul>")[0]
    assert all(chip in key for chip in chips)
    assert "others (" in key
    assert "var(--quiet)" in key
