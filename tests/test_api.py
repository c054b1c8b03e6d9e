"""The public interface: what ``import jevons as jv`` gives, and how late it is loaded."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import jevons as jv
from jevons import api
from jevons.study import Study
from jevons.study.scenario import find


def test_every_public_name_is_there_and_documented() -> None:
    assert set(jv.__all__) == {*api.__all__, "__version__"}
    for name in jv.__all__:
        if name != "__version__":
            assert getattr(jv, name).__doc__, name
    assert dir(jv) == sorted(jv.__all__)
    with pytest.raises(AttributeError, match="'jevons' has no attribute 'forecast'"):
        jv.forecast  # type: ignore[attr-defined]  # noqa: B018  what is not there


def test_no_public_name_is_hidden_by_a_package_of_the_same_name() -> None:
    root = Path(jv.__file__).parent
    assert not {entry.stem for entry in root.iterdir()} & set(jv.__all__)


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        "import sys, jevons; jevons.__version__; print(sorted({'numpy','jax'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert shown.stdout.strip() == "[]"


def test_a_study_is_opened_as_the_commands_open_it() -> None:
    found = jv.as_of("2025-03-11", scenarios=["power-starved"], draws=60, seed=7)
    assert isinstance(found, Study)
    store = jv.load_facts()
    same = Study(store, date(2025, 3, 11), draws=60, seed=7, scenarios=[find("power-starved")])
    assert found.provenance == same.provenance
    assert found.power() == same.power()
    assert jv.as_of(facts=store).as_of == store.last_known_on


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("soon", "is not a day"), ("1999-01-01", "outside the facts"), ("2090-01-01", "outside")],
)
def test_a_wrong_day_is_named(day: str, sentence: str) -> None:
    with pytest.raises(jv.UserError, match=sentence):
        jv.as_of(day)


def test_facts_prices_and_scenarios_of_ones_own(tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("ticker,date,close\nNVDA,2025-03-10,50\nNVDA,2025-03-11,40\n")
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "Mine"\nabout = "A test."\n[shocks]\npower = 2\nwhy = "A test."\n')
    study = jv.as_of(
        "2025-03-11", prices=jv.read_prices(prices), scenarios=[str(mine), jv.scenario(mine)]
    )
    assert next(row for row in study.drawdown() if row["ticker"] == "NVDA")["price"] == 40
    assert study.provenance["scenarios"] == ["mine", "mine"]
    facts = tmp_path / "facts.csv"
    facts.write_text(
        "fact_id,entity,metric,period_start,period_end,value,unit,stated_by,known_on,source_title,"
        "source_url\nacme,ACME,total_revenue,2025-07-01,2025-09-30,1250,USD_mn,company,2025-10-29,"
        "Quarterly report,https://example.com/q3\n"
    )
    store = jv.load_facts([facts], recorded_on=date(2026, 1, 1))
    acme = store.as_of(date(2025, 10, 29)).get("acme")
    assert (acme.value, acme.unit) == (1.25, "USD_bn")


def test_rows_are_one_a_quarter() -> None:
    study = jv.as_of("2025-03-11", draws=60)
    path = study.quantity("fleet")
    rows = jv.rows(path)
    assert [row["quarter"] for row in rows] == path["quarter"]
    assert rows[-1] == {
        "quarter": path["quarter"][-1],
        "unit": path["unit"],
        **{name: path[name][-1] for name in ("p05", "p25", "p50", "p75", "p95", "mean")},
    }
