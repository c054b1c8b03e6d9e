"""How numbers are written for a reader."""

import pytest

from jevons.cli.output import number


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
