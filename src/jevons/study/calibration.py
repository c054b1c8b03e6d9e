"""Where posteriors are kept: with the package for the usual days, and in the user's cache.

A posterior is found by the hash of all that its calibration read: figures, centres, declarations.
So facts that do not matter to it change nothing, and facts that do ask for a new one. In the cache
the code of the model counts as well; for the posteriors of the package a test does that.
"""

import json
import os
import tempfile
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from jevons.facts.snapshot import Snapshot
from jevons.model.evidence import Evidence, gather
from jevons.model.posterior import Posterior, log_likelihood_at
from jevons.model.simulate import Experiment, Progress

BUNDLED = "posteriors.json"


def posterior_of(
    snapshot: Snapshot,
    experiment: Experiment,
    progress: Progress | None = None,
    *,
    sample: bool = True,
) -> Posterior | None:
    """The posterior of a day: kept, or else calibrated now and kept.

    Args:
        experiment: of the snapshot, without scenarios. progress: of a calibration.
        sample: calibrate where nothing is kept; otherwise there is no posterior.

    Raises:
        UserError: too few facts are known, or the fit is bad.
    """
    evidence = gather(snapshot, experiment)
    found = bundled().get(evidence.key) or read(cached(evidence))
    if found is None and sample:
        from jevons.model.calibrate import calibrate

        found = calibrate(evidence, snapshot.as_of.isoformat(), progress=progress)
        keep(found, cached(evidence))
    return found


@cache
def bundled() -> dict[str, Posterior]:
    """The posteriors that travel with the package, by key."""
    text = files("jevons.study").joinpath(BUNDLED).read_text(encoding="utf-8")
    return {entry["key"]: Posterior.read(entry) for entry in json.loads(text)}


def carried(day: date) -> Posterior | None:
    """What the package learnt last as of a day or before it, to be carried forward to it.

    What is learnt is by how much the rules of the centres err, in deviations of the priors, so it
    applies to the centres of a later day, and never looks ahead.
    """
    known = [each for each in bundled().values() if date.fromisoformat(each.as_of) <= day]
    return max(known, key=lambda each: each.as_of, default=None)


MOST_APART = 0.5  # of log density: less is rounding, more is another model


def holds(posterior: Posterior, evidence: Evidence) -> bool:
    """Whether a kept posterior is one of the model as it is now.

    The log likelihood at the posterior's mean is kept with it; a change of the chain changes it.
    """
    kept = float(posterior.diagnostics["log_likelihood_at_mean"])
    return abs(log_likelihood_at(posterior, evidence) - kept) < MOST_APART


def cached(evidence: Evidence) -> Path:
    """The cache's file for a posterior: ``$JEVONS_HOME``, else ``~/.cache/jevons``."""
    home = os.environ.get("JEVONS_HOME")
    folder = (Path(home) if home else Path.home() / ".cache" / "jevons") / "posteriors"
    name = sha256(f"{evidence.key} {model_version()}".encode()).hexdigest()
    return folder / f"{name[:32]}.json"


@cache
def model_version() -> str:
    """Hash of the model's code and tables."""
    folder = files("jevons.model")
    texts = sorted((entry.name, entry) for entry in folder.iterdir() if entry.is_file())
    digest = sha256()
    for name, entry in texts:
        digest.update(name.encode() + entry.read_bytes())
    return digest.hexdigest()


def read(file: Path) -> Posterior | None:
    """A kept posterior, nothing where there is none or the file is damaged."""
    try:
        return Posterior.read(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(posterior: Posterior, file: Path) -> None:
    """Write a posterior whole or not at all; where nothing can be written it is not kept."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, suffix=".part", delete=False
        ) as part:
            json.dump(posterior.document(), part)
        Path(part.name).replace(file)
    except OSError:
        return
