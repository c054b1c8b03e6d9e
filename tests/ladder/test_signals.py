"""Signals from a file stand from the day they became known, and mistakes name their line."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.ladder import parse, read_signals, run

from .test_run import bars

ROWS = """date,ticker,signal,value
2020-01-03,A,fv,120
2020-01-05,A,fv,80
2020-01-02,each,regime,calm
2020-01-04,each,regime,stress
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "signals.csv"
    found.write_text(ROWS, encoding="utf-8")
    return found


def test_a_value_stands_until_the_next(file: Path) -> None:
    share = bars([100.0] * 6)
    found = read_signals([file], [share])["A"]
    assert found["fv"].tolist()[2:] == [120, 120, 80, 80]
    assert np.isnan(np.asarray(found["fv"][:2], float)).all()
    assert found["regime"].tolist() == ["", "calm", "calm", "stress", "stress", "stress"]
    known = read_signals([file], [share], date(2020, 1, 4))["A"]
    assert known["fv"].tolist()[2:] == [120] * 4  # what came later is not known


def test_a_rule_reads_them(file: Path) -> None:
    share = bars([100.0] * 6)
    cheap = parse(
        "ladder A on peak(lookback=9, field=close) "
        "{ buy 50% of budget when px/fv <= 0.9 and regime in {calm} }"
    )
    done = run(cheap, share, None, read_signals([file], [share])["A"])
    assert done.fills[:, 0].tolist() == [2]


MISTAKES = [
    ("2020-01-09,A,fv,cheap", "signals.csv:6: the value 'cheap' of fv is not a number"),
    ("2020-13-09,A,fv,1", "signals.csv:6: '2020-13-09' is not a day"),
    ("2020-01-03,A,fv,1", "signals.csv:6: gives fv of A on 2020-01-03 again"),
    ("2020-01-09,,fv,1", "signals.csv:6: the ticker or the signal is empty"),
]


@pytest.mark.parametrize(("row", "message"), MISTAKES)
def test_mistakes_name_their_line(file: Path, row: str, message: str) -> None:
    file.write_text(ROWS + row + "\n", encoding="utf-8")
    with pytest.raises(UserError) as mistake:
        read_signals([file], [bars([1.0, 2.0])])
    assert message in str(mistake.value)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("date,ticker,value\n", encoding="utf-8")
    with pytest.raises(UserError, match="column 'signal' is missing"):
        read_signals([file], [bars([1.0, 2.0])])
