"""How numbers are written for a reader."""

import pytest

from jevons.cli.output import number, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,234"), (0.1, "0.1"), (-0.0521, "-0.0521"), (2028, "2028"), (3e-7, "3.000e-07"),
        (99999.9, "100,000"), (1e18, "1.000e+18"), (20_000, "20,000"), (12.0, "12"),
        (0.001234, "0.001234"), (0.00081234, "0.0008123"),
    ],
)  # fmt: skip
def test_numbers_are_written_with_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_answers_with_tables_within_stand_one_below_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two companies with their sensitivities: a table each, and no list of raw records."""
    rows = [{"input": "tax_rate", "at_p10": 12.0}, {"input": "beta", "at_p10": 3.0}]
    show([{"ticker": ticker, "price": 7.0, "tornado": rows} for ticker in ("AAA", "BBB")], False)
    text = capsys.readouterr().out
    assert text.index("AAA ---") < text.index("BBB ---")
    assert text.count("tax_rate") == 2
    assert "{" not in text


def test_a_narrow_table_cuts_neither_ids_nor_numbers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    one = {"id": "thesis-electricity-2025", "text": "US data centres use " * 9, "why": "x" * 70}
    show([one | {"p_model": 0.70071, "low": 0.00081234, "unit": "USD/Mtoken"}] * 9, False)
    text = capsys.readouterr().out
    assert text.count("thesis-electricity-2025") == 9
    assert text.count("USD/Mtoken") == 9
    assert text.count("0.7007") == text.count("0.0008123") == 9
    assert "…" not in text


def test_a_narrow_table_of_paths_keeps_all_digits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    years = list(range(2023, 2031))
    path = {"year": years, "p50": [0.00081234] * len(years), "unit": "USD/Mtoken"}
    show({"token_cost": path, "fleet": path}, False)
    text = capsys.readouterr().out
    assert text.count("0.0008123") == 2 * len(years)
    assert text.count("USD/Mtoken") == 2
    assert "…" not in text
