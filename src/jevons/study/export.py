"""Simulated paths in files of other programs: every draw, or their quantiles.

``.parquet`` and ``.nc`` hold every draw; ``.csv`` and ``.xlsx``, which a person opens, hold the
quantiles by quarter. The workbook also has the inputs and what fixes the figures. A file appears
whole or not at all.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.model.clock import QUARTERS
from jevons.model.simulate import LEADING_AXES
from jevons.quantiles import LEVELS
from jevons.study.path_summaries import outputs
from jevons.study.study import Study

if TYPE_CHECKING:
    import xarray as xr

COLUMNS = ("quantity", "quarter", "unit", *LEVELS, "mean")
# In memory while a file is written; float32 times draws, quarters and series.
MOST_BYTES = 8 * 2**30
SERIES_BYTES = 4 * len(QUARTERS)


def export(study: Study, file: Path, names: Sequence[str] = ()) -> dict[str, Any]:
    """Write the simulated paths to a file whose ending says the format.

    Args:
        study: what to simulate. file: ends in .parquet, .nc, .csv or .xlsx; an old one is replaced.
        names: quantities, or members as ``name.member``; all by default.

    Returns:
        ``file``, ``quantities`` (how many), ``rows`` and ``holds``: "draws" or "quantiles".

    Raises:
        UserError: an unknown ending or quantity, more draws than memory holds, or a file that
            cannot be written.
    """
    write = _writer(file)
    with whole_file(file) as temporary:
        return {"file": str(file)} | write(study, temporary, tuple(names))


def check_format(file: Path) -> None:
    """Raise before long work if no format has this ending.

    Raises:
        UserError: it has none.
    """
    _writer(file)


Writer = Callable[[Study, Path, tuple[str, ...]], dict[str, Any]]


def _writer(file: Path) -> Writer:
    found = FORMATS.get(file.suffix.lower())
    if found is None:
        raise UserError(
            f"--export {file}: the ending {file.suffix or 'missing'!r} is no format; "
            f"write one of {', '.join(FORMATS)}"
        )
    return found


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A path in a temporary folder beside the file, moved to it when all is written.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
            temporary = Path(folder) / file.name
            yield temporary
            temporary.replace(file)
    except OSError as error:
        raise UserError(
            f"--export {file} cannot be written ({error.strerror or error}); choose another place"
        ) from error


def _chosen(names: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise UserError(f"unknown quantity {name!r}{did_you_mean(name, known)}")
    return names or tuple(known)


def _members(name: str) -> list[str]:
    """Columns of a quantity: itself, or ``name.member`` for each member of its leading axis."""
    if name not in LEADING_AXES:
        return [name]
    return [f"{name}.{member}" for member in LEADING_AXES[name][1]]


def _dataset(study: Study, columns: Sequence[str]) -> "xr.Dataset":
    """Every draw of the quantities that the columns are of.

    Raises:
        UserError: they need more than :data:`MOST_BYTES`.
    """
    stems = sorted({column.partition(".")[0] for column in columns})
    series = sum(len(_members(stem)) for stem in stems)
    needed = series * study.draws * SERIES_BYTES
    if needed > MOST_BYTES:
        raise UserError(
            f"{series} quantities of {study.draws:,} draws need {needed / 2**30:.0f} GiB; "
            "name fewer quantities or ask for fewer --draws"
        )
    return study.dataset(stems)


def _parquet(study: Study, file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """One row a draw and quarter, one column a quantity."""
    import duckdb

    known = [column for name in outputs() for column in (name, *_members(name))]
    chosen = _chosen(names, list(dict.fromkeys(known)))
    columns = dict.fromkeys(column for name in chosen for column in _members(name))
    data = _dataset(study, list(columns))
    table: dict[str, np.ndarray] = {
        "draw": np.repeat(np.arange(study.draws, dtype=np.int32), len(QUARTERS)),
        "quarter": np.tile(np.array(QUARTERS, dtype=object), study.draws),
    }
    for column in columns:
        stem, _, member = column.partition(".")
        values = data[stem].sel({LEADING_AXES[stem][0]: member}) if member else data[stem]
        table[column] = values.to_numpy().ravel()
    about = ", ".join(f"{key}: '{_quoted(value)}'" for key, value in _head(study).items())
    with duckdb.connect() as connection:
        connection.register("paths", table)
        connection.execute(
            f"COPY paths TO '{_quoted(file)}' (FORMAT parquet, KV_METADATA {{{about}}})"
        )
    return {"quantities": len(columns), "rows": len(table["draw"]), "holds": "draws"}


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")


def _netcdf(study: Study, file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """Labelled axes (draw, member, quarter), units as attributes; NetCDF 3."""
    data = _dataset(study, _chosen(names, outputs()))
    about = {key: str(value) for key, value in _head(study).items()}
    data.assign_attrs(about).to_netcdf(file, engine="scipy")
    rows = data.sizes["draw"] * data.sizes["quarter"]
    return {"quantities": len(data), "rows": rows, "holds": "draws"}


def _head(study: Study) -> Mapping[str, Any]:
    """What fixes the figures, without what has no value."""
    return {name: value for name, value in study.provenance.items() if value not in (None, [])}


def _quantiles(study: Study, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows of :data:`COLUMNS`."""
    paths = study.chain.quantities
    rows = []
    for name in _chosen(names, list(paths)):
        one = paths[name]
        for position, quarter in enumerate(one["quarter"]):
            levels = (one[level][position] for level in (*LEVELS, "mean"))
            rows.append((name, quarter, one["unit"], *levels))
    return rows


def _csv(study: Study, file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    rows = _quantiles(study, names)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return _counted(rows)


def _workbook(study: Study, file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    rows = _quantiles(study, names)
    inputs = [
        (name, entry["distribution"], entry["p05"], entry["p50"], entry["p95"], entry["unit"],
         entry["source"], ", ".join(entry["facts"]))
        for name, entry in study.inputs.items()
    ]  # fmt: skip
    head = [(name, str(value)) for name, value in _head(study).items()]
    sheets: Mapping[str, tuple[Sequence[str], Sequence[tuple[Any, ...]]]] = {
        "paths": (COLUMNS, rows),
        "inputs": (
            ("input", "distribution", "p05", "p50", "p95", "unit", "source", "facts"),
            inputs,
        ),
        "about": (("what", "value"), head),
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, (columns, lines) in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append(list(columns))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for line in lines:
            sheet.append(list(line))
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
        for letter, column in zip("ABCDEFGHI", columns, strict=False):
            sheet.column_dimensions[letter].width = {"source": 80, "value": 70}.get(column, 16)
        sheet.column_dimensions["A"].width = 34
    book.save(file)
    return _counted(rows)


def _counted(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "quantities": len({row[0] for row in rows}),
        "rows": len(rows),
        "holds": "quantiles",
    }


FORMATS: Mapping[str, Writer] = {
    ".parquet": _parquet,
    ".nc": _netcdf,
    ".csv": _csv,
    ".xlsx": _workbook,
}
