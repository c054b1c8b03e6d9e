"""``jevons ladder`` from files to answers, and what it says of bad files."""

import json
from pathlib import Path

import pytest

from jevons.cli.program import run as program

REAL = Path(__file__).parents[3] / "shared" / "data" / "prices" / "us_daily_adjusted.parquet"
RULE = "ladder A on peak(lookback=all, field=close) { buy 50% of budget when dd <= -10% }"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rows = [f"2020-01-{d:02},A,{c},{c}" for d, c in ((2, 100), (3, 90), (6, 80), (7, 40), (8, 50))]
    (tmp_path / "p.csv").write_text("\n".join(["date,ticker,open,close", *rows]), encoding="utf-8")
    (tmp_path / "a.csv").write_text(
        "date,ticker,action,value\n2020-01-07,A,split,2\n", encoding="utf-8"
    )
    (tmp_path / "r.ladder").write_text(RULE, encoding="utf-8")
    return tmp_path


def call(files: Path, *words: str) -> int:
    places = {name: str(files / name) for name in ("r.ladder", "p.csv", "a.csv")}
    return program(["ladder", *(places.get(word, word) for word in words)])


def test_a_rule_is_run_on_price_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "r.ladder", "--prices", "p.csv", "--actions", "a.csv", "--half-spread", "0")
    assert call(files, *words, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rule"] == RULE
    assert answer["fills"][0]["filled"] == "2020-01-06"
    assert answer["outcomes"][0]["terminal_wealth"] == pytest.approx(0.5 + 0.5 / 80 * 100)
    assert answer["verdict"]["verdict"] == "not identified"
    assert not answer["warnings"]


def test_an_unadjusted_split_is_warned_of(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(files, "run", "r.ladder", "--prices", "p.csv") == 0
    assert "looks like a split of 2 for 1" in capsys.readouterr().out


def test_rules_are_swept_and_compared(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "r.ladder").write_text(RULE.replace("-10%", "[-5|-10]%"), encoding="utf-8")
    assert call(files, "sweep", "r.ladder", "--prices", "p.csv", "--json") == 0
    read = capsys.readouterr()
    assert len(json.loads(read.out)["rules"]) == 2
    assert "MiB" in read.err
    (files / "r.ladder").write_text(RULE, encoding="utf-8")
    assert call(files, "compare", "r.ladder", "r.ladder", "--prices", "p.csv") == 0


def test_without_files_the_store_of_prices_is_used(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEVONS_HOME", str(files / "home"))
    assert call(files, "run", "r.ladder") == 2
    assert "make one with: jevons pull prices" in " ".join(capsys.readouterr().err.split())
    pulled = ["pull", "prices", str(files / "p.csv"), "--actions", str(files / "a.csv"), "--json"]
    assert program(pulled) == 0
    assert json.loads(capsys.readouterr().out)["bars_added"] == 5
    assert call(files, "run", "r.ladder", "--half-spread", "0", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["outcomes"][0]["terminal_wealth"] == pytest.approx(0.5 + 0.5 / 80 * 100)


MISTAKES = [
    (
        RULE.replace("budget", "bugdet"),
        "r.ladder:1:58: unknown word 'bugdet'; did you mean budget?",
    ),
    (RULE.replace("ladder A", "ladder AB"), "the rule is for AB, which has no prices there"),
    (RULE.replace("dd <= -10%", "px/fv <= 0.8"), "reads 'fv' of A"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistakes_leave_with_two(
    files: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (files / "r.ladder").write_text(text, encoding="utf-8")
    assert call(files, "run", "r.ladder", "--prices", "p.csv") == 2
    assert message in capsys.readouterr().err


BAD_ACTIONS = [
    ("2020-01-07,A,splt,2", "unknown action 'splt'; did you mean split?"),
    ("2020-01-07,A,split,0", "the value '0' of a split must be above 0"),
    ("2020-13-07,A,split,2", "'2020-13-07' is not a day"),
]


@pytest.mark.parametrize(("row", "message"), BAD_ACTIONS)
def test_bad_actions_are_told_with_their_line(
    files: Path, capsys: pytest.CaptureFixture[str], row: str, message: str
) -> None:
    (files / "a.csv").write_text(f"date,ticker,action,value\n{row}\n", encoding="utf-8")
    assert call(files, "run", "r.ladder", "--prices", "p.csv", "--actions", "a.csv") == 2
    assert f"a.csv:2: {message}" in " ".join(capsys.readouterr().err.split())


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/prices is absent")
def test_a_spring_of_one_share_identifies_nothing(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = RULE.replace("ladder A", "ladder VST")
    (files / "r.ladder").write_text(rule, encoding="utf-8")
    words = ["--prices", str(REAL), "--as-of", "2025-03-31", "--json"]
    assert call(files, "run", "r.ladder", *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"]["verdict"] == "not identified"
    assert answer["fills"][0]["decided"] < answer["fills"][0]["filled"] <= "2025-03-31"


def test_impact_limits_and_bills_are_options(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(2, 100, 99), (3, 95, 89), (6, 80, 79), (7, 80, 79), (8, 100, 80)]
    text = [f"2020-01-{d:02},A,{c},{c},{c},{low},1000" for d, c, low in rows]
    head = "date,ticker,open,high,close,low,volume"
    (files / "p.csv").write_text("\n".join([head, *text]), encoding="utf-8")
    words = ("run", "r.ladder", "--prices", "p.csv", "--half-spread", "0", "--json")
    more = ("--fill", "limit", "--impact", "1", "--cash-rate", "bills", "--fx-cost", "20")
    assert call(files, *words, *more) == 0
    answer = json.loads(capsys.readouterr().out)
    # The low of 3 January reaches 90, the close does not.
    assert answer["fills"][0]["filled"] == "2020-01-03"
    assert answer["fills"][0]["price"] == pytest.approx(90)
    assert answer["cash_rate"] == "bills"
    assert [each["cash_yield"] for each in answer["yields"]] == ["0", "bills"]
    assert answer["lots"][0]["bought"] == "2020-01-03"
    assert call(files, *words, "--cash-rate", "four") == 2
    assert "write 4 % a year as 0.04, or bills" in " ".join(capsys.readouterr().err.split())
    assert call(files, *words, "--fill", "noon") == 2
