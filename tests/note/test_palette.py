"""Colours can be told from what is behind them: WCAG 2.1 contrast, in every theme."""

import pytest

from jevons.note.palette import palette

THEMES = ("light", "dark", "print")
WORDS = ("ink", "ink-soft", "link", "red", "green", "line")  # colours in which words are written
MARKS = ("line", "dot", "quiet", *(f"series-{number}" for number in range(1, 8)))


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.1, "relative luminance")."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """From 1, no difference, to 21, black on white."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the known grey


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("behind", ["paper", "tint"])
def test_words_can_be_read(theme: str, behind: str) -> None:
    """AA for text: 4.5 to 1."""
    colours = palette("en", theme)
    ratios = {name: contrast(colours[name], colours[behind]) for name in WORDS}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme: str) -> None:
    """AA for graphics: 3 to 1."""
    colours = palette("en", theme)
    ratios = {name: contrast(colours[name], colours["paper"]) for name in MARKS}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_markets_disagree_about_the_colour_of_a_rise(theme: str) -> None:
    english, chinese = palette("en", theme), palette("zh", theme)
    assert english["rise"] == chinese["fall"] == english["green"]
    assert english["fall"] == chinese["rise"] == english["red"]
