"""The workbook of a company: its formulas, recalculated by LibreOffice, are the Python's value."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from jevons.errors import UserError
from jevons.facts import load
from jevons.study import Study

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# Every block: makers of products, of memory, a foreign share, generators, a utility, gas, a buyer.
TICKERS = ("NVDA", "MU", "TSM", "ASML", "VST", "CEG", "NEE", "EQT", "MSFT")
# What is a number below the assumptions: the chain's own path, and prices that were reported.
GIVEN = re.compile("ai (revenue|spending)|.* known|.* part of 2030")
SHEETS = ["summary", "assumptions", "dcf", "sources"]


@cache
def study() -> Study:
    store = load()
    return Study(store, store.last_known_on, draws=500)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, float]]:
    """Path and Python's value per share of each company's workbook."""
    folder = tmp_path_factory.mktemp("books")
    written = {}
    for ticker in TICKERS:
        answer = study().workbook(ticker, folder / f"{ticker}.xlsx")
        written[ticker] = (Path(answer["file"]), float(answer["value_per_share"]))
    return written


@pytest.fixture(scope="module")
def recalculated(
    books: Mapping[str, tuple[Path, float]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the workbooks as LibreOffice saves them after computing every formula."""
    if OFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed here")
    folder = tmp_path_factory.mktemp("recalculated")
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder)]
    subprocess.run([*command, *(str(path) for path, _ in books.values())], check=True, timeout=300)
    return folder


@pytest.mark.parametrize("ticker", TICKERS)
def test_libreoffice_finds_the_same_value(
    books: Mapping[str, tuple[Path, float]], recalculated: Path, ticker: str
) -> None:
    book = openpyxl.load_workbook(recalculated / f"{ticker}.xlsx", data_only=True)
    summary = {row[0].value: row[1].value for row in book["summary"].iter_rows(max_col=2)}
    central = study().companies.central(ticker)
    assert central.per_share is not None
    assert central.enterprise is not None
    assert summary["value per share"] == pytest.approx(central.per_share[0], rel=1e-6)
    assert summary["enterprise value"] == pytest.approx(central.enterprise[0], rel=1e-6)
    errors = [
        cell.coordinate
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("#", "Err:"))
    ]
    assert errors == []


@pytest.mark.parametrize("ticker", TICKERS)
def test_every_result_is_a_live_formula(
    books: Mapping[str, tuple[Path, float]], ticker: str
) -> None:
    """Nothing below the assumptions is a pasted number but what :data:`GIVEN` names."""
    book = openpyxl.load_workbook(books[ticker][0])
    assert book.sheetnames == SHEETS
    for row in book["dcf"].iter_rows(min_row=2, min_col=3):
        name = book["dcf"][f"A{row[0].row}"].value
        for cell in row:
            if cell.value is not None and not GIVEN.fullmatch(str(name)):
                assert str(cell.value).startswith("="), (name, cell.coordinate)
    for wanted in ("wacc", "terminal_growth", "ronic", "valued_on", "net_debt"):
        assert wanted in book.defined_names


def test_assumptions_and_facts_carry_their_sources(
    books: Mapping[str, tuple[Path, float]],
) -> None:
    book = openpyxl.load_workbook(books["NVDA"][0])
    rows = {row[0].value: row for row in book["assumptions"].iter_rows()}
    assert "Damodaran" in str(rows["asset_beta"][5].value)
    sources = list(book["sources"].iter_rows(min_row=2, values_only=True))
    assert len(sources) >= 5
    assert all(str(row[8]).startswith("http") for row in sources)


def test_a_company_without_a_value_has_no_workbook(tmp_path: Path) -> None:
    early = Study(load(), date(2025, 3, 11), draws=100)
    with pytest.raises(UserError, match="no workbook for ASML: no total_revenue"):
        early.workbook("ASML", tmp_path / "asml.xlsx")
    assert list(tmp_path.iterdir()) == []
