"""A user's mistake: one sentence, code 2, nothing on standard output, nothing computed."""

from datetime import timedelta
from pathlib import Path

import pytest

from jevons.cli import options

from .conftest import Run
from .stand_ins import Study

# Two days, so that a run over midnight still asks for a day to come.
SOON = (options.today() + timedelta(days=2)).isoformat()
MISTAKES = [
    (["index", "--as-of", "11/03/2025"], "'11/03/2025' is not a day; write it as YYYY-MM-DD"),
    (["index", "--as-of", "20250311"], "is not a day"),
    (["index", "--as-of", "2025-02-30"], "is not a day"),
    (["index", "--as-of", SOON], "is in the future"),
    (["index", "--as-of", "1999-01-01"], "before the first fact, which became known on 2023-01-26"),
    (["index", "--draws", "-5"], "'--draws'"),
    (["index", "--draws", "0"], "'--draws'"),
    (["index", "--draws", "10000001"], "'--draws'"),
    (["index", "--draws", "many"], "'--draws'"),
    (["index", "--seed", "-1"], "'--seed'"),
    (["index", "--facts", "absent.csv"], "--facts absent.csv does not exist"),
    (["drawdown", "--prices", "absent.csv"], "--prices absent.csv does not exist"),
    (["drawdown", "--prices", "."], "--prices . is not a file"),
    (["drawdown", "NVDIA"], "did you mean NVDA?"),
    (["value", "NVDA", "--export", "a.csv"], "end the name in .xlsx"),
    (["value", "--export", "a.xlsx"], "--export a.xlsx takes one company; name one ticker"),
    (["value", "NVDA", "--company", "absent.toml"], "--company absent.toml does not exist"),
    (["value", "XYZW"], "unknown ticker 'XYZW'"),
    (["simulate", "capx"], "unknown quantity 'capx'; did you mean capex?"),
    (["shock", "--efficiency", "0"], "must be a factor above 0"),
    (["shock", "--efficiency", "nan"], "must be a factor above 0"),
    (["shock", "--at", "2025-01"], "'2025-01' is not a quarter"),
    (["note", "--lang", "fr"], "'fr' is not a language of the note"),
    (["cost", "m"], "Missing option '--chip'"),
    (["cost", "m", "--chip", "c", "--batch", "0"], "'--batch'"),
    (["cost", "m", "--chip", "c", "--parallel", "tp"], "'tp' is not KIND=NUMBER"),
    (["cost", "m", "--chip", "c", "--parallel", "tp=0"], "'tp=0' is not KIND=NUMBER"),
    (["cost", "m", "--chip", "c", "--parallel", "tp=2,tp=4"], "gives tp twice"),
    (["cost", "absent.json", "--chip", "c"], "absent.json cannot be read"),
    (["facts"], "Missing command"),
    (["claims", "list", "--status", "ope"], "unknown status 'ope'; did you mean open?"),
    (["claims", "list", "--who", "Nobody"], "no claim of 'Nobody' is on file"),
    (["claims", "show", "capex-2026"], "unknown claim 'capex-2026'; did you mean capex-2025?"),
    (["claims", "add", "absent.csv"], "absent.csv does not exist"),
    (["serve", "--port", "0"], "'--port'"),
    (["score"], "Missing option '--as-of'"),
    (["score", "--as-of", "2025-08-27"], "--until 2025-08-27 must be after the day"),
    (["replay", "2025-03-11", "--until", "2025-03-10"], "--until 2025-03-10 must be after"),
    (["replay", "2025-03-11", "--lang", "fr"], "'fr' is not a language of the note"),
    (["replay", "1999-01-01"], "Error: replay 1999-01-01 is before the first fact"),
    (["replay", "2025-02-30"], "Error: replay '2025-02-30' is not a day"),
    (["score", "--as-of", "2025-03-11", "--until", SOON], f"--until {SOON} is in the future"),
    (["note", "--since", "absent.json"], "--since absent.json does not exist"),
    (["pull", "prices", "nofile"], "nofile is no file here and not written like a ticker"),
    (["pull", "prices", "nofile.dat"], "nofile.dat is no file here"),
    (["pull", "prices", "NVDA", "some_prices"], "some_prices is no file here"),
    (["pull", "prices", "folder/prices"], "folder/prices does not exist"),
    (["nonsense"], "No such command 'nonsense'"),
    (["index", "--nonsense"], "--nonsense"),
]


@pytest.mark.parametrize(("arguments", "expected"), MISTAKES)
def test_a_mistake_gets_one_sentence_and_code_2(
    run: Run, arguments: list[str], expected: str
) -> None:
    code, out, err = run(*arguments)
    last = err.splitlines()[-1]
    assert (code, out) == (2, "")
    assert last.startswith("Error: ")
    assert expected in last
    assert "Traceback" not in err


@pytest.mark.parametrize("folder", ["file.txt", "file.txt/inside"])
def test_a_file_in_the_way_of_the_note_is_found_before_computing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "file.txt").touch()
    monkeypatch.setattr(Study, "figures", lambda self: pytest.fail("computed too early"))
    code, _, err = run("note", "--out", str(tmp_path / folder))
    assert code == 2
    assert "cannot be a folder because" in err


def test_an_earlier_note_that_is_not_there_is_found_before_computing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Study, "__init__", lambda *_, **__: pytest.fail("opened too early"))
    code, _, err = run("note", "--since", "absent.json")
    assert code == 2
    assert err == "Error: --since absent.json does not exist; check the path\n"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody can write")
def test_a_read_only_folder_is_found_before_computing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Study, "figures", lambda self: pytest.fail("computed too early"))
    code, _, err = run("note", "--out", "/proc/self/note")
    assert code == 2
    assert "--out /proc/self/note cannot be written" in err
