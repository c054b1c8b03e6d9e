"""The walk from dense models to today's serving: its table, and what each change must do."""

from pathlib import Path

import pytest

from jevons.model.architecture import architecture
from jevons.model.efficiency_steps import (
    LONG,
    SHORT,
    dense,
    factor,
    mixture,
    rows,
    sparse,
    steps,
    undivided,
    worth,
)

PAGE = Path(__file__).parents[2] / "docs" / "efficiency_steps.md"


def cells(line: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_shows_what_the_code_computes() -> None:
    """To a percent: another processor may round the last digit otherwise."""
    page = PAGE.read_text(encoding="utf-8")
    shown = [cells(line) for line in page.splitlines() if line.startswith("| ")][1:]
    for ours, computed in zip(shown, map(cells, rows()), strict=True):
        assert (ours[0], ours[3]) == (computed[0], computed[3])
        for before, after in zip(ours[1:3], computed[1:3], strict=True):
            fits = after != "does not fit"
            assert (
                (float(before) == pytest.approx(float(after), rel=0.01))
                if fits
                else (before == after)
            )


def test_a_step_changes_the_service_and_nothing_is_free_of_a_name() -> None:
    names = [step.name for step in steps()]
    assert len(set(names)) == len(names) >= 15
    for step in steps():
        assert step.before != step.after
        assert step.published


@pytest.mark.parametrize("context", [SHORT, LONG])
def test_most_steps_raise_throughput(context: int) -> None:
    """But for prefill apart, which buys latency, and drafts at full batches."""
    for step in steps():
        if step.name.startswith("Prefill and decode"):
            continue
        found = factor(step, context)
        assert found is None or found > 1.0, step.name


def test_bodies_differ_in_one_thing() -> None:
    grouped, multi = dense(8), dense(64)
    assert multi.kv_bytes_per_token() == 8 * grouped.kv_bytes_per_token()
    assert multi.active_parameters > grouped.active_parameters
    # DeepSeek-V2 states 93.3 % for its own sizes; V3's 128 heads of 128 give 1 - 576 / 32,768.
    latent = architecture("deepseek-v3").kv_bytes_per_token()
    assert 1 - latent / mixture(128).kv_bytes_per_token() == pytest.approx(1 - 576 / 32_768)
    assert undivided().total_parameters == pytest.approx(671e9, rel=0.01)
    assert undivided().active_parameters > 17 * architecture("deepseek-v3").active_parameters


def test_sparse_attention_attends_to_what_the_paper_loads() -> None:
    """64k / 16 compressed vectors, 16 blocks of 64 and a window of 512: 5,632 tokens (table 4)."""
    body = sparse()
    assert 65_536 * body.compressed_share + body.sparse_index_topk == 5_632


def test_what_does_not_fit_is_worth_nothing() -> None:
    """Multi-head attention of DeepSeek-V3 at 64k: 61 layers x 32,768 x 2 bytes x 66k = 266 GB."""
    step = next(step for step in steps() if "for multi-head" in step.name)
    assert worth(step.before, LONG) is None
    assert factor(step, LONG) is None
