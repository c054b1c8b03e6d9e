"""The figures of the note as last agreed, section by section, in both languages.

A difference is a change of what a reader sees: look at it, and if it is meant, write the files anew
with ``JEVONS_GOLDEN=write pytest tests/note/test_golden.py`` and commit them with the reason.
"""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from jevons.note.document import Cell, Chart, Figure, Missing, Paragraph, Section
from jevons.note.edition import Edition
from jevons.note.render import sections_of
from jevons.note.sections.page_one import page_one

from .conftest import prepared
from .reading import chart_rows
from .sample_aftermath import aftermath

FOLDER = Path(__file__).with_name("golden")


def told(language: str) -> dict[str, str]:
    """Every section of the sample note as text, by name."""
    edition = Edition(prepared() | {"replay": aftermath(prepared())}, language)
    first = page_one(edition)
    opening = Section("answers", edition.say("section.answers"), first.claim, ())
    texts = {section.name: lines(section) for section in (opening, *sections_of(edition))}
    texts["answers"] += [f"{a.question} [{a.shown}] {a.sentence}" for a in first.answers]
    texts["answers"] += [*figure(first.table), *figure(first.football), *first.coming, *first.wrong]
    return {name: "\n".join(found) + "\n" for name, found in texts.items()}


def lines(section: Section) -> list[str]:
    """Title, finding and blocks."""
    found = [f"# {section.title}", section.finding]
    return found + [line for block in section.blocks for line in figure(block)]


def figure(block: Figure | Missing | Paragraph) -> Iterator[str]:
    """Title, charts, table and caption of a figure; the text of any other block."""
    if not isinstance(block, Figure):
        yield block.text
        return
    yield f"## {block.name}: {block.title}"
    yield from (chart(each) for each in block.charts)
    if block.table:
        yield " | ".join(
            f"{column.heading} {column.unit}".strip() for column in block.table.columns
        )
        yield from (" | ".join(map(cell, row)) for row in block.table.rows)
    if block.caption:
        yield block.caption


def chart(given: Chart) -> str:
    """What a chart draws, short: its rows counted, its specification as a fingerprint."""
    text = json.dumps(given.spec, sort_keys=True, ensure_ascii=False)
    fingerprint = sha256(text.encode()).hexdigest()[:12]
    count = len(list(chart_rows(dict(given.spec))))
    return f"chart of {count} rows, {fingerprint}: {given.description}"


def cell(given: Cell) -> str:
    """A cell as it is read, its tone with it."""
    text = f"{given.text} ({given.below})" if given.below else given.text
    return f"{text} [{given.tone}]" if given.tone else text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_is_as_agreed(language: str) -> None:
    folder = FOLDER / language
    now = told(language)
    if os.environ.get("JEVONS_GOLDEN") == "write":
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in now.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
    agreed = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))}
    changed = [name for name in now if agreed.get(name) != now[name]]
    assert changed == [], "look at what changed, then JEVONS_GOLDEN=write pytest " + __file__
    assert set(agreed) == set(now)
