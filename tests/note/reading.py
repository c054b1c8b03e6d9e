"""Read a page as a browser would: its elements, its charts, its numbers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "manifest"}
SPEC_TYPE = "application/json"


@dataclass
class Page(HTMLParser):
    """What a page holds, in order."""

    html: str
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)
    charts: list[dict[str, Any]] = field(default_factory=list)
    values: list[tuple[float, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._script: str | None = None
        self._value: float | None = None
        self._shown = ""
        self.feed(self.html)

    @property
    def text(self) -> str:
        """All words, without scripts and styles."""
        return "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loads += [value for name, value in given.items() if name in LOADING]
        if tag in ("link", "iframe", "object", "embed", "base", "img", "video", "audio"):
            self.loads.append(f"<{tag}>")
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "figure":
            self.figures.append(given["id"].removeprefix("figure-"))
        if tag == "details" and self.figures:
            self.explained.add(self.figures[-1])
        if tag in ("script", "style"):
            self._script = given.get("type", tag)
        if tag == "data" and given["value"]:
            self._value, self._shown = float(given["value"]), ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._script = None
        if tag == "data" and self._value is not None:
            self.values.append((self._value, self._shown))
            self._value = None

    def handle_data(self, data: str) -> None:
        if self._script == SPEC_TYPE:
            document = json.loads(data)
            if "layer" in document:
                self.charts.append(document)
        elif self._script is None:
            self.texts.append(data)
            if self._value is not None:
                self._shown += data


def numbers(value: Any) -> Iterator[float]:
    """Every number inside a document."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from numbers(part)


def chart_rows(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of data that a chart draws."""
    yield from spec["data"]["values"]
    for layer in spec["layer"]:
        yield from layer.get("data", {}).get("values", ())
