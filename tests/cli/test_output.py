"""How numbers are written for a reader."""

import pytest

from jevons.cli.output import number, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,234"), (0.1, "0.1"), (-0.0521, "-0.0521"), (2028, "2028"), (3e-7, "3.000e-07"),
        (99999.9, "100,000"), (1e18, "1.000e+18"), (20_000, "20,000"), (12.0, "12"),
        (0.001234, "0.001234"),
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
