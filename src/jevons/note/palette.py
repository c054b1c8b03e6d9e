"""The colours of the page's style sheet, for what is drawn without a browser."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

# Where the style sheet opens the declarations of each theme; dark and print change the light one.
BLOCKS = {
    "light": r"^:root \{",
    "zh": r"^:lang\(zh\) \{",
    "dark": r"^@media \(prefers-color-scheme: dark\) \{\s*:root \{",
    "print": r"^@media print \{.*?:root \{",
}


@cache
def palette(language: str = "en", theme: str = "light") -> Mapping[str, str]:
    """Colours by name as ``#rrggbb``; "rise" and "fall" by the language's market convention.

    >>> palette("en")["rise"] == palette("en")["green"], palette("zh")["rise"]
    (True, '#b42318')
    """
    text = files("jevons.note").joinpath("templates", "page.css").read_text(encoding="utf-8")
    wanted = ["light", theme, *(["zh"] if language == "zh" else [])]
    colours = {name: value for block in wanted for name, value in _declared(text, block)}
    return MappingProxyType({name: _colour(value, colours) for name, value in colours.items()})


def _declared(text: str, block: str) -> list[tuple[str, str]]:
    """Names and values of a block."""
    found = re.search(BLOCKS[block] + r"([^}]*)\}", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"the style sheet declares no colours for {block!r}")
    return re.findall(r"--([\w-]+): ([^;]+);", found[1])


def _colour(value: str, colours: Mapping[str, str]) -> str:
    """A colour in six digits, through the name that it refers to."""
    named = re.fullmatch(r"var\(--([\w-]+)\)", value)
    if named:
        return _colour(colours[named[1]], colours)
    return "#" + "".join(2 * digit for digit in value[1:]) if len(value) == 4 else value


def painted(text: str, language: str) -> str:
    """A text in which names of colours, ``var(--name)``, are the colours themselves.

    >>> painted("fill: var(--rise)", "en")
    'fill: #13723a'
    """
    colours = palette(language)
    return re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], text)
