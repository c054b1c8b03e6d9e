"""Scenarios back to text: what was put together by hand becomes a file that runs again."""

from collections.abc import Sequence
from typing import Any

import tomli_w

from jevons.errors import UserError
from jevons.study.scenario import NUMBERS, Change, Scenario


def text_of(scenario: Scenario) -> str:
    """The scenario as TOML; :func:`jevons.study.scenario.parse` reads the same scenario from it."""
    document: dict[str, Any] = {name: text for name, text in scenario.texts.items() if text}
    if scenario.changes:
        document["inputs"] = {name: _fields(each) for name, each in scenario.changes.items()}
    if scenario.factors or scenario.at:
        at = {"at": scenario.at} if scenario.at else {}
        document["shocks"] = {**scenario.factors, **at, "why": scenario.why or "Assumption."}
    return tomli_w.dumps(document)


def _fields(change: Change) -> dict[str, Any]:
    numbers = {name: getattr(change, name) for name in NUMBERS}
    given: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    return given | ({"unit": change.unit} if change.unit else {}) | {"why": change.why}


def merged(scenarios: Sequence[Scenario], name: str, about: str) -> Scenario:
    """One scenario that does what all of them do together.

    Raises:
        UserError: their shocks set in at different quarters, which one file cannot say.
    """
    shocked = [each for each in scenarios if each.factors]
    starts = {each.at for each in shocked}
    if len(starts) > 1:
        raise UserError(
            f"scenarios {' and '.join(each.name for each in shocked)} shock in different quarters; "
            "one file holds one quarter, so keep them as files of their own"
        )
    return Scenario(
        name,
        {"name": name, "about": about},
        {key: value for each in scenarios for key, value in each.changes.items()},
        {key: value for each in scenarios for key, value in each.factors.items()},
        starts.pop() if starts else None,
        name,
        " ".join(dict.fromkeys(each.why for each in shocked if each.why)),
    )
