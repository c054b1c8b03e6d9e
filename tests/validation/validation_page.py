"""Writes docs/efficiency_validation.md and its scatter from the data that the tests hold.

Run ``python -m tests.validation.validation_page`` after a new fit. A test holds the page to what
this module makes of the tables.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import vl_convert

from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.measured_services import MeasuredServices, predict, side_by_side, stages
from jevons.model.measurements import (
    FIT_SOURCES,
    IDLE,
    TIME_PER_TOKEN,
    GroupError,
    Measurement,
    group_error,
    measurements,
    validation_points,
)
from jevons.model.roofline_terms import Array, Stages
from jevons.model.service_rate import Factors
from jevons.note.bundle import VEGA_LITE
from jevons.note.charts import SERIES, scatter

from .unseen_runs import kind, unseen_errors

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "efficiency_validation.md", DOCS / "efficiency_validation.svg"
EARLY = date(2025, 3, 11)  # a run of this day sees the first fitted vintage
WITHIN = 1.6
MISSED = 0.25
REPEATED = 0.12  # a bias that is told apart from noise

Point = Mapping[str, Any]

COLOURS = (("blue", "#2563a8"), ("orange", "#d97706"), ("green", "#2e7d32"), ("red", "#b3261e"))
HEAD = """# Validation of the efficiency link

Written by `python -m tests.validation.validation_page` from `measurements.csv` and `validation.csv`, the tables that the tests hold; not edited by hand. What the rows are, what was left out and why: [efficiency](efficiency.md#against-measurements).

*Held out*: a cell of InferenceX (a model on a chip) is predicted by a fit without that cell, every other source by a fit without the whole source, both rounds of MLPerf together. *In use*: the factors that `jevons cost` reads, fitted to {sources}; MLPerf v5.1 and DeepSeek never enter. *Ratio* is predicted over measured, of the median row; for times per token above 1 is too slow, for throughput too fast. *Speed* turns both the same way: predicted speed over measured, above 1 is too fast. One row is shown apart: the mean of DeepSeek's day in prefill, which counts hours without load.
"""  # noqa: E501


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; numbers to the right."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'--:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def percent(share: float) -> str:
    """A share in whole or tenth percent."""
    return f"{100 * share:.1f} %" if share < 0.995 else f"{100 * share:.0f} %"


def busy() -> list[Measurement]:
    """All measurements but the mean of a day with idle hours."""
    return [row for row in measurements() if row.case_id != IDLE]


def medians(rows: Sequence[Measurement], day: date | None = None) -> dict[str, jax.Array]:
    """Factors of each row's chip and engine as a run of a day has them, (row,) by name."""
    tables = [efficiency_factors(day).at(*row.levels).table for row in rows]
    return {name: jnp.array([table[name].median for table in tables]) for name in tables[0]}


@cache
def points() -> tuple[dict[str, Any], ...]:
    """Measurements beside their predictions, with the labels that the page groups by."""
    rows = busy()
    many = side_by_side(rows)
    early = np.asarray(predict(many, medians(rows, EARLY)))
    labels = {
        row.case_id: {
            "roof": roof,
            "cell": f"{row.model} on {row.chip}",
            "family": row.engine_family or "own or not stated",
            "version": version(row.engine) if row.source == "InferenceX" else "",
            "work": f"{row.source}, {row.phase.replace('_', ', ')}",
            "early": float(value),
        }
        for row, roof, value in zip(rows, roofs(many, medians(rows)), early, strict=True)
    }
    found = []
    for point in validation_points():
        if point["case_id"] in labels:
            ratio = point["held_out"] / point["measured"]
            speed = 1 / ratio if point["metric"] == TIME_PER_TOKEN else ratio
            found.append({**point, **labels[point["case_id"]], "speed": speed})
    return tuple(found)


def roofs(many: MeasuredServices, factors: Factors) -> list[str]:
    """What takes the most seconds of each row's step."""
    step, prompts, _ = stages(many, factors)
    reading = np.asarray(many.kind) == 2

    def seconds(parts: Callable[[Stages], Array]) -> Any:
        return np.where(reading, parts(prompts), parts(step))

    by_roof = {
        "weights": seconds(lambda s: s.dense_memory + s.expert_memory),
        "KV cache": seconds(lambda s: s.attention_memory),
        "arithmetic": seconds(lambda s: s.dense_compute + s.expert_compute + s.attention_compute),
        "activations": seconds(lambda s: s.activations),
        "network": seconds(lambda s: s.communication),
        "engine": seconds(lambda s: s.overhead),
    }
    names = list(by_roof)
    return [names[at] for at in np.argmax(np.stack(list(by_roof.values())), axis=0)]


def version(engine: str) -> str:
    """An engine's name and version without build numbers."""
    return re.sub(r"(\.post\d+|-[0-9a-f]{8,})", "", engine.strip())


def errors_by(rows: Iterable[Point], label: str, by: str) -> dict[str, GroupError]:
    """Errors of groups of points by one of their labels."""
    groups: dict[str, list[Point]] = {}
    for row in rows:
        groups.setdefault(str(row[label]), []).append(row)
    return {name: group_error(name, groups[name], by) for name in sorted(groups) if name}


def speeds(rows: Iterable[Point], label: str) -> dict[str, float]:
    """Median predicted over measured speed of groups."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(str(row[label]), []).append(row["speed"])
    return {name: sorted(values)[len(values) // 2] for name, values in groups.items()}


def bias_table(rows: Sequence[Point], label: str, title: str, fewest: int = 1) -> str:
    """Bias and error of every group of at least so many rows."""
    found, bias = errors_by(rows, label, "held_out"), speeds(rows, label)
    return table(
        [title, "rows", "speed", "median error", "within 1.6 x", "worst"],
        [
            [
                name,
                f"{error.rows}",
                f"{bias[name]:.2f}",
                percent(error.median_absolute_error),
                percent(error.within_1_6),
                percent(error.worst),
            ]
            for name, error in found.items()
            if error.rows >= fewest
        ],
    )


def headline(rows: Sequence[Point]) -> str:
    """Held out and in use, for all rows and every source."""
    everything = [{**row, "source": "all"} for row in rows]
    held = errors_by([*everything, *rows], "source", "held_out")
    used = errors_by([*everything, *rows], "source", "predicted")
    return table(
        ["source", "rows", "held out: error", "within 1.6 x", "in use: error", "seen by the fit"],
        [
            [
                name,
                f"{error.rows}",
                percent(error.median_absolute_error),
                percent(error.within_1_6),
                percent(used[name].median_absolute_error),
                "in part" if name == "all" else "yes" if name in FIT_SOURCES else "no",
            ]
            for name, error in sorted(held.items(), key=lambda item: item[0] != "all")
        ],
    )


def cells(rows: Sequence[Point]) -> str:
    """Every cell of a model on a chip, the worst first."""
    found = errors_by(rows, "cell", "held_out")
    used = errors_by(rows, "cell", "predicted")
    bias = speeds(rows, "cell")
    ordered = sorted(found.items(), key=lambda item: -item[1].median_absolute_error)
    return table(
        ["cell", "rows", "speed", "held out: error", "in use: error"],
        [
            [
                f"**{name}**" if error.median_absolute_error > MISSED else name,
                f"{error.rows}",
                f"{bias[name]:.2f}",
                percent(error.median_absolute_error),
                percent(used[name].median_absolute_error),
            ]
            for name, error in ordered
        ],
    )


def early(rows: Sequence[Point]) -> str:
    """The vintage of February 2025 on what was published after it."""
    later = [row for row in rows if row["source"] != "MLPerf v4.1"]
    found = errors_by(later, "source", "early")
    return table(
        ["source", "rows", "ratio", "median error", "within 1.6 x"],
        [
            [
                name,
                f"{error.rows}",
                f"{error.median_ratio:.2f}",
                percent(error.median_absolute_error),
                percent(error.within_1_6),
            ]
            for name, error in found.items()
        ],
    )


def coverage() -> dict[str, tuple[int, float, float]]:
    """Rows, share of them inside the 5-95 % range, and the range's width, by source.

    The range is that of the factors in use, of the row's chip and engine.
    """
    found: dict[str, list[tuple[bool, float]]] = {}
    rows, factors = busy(), efficiency_factors()
    draws = {key: factors.at(*key).draw(2025, 400) for key in {row.levels for row in rows}}
    columns = {  # (draw, row) by name
        name: jnp.stack([draws[row.levels][name] for row in rows], axis=1) for name in factors.table
    }
    predicted = jax.vmap(partial(predict, side_by_side(rows)))(columns)
    low, high = np.quantile(np.asarray(predicted), [0.05, 0.95], axis=0)
    for row, bottom, top in zip(rows, low, high, strict=True):
        found.setdefault(row.source, []).append((bottom <= row.value <= top, top / bottom))
    return {
        source: (len(seen), float(np.mean([inside for inside, _ in seen])),
                 float(np.median([width for _, width in seen])))
        for source, seen in sorted(found.items())
    }  # fmt: skip


def ranges() -> str:
    """Whether the ranges that ``jevons cost`` prints hold what was measured."""
    return table(
        ["source", "rows", "inside 5-95 %", "95 % over 5 %"],
        [
            [source, f"{rows}", percent(inside), f"{width:.2f}"]
            for source, (rows, inside, width) in coverage().items()
        ],
    )


def picture(rows: Sequence[Point]) -> str:
    """The scatter of both metrics as SVG, a colour a generation of chips."""
    generations = {row.case_id: row.generation for row in measurements()}
    names = {"measured": "measured", "predicted": "predicted, held out", "name": "set-up"}
    kinds = sorted(set(generations.values()))
    charts = []
    for metric, unit in ((TIME_PER_TOKEN, "ms a token"), ("tokens_per_s_per_chip", "tokens/s")):
        shown = [
            {
                "name": row["cell"],
                "group": generations[row["case_id"]],
                "measured": row["measured"],
                "predicted": row["held_out"],
            }
            for row in rows
            if row["metric"] == metric
        ]
        chart = scatter(shown, kinds, unit, names, WITHIN)
        charts.append(chart | {"width": 400, "height": 400, "autosize": "pad"})
    keys = {name: COLOURS[at] for at, name in enumerate(kinds)}
    title = ", ".join(f"{name}: {colour}" for name, (colour, _) in keys.items())
    both = {"hconcat": charts, "background": "white", "title": title}
    drawn = vl_convert.vegalite_to_svg(both, vl_version=VEGA_LITE)
    for series, (_, colour) in zip(SERIES, keys.values(), strict=False):
        drawn = drawn.replace(series, colour)  # the note's colours are variables of its page
    return re.sub(r"var\(--[a-z-]+\)", "#777777", drawn)


def page() -> str:
    """The whole page."""
    rows = points()
    missed = [
        name
        for name, error in errors_by(rows, "cell", "held_out").items()
        if error.median_absolute_error > MISSED
    ]
    count = len(errors_by(rows, "cell", "held_out"))
    over = f"; over it: {', '.join(missed)}" if missed else ""
    return "\n".join(
        [
            HEAD.format(sources=", ".join(FIT_SOURCES)),
            f"![Predicted, held out, against measured]({PICTURE.name})\n",
            headline(rows),
            f"## Cells\n\n{count - len(missed)} of {count} cells are within 25 %{over}. "
            "What the largest are due to: [below](#what-the-biases-are).\n",
            cells(rows),
            "## Hardware\n",
            bias_table(rows, "chip", "chip"),
            "## Engine\n\nVersions of InferenceX with at least five rows follow the families.\n",
            bias_table(rows, "family", "engine"),
            bias_table(rows, "version", "version", fewest=5),
            "## Phase\n",
            bias_table(rows, "work", "source, phase"),
            "## Roof\n\nThe part of a step that takes the most seconds; "
            "prefill that delays decode is not counted.\n",
            bias_table(rows, "roof", "roof"),
            f"## What a run of {EARLY} predicts of later figures\n\n"
            "Its factors were fitted to MLPerf v4.1 (August 2024) and the kernels alone; "
            "sources published later:\n",
            early(rows),
            "## Ranges\n\n`jevons cost` prints ranges. Nine in ten of the measured figures should "
            "lie between the 5 % and the 95 % point of the factors in use; MLPerf v5.1 and "
            "DeepSeek were never seen:\n",
            ranges(),
            "## Runs that no fit has seen\n\nPoints of InferenceX outside the table: other "
            "engines and loads, models and chips that the table lacks, by the factors in use. "
            "Which they are: `tests/validation/unseen_runs.py`.\n",
            unseen("what is new", lambda _: "all", kind),
            unseen("set-up", lambda row: f"{row.cell}, {row.precision}, {row.engine}"),
            EXPLAINED,
        ]
    )


def unseen(head: str, *names: Callable[[Measurement], str]) -> str:
    """Errors on runs outside the table, a row a group."""
    return table(
        [head, "rows", "speed", "median error", "within 1.6 x", "worst"],
        [
            [
                error.group,
                str(error.rows),
                f"{1 / error.median_ratio:.2f}",
                percent(error.median_absolute_error),
                percent(error.within_1_6),
                percent(error.worst),
            ]
            for name in names
            for error in unseen_errors(name)
        ],
    )


EXPLAINED = (Path(__file__).parent / "biases.md").read_text(encoding="utf-8")


def main() -> None:
    """Write the page and its picture."""
    PAGE.write_text(page(), encoding="utf-8")
    PICTURE.write_text(picture(points()), encoding="utf-8")


if __name__ == "__main__":
    main()
