"""Where posteriors are kept, and whether those of the package still are the model's."""

import json
from datetime import date
from pathlib import Path

import pytest

from jevons.model import calibrate
from jevons.model.evidence import Evidence, TooFewFactsError, gather
from jevons.model.observations import series
from jevons.model.posterior import Posterior
from jevons.model.simulate import Experiment
from jevons.study import Study, calibration

from .invented import AS_OF, store

ANOTHER = date(2025, 9, 15)


def evidence(day: date) -> Evidence:
    snapshot = store().as_of(day)
    return gather(snapshot, Experiment.of(snapshot, 1))


def invented(key: str, name: str = "elasticity") -> Posterior:
    return Posterior(
        key, "2025-09-15", (name,), (0.2,), (0.9,), ((),),
        dict.fromkeys(series(), (0.1, 0.2, 0.4)), {"r_hat": 1.0}, ("F-1",),
        {"capex": (0.1,)}, (),
    )  # fmt: skip


def test_the_posteriors_of_the_package_are_of_this_model() -> None:
    """Whoever changes the chain, its priors or the facts renews them: bench/renew_posteriors.py.

    The key holds figures, centres and declarations; the log likelihood at the mean holds the chain.
    """
    if not calibration.bundled():
        pytest.skip("no posterior travels with this checkout; bench/renew_posteriors.py makes them")
    for day in (AS_OF, date(2024, 12, 31), store().last_known_on):
        read = evidence(day)
        found = calibration.bundled().get(read.key)
        assert found is not None, f"no posterior as of {day}: run bench/renew_posteriors.py"
        assert calibration.holds(found, read), f"{day}: run bench/renew_posteriors.py"
        calibrate.refuse(found.diagnostics, day.isoformat())


def test_the_priors_alone_are_a_choice() -> None:
    calibration.keep(invented(evidence(ANOTHER).key), calibration.cached(evidence(ANOTHER)))
    kept, alone = (Study(store(), ANOTHER, draws=100, prior=prior) for prior in (False, True))
    assert kept.posterior is not None
    assert kept.provenance["calibration"] == kept.posterior.key
    assert alone.posterior is None
    assert alone.provenance["calibration"] is None
    assert alone.experiment.inputs == kept.before_data.inputs
    before = alone.experiment.inputs
    changed = {name for name, entry in kept.experiment.inputs.items() if entry != before[name]}
    assert changed == {"elasticity"}


def test_another_day_is_calibrated_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    told: list[str] = []

    def counted(read: Evidence, as_of: str, progress: object = None) -> Posterior:
        calls.append(as_of)
        return invented(read.key)

    monkeypatch.setattr(calibrate, "calibrate", counted)
    # Unless asked to sample, an earlier day's is carried forward, and it is said.
    carried = Study(store(), ANOTHER, draws=100, told=told.append)
    assert carried.provenance["calibrated_as_of"] == "2025-06-30"
    assert "as of 2025-06-30 is carried forward" in told[0]
    assert "jevons calibrate --as-of 2025-09-15" in told[0]
    first = Study(store(), ANOTHER, draws=100, sample=True).posterior
    assert Study(store(), ANOTHER, draws=100, sample=True).posterior == first
    assert Study(store(), ANOTHER, draws=100, told=told.append).posterior == first
    assert calls == ["2025-09-15"]
    assert len(told) == 1


def test_only_what_was_learnt_by_a_day_is_carried_to_it() -> None:
    """On the very day its own, the day before the one before; nothing before the first."""
    days = [(date(2025, 3, 11), "2025-03-11"), (date(2025, 3, 10), "2024-12-31")]
    for day, learnt in days:
        found = calibration.carried(day)
        assert found is not None
        assert found.as_of == learnt
    assert calibration.carried(date(2024, 6, 29)) is None


def test_a_damaged_file_in_the_cache_is_calibrated_anew(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    calibration.keep(invented("k"), file)
    assert calibration.read(file) == invented("k")
    file.write_text(json.dumps({"key": "k"}), encoding="utf-8")
    assert calibration.read(file) is None
    file.write_text("{", encoding="utf-8")
    assert calibration.read(file) is None
    assert calibration.read(tmp_path / "absent.json") is None
    assert [each.name for each in tmp_path.iterdir()] == ["kept.json"]  # nothing half-written


def test_a_day_with_too_few_facts_names_them_and_runs_on_the_priors_alone() -> None:
    day = date(2024, 3, 1)
    with pytest.raises(TooFewFactsError, match="capex_cash_ppe of MSFT"):
        _ = Study(store(), day, draws=100).posterior
    assert Study(store(), day, draws=100, prior=True).experiment.anchor == "2023Q4"


def test_the_note_shows_what_was_learnt_and_how_each_series_fits() -> None:
    """The kept posterior of the day: every report once, shares counted anew from its rows."""
    study = Study(store(), AS_OF, draws=10)
    kept, shown = study.posterior, study.learned()
    assert kept is not None
    assert shown is not None
    assert sum(row["observations"] for row in shown["fit"]) == len(kept.fit)
    for row in shown["fit"]:
        seen = [each for each in kept.fit if each.series == row["series"]]
        inside = sum(each.p05 <= each.value <= each.p95 for each in seen) / len(seen)
        assert row["inside"] == pytest.approx(inside, abs=1e-6)
    overlaps = [row["overlap"] for row in shown["inputs"]]
    assert overlaps == sorted(overlaps)
    assert {row["moved_by"] for row in shown["inputs"]} <= set(series())
    assert Study(store(), AS_OF, draws=10, prior=True).learned() is None


def test_the_document_shows_the_informed_inputs_before_and_after() -> None:
    calibration.keep(invented(evidence(ANOTHER).key), calibration.cached(evidence(ANOTHER)))
    answer = Study(store(), ANOTHER, draws=100).calibration()
    assert answer["origins"] == ["2024Q2", "2023Q3"]  # the anchor is 2025Q2; 2023Q2 is too early
    assert {row["series"] for row in answer["evidence"]} >= {"capex.MSFT", "nvidia", "tokens"}
    assert sum(row["observations"] for row in answer["evidence"]) >= 40
    (row,) = answer["inputs"]
    assert row["input"] == "elasticity"
    assert row["after"]["p50"] > row["before"]["p50"]  # shifted by 0.2 deviations
    assert row["after"]["p95"] / row["after"]["p05"] < row["before"]["p95"] / row["before"]["p05"]
