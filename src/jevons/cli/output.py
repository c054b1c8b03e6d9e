"""What a command prints: one JSON document, or tables for a reader.

Tables are drawn from the shape of the answer alone (see ``jevons.quantiles`` for the shapes), so
a figure added to an answer appears in its table without a change here.
"""

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

QUANTILES = ("p05", "p25", "p50", "p75", "p95")
# Wide enough for a table of quantiles when the output is a file or a pipe; COLUMNS overrides it.
PIPED_WIDTH = 140
MOST_TIMES = 8  # columns of a path
LONG_WORK = 40  # parts from which a log tells every tenth
NARROWEST_TEXT = 14  # characters of a column that wraps
BETWEEN = 3  # characters from one column to the next
LONGEST_LINE = 4  # items of a list on one line


def show(answer: Any, as_json: bool) -> None:
    """Print an answer as one JSON document or as tables."""
    if as_json:
        show_json(answer)
        return
    from rich.console import Console

    # Texts from facts may hold square brackets or colons that rich would read as mark-up.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    if isinstance(answer, Mapping):
        _show_mapping(console, answer)
    elif any(_is_records(value) for row in answer for value in _flat(row).values()):
        for row in answer:  # a table within a table is no table: one answer after the other
            console.rule(_cell(next(iter(row.values()))), align="left", characters="-")
            _show_mapping(console, row)
            console.print()
    else:
        _show_records(console, list(answer), title=None)


def show_json(answer: Any) -> None:
    """Print one JSON document on standard output.

    Raises:
        ValueError: a number is not finite; JSON has no word for it and a reader no use.
    """
    typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2))


@contextmanager
def progress(message: str) -> Iterator[Callable[[int, int], None]]:
    """Say on standard error what is being waited for: a spinner for a person, lines for a log.

    Yields:
        a function of parts done and parts in all, which says how far the work has come.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{message} ...") as status:
            yield lambda done, parts: status.update(f"{message} ... {done / parts:.0%}")
        return
    console.print(f"{message} ...", highlight=False)

    def line(done: int, parts: int) -> None:
        tenth = 10 * done // parts
        if parts >= LONG_WORK and tenth > 10 * (done - 1) // parts:
            console.print(f"{message}: {tenth * 10} %", highlight=False)

    yield line


def progress_once_needed(message: str) -> Callable[[int, int], None]:
    """Progress of work that may turn out not to be needed: said from its first report to its last.

    Returns:
        a function of parts done and parts in all, first called with no part done.
    """
    shown = ExitStack()
    reports: list[Callable[[int, int], None]] = []

    def report(done: int, parts: int) -> None:
        if not reports:
            reports.append(shown.enter_context(progress(message)))
        if done > 0:
            reports[0](done, parts)
        if done == parts:
            shown.close()
            reports.clear()

    return report


def number(value: float) -> str:
    """A number with four significant digits, as a reader writes it.

    >>> number(1234567.0), number(0.012345), number(5), number(0.0)
    ('1,235,000', '0.01235', '5', '0')
    """
    if isinstance(value, int):
        return str(value) if 1900 <= value <= 2100 else f"{value:,}"  # a year has no comma
    rounded = float(f"{value:.4g}")
    if rounded != 0 and not 1e-4 <= abs(rounded) < 1e15:
        return f"{rounded:.3e}"
    if rounded == int(rounded):
        return f"{int(rounded):,}"
    return f"{rounded:,.7f}".rstrip("0")


def _is_quantity(value: Any) -> bool:
    shape = {"p05", "p50", "p95", "unit"}
    return isinstance(value, Mapping) and shape <= value.keys() and not _is_path(value)


def _is_path(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("p50"), list)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _is_long_list(value: Any) -> bool:
    return isinstance(value, list) and not _is_records(value) and len(value) > LONGEST_LINE


def _cell(value: Any, with_unit: bool = False) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if _is_quantity(value):
        unit = f" {value['unit']}" if with_unit and value["unit"] != "1" else ""
        return f"{number(value['p50'])} ({number(value['p05'])} to {number(value['p95'])}){unit}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    return str(value)


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested names joined by dots; quantities and paths are left whole."""
    flat: dict[str, Any] = {}
    for name, value in mapping.items():
        nested = isinstance(value, Mapping) and not _is_quantity(value) and not _is_path(value)
        if nested:
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _show_table(
    console: "Console", cells: Sequence[Sequence[str]], title: str | None = None
) -> None:
    """Print rows below their header; names and numbers are never cut, texts wrap.

    Args:
        cells: the header, then one row each; the first column names the rows.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    needed = 0
    for position, (header, *body) in enumerate(zip(*cells, strict=True)):
        numbers = sum(text[:1].isdigit() or text[:1] in "-(" for text in body)
        numeric = position > 0 and numbers * 2 > len(body)
        kept = numeric or position == 0
        words = [len(word) for text in body for word in text.split()]
        longest = max(words, default=0)
        least = longest if kept else min(longest, NARROWEST_TEXT)
        needed += least + BETWEEN
        table.add_column(
            header,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=kept and len(words) <= len(body),  # one word a cell: the texts make room
            min_width=least,
        )
    for row in cells[1:]:
        table.add_row(*row)
    if needed > console.width:
        table.width = needed
    console.print(table, crop=False)


def _show_mapping(console: "Console", answer: Mapping[str, Any]) -> None:
    flat = _flat(answer)
    quantities = {name: value for name, value in flat.items() if _is_quantity(value)}
    paths = {name: value for name, value in flat.items() if _is_path(value)}
    records = {name: value for name, value in flat.items() if _is_records(value)}
    lists = {name: value for name, value in flat.items() if _is_long_list(value)}
    shown = quantities.keys() | paths.keys() | records.keys() | lists.keys()
    plain = {name: value for name, value in flat.items() if name not in shown}
    if plain:
        _show_plain(console, plain)
    if quantities:
        _show_quantities(console, quantities)
    if paths:
        _show_paths(console, paths)
    for name, value in records.items():
        _show_records(console, value, title=name)
    for name, value in lists.items():
        console.print(f"{name}:")
        for item in value:
            console.print(f"  {_cell(item)}", soft_wrap=True)


def _show_plain(console: "Console", plain: Mapping[str, Any]) -> None:
    width = max(len(name) for name in plain)
    for name, value in plain.items():
        console.print(f"{name:<{width}}  {_cell(value)}")


def _show_quantities(console: "Console", quantities: Mapping[str, Mapping[str, Any]]) -> None:
    levels = (*QUANTILES, "mean")
    cells = [["quantity", *levels, "unit"]]
    for name, value in quantities.items():
        cells.append([name, *(_cell(value.get(level)) for level in levels), value["unit"]])
    _show_table(console, cells)


def _show_paths(console: "Console", paths: Mapping[str, Mapping[str, Any]]) -> None:
    """Median of each path at the last quarter of the years, one row a path."""
    by_times: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
    for name, value in paths.items():
        times = tuple(str(time) for time in value.get("quarter", value.get("year", ())))
        by_times.setdefault(times, {})[name] = value
    for times, group in by_times.items():
        chosen = _chosen(times)
        prefix = _common_prefix(group)
        console.print("\nmedians; all quantiles with --json")
        cells = [["quantity", "unit", *(times[at] for at in chosen)]]
        for name, value in group.items():
            medians = (_cell(value["p50"][at]) for at in chosen)
            cells.append([name.removeprefix(prefix), value["unit"], *medians])
        _show_table(console, cells)


def _common_prefix(names: Collection[str]) -> str:
    """The container that all names share, with its dot; the table need not repeat it."""
    first = {name.partition(".")[0] for name in names if "." in name}
    whole = all("." in name for name in names)
    return f"{first.pop()}." if whole and len(first) == 1 else ""


def _chosen(times: Sequence[str]) -> list[int]:
    """Positions of the times that fit on a screen: years' ends first, always the last."""
    ends = [at for at, time in enumerate(times) if not time[4:] or time.endswith("Q4")]
    positions = ends or list(range(len(times)))
    stride = -(-len(positions) // MOST_TIMES)
    return positions[::-1][::stride][::-1]


def _show_records(
    console: "Console", records: Sequence[Mapping[str, Any]], title: str | None
) -> None:
    if not records:
        console.print("nothing to show")
        return
    rows = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row if not _is_path(row[name])))
    units: dict[str, set[str]] = {}
    for each in rows:
        for name, value in each.items():
            if _is_quantity(value):
                units.setdefault(name, set()).add(value["unit"])
    heads = {name: f" ({next(iter(of))})" for name, of in units.items() if len(of) == 1}
    cells = [[name + heads.get(name, "") for name in names]]
    cells += [[_cell(row.get(name), name not in heads) for name in names] for row in rows]
    if len(records) < min(len(names), MOST_TIMES):  # more fields than records: stand them upright
        cells = [list(column) for column in zip(*cells, strict=True)]
    _show_table(console, cells, title)
