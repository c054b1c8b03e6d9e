"""Numbers, units and dates as a reader of each language writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from jevons.note.words import Words

PLAIN = ("1", "1/year")  # units that an input's number needs no word for
LOCALES = {"en": Locale.parse("en_US"), "zh": Locale.parse("zh_CN")}
DOLLARS = {"USD": 1.0, "USD_mn": 1e6, "USD_bn": 1e9}
# The words of money in each language, from the largest: 亿 is 1e8 and 万亿 is 1e12.
STEPS = {
    "en": ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1.0, "one")),
    "zh": ((1e12, "trillion"), (1e8, "hundred_million"), (1e4, "ten_thousand"), (1.0, "one")),
}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of a unit are shown: times ``factor``, with a label, inside a sentence."""

    factor: float
    label: str
    sentence: str


def position(quarter: str) -> float:
    """The middle of a quarter as a year with decimals, the x of every chart.

    >>> position("2025Q1")
    2025.125
    """
    year, _, number = quarter.partition("Q")
    return int(year) + (int(number) - 0.5) / 4


def day_position(day: str) -> float:
    """A day as a year with decimals.

    >>> day_position("2025-01-01")
    2025.0
    """
    when = date.fromisoformat(day)
    return round(when.year + (when.timetuple().tm_yday - 1) / 365.25, 4)


def significant(value: float) -> int:
    """Decimals for a number alone: none from 100 on, then one, two, and at least two digits.

    >>> [significant(x) for x in (342.0, 34.2, 3.42, 0.342, 0.0342)]
    [0, 1, 2, 2, 3]
    """
    size = abs(value)
    for floor, decimals in ((99.95, 0), (9.995, 1), (0.09995, 2), (0.009995, 3)):
        if size >= floor:
            return decimals
    return 4 if size else 0


def common_decimals(values: Iterable[float]) -> int:
    """Decimals for a column: those that its largest value needs.

    >>> common_decimals([0.3, 14.0]), common_decimals([1200.0, 3.0])
    (1, 0)
    """
    largest = max((abs(value) for value in values), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 10 else 2


class Numbers:
    """Numbers in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.locale = LOCALES[words.language]

    def plain(self, value: float | None, decimals: int | None = None) -> str:
        """A number with grouped digits; a whole number stays whole unless decimals are given."""
        if value is None:
            return NOTHING
        whole = float(value).is_integer() and abs(value) < 1000
        places = (0 if whole else significant(value)) if decimals is None else decimals
        pattern = "#,##0" + ("." + "0" * places if places else "")
        text = format_decimal(value, format=pattern, locale=self.locale)
        if not any(digit in text for digit in "123456789"):  # no sign, no false precision
            return "0" if decimals is None else text.removeprefix("-")
        return text.replace("-", "−")

    def percent(self, share: float | None, *, signed: bool = False, decimals: int = 0) -> str:
        """A share as a percentage; a probability that rounds to 0 or 100 but is not keeps a mark.

        >>> Numbers(Words("en")).percent(0.998)
        '>99%'
        """
        if share is None:
            return NOTHING
        if not signed and decimals == 0 and 0.995 <= share < 1:
            return ">99%"
        if not signed and decimals == 0 and 0 < share < 0.005:
            return "<1%"
        text = self.plain(share * 100, decimals) + "%"
        return "+" + text if signed and share > 0 and text != "0%" else text

    def scale(self, unit: str, largest: float, *, table: bool = False) -> Scale:
        """How to show values of a unit up to ``largest``.

        In a table or a chart the largest money step is taken only from ten of it on, so that the
        smaller entries keep their digits.
        """
        base, _, per = unit.partition("/")
        if base not in DOLLARS or per not in ("", "quarter", "year", "day", "month"):
            return Scale(1.0, self._unit(unit), self._sentence(unit))
        size = abs(largest) * DOLLARS[base]
        steps = STEPS[self.words.language]
        step, name = next(
            (
                (step, name)
                for step, name in steps
                if size >= step * (10 if table and name == "trillion" else 1)
            ),
            steps[-1],
        )
        label = self.words.say(f"money.{name}")
        sentence = self.words.say(f"money_amount.{name}", n="{n}")
        if per:
            label = self.words.say(f"per_label.{per}", x=label)
            sentence = self.words.say(f"per.{per}", x=sentence)
        return Scale(DOLLARS[base] / step, label, sentence)

    def _unit(self, unit: str) -> str:
        """Short label of a unit; units that the messages lack are taken apart at the slash."""
        if self.words.has(f"unit.{unit}"):
            return self.words.say(f"unit.{unit}")
        return "/".join(self.words.name("unit", part) for part in unit.split("/"))

    def _sentence(self, unit: str) -> str:
        if self.words.has(f"amount.{unit}"):
            return self.words.say(f"amount.{unit}", n="{n}")
        label = self._unit(unit)
        return "{n} " + label if label else "{n}"

    def amount(self, value: float | None, unit: str, *, digits: int | None = None) -> str:
        """A value with its unit, as in a sentence.

        >>> Numbers(Words("en")).amount(34.2, "USD_bn"), Numbers(Words("zh")).amount(34.2, "USD_bn")
        ('USD 34.2bn', '342 亿美元')
        """
        if value is None:
            return NOTHING
        scale = self.scale(unit, value)
        shown = self.plain(value * scale.factor, digits)
        return scale.sentence.replace("{n}", shown)

    def between(self, low: float, high: float, unit: str) -> str:
        """A range with its unit, in one scale.

        >>> Numbers(Words("en")).between(18.04, 66.3, "GW")
        '18.0–66.3 GW'
        """
        scale = self.scale(unit, max(abs(low), abs(high)))
        low, high = low * scale.factor, high * scale.factor
        # The wider end decides the decimals, so that both ends are told alike.
        places = significant(max(abs(low), abs(high)))
        ends = {"low": self.plain(low, places), "high": self.plain(high, places)}
        text = self.words.say("note.from_to" if low < 0 else "note.ends", **ends)
        return scale.sentence.replace("{n}", text)

    def day(self, iso: str | None) -> str:
        """A date in words; the text itself where it is no date."""
        if not iso:
            return NOTHING
        try:
            when = date.fromisoformat(iso)
        except ValueError:
            return iso
        style = "d MMMM y" if self.words.language == "en" else "y年M月d日"
        return format_date(when, format=style, locale=self.locale)
