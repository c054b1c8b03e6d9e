"""Score the forecasts of six past days and write what came of them to docs/.

Run by hand: ``python bench/rolling_origin.py``. A day of which no posterior is kept is calibrated
(about a minute on two idle cores), one with too few facts uses the priors; ``--prior`` uses the
priors for all days. Files: ``docs/rolling_origin.json``, ``docs/rolling_origin_prior.json``.
"""

import json
import sys
from pathlib import Path

from jevons.cli.compiled import keep_compiled_code
from jevons.facts import load
from jevons.study.rolling_origin import rolling_origin

FOLDER = Path(__file__).parents[1] / "docs"


def main(prior: bool) -> None:
    """Forecast, score, write, and print the table of scores."""
    keep_compiled_code()
    found = rolling_origin(load(), prior=prior)
    # One row a line: readable, and small in a comparison of versions.
    heads = {name: value for name, value in found.items() if not isinstance(value, list)}
    lines = [f'"{name}": {json.dumps(value, sort_keys=True)}' for name, value in heads.items()]
    for name in ("forecasts", "years"):
        rows = ",\n".join(json.dumps(row) for row in found[name])
        lines.append(f'"{name}": [\n{rows}\n]')
    file = FOLDER / ("rolling_origin_prior.json" if prior else "rolling_origin.json")
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(json.dumps(found["scores"], indent=1))


if __name__ == "__main__":
    main("--prior" in sys.argv)
