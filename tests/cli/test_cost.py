"""``jevons cost``: one model, several side by side, a sweep; the model is a stand-in here."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from .conftest import Run
from .stand_ins import LAST_KNOWN


def quantity(value: float) -> dict[str, Any]:
    return {"unit": "1", **dict.fromkeys(("p05", "p25", "p50", "p75", "p95", "mean"), value)}


PRICES = {"a": 2.0, "b": 3.0}


def cost(model: str, chip: str, **options: Any) -> dict[str, Any]:
    return {
        "model": model,
        "chip": chip,
        "tokens_per_s_per_chip": quantity(1.0),
        "usd_per_mtok": quantity(PRICES[model]),
        "joule_per_token": quantity(1.0),
        "bound": "memory",
        "usd_per_chip_hour": quantity(2.0),
        "setup": {"price": "given: 2 USD per chip-hour"},
        "options": options | {"as_of": str(options["as_of"])},
    }


def frontier(model: str, chip: str, batches: Sequence[int], **options: Any) -> dict[str, Any]:
    rows = [
        {
            "batch": batch,
            "tokens_per_s_per_user": quantity(100 / batch),
            "tokens_per_s_per_chip": quantity(float(batch)),
        }
        for batch in batches
    ]
    return {"model": model, "chip": chip, "frontier": rows}


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jevons.model.efficiency.cost", cost)
    monkeypatch.setattr("jevons.model.efficiency.frontier", frontier)


def test_the_agreed_document(run: Run) -> None:
    code, out, _ = run("cost", "a", "--chip", "h100", "--json")
    document = json.loads(out)
    assert code == 0
    assert {"tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token", "bound"} <= set(document)
    assert document["options"]["as_of"] == str(LAST_KNOWN)
    assert "batch" not in document["options"]  # left to the model


def test_training_phases_take_tokens(run: Run) -> None:
    given = ["--phase", "pretrain", "--tokens", "14.8e12"]
    options = json.loads(run("cost", "a", "--chip", "h800", *given, "--json")[1])["options"]
    assert (options["phase"], options["tokens"]) == ("pretrain", 14.8e12)


def test_options_may_come_before_the_model(run: Run) -> None:
    assert json.loads(run("cost", "--chip", "h100", "b", "--json")[1])["model"] == "b"


def test_compare_is_against_the_first(run: Run) -> None:
    _, out, _ = run("cost", "compare", "a", "b@TPU v6e", "--chip", "H100", "--json")
    rows = json.loads(out)["rows"]
    assert [(row["model"], row["chip"]) for row in rows] == [("a", "H100"), ("b", "TPU v6e")]
    assert [row["usd_over_first"] for row in rows] == [1.0, 1.5]


def test_compare_shows_on_what_price_each_rests(run: Run) -> None:
    _, out, _ = run("cost", "compare", "a", "b", "--chip", "H100", "--json")
    for row in json.loads(out)["rows"]:
        assert row["usd_per_chip_hour"]["p50"] == 2.0
        assert row["price"] == "given: 2 USD per chip-hour"
    words = run("cost", "compare", "a", "b", "--chip", "H100")[1].split()
    assert "usd_per_chip_hour" in words
    assert words.count("given:") == 2


@pytest.mark.parametrize("command", [["cost", "a"], ["cost", "compare", "a"]])
@pytest.mark.parametrize(
    ("phase", "options", "expected"),
    [
        ("pretrain", ["--batch", "4"], "--phase pretrain would ignore --batch; run it without"),
        ("pretrain", ["--parallel", "tp=2"], "ignore --parallel"),
        ("pretrain", ["--chips", "2", "--precision", "fp8"], "ignore --precision, --chips"),
        ("sft", ["--tokens", "1e9", "--cache-hit", "0.5"], "ignore --cache-hit"),
        ("sft", ["--tokens", "1e9", "--speculative"], "ignore --speculative"),
        ("pretrain", ["--context-out", "9"], "ignore --context-out"),
        ("pretrain", ["--kv-precision", "fp8"], "ignore --kv-precision"),
        ("pretrain", ["--engine", "vllm"], "ignore --engine"),
        ("serve", ["--tokens", "1e9"], "--phase serve would ignore --tokens"),
    ],
)
def test_a_phase_refuses_what_it_would_ignore(
    run: Run, command: list[str], phase: str, options: list[str], expected: str
) -> None:
    code, out, err = run(*command, "--chip", "c", "--phase", phase, *options)
    assert (code, out) == (2, "")
    assert expected in err.splitlines()[-1]


def test_a_phase_takes_what_it_uses(run: Run) -> None:
    given = ["--context-in", "512", "--utilisation", "0.9", "--price-per-hour", "2"]
    assert run("cost", "a", "--chip", "c", "--phase", "pretrain", *given)[0] == 0
    rolled = ["--tokens", "1e9", "--batch", "4", "--cache-hit", "0.5", "--chips", "8"]
    assert run("cost", "a", "--chip", "c", "--phase", "rl", *given, *rolled)[0] == 0


def test_help_and_refusal_agree_on_ranges(run: Run) -> None:
    words = " ".join(run("cost", "--help")[1].split())
    assert "0 to below 1" in words
    assert "above 0 to 1" in words
    code, _, err = run("cost", "a", "--chip", "c", "--context-in", "0")
    assert code == 2
    assert "greater than or equal to 1" in err.splitlines()[-1]


def test_options_of_the_service_reach_the_model(run: Run) -> None:
    given = ["--engine", "vllm", "--kv-precision", "fp8", "--speculative", "--utilisation", "0.5"]
    _, out, _ = run("cost", "a", "--chip", "h100", *given, "--json")
    options = json.loads(out)["options"]
    assert options["engine"] == "vllm"
    assert options["kv_precision"] == "fp8"
    assert options["speculative"] is True
    assert options["utilisation"] == 0.5
    _, out, _ = run("cost", "a", "--chip", "h100", "--json")
    assert not {"engine", "speculative", "utilisation"} & set(json.loads(out)["options"])


def test_longer_answers_are_a_command_of_their_own(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def document(model: str, chip: str, **options: Any) -> dict[str, Any]:
        return {"model": model, "chip": chip} | {"options": options | {"as_of": ""}}

    monkeypatch.setattr("jevons.model.reasoning_scenarios.reasoning_document", document)
    given = ["--context-out", "256", "--parallel", "ep=32", "--price-per-hour", "2"]
    _, out, _ = run("cost", "reasoning", "a", "--chip", "h800", *given, "--json")
    answer = json.loads(out)
    assert (answer["model"], answer["chip"]) == ("a", "h800")
    assert answer["options"]["context_out"] == 256
    assert answer["options"]["parallel"] == {"ep": 32}
    assert "batch" not in answer["options"]  # left to the model


def test_a_sweep_doubles_the_batch_and_draws_the_frontier(run: Run) -> None:
    _, out, _ = run("cost", "a", "--chip", "h100", "--sweep", "batch=1..6", "--json")
    assert [row["batch"] for row in json.loads(out)["frontier"]] == [1, 2, 4, 6]
    drawn = run("cost", "a", "--chip", "h100", "--sweep", "batch=1..6")[1].splitlines()[-4:]
    bars = [line.count("█") for line in drawn]
    assert bars == [8, 16, 32, 48]  # in proportion to tokens/s a chip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["cost", "compare", "a"], "'a' names no chip; write it as a@H100 or give --chip"),
        (["cost", "compare"], "Missing argument"),
        (["cost", "a", "--chip", "c", "--sweep", "batch=9..2"], "is not a range of batches"),
        (["cost", "a", "--chip", "c", "--sweep", "chips=1..2"], "write it as batch=1..512"),
        (["cost", "a", "--chip", "c", "--sweep", "batch=0..2"], "is not a range of batches"),
        (["cost", "a", "--chip", "c", "--sweep", "batch=1..2", "--batch", "4"], "takes the place"),
        (["cost", "a", "--chip", "c", "--sweep", "batch=1..2", "--phase", "rl"], "takes the place"),
        (
            ["cost", "a", "--chip", "c", "--sweep", "batch=1..2", "--utilisation", "0.5"],
            "busy hours",
        ),
        (["cost"], "Missing argument 'MODEL'"),
    ],
)
def test_mistakes_are_one_sentence(run: Run, arguments: list[str], expected: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert expected in err.splitlines()[-1]


def test_help_shows_the_options_of_one_model_and_names_compare(run: Run) -> None:
    code, out, _ = run("cost", "--help")
    assert code == 0
    assert "--sweep" in out
    assert "jevons cost compare --help" in out
