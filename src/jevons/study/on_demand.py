"""Figures of the note, each computed when it is first read.

A page that shows one section pays for the figures of that section and for nothing else, without a
list of which section reads what.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

Read = Callable[[Mapping[str, Any]], Any]


def together(names: Iterable[str], read: Callable[[], Mapping[str, Any]]) -> dict[str, Read]:
    """Readers of figures that are computed at once, when the first of them is read.

    >>> OnDemand(together(["low", "high"], lambda: {"low": 1, "high": 2}))["high"]
    2
    """
    found = cache(read)

    def reader(name: str) -> Read:
        return lambda _: found()[name]

    return {name: reader(name) for name in names}


def whole(figure: Any) -> Any:
    """A figure with everything in it computed, in dicts and lists as JSON has them.

    >>> whole([OnDemand({"two": lambda _: 2})])
    [{'two': 2}]
    """
    if isinstance(figure, Mapping):
        return {name: whole(part) for name, part in figure.items()}
    if isinstance(figure, list):
        return [whole(part) for part in figure]
    return figure


class OnDemand(Mapping[str, Any]):
    """A mapping whose values are computed once, when asked for, from the mapping itself.

    Args:
        readers: by name, in the order of iteration; each is given the mapping and may read others.
    """

    def __init__(self, readers: Mapping[str, Read]) -> None:
        self._readers, self._found = readers, dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = self._readers[name](self)
        return self._found[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default for a name that is not one; faults of a reader pass through."""
        return self[name] if name in self._readers else default

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)
