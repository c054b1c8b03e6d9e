"""Options that commands share, and what they mean: which facts, which day, which draws."""

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jevons.cli.compiled import keep_compiled_code
from jevons.cli.output import progress_once_needed
from jevons.errors import UserError, did_you_mean

if TYPE_CHECKING:  # the real imports wait until a command needs them, so that --help is quick
    from jevons.facts import Store
    from jevons.market import PriceTable
    from jevons.market.macro_store import MacroSeries
    from jevons.model.architecture import Architecture
    from jevons.model.simulate import Progress
    from jevons.study import Study
    from jevons.study.scenario import Scenario
    from jevons.valuation import Described

FEWEST_DRAWS = 10  # fewer say nothing about a 5 % quantile
MOST_DRAWS = 10_000_000
LARGEST_SEED = 2**32 - 1
SEED = 2025
DRAWS = 20_000

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="Use only what was public on this day. Default: the day of the latest fact.",
        show_default=False,
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", min=0, max=LARGEST_SEED, help="Root of every random stream."
    ),
]
Draws = Annotated[
    int,
    typer.Option(
        "--draws",
        metavar="N",
        min=FEWEST_DRAWS,
        max=MOST_DRAWS,
        help="Number of simulated futures.",
    ),
]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the note.")]
Language = Annotated[
    str, typer.Option("--lang", metavar="en|zh|both", help="Language of the note.")
]
Pdf = Annotated[
    bool, typer.Option("--pdf", help="Write the note as PDF too, which takes a few seconds more.")
]
Since = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="figures.json of an earlier note: a section says what changed since.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
FactFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--facts", metavar="FILE", help="A CSV file of your own facts; may be given several times."
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="Move inputs as a scenario says; jevons scenarios lists them. May be given again.",
    ),
]
PriorOnly = Annotated[
    bool, typer.Option("--prior", help="Use the priors alone, without what a calibration learnt.")
]
PriceFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        help="A CSV or Parquet file of your own prices; may be given again. Default: the store.",
    ),
]
CompanyFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--company",
        metavar="FILE",
        help="A TOML file that describes a company of your own; may be given again.",
    ),
]
Tickers = Annotated[list[str] | None, typer.Argument(metavar="[TICKER]...", show_default=False)]
Ticker = Annotated[str | None, typer.Argument(metavar="[TICKER]", show_default=False)]


def parse_day(text: str, option: str = "--as-of") -> date:
    """Read a day written as YYYY-MM-DD.

    >>> parse_day("2025-03-11")
    datetime.date(2025, 3, 11)
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UserError(f"{option} {text!r} is not a day; write it as YYYY-MM-DD, e.g. 2025-03-11")
    return day


def today() -> date:
    """Today where the user is: the only clock of jevons; all else takes the day as an argument."""
    return datetime.now().astimezone().date()


def choose_day(as_of: str | None, store: "Store", option: str = "--as-of") -> date:
    """The day whose knowledge is used: the one asked for, else that of the latest fact.

    Args:
        option: what a message calls the day.

    Raises:
        UserError: the day is malformed, in the future, or before the first fact.
    """
    if as_of is None:
        return min(store.last_known_on, today())
    day = parse_day(as_of, option)
    if day > today():
        raise UserError(f"{option} {day} is in the future; choose a day up to today, {today()}")
    if day < store.first_known_on:
        raise UserError(
            f"{option} {day} is before the first fact, which became known on "
            f"{store.first_known_on}; choose that day or a later one"
        )
    return day


def existing(files: Sequence[Path] | None, option: str) -> tuple[Path, ...]:
    """The files, if each one is there.

    Raises:
        UserError: a file is missing or is a folder.
    """
    for file in files or ():
        if not file.exists():
            raise UserError(f"{option} {file} does not exist; check the path")
        if not file.is_file():
            raise UserError(f"{option} {file} is not a file; name a single file")
    return tuple(files or ())


def open_store(files: Sequence[Path] | None) -> "Store":
    """Bundled facts and the user's own, checked."""
    from jevons.facts import load

    return load(existing(files, "--facts"), recorded_on=today())


def open_study(
    as_of: str | None,
    seed: int,
    draws: int,
    facts: Sequence[Path] | None = None,
    prices: Sequence[Path] | None = None,
    report: "Progress | None" = None,
    scenarios: Sequence[str] | None = None,
    companies: Sequence[Path] | None = None,
    prior: bool = False,
    sample: bool = False,
    option: str = "--as-of",
) -> "Study":
    """The study that answers a command; nothing is simulated until it is asked.

    Args:
        companies: files that describe companies of the user's own.
        prices: files; none of them for the store's prices, None where the command reads no prices.
        prior: leave the calibration out. sample: calibrate a day of which no posterior is kept.
        option: what a message calls the day.
    """
    price_files = existing(prices, "--prices")
    company_files = existing(companies, "--company")
    store = open_store(facts)
    day = choose_day(as_of, store, option)
    keep_compiled_code()
    from jevons.study import Study

    moved: list[Scenario] = []
    table = None
    if scenarios:
        from jevons.study.scenario import find

        moved = [find(name) for name in scenarios]
    if price_files:
        from jevons.market import read_prices

        table = read_prices(price_files)
    elif prices is not None:
        table = kept_prices(day)
    described: list[Described] = []
    if company_files:
        from jevons.valuation import read_described

        described = [each for file in company_files for each in read_described(file)]
    return Study(
        store,
        day,
        seed=seed,
        draws=draws,
        prices=table,
        progress=report,
        scenarios=moved,
        macro=None if prices is None else kept_series(day),
        described=described,
        prior=prior,
        sample=sample,
        told=lambda text: typer.echo(f"Note: {text}", err=True),
        sampling=progress_once_needed(f"Calibrating on what was known by {day}"),
    )


def kept_prices(day: date) -> "PriceTable | None":
    """The store's prices up to a day, comparable over time; None where nothing was pulled."""
    from jevons.market.price_store import adjusted_prices, default_store

    store = default_store()
    return adjusted_prices(store, day) if store.exists() else None


def prices_of(files: Sequence[Path] | None) -> "Callable[[date], PriceTable | None]":
    """Prices by day: those of the files, which are checked at once, else the store's.

    Raises:
        UserError: a file is missing or wrong.
    """
    if not files:
        return kept_prices
    from jevons.market import read_prices

    table = read_prices(existing(files, "--prices"))
    return lambda _: table


def kept_series(day: date) -> "dict[str, MacroSeries] | None":
    """The macroeconomic series as known on a day: those that were pulled, else those bundled."""
    from jevons.market.macro_store import bundled_series, default_macro_store, known_series

    store = default_macro_store()
    pulled = known_series(store, day) if store.exists() else {}
    return (bundled_series(day) | pulled) or None


def writable_folder(folder: Path) -> Path:
    """The folder, if files can be written in it; it need not exist yet.

    Raises:
        UserError: the folder, or the nearest one above it that exists, takes no file.
    """
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise UserError(f"--out {folder} cannot be a folder because {nearest} is a file")
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return folder
    except OSError as error:
        raise UserError(
            f"--out {folder} cannot be written ({error.strerror}); choose another folder"
        ) from error


def parse_parallel(text: str | None) -> dict[str, int] | None:
    """Read how a model is spread over chips.

    >>> parse_parallel("tp=8,ep=4")
    {'tp': 8, 'ep': 4}
    """
    if text is None:
        return None
    ways: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not (equals and name and number.isascii() and number.isdecimal() and int(number) > 0):
            raise UserError(
                f"--parallel {text!r}: {part.strip()!r} is not KIND=NUMBER with a number from 1; "
                "write for example tp=8,ep=1"
            )
        if name in ways:
            raise UserError(f"--parallel {text!r} gives {name} twice; give each kind once")
        ways[name] = int(number)
    return ways


def read_architecture(file: Path) -> "Architecture":
    """A model described by its Hugging Face ``config.json``.

    Raises:
        UserError: the file is missing, is no JSON object, or lacks needed fields.
    """
    from jevons.model.hugging_face import from_hugging_face

    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); check the path") from error
    except ValueError as error:
        raise UserError(f"{file} is not JSON ({error}); give a model's config.json") from error
    if not isinstance(config, dict):
        raise UserError(f"{file} holds no JSON object; give a model's config.json")
    return from_hugging_face(config, str(file))


def pick(records: Sequence[dict[str, Any]], ticker: str | None) -> list[dict[str, Any]]:
    """The records of one ticker, or all of them.

    Raises:
        UserError: no record has the ticker.
    """
    if ticker is None:
        return list(records)
    found = [record for record in records if record["ticker"] == ticker.upper()]
    if not found:
        known = [record["ticker"] for record in records]
        raise UserError(f"unknown ticker {ticker!r}{did_you_mean(ticker.upper(), known)}")
    return found
