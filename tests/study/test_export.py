"""Files of simulated paths: what is read back is what was simulated; a failure leaves nothing."""

import csv
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pytest
import xarray as xr
from openpyxl import load_workbook

from jevons.errors import UserError
from jevons.model.clock import QUARTERS
from jevons.model.simulate import LEADING_AXES, simulate
from jevons.study import Study
from jevons.study.export import COLUMNS, export

from .invented import AS_OF, store

DRAWS = 50


@cache
def study() -> Study:
    return Study(store(), AS_OF, draws=DRAWS)


@cache
def simulated() -> dict[str, np.ndarray]:
    paths = simulate(study().experiment, DRAWS, ["ai_capex", "ai_revenue"])
    return study().reports.of_simulated(paths)


def test_parquet_holds_every_draw_and_what_fixes_them(tmp_path: Path) -> None:
    file = tmp_path / "paths.parquet"
    answer = export(study(), file, ["ai_capex", "ai_revenue.NVDA"])
    assert answer["holds"] == "draws"
    assert answer["rows"] == DRAWS * len(QUARTERS)
    with duckdb.connect() as connection:
        columns = connection.execute(f"SELECT * FROM '{file}' ORDER BY draw, quarter").fetchnumpy()
    assert list(columns) == ["draw", "quarter", "ai_capex", "ai_revenue.NVDA"]
    assert list(columns["quarter"][: len(QUARTERS)]) == list(QUARTERS)
    company = list(LEADING_AXES["ai_revenue"][1]).index("NVDA")
    np.testing.assert_array_equal(columns["ai_capex"], simulated()["ai_capex"].ravel())
    np.testing.assert_array_equal(
        columns["ai_revenue.NVDA"], simulated()["ai_revenue"][:, company].ravel()
    )
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT key, value FROM parquet_kv_metadata('{file}')")
        about = dict(found.fetchall())
    assert about[b"as_of"] == AS_OF.isoformat().encode()
    assert about[b"fact_hash"] == store().fact_hash.encode()


def test_netcdf_holds_the_labelled_axes_and_units(tmp_path: Path) -> None:
    file = tmp_path / "paths.nc"
    export(study(), file, ["ai_revenue"])
    with xr.open_dataset(file, engine="scipy") as data:
        revenue = data["ai_revenue"].sel(company="NVDA", quarter="2028Q4")
        company = list(LEADING_AXES["ai_revenue"][1]).index("NVDA")
        expected = simulated()["ai_revenue"][:, company, QUARTERS.index("2028Q4")]
        np.testing.assert_array_equal(revenue, expected)
        assert data["ai_revenue"].attrs["unit"] == "USD_bn/quarter"
        assert data.attrs["seed"] == "2025"


def test_csv_and_workbook_hold_the_same_quantiles(tmp_path: Path) -> None:
    names = ["ai_capex", "power_options.fuel_cells"]
    answers = [export(study(), tmp_path / file, names) for file in ("paths.csv", "paths.xlsx")]
    assert [answer["holds"] for answer in answers] == ["quantiles"] * 2
    with (tmp_path / "paths.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    assert tuple(rows[0]) == COLUMNS
    book = load_workbook(tmp_path / "paths.xlsx", read_only=True)
    sheet = list(book["paths"].iter_rows(values_only=True))
    for line, cells in zip(rows[1:], sheet[1:], strict=True):
        assert line[:3] == list(cells[:3])
        assert [float(level) for level in line[3:]] == list(cells[3:])
    assert len(rows) == len(sheet) == 1 + 2 * len(QUARTERS)
    row = next(row for row in rows if row[:2] == ["ai_capex", "2028Q4"])
    median = np.median(simulated()["ai_capex"][:, QUARTERS.index("2028Q4")])
    assert float(row[COLUMNS.index("p50")]) == pytest.approx(float(median), rel=1e-5)
    inputs = {line[0] for line in book["inputs"].iter_rows(values_only=True)}
    assert "elasticity" in inputs
    about = {line[0]: line[1] for line in book["about"].iter_rows(min_row=2, values_only=True)}
    assert about["fact_hash"] == store().fact_hash
    book.close()


@pytest.mark.parametrize(
    ("file", "names", "message"),
    [
        ("paths.txt", (), "'.txt' is no format; write one of .parquet, .nc, .csv, .xlsx"),
        ("paths", (), "'missing' is no format"),
        ("paths.csv", ("ai_capx",), "unknown quantity 'ai_capx'; did you mean ai_capex"),
        ("paths.parquet", ("ai_revenue.NVDIA",), "did you mean ai_revenue.NVDA"),
        ("paths.nc", ("nothing",), "unknown quantity 'nothing'"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_no_file(
    tmp_path: Path, file: str, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        export(study(), tmp_path / file, names)
    assert list(tmp_path.iterdir()) == []


def test_what_memory_cannot_hold_is_refused_before_it_is_simulated(tmp_path: Path) -> None:
    large = Study(store(), AS_OF, draws=10_000_000)
    with pytest.raises(UserError, match=r"need \d+ GiB; name fewer quantities"):
        export(large, tmp_path / "paths.parquet")


def test_an_old_file_stays_if_the_new_one_fails(tmp_path: Path) -> None:
    file = tmp_path / "paths.csv"
    file.write_text("kept", encoding="utf-8")
    with pytest.raises(UserError):
        export(study(), file, ["unknown"])
    assert file.read_text(encoding="utf-8") == "kept"
    with pytest.raises(UserError, match="cannot be written"):
        export(study(), file / "below" / "paths.csv", ["ai_capex"])
