"""Writing: the same bytes each time, all files or none, within the budget of size."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from jevons.note.bundle import javascript
from jevons.note.render import replace_all, write

from .reading import Page, numbers

NAMES = ["figures.json", "note.html", "note.zh.html"]


@pytest.fixture(autouse=True)
def fresh_bundle() -> Iterator[None]:
    """No bundle stays from one test to the next."""
    javascript.cache_clear()
    yield
    javascript.cache_clear()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.mark.usefixtures("small_bundle")
def test_the_same_figures_give_the_same_bytes(figures: dict[str, Any], tmp_path: Path) -> None:
    first = [path.name for path in write(figures, tmp_path / "first")]
    backwards = dict(reversed(figures.items()))
    write(backwards, tmp_path / "second")
    assert sorted(first) == NAMES
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


@pytest.mark.usefixtures("small_bundle")
def test_figures_json_is_what_was_given_and_every_number_shown(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    write(figures, tmp_path)
    document = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    for name in NAMES[1:]:
        values = Page((tmp_path / name).read_text(encoding="utf-8")).values
        assert {value for value, _ in values} <= set(numbers(document))
    said = document.pop("shown")
    assert document == figures
    html = (tmp_path / "note.html").read_text(encoding="utf-8").replace("\u2060", "")
    assert said["claim"] in unescape(html)
    assert all(answer in unescape(html) for answer in said["answers"].values())


@pytest.mark.usefixtures("small_bundle")
def test_one_language_alone(figures: dict[str, Any], tmp_path: Path) -> None:
    told: list[str] = []
    paths = write(figures, tmp_path, ("zh",), told.append)
    assert [path.name for path in paths] == told == ["figures.json", "note.zh.html"]
    assert "note.html" not in (tmp_path / "note.zh.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("small_bundle")
def test_a_number_that_is_none_is_refused_and_nothing_is_written(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    figures["companies"][0]["price"] = float("nan")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(figures, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("broken", NAMES)
def test_a_failure_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    replace_all(tmp_path, dict.fromkeys(NAMES[:2], b"old"))  # the third will be new
    before = contents(tmp_path)
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == broken:
            raise OSError("no space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        replace_all(tmp_path, dict.fromkeys(NAMES, b"new"))
    assert contents(tmp_path) == before
    monkeypatch.undo()
    replace_all(tmp_path, dict.fromkeys(NAMES, b"new"))
    assert contents(tmp_path) == dict.fromkeys(NAMES, b"new")


def test_a_file_in_the_place_of_the_folder_stays(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="exists"):
        replace_all(place, {"note.html": b"new"})
    assert place.read_text(encoding="utf-8") == "mine"


def test_a_whole_page_is_small_enough_to_send(figures: dict[str, Any], tmp_path: Path) -> None:
    """The charts' code is inside; e-mail programs take a few megabytes."""
    write(figures, tmp_path, ("en",))
    size = (tmp_path / "note.html").stat().st_size
    assert 0.9e6 < size < 4e6


def test_a_damaged_bundle_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = "draw('</script>')" * 100
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda *_, **__: built)
    whole = javascript(tmp_path)
    assert "</script" not in whole  # it stands inside a script element
    (kept,) = tmp_path.iterdir()
    kept.write_text(whole[:1000], encoding="utf-8")
    javascript.cache_clear()
    assert javascript(tmp_path) == whole
    assert kept.read_text(encoding="utf-8") == whole
