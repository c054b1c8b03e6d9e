"""Every word of the note, from one file: ``messages.toml`` holds each text in each language."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jevons.facts.variables import variables

LANGUAGES = ("en", "zh")
# Texts set numbers and Latin names apart with spaces; where a Chinese name stands in for one, none.
GAP = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, str]]:
    flat: dict[str, dict[str, str]] = {}
    for name, value in table.items():
        if isinstance(value.get("en"), str):
            flat[prefix + name] = value
        else:
            flat |= _flatten(value, f"{prefix}{name}.")
    return flat


@cache
def messages() -> Mapping[str, Mapping[str, str]]:
    """Texts by key and language.

    >>> messages()["note.why"]["en"]
    'Why?'
    """
    text = files("jevons.note").joinpath("messages.toml").read_text(encoding="utf-8")
    return MappingProxyType(_flatten(tomllib.loads(text)))


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"the note has no language {language!r}; it has {LANGUAGES}")
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """The text of ``key`` with its values filled in.

        Raises:
            KeyError: no such text, or a value of the text is not given.
        """
        text = messages()[key][self.language].format(**values)
        return GAP.sub("", text) if self.language == "zh" else text

    def has(self, key: str) -> bool:
        """Whether there is a text of this name."""
        return key in messages()

    def name(self, kind: str, word: str) -> str:
        """A word of a closed list (a layer, a status, a unit), itself where the list lacks it.

        >>> Words("zh").name("workload", "direct")
        '直接推理'
        """
        key = f"{kind}.{word}"
        return self.say(key) if key in messages() else word.replace("_", " ")

    def unit(self, name: str) -> str:
        """The unit of a quantity in the table of variables, nothing where it has no row.

        >>> Words("en").unit("gross_shortfall")
        'GW'
        """
        row = variables().get(name)
        return row.unit if row else ""

    def heading(self, kind: str, word: str) -> str:
        """:meth:`name` at the start of a line: a table's cell, a chart's label, a key.

        >>> Words("en").name("limit", "power"), Words("en").heading("limit", "power")
        ('power', 'Power')
        """
        text = self.name(kind, word)
        return text[:1].upper() + text[1:]

    def inside(self, heading: str) -> str:
        """A heading or label within a sentence: lower case, abbreviations as they are.

        >>> Words("en").inside("Compute wanted"), Words("en").inside("AI capex")
        ('compute wanted', 'AI capex')
        """
        first = heading.partition(" ")[0]
        abbreviated = first[1:] != first[1:].lower()
        return heading if abbreviated else heading[:1].lower() + heading[1:]

    def label(self, name: str) -> str:
        """Short label of a quantity from the table of variables, else from here, else its name."""
        row = variables().get(name)
        if row is not None:
            return row.english if self.language == "en" else row.chinese
        ticker, _, rest = name.partition("_")
        if ticker.isupper() and rest in variables():  # an input of one company
            return f"{ticker}: {self.label(rest)}"
        return self.name("quantity", name)
