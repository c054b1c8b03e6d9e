"""The quarterly clock of the chain: 2023Q1 to 2030Q4, and the quarter a date falls in."""

from datetime import date

from jevons.errors import UserError

FIRST_YEAR = 2023
LAST_YEAR = 2030
QUARTERS: tuple[str, ...] = tuple(
    f"{year}Q{quarter}" for year in range(FIRST_YEAR, LAST_YEAR + 1) for quarter in range(1, 5)
)
YEARS: tuple[int, ...] = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
QUARTER_YEARS = 0.25  # length of one step in years


def quarter_of(day: date) -> str:
    """Calendar quarter that holds ``day``.

    >>> quarter_of(date(2025, 3, 11))
    '2025Q1'
    """
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def fiscal_quarter_of(period_start: date, period_end: date) -> str:
    """Calendar quarter that holds the middle of a fiscal quarter.

    NVIDIA's quarter of 2024-10-28 to 2025-01-26 is thereby compared with 2024Q4.

    >>> fiscal_quarter_of(date(2024, 10, 28), date(2025, 1, 26))
    '2024Q4'
    """
    return quarter_of(period_start + (period_end - period_start) / 2)


def index_of(quarter: str) -> int:
    """Position of a quarter on the clock.

    Raises:
        UserError: the text is no quarter, or lies outside the clock.
    """
    if quarter not in QUARTERS:
        raise UserError(
            f"'{quarter}' is not a quarter of the model: write one of {QUARTERS[0]} to "
            f"{QUARTERS[-1]}, for example 2025Q1"
        )
    return QUARTERS.index(quarter)
