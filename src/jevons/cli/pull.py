"""``jevons pull``: take data into the stores on this computer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from jevons.cli.options import Json, existing
from jevons.cli.output import progress, show
from jevons.errors import UserError, did_you_mean

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
        str, typer.Option("--from", metavar="csv|parquet|yfinance", help="Where from.")
    ] = "csv",
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
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            help="Store of prices. Default: prices.duckdb in JEVONS_HOME.",
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Another address of the source on the network."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take quoted prices and actions into the store; bad bars are set apart with the reason."""
    from jevons.market.aliases import today_of
    from jevons.market.price_store import default_store, pull
    from jevons.market.read_prices import is_parquet

    if source not in SOURCES:
        raise UserError(f"--from {source!r} is no source of prices{did_you_mean(source, SOURCES)}")
    if source == "yfinance":
        if tickers or actions or exchange:
            raise UserError(
                "--ticker, --actions and --exchange are for files; with --from yfinance name the "
                "tickers alone"
            )
        show(_fetched([str(name) for name in files], url, store or default_store()), as_json)
        return
    given = existing(files, "the file")
    for file in given:
        if is_parquet(file) != (source == "parquet"):
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


def _fetched(names: Sequence[str], url: str | None, store: Path) -> dict[str, Any]:
    from jevons.market.aliases import today_of
    from jevons.market.fetch import Source
    from jevons.market.yahoo import ADDRESS, NAME, pull_charts

    tickers = list(dict.fromkeys(map(today_of, names)))
    source = Source(NAME, url or ADDRESS, kept=store.with_suffix(".waiting"))
    with progress(f"Asking {NAME} for {len(tickers)} tickers"):
        return pull_charts(store, tickers, source, datetime.now(UTC))
