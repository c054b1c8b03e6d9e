"""``jevons pull``: take data into the stores on this computer."""

import os
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from jevons.cli.options import Json, existing
from jevons.cli.output import progress, show
from jevons.errors import UserError, did_you_mean

Store = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="Another store than the one in JEVONS_HOME.",
        show_default=False,
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Another address of the source on the network.",
        show_default=False,
    ),
]
# NVDA, BRK.B, BTC-USD, 2330.TW, ^GSPC, TWD=X; anything else may be named with --from yfinance.
TICKER = re.compile(
    r"\^?([A-Z]{1,5}|\d{4,6})(-[A-Z]{1,3}|[./][A-Z]{1,2}|\.TWO)?|[A-Z]{3,6}=X", re.IGNORECASE
)
FILES = (".csv", ".txt", ".gz", ".parquet", ".pq")
SOURCES = ("csv", "parquet", "yfinance")

app = typer.Typer(
    help="Take data into the stores on this computer.",
    rich_markup_mode=None,
)


@app.command("prices")
def pull_prices(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|TICKER...", help="Files of prices; tickers of a source."),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="csv|parquet|yfinance",
            help="Where from. Default: files by their content, tickers from yfinance.",
            show_default=False,
        ),
    ] = None,
    tickers: Annotated[
        list[str] | None, typer.Option("--ticker", metavar="NAME", help="Only this ticker.")
    ] = None,
    actions: Annotated[
        list[Path] | None,
        typer.Option("--actions", metavar="FILE", help="Splits, dividends and delistings (CSV)."),
    ] = None,
    exchange: Annotated[
        str | None,
        typer.Option(
            "--exchange",
            metavar="MIC",
            help="Market whose days the files keep, e.g. XTAI. Default: by the ticker's suffix.",
        ),
    ] = None,
    store: Store = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Take quoted prices and actions into the store; bad bars are set apart with the reason."""
    from jevons.market.aliases import today_of
    from jevons.market.price_store import default_store, pull
    from jevons.market.read_prices import is_parquet

    if source is None and not any(map(_is_file_name, files)):
        for name in files:
            if not TICKER.fullmatch(str(name)):
                raise UserError(
                    f"{name} is no file here and not written like a ticker; check the path, or add "
                    "--from yfinance if it is a ticker"
                )
        source = "yfinance"
    if source is not None and source not in SOURCES:
        raise UserError(f"--from {source!r} is no source of prices{did_you_mean(source, SOURCES)}")
    if source == "yfinance":
        if tickers or actions or exchange:
            raise UserError(
                "--ticker, --actions and --exchange are for files; from yfinance name the tickers "
                "alone"
            )
        show(_fetched([str(name) for name in files], url, store or default_store()), as_json)
        return
    given = existing(files, "the file")
    for file in given:
        if source is not None and is_parquet(file) != (source == "parquet"):
            raise UserError(f"{file} is not {source}; name its format with --from")
    wanted = [today_of(ticker) for ticker in tickers or ()]
    with progress("Checking the bars"):
        answer = pull(
            store or default_store(),
            given,
            existing(actions, "--actions"),
            datetime.now(UTC),
            wanted,
            exchange=exchange,
        )
    show(answer, as_json)


def _is_file_name(name: Path) -> bool:
    """Whether an argument means a file: one that is there, or that is written like one."""
    return name.exists() or len(name.parts) > 1 or name.suffix.lower() in FILES


def _fetched(names: Sequence[str], url: str | None, store: Path) -> dict[str, Any]:
    from jevons.facts.fetch import Source
    from jevons.market.aliases import today_of
    from jevons.market.yahoo import ADDRESS, NAME, pull_charts

    tickers = list(dict.fromkeys(map(today_of, names)))
    source = Source(NAME, url or ADDRESS, kept=waiting(store))
    with progress(f"Asking {NAME} for {len(tickers)} tickers"):
        return pull_charts(store, tickers, source, datetime.now(UTC))


@app.command("macro")
def pull_macro(
    series: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SERIES]...", help="As FRED names them. Default: all it reads."),
    ] = None,
    store: Store = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Take macroeconomic series with their vintages from FRED and ALFRED (wants FRED_API_KEY)."""
    from jevons.facts.fetch import Source
    from jevons.market.fred import ADDRESS, KEY, NAME, PAUSE, pull_series
    from jevons.market.macro_store import default_macro_store

    file = store or default_macro_store()
    source = Source(NAME, url or ADDRESS, pause=PAUSE, kept=waiting(file))
    with progress(f"Asking {NAME}"):
        answer = pull_series(file, series or (), source, os.environ.get(KEY), datetime.now(UTC))
    show(answer, as_json)


@app.command("filings")
def pull_company_filings(
    tickers: Annotated[list[str], typer.Argument(metavar="TICKER...", help="Companies.")],
    store: Store = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Take figures of SEC filings with their filing dates as facts (wants EDGAR_IDENTITY)."""
    from jevons.facts.fetch import Source
    from jevons.facts.sec_filings import ADDRESS, DIRECTORY, IDENTITY, NAME, PAUSE, pull_filings
    from jevons.facts.user_facts import store_file
    from jevons.market.aliases import today_of

    identity = os.environ.get(IDENTITY)
    if not identity:
        raise UserError(
            f"{NAME} wants to know who asks; set {IDENTITY} to your name and mail address"
        )
    file = store or store_file()
    source, directory = (
        Source(
            NAME,
            url or address,
            pause=PAUSE,
            headers={"User-Agent": identity},
            kept=waiting(file),
        )
        for address in (ADDRESS, DIRECTORY)
    )
    names = list(dict.fromkeys(map(today_of, tickers)))
    with progress(f"Asking {NAME} for {len(names)} companies"):
        answer = pull_filings(file, names, source, directory, datetime.now(UTC))
    show(answer, as_json)


@app.command("tokens")
def pull_token_prices(
    providers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROVIDER]...", help="Default: the developers of models."),
    ] = None,
    store: Store = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Take list prices of tokens as facts, from the data of genai-prices."""
    from jevons.facts.fetch import Source
    from jevons.facts.list_prices import ADDRESS, NAME, pull_list_prices
    from jevons.facts.user_facts import store_file

    file = store or store_file()
    source = Source(NAME, url or ADDRESS, kept=waiting(file))
    with progress(f"Asking {NAME}"):
        answer = pull_list_prices(file, providers or (), source, datetime.now(UTC))
    show(answer, as_json)


def waiting(store: Path) -> Path:
    """Where answers of a source wait until today's pull is done; those of other days are forgotten.

    An address of a source need not tell the day, so no answer of an earlier day may stand in.
    """
    today = store.with_suffix(f".{datetime.now(UTC):%Y-%m-%d}.waiting")
    for folder in store.parent.glob(f"{store.stem}.*.waiting"):
        if folder != today:
            shutil.rmtree(folder, ignore_errors=True)
    return today
