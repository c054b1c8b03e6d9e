"""``jevons claims``: what was said, what came of it, who was right, and claims of your own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    Draws,
    FactFiles,
    Json,
    Seed,
    existing,
    open_study,
)
from jevons.cli.output import progress, show
from jevons.errors import UserError, did_you_mean

app = typer.Typer(
    help="Published claims: what was said, when it resolves, and what came of it.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
# Columns of the list for a reader; --json has all of them.
OWN, HINDSIGHT = "jevons", "jevons, in hindsight"
OWN_SHORT = (
    "said_on", "name", "quarter", "p05", "p50", "p95", "probability", "resolves_on", "status",
    "outcome",
)  # fmt: skip
SHORT = ("id", "who", "said_on", "text", "resolves_on", "status", "why", "p_model")


def answered(as_of: str | None, seed: int, draws: int, facts: list[Path] | None) -> Any:
    """Every claim made by the day, resolved with what was known."""
    with progress(f"Simulating {draws:,} draws") as report:
        return open_study(as_of, seed, draws, facts, report=report).claims()


def own(as_of: str | None, facts: list[Path] | None) -> list[dict[str, Any]]:
    """Every forecast that a note published, with what came of it by the day."""
    from jevons.claims.forecasts import filed
    from jevons.study.forecast_outcomes import outcomes

    study = open_study(as_of, SEED, DRAWS, facts)
    decided, prices = study.record.decided(), study.quoted.histories
    return outcomes(filed(), study.snapshot, decided, prices)


@app.callback()
def claims(
    context: typer.Context,
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Published claims: what was said, when it resolves, and what came of it."""
    if context.invoked_subcommand is None:
        show(answered(as_of, seed, draws, facts), as_json)


@app.command("list")
def list_claims(
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="open, true, false, partly or 'not resolvable'."),
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only this source; jevons for the notes' own forecasts."),
    ] = None,
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """List the claims made by a day with their status on it."""
    from jevons.claims import STATUSES

    if status is not None and status not in STATUSES:
        raise UserError(f"unknown status {status!r}{did_you_mean(status, STATUSES)}")
    if who in (OWN, HINDSIGHT):
        rows = [row for row in own(as_of, facts) if row["who"] == who]
        rows = [row for row in rows if status in (None, row["status"])]
        show(
            rows if as_json else [{name: row[name] for name in OWN_SHORT} for row in rows], as_json
        )
        return
    found = answered(as_of, seed, draws, facts)
    if who is not None:
        sources = {claim["who"] for claim in found}
        if who not in sources:
            hint = did_you_mean(who, {*sources, OWN})
            raise UserError(f"no claim of {who!r} is on file{hint}")
        found = [claim for claim in found if claim["who"] == who]
    found = [claim for claim in found if status in (None, claim["status"])]
    show(found if as_json else [{name: row[name] for name in SHORT} for row in found], as_json)


@app.command("show")
def show_claim(
    claim_id: Annotated[
        str, typer.Argument(metavar="CLAIM_ID", help="As printed by: jevons claims list.")
    ],
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Show one claim, or forecast of a note: range, source, what decides it, the probability."""
    if claim_id.startswith(f"{OWN}-"):
        found = {row["id"]: row for row in own(as_of, facts)}
    else:
        found = {claim["id"]: claim for claim in answered(as_of, seed, draws, facts)}
    if claim_id not in found:
        raise UserError(f"unknown claim {claim_id!r}{did_you_mean(claim_id, found)}")
    show(found[claim_id], as_json)


@app.command("add")
def add_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV tables of claims.")],
    as_json: Json = False,
) -> None:
    """Add claims of your own, which every run reads: all rows or, if one is wrong, none."""
    from jevons.claims import add_claims

    show({"added": add_claims(existing(files, "FILE"))}, as_json)


@app.command("score")
def score_sources(as_of: AsOf = None, as_json: Json = False, facts: FactFiles = None) -> None:
    """Count by source what came true, and below it how the notes' own forecasts did."""
    from jevons.study.forecast_outcomes import board

    sources = open_study(as_of, SEED, DRAWS, facts).record.scoreboard()
    show({"sources": sources, "own": board(own(as_of, facts))}, as_json)
