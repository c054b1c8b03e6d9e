"""Calibrate the usual days anew and write the posteriors that travel with the package.

Run by hand after a change of the model, its priors or the facts that a calibration reads (a test
says so): ``python bench/renew_posteriors.py``. Days whose posterior still holds are left alone;
``--all`` renews them too. Takes about a minute a day on two idle cores.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

from jevons.cli.compiled import keep_compiled_code
from jevons.errors import UserError
from jevons.facts import load
from jevons.model.calibrate import calibrate
from jevons.model.evidence import gather
from jevons.model.posterior import Posterior
from jevons.model.simulate import Experiment
from jevons.study.calibration import BUNDLED, bundled, holds

FILE = Path(__file__).parents[1] / "src" / "jevons" / "study" / BUNDLED
# The days of the rolling-origin scores that have enough facts, the note's example, and the latest.
DAYS = ("2025-03-11", "2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31", "2026-03-11")


def main(again: bool) -> None:
    """Renew what no longer holds, or everything."""
    keep_compiled_code()
    store = load()
    kept = {} if again else bundled()
    found: list[Posterior] = []
    for day in (store.last_known_on, *map(date.fromisoformat, DAYS)):
        started = time.perf_counter()
        snapshot = store.as_of(day)
        evidence = gather(snapshot, Experiment.of(snapshot, seed=0))
        posterior = kept.get(evidence.key)
        if posterior is None or not holds(posterior, evidence):
            try:
                posterior = calibrate(evidence, day.isoformat())
            except UserError as refused:  # the day runs on the priors, and says so
                print(f"{day} {refused}", flush=True)
                continue
        found.append(posterior)
        text = ",\n".join(json.dumps(each.document(), sort_keys=True) for each in found)
        FILE.write_text(f"[\n{text}\n]\n", encoding="utf-8")
        print(f"{day} {time.perf_counter() - started:6.1f} s {posterior.diagnostics}", flush=True)


if __name__ == "__main__":
    main("--all" in sys.argv)
