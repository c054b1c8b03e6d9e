"""``jevons replay`` and ``jevons score``: a day's forecasts beside what happened afterwards."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jevons.cli.answers import check_note_options, keep_forecasts, write_note
from jevons.cli.options import (
    DRAWS,
    SEED,
    Draws,
    FactFiles,
    Json,
    Language,
    OutFolder,
    Pdf,
    PriceFiles,
    PriorOnly,
    Seed,
    choose_day,
    open_study,
)
from jevons.cli.output import progress, show, show_json
from jevons.errors import UserError

if TYPE_CHECKING:
    from jevons.study import Study

Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="YYYY-MM-DD",
        help="What was known by this day decides. Default: the day of the latest fact.",
        show_default=False,
    ),
]


def hindsight(study: "Study", until: str | None) -> dict[str, Any]:
    """The study held against a later day.

    Raises:
        UserError: the later day is not after the study's.
    """
    day = choose_day(until, study.store, "--until")
    if day <= study.as_of:
        raise UserError(
            f"--until {day} must be after the day of the forecasts, {study.as_of}; "
            "choose a later day, or earlier forecasts"
        )
    from jevons.study.replay import replay as held_against

    return held_against(study, study.store.as_of(day))


def score(
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day of the forecasts.")
    ],
    until: Until = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    prior: PriorOnly = False,
) -> None:
    """Score the forecasts of a day against what became known: CRPS, coverage, Brier, skill."""
    with progress(f"Simulating {draws:,} draws as of {as_of}") as report:
        study = open_study(as_of, seed, draws, facts, report=report, prior=prior)
        answer = {"as_of": study.as_of.isoformat()} | hindsight(study, until)
    if as_json:
        show_json(answer)
        return
    claims = [claim for claim in answer["claims"] if claim["brier"] is not None]
    columns = ("id", "p_model", "status", "outcome", "unit", "brier")
    answer["claims"] = [{name: claim[name] for name in columns} for claim in claims]
    shown = ("quantity", "quarter", "p05", "p50", "p95", "outcome", "ratio", "inside_90")
    answer["outcomes"] = [{name: row[name] for name in shown} for row in answer["outcomes"]]
    for row in answer["shares"]:
        del row["facts"]
    del answer["facts"]
    show(answer, as_json=False)


def replay(
    as_of: Annotated[str, typer.Argument(metavar="YYYY-MM-DD", help="The day to go back to.")],
    until: Until = None,
    out: OutFolder = Path("out"),
    language: Language = "both",
    pdf: Pdf = False,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    prices: PriceFiles = None,
    prior: PriorOnly = False,
) -> None:
    """Write the note of a day with what happened afterwards beside it, link by link."""
    check_note_options(out, language)
    with progress(f"Computing the figures with {draws:,} draws as of {as_of}") as report:
        study = open_study(
            as_of, seed, draws, facts, prices or (), report, prior=prior, option="replay"
        )
        after = hindsight(study, until)
        figures = study.figures()
    figures["facts"] |= after.pop("facts")
    files = write_note(figures | {"replay": after}, out, language, pdf)
    keep_forecasts(study, figures)
    if as_json:
        show_json({"files": files, "provenance": figures["provenance"], "replay": after})
    else:
        typer.echo("\n".join(files))
