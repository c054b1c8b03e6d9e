"""Claims of the user's own: all rows or none, never edited, read by every later run."""

from datetime import date
from pathlib import Path

import pytest

from jevons.claims import add_claims, claims, read_ledger
from jevons.claims.ledger import ledger, ledger_text
from jevons.claims.user_ledger import user_file, user_ledger
from jevons.errors import UserError
from jevons.facts import load

from .test_ledger import table


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JEVONS_HOME", str(tmp_path / "home"))
    return tmp_path


def write(folder: Path, name: str = "mine.csv", **cells: str) -> Path:
    file = folder / name
    file.write_text(table(**cells), encoding="utf-8")
    return file


def test_what_is_added_is_read_by_later_runs(home: Path) -> None:
    assert user_ledger() == ()
    assert add_claims([write(home)]) == ["c-1"]
    snapshot = load().as_of(date(2025, 3, 11))
    assert claims(snapshot)[-1] == user_ledger()[0]
    assert add_claims([write(home)]) == []  # word for word the same: nothing to add
    before = load().as_of(date(2025, 2, 5))
    assert "c-1" not in {claim.id for claim in claims(before)}


def test_a_claim_is_never_edited(home: Path) -> None:
    add_claims([write(home)])
    with pytest.raises(UserError, match="'c-1' is another claim already"):
        add_claims([write(home, high="110")])
    with pytest.raises(UserError, match=f"{ledger()[0].id!r} is another claim already"):
        add_claims([write(home, id=ledger()[0].id)])
    assert user_ledger()[0].high == 105.0


@pytest.mark.parametrize("text", ["", "id,who\n", table().splitlines()[0] + "\n"])
def test_a_file_without_a_claim_is_said_to_hold_none(home: Path, text: str) -> None:
    empty = home / "empty.csv"
    empty.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"empty\.csv holds no claim; give a header"):
        add_claims([write(home), empty])
    assert not user_file().exists()


def test_one_wrong_row_keeps_all_out(home: Path) -> None:
    good, wrong = write(home), write(home, "wrong.csv", id="c-2", metric="capx")
    with pytest.raises(UserError, match=r"wrong.csv:2:metric: 'capx' is not known"):
        add_claims([good, wrong])
    assert not user_file().exists()


def test_a_damaged_ledger_is_named_and_kept(home: Path) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="cannot be read"):
        user_ledger()
    assert user_file().read_bytes() == b"\xff\xfe"


def test_a_folder_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = home / "file"
    blocked.touch()
    monkeypatch.setenv("JEVONS_HOME", str(blocked / "inside"))
    with pytest.raises(UserError, match="set JEVONS_HOME to a folder that you may write"):
        add_claims([write(home)])


def test_text_of_a_ledger_reads_back_the_same() -> None:
    assert read_ledger(ledger_text(ledger()), "again.csv") == ledger()
