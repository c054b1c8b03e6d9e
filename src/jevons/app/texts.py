"""Texts of the application, in English and Chinese."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from jevons.app.question import Question
from jevons.facts.variables import variable
from jevons.study.scenario import find

Language = Literal["en", "zh"]


@cache
def words(language: Language) -> dict[str, str]:
    """Texts of the page by name."""
    text = files("jevons.app").joinpath("words.toml").read_text(encoding="utf-8")
    return {name: entry[language] for name, entry in tomllib.loads(text).items()}


def label(name: str, language: Language) -> str:
    """The label of a quantity or input."""
    about = variable(name)
    return about.chinese if language == "zh" else about.english


def name_of(question: Question, other: Question, language: Language) -> str:
    """What a question is called beside another: its scenario, or that it was set by hand.

    The day is named where the two differ in it.
    """
    said = words(language)
    if question.files or question.moves or question.shocks:
        called = said["own"]
    elif question.scenarios:
        key = "name_zh" if language == "zh" else "name"
        called = " + ".join(find(name).texts[key] for name in question.scenarios)
    else:
        called = said["none"]
    return f"{called}, {question.as_of}" if question.as_of != other.as_of else called
