"""``jevons claims``: what was said, what came of it, who was right, and claims of your own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from jevons.cli.options import DRAWS, SEED, AsOf, FactFiles, Json, existing, open_study
from jevons.cli.output import progress, show
from jevons.cli.run import RUN, Run, spread
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


def answered(run: Run) -> Any:
    """Every claim made by the day, resolved with what was known."""
    with progress(f"Simulating {run.draws:,} draws") as report:
        return run.study(report).claims()


def own(as_of: str | None, facts: list[Path] | None) -> list[dict[str, Any]]:
    """Every forecast that a note published, with what came of it by the day."""
    from jevons.claims.forecasts import filed
    from jevons.study.forecast_outcomes import outcomes

    study = open_study(as_of, SEED, DRAWS, facts)
    decided, prices = study.record.decided(), study.quoted.histories
    return outcomes(filed(), study.snapshot, decided, prices)


@app.callback()
@spread
def claims(context: typer.Context, run: Run = RUN) -> None:
    """Published claims: what was said, when it resolves, and what came of it."""
    if context.invoked_subcommand is None:
        show(answered(run), run.as_json)


@app.command("list")
@spread
def list_claims(
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="open, true, false, partly or 'not resolvable'."),
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only this source; jevons for the notes' own forecasts."),
    ] = None,
    run: Run = RUN,
) -> None:
    """List the claims made by a day with their status on it."""
    from jevons.claims import STATUSES

    if status is not None and status not in STATUSES:
        raise UserError(f"unknown status {status!r}{did_you_mean(status, STATUSES)}")
    if who in (OWN, HINDSIGHT):
        rows = [row for row in own(run.as_of, run.facts) if row["who"] == who]
        rows = [row for row in rows if status in (None, row["status"])]
        shown = rows if run.as_json else [{name: row[name] for name in OWN_SHORT} for row in rows]
        show(shown, run.as_json)
        return
    found = answered(run)
    if who is not None:
        sources = {claim["who"] for claim in found}
        if who not in sources:
            hint = did_you_mean(who, {*sources, OWN})
            raise UserError(f"no claim of {who!r} is on file{hint}")
        found = [claim for claim in found if claim["who"] == who]
    found = [claim for claim in found if status in (None, claim["status"])]
    shown = found if run.as_json else [{name: row[name] for name in SHORT} for row in found]
    show(shown, run.as_json)


@app.command("show")
@spread
def show_claim(
    claim_id: Annotated[
        str, typer.Argument(metavar="CLAIM_ID", help="As printed by: jevons claims list.")
    ],
    run: Run = RUN,
) -> None:
    """Show one claim, or forecast of a note: range, source, what decides it, the probability."""
    if claim_id.startswith(f"{OWN}-"):
        found = {row["id"]: row for row in own(run.as_of, run.facts)}
    else:
        found = {claim["id"]: claim for claim in answered(run)}
    if claim_id not in found:
        raise UserError(f"unknown claim {claim_id!r}{did_you_mean(claim_id, found)}")
    show(found[claim_id], run.as_json)


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
