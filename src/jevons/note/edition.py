"""One edition of the note: the figures, and how its language writes them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jevons.note.document import Cell, Chart, Column, Figure, Key, Missing, Section, Table
from jevons.note.numbers import DOLLARS, NOTHING, Numbers, Scale, common_decimals, day_position
from jevons.note.words import Words
from jevons.quantiles import LEVELS

Record = Mapping[str, Any]
PROVENANCE = (
    "as_of", "anchor", "seed", "draws", "version", "fact_hash", "price_hash", "macro_hash",
    "calibration", "calibrated_as_of", "facts_known", "last_fact_known_on",
)  # fmt: skip
COUNTS = ("draws", "facts_known")
QUARTER_ENDS = ("03-31", "06-30", "09-30", "12-31")


class Edition:
    """The figures (content of figures.json) and one language.

    ``figures`` may lack any part; a section that lacks its part says so by name.
    """

    def __init__(self, figures: Record, language: str) -> None:
        self.figures = figures
        self.language = language
        self.words = Words(language)
        self.numbers = Numbers(self.words)
        self.say = self.words.say
        self.label = self.words.label

    @property
    def as_of(self) -> str | None:
        """The as-of date, ISO."""
        return self.mapping("provenance").get("as_of")

    @property
    def as_of_position(self) -> float | None:
        """The as-of date as a year with decimals."""
        return day_position(self.as_of) if self.as_of else None

    @property
    def quarter(self) -> str | None:
        """The quarter that holds the as-of date."""
        if not self.as_of:
            return None
        return f"{self.as_of[:4]}Q{(int(self.as_of[5:7]) + 2) // 3}"

    def period(self, name: str) -> str:
        """A year or quarter as a heading, marked E (expected) where it ends after the as-of day.

        >>> Edition({"provenance": {"as_of": "2025-03-11"}}, "en").period("2025Q1")
        '2025Q1E'
        """
        year, _, quarter = name.partition("Q")
        end = f"{year}-{QUARTER_ENDS[int(quarter or 4) - 1]}"
        return f"{name}E" if self.as_of and end > self.as_of else name

    def provenance(self) -> list[tuple[str, str]]:
        """What fixes the figures: label and value."""
        given = self.mapping("provenance")
        shown = {
            name: self.numbers.plain(given[name], 0) if name in COUNTS else str(given[name])
            for name in PROVENANCE
            if given.get(name) not in (None, "")
        }
        return [(self.say(f"provenance.{name}"), text) for name, text in shown.items()]

    def computed_from(self) -> str:
        """What this page was computed from, in a sentence."""
        given = self.mapping("provenance")
        return self.say(
            "finding.provenance",
            facts=self.numbers.plain(given.get("facts_known"), 0),
            day=self.numbers.day(given.get("last_fact_known_on")),
            draws=self.numbers.plain(given.get("draws"), 0),
        )

    def mapping(self, name: str) -> Record:
        """A part of the figures that has names, empty where it is absent."""
        part = self.figures.get(name)
        return part if isinstance(part, Mapping) else {}

    def records(self, name: str) -> Sequence[Record]:
        """A part of the figures that is a list, empty where it is absent."""
        part = self.figures.get(name)
        return part if isinstance(part, Sequence) and not isinstance(part, str) else ()

    def path(self, name: str, member: str | None = None) -> Record | None:
        """A path by quantity, or a member of it (a workload), however the study nests it."""
        quantities = self.mapping("quantities")
        if member is None:
            found = quantities.get(name)
        else:
            nested = quantities.get(name)
            found = nested.get(member) if isinstance(nested, Mapping) else None
            joined = (quantities.get(f"{name}{joint}{member}") for joint in (".", "_", ":"))
            found = found or next((path for path in joined if path), None)
        return found if isinstance(found, Mapping) and found.get("quarter") else None

    def observed(self, name: str) -> Sequence[Record]:
        """Observed points of a quantity that have a quarter and a value or a range."""
        rows = self.mapping("observed").get(name) or ()
        return [row for row in rows if row.get("quarter") and central(row) is not None]

    def company(self, ticker: str) -> Record:
        """A company by ticker, empty where it is absent."""
        return next((c for c in self.records("companies") if c.get("ticker") == ticker), {})

    def company_name(self, record: Record) -> str:
        """A company's name in this language."""
        return self.free(record, "name") or str(record.get("ticker", ""))

    def free(self, record: Record, field: str) -> str:
        """A text that the study wrote: in this language where it has one, else as it is.

        Its per cent signs stand at their numbers, as those of the note do.
        """
        text = record.get(field)
        if self.language != "en" and record.get(f"{field}_{self.language}"):
            text = record[f"{field}_{self.language}"]
        return re.sub(r"(?<=\d) %", "%", str(text or ""))

    def is_foreign(self, record: Record, field: str) -> bool:
        """Whether :meth:`free` returns English in another language's note."""
        return self.language != "en" and not record.get(f"{field}_{self.language}")

    def free_cell(self, record: Record, field: str) -> Cell:
        """A cell of :meth:`free`."""
        text = self.free(record, field)
        return Cell(text, foreign=bool(text) and self.is_foreign(record, field))

    def missing(self, name: str, *parts: str) -> Section:
        """A section without data, which names what it lacks."""
        return Section(name, self.say(f"section.{name}"), "", (self.nothing(name, *parts),))

    def nothing(self, name: str, *parts: str) -> Missing:
        """The sentence that says what is not shown and what it needs."""
        names = self.say("note.comma").join(parts)
        return Missing(self.say("note.missing", what=self.say(f"section.{name}"), names=names))

    def quantity(self, q: Record, unit: str | None = None) -> str:
        """Median and 5-95 % range of a quantity as in a sentence."""
        unit = str(unit or q["unit"])
        base, _, per = unit.partition("/")
        # "a quarter" is said once, with the median.
        short = base if base in DOLLARS and per in ("quarter", "year") else unit
        return self.say(
            "note.range",
            middle=self.numbers.amount(q["p50"], unit),
            range=self.numbers.between(q["p05"], q["p95"], short),
        )

    def column(self, heading: str, unit: str, largest: float) -> tuple[Column, Scale]:
        """A numeric column for values up to ``largest``, and the scale of its cells."""
        scale = self.numbers.scale(unit, largest, table=True)
        return Column(heading, scale.label), scale

    def quantity_column(
        self, heading: str, quantities: Sequence[Record | None], *, unit: bool = True
    ) -> tuple[Column, list[Cell]]:
        """A column of medians with their ranges below; ``unit`` puts the unit in the heading."""
        given = [q for q in quantities if q]
        if not given:
            return Column(heading), [Cell(NOTHING) for _ in quantities]
        column, scale = self.column(heading, given[0]["unit"], max(abs(q["p95"]) for q in given))
        sizes = [max(abs(q["p05"]), abs(q["p95"])) * scale.factor for q in given]
        # Columns over more than a power of ten keep significant digits instead of one count.
        places = None if max(sizes) > 10 * min(sizes) else common_decimals(sizes)
        column = column if unit else Column(heading)
        return column, [self.quantity_cell(q, scale, places) for q in quantities]

    def quantity_cell(self, q: Record | None, scale: Scale, places: int | None) -> Cell:
        """Median, and the 5-95 % range on the line below."""
        if not q:
            return Cell(NOTHING)
        low, middle, high = (
            self.numbers.plain(q[level] * scale.factor, places) for level in ("p05", "p50", "p95")
        )
        ends = self.say("note.from_to" if q["p05"] < 0 else "note.ends", low=low, high=high)
        return Cell(middle, value=q["p50"], below=ends)

    def number_column(
        self, heading: str, values: Sequence[float | None], unit: str
    ) -> tuple[Column, list[Cell]]:
        """A column of single numbers."""
        given = [abs(value) for value in values if value is not None]
        column, scale = self.column(heading, unit, max(given, default=0.0))
        places = common_decimals([value * scale.factor for value in given])
        return column, [
            Cell(self.numbers.plain(v if v is None else v * scale.factor, places), value=v)
            for v in values
        ]

    def percent_cell(self, share: float | None, *, tone: bool = False) -> Cell:
        """A share; with ``tone``, a signed change with an arrow and the market's colours."""
        if share is None:
            return Cell(NOTHING)
        if not tone:
            return Cell(self.numbers.percent(share), value=share)
        arrow = "▲ " if share > 0 else "▼ " if share < 0 else ""
        text = arrow + self.numbers.percent(share, signed=True)
        return Cell(text, value=share, tone="rise" if share > 0 else "fall" if share < 0 else "")

    def figure(self, name: str, why: Sequence[str], **values: object) -> dict[str, Any]:
        """Name, title and caption of a figure, from the messages of its name."""
        caption = f"figure.{name}.caption"
        return {
            "name": name,
            "title": self.say(f"figure.{name}.title", **values),
            "why": why,
            "caption": self.say(caption, **values) if self.words.has(caption) else "",
        }

    def section(self, name: str, finding: str, blocks: Iterable[Figure | Missing]) -> Section:
        """A section under its title."""
        return Section(name, self.say(f"section.{name}"), finding, tuple(blocks))

    def chart(self, spec: Record, name: str, keys: Sequence[Key] = (), heading: str = "") -> Chart:
        """A chart with the description of ``figure.<name>.alt``."""
        about = self.say(f"figure.{name}.alt")
        return Chart(
            spec, f"{heading}{self.say('note.colon')}{about}" if heading else about, keys, heading
        )

    def table(self, columns: Sequence[tuple[Column, Sequence[Cell]]]) -> Table:
        """A table from columns with their cells; a column of which nothing is known is left out."""
        known = [each for each in columns if any(cell.text != NOTHING for cell in each[1])]
        rows = list(zip(*(cells for _, cells in known), strict=True))
        return Table([column for column, _ in known], rows)

    def text_column(
        self, heading: str, texts: Iterable[str], *, whole: bool = False
    ) -> tuple[Column, list[Cell]]:
        """A column of words, each on one line if ``whole``."""
        return Column(heading, numeric=False, whole=whole), [Cell(text) for text in texts]

    def money_column(self, name: str) -> Column:
        """The heading of a column of US dollars."""
        return Column(self.say(f"column.{name}"), self.say("unit.USD"))


def central(row: Record) -> float | None:
    """A stated value, else the middle of its range, else nothing."""
    if row.get("value") is not None:
        return float(row["value"])
    if row.get("low") is not None and row.get("high") is not None:
        return (float(row["low"]) + float(row["high"])) / 2
    return None


def at(path: Record, quarter: str | None) -> dict[str, Any] | None:
    """The quantity that a path is in one quarter, or nothing where it does not reach it."""
    if quarter is None or quarter not in path["quarter"]:
        return None
    index = list(path["quarter"]).index(quarter)
    levels = {level: path[level][index] for level in (*LEVELS, "mean") if level in path}
    return {"unit": path["unit"], **levels}


def last_quarter(path: Record, year: int) -> str | None:
    """The last quarter of ``year`` that the path has, else its very last one."""
    within = [quarter for quarter in path["quarter"] if quarter.startswith(str(year))]
    return within[-1] if within else (path["quarter"][-1] if path["quarter"] else None)
