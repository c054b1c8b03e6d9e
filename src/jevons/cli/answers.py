"""The commands that answer a question: each opens a study, asks it, and prints."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jevons.cli.options import (
    Json,
    Language,
    OutFolder,
    Pdf,
    PriceFiles,
    Since,
    existing,
    today,
    writable_folder,
)
from jevons.cli.output import progress, show, show_json
from jevons.cli.run import RUN, Run
from jevons.errors import UserError, did_you_mean

if TYPE_CHECKING:
    from jevons.study import Study

LANGUAGES = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}


def note(
    out: OutFolder = Path("out"),
    language: Language = "both",
    pdf: Pdf = False,
    since: Since = None,
    run: Run = RUN,
    prices: PriceFiles = None,
) -> None:
    """Write the research note: all six answers, charts, sources (note.html, figures.json)."""
    check_note_options(out, language)
    existing([since] if since else (), "--since")
    with progress(f"Computing the figures with {run.draws:,} draws") as report:
        study = run.study(report, prices or ())
        figures = compared(study, since)
    files = write_note(figures, out, language, pdf)
    keep_forecasts(study, figures)
    if run.as_json:
        show_json({"files": files, "provenance": figures["provenance"]})
    else:
        typer.echo("\n".join(files))


def compared(study: "Study", since: Path | None) -> dict[str, Any]:
    """The figures of a note, with what changed since an earlier one where that is given.

    Raises:
        UserError: the earlier note cannot be read, or is not earlier.
    """
    if since is None:
        return study.figures()
    from jevons.study.revisions import earlier_figures, revisions

    before = earlier_figures(since, study.as_of)
    figures = study.figures()
    return figures | {"since": revisions(before, figures)}


def check_note_options(out: Path, language: str) -> None:
    """Refuse what would make the note fail after its figures are computed.

    Raises:
        UserError: the language is none of the note's, or the folder takes no file.
    """
    if language not in LANGUAGES:
        raise UserError(f"--lang {language!r} is not a language of the note; use en, zh or both")
    writable_folder(out)


def write_note(figures: dict[str, Any], out: Path, language: str, pdf: bool) -> list[str]:
    """Write the note, with ``pdf`` also as PDF, and name its files.

    Raises:
        UserError: the folder cannot be written, or no font has a character of the PDF.
    """
    from jevons.note.render import write

    with progress("Writing the note"):
        try:
            files = write(figures, out, LANGUAGES[language], with_pdf=pdf)
            return [str(file) for file in files]
        except OSError as error:
            raise UserError(f"--out {out} cannot be written ({error.strerror})") from error


def keep_forecasts(study: "Study", figures: dict[str, Any]) -> None:
    """File what the note forecasts, to be scored when the figures are in.

    A folder that cannot be written costs the record, not the note: it is said and that is all.
    """
    from jevons.claims.forecasts import file_forecasts
    from jevons.study.forecasts import forecasts

    try:
        file_forecasts(forecasts(figures, study.snapshot, today()))
    except UserError as error:
        typer.echo(f"The forecasts of this note were not filed: {error}", err=True)


def simulate(
    quantities: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Only these quantities.", show_default=False),
    ] = None,
    run: Run = RUN,
    file: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write to a file instead: .parquet or .nc with every draw, .csv or .xlsx with "
            "the quantiles.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Simulate the chain from tokens to capex, quarter by quarter, with ranges."""
    if file is not None:
        from jevons.study.export import check_format, export

        check_format(file)
    with progress(f"Simulating {run.draws:,} draws") as report:
        study = run.study(report)
        if file is not None:
            answer: dict[str, Any] = export(study, file, quantities or ())
            quantities = None
        else:
            answer = study.simulate()
    if quantities:
        known = answer["quantities"]
        for name in quantities:
            if name not in known:
                raise UserError(f"unknown quantity {name!r}{did_you_mean(name, known)}")
        answer = answer | {"quantities": {name: known[name] for name in quantities}}
    show(answer, run.as_json)


def index(
    run: Run = RUN,
) -> None:
    """The Jevons index: does efficiency raise demand for compute, and how sure is that?"""
    with progress(f"Simulating {run.draws:,} draws") as report:
        answer = run.study(report).index_explained()
    if not run.as_json:
        for good in answer["elasticity"]["goods"]:
            good.pop("name_zh")
            good["source"] = good["source"].partition(":")[0].partition(";")[0]
    show(answer, run.as_json)


def shock(
    efficiency: Annotated[
        float | None,
        typer.Option(
            metavar="FACTOR", help="On tokens per unit of compute; 10 if no factor is given."
        ),
    ] = None,
    demand: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="On tokens wanted at the same price.")
    ] = None,
    tokens_per_answer: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="On tokens of reasoning and agents.")
    ] = None,
    chips: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="On the capacity to make accelerators.")
    ] = None,
    power: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="On US gigawatts that arrive.")
    ] = None,
    capital: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="On money that can be spent.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="2025Q1",
            help="Quarter of the shock; the first one after what was observed, if not given.",
        ),
    ] = None,
    run: Run = RUN,
) -> None:
    """Change something overnight, tokens ten times cheaper if nothing is named, and follow it."""
    given = {
        "efficiency": efficiency, "demand": demand, "tokens_per_answer": tokens_per_answer,
        "chips": chips, "power": power, "capital": capital,
    }  # fmt: skip
    factors = {name: factor for name, factor in given.items() if factor is not None}
    for name, factor in factors.items():
        if not 0 < factor < float("inf"):
            option = name.replace("_", "-")
            raise UserError(f"--{option} {factor:g} must be a factor above 0, e.g. 10")
    if at is not None and not re.fullmatch(r"\d{4}Q[1-4]", at):
        raise UserError(f"--at {at!r} is not a quarter; write it as 2025Q1")
    with progress(f"Simulating {run.draws:,} draws twice") as report:
        answer = run.study(report).shock(at=at, **factors)
    if not run.as_json:
        answer = {"values": "ratios to the same draw without the shock"} | answer
    show(answer, run.as_json)


def sensitivity(
    quantity: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A quantity of simulate.")
    ] = "new_power_demand",
    at: Annotated[
        str, typer.Option("--at", metavar="QUARTER", help="Quarter of the result.")
    ] = "2028Q4",
    run: Run = RUN,
) -> None:
    """Which assumptions move a result most, and by how much."""
    with progress(f"Simulating {run.draws:,} draws and their derivatives"):
        study = run.study()
        answer = study.sensitivity(quantity, at)
    show(answer, run.as_json)


def scenarios(as_json: Json = False) -> None:
    """The scenarios that come with jevons, and what each one moves."""
    from jevons.study.scenario import bundled, find

    rows: list[dict[str, Any]] = []
    for each in map(find, bundled()):
        shocks: Any = dict(each.factors)
        inputs: Any = sorted(each.changes)
        if not as_json:
            shocks = ", ".join(f"{name} x {factor:g}" for name, factor in shocks.items())
            inputs = ", ".join(inputs)
        about = each.texts["about"]
        rows.append({"scenario": each.name, "about": about, "inputs": inputs, "shocks": shocks})
    show(rows, as_json)
