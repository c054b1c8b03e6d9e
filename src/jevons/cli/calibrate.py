"""``jevons calibrate``: what the facts of a day teach about the inputs."""

from jevons.cli.options import DRAWS, SEED, AsOf, FactFiles, Json, open_study
from jevons.cli.output import show


def calibrate(as_of: AsOf = None, as_json: Json = False, facts: FactFiles = None) -> None:
    """Learn the inputs from all that was observed by a day; kept, and used by every command."""
    answer = open_study(as_of, SEED, DRAWS, facts, sample=True).calibration()
    if not as_json:
        answer["diagnostics"] = {
            name: value for name, value in answer["diagnostics"].items() if value is not None
        }
    show(answer, as_json)
