"""``jevons facts``: look at the facts, ask what is behind a figure, check and add your own."""

from pathlib import Path
from typing import Annotated

import typer

from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    Draws,
    FactFiles,
    Json,
    Seed,
    choose_day,
    existing,
    open_store,
    open_study,
    today,
)
from jevons.cli.output import number, progress, show

app = typer.Typer(
    help="Look at the dated facts, ask what is behind a figure, check and add your own.",
    rich_markup_mode=None,
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV tables of facts.")]
# Columns of the list for a reader; --json has all of them.
SHORT = ("fact_id", "entity", "metric", "period_end", "value", "unit", "stated_by", "known_on")


@app.command("list")
def list_facts(
    entity: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this entity, e.g. NVDA.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this metric, e.g. close.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """List the facts known on a day, one a series: the last figure published by then."""
    from jevons.facts import facts_list

    store = open_store(facts)
    found = facts_list(store.as_of(choose_day(as_of, store)), entity, metric)
    if as_json:
        show(found, as_json)
        return
    for fact in found:
        if fact["value"] is None:  # a fact without a value states a range
            fact["value"] = f"{number(fact['low'])} to {number(fact['high'])}"
    show([{name: fact[name] for name in SHORT} for fact in found], as_json=False)


@app.command("show")
def show_fact(
    fact_id: Annotated[
        str, typer.Argument(metavar="FACT_ID", help="As printed by: jevons facts list.")
    ],
    as_of: AsOf = None,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Show one fact with its dates, source, note, and every vintage of it published by then."""
    from jevons.facts import facts_show

    store = open_store(facts)
    show(facts_show(store.as_of(choose_day(as_of, store)), fact_id), as_json)


@app.command()
def why(
    figure: Annotated[
        str, typer.Argument(metavar="FIGURE", help="A figure of the note or of a command.")
    ],
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Show the formula, the assumptions and the facts behind a figure."""
    with progress("Tracing the figure"):
        answer = open_study(as_of, seed, draws, facts).why(figure)
    show(answer, as_json)


@app.command("check")
def check_files(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="CSV tables of facts.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the bundled facts, and your tables together with them; nothing is written."""
    from jevons.facts import check

    show(check(existing(files, "FILE"), today()), as_json)


@app.command("add")
def add_files(files: Files, as_json: Json = False) -> None:
    """Add tables to your own store, which every run reads: all rows or, if one is wrong, none."""
    from jevons.facts import add

    show(add(existing(files, "FILE"), today()), as_json)
