"""Figures of the note, each computed when it is first read.

A page that shows one section pays for the figures of that section and for nothing else, without a
list of which section reads what.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Read = Callable[[Mapping[str, Any]], Any]


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
