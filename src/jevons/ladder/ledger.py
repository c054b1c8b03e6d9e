"""The ledger of trials: every rule tried on some data counts, whether or not it is told."""

import csv
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from statistics import pvariance

import numpy as np

from jevons.errors import UserError
from jevons.ladder.bars import Bars
from jevons.ladder.verdict import Trials

HEADER = ("data", "rule", "sharpe")
NAME = "trials.csv"


def data_hash(bars: list[Bars]) -> str:
    """SHA-256 of the sessions that rules were tried on."""
    digest = sha256()
    for one in sorted(bars, key=lambda b: b.ticker):
        digest.update(one.ticker.encode())
        for values in (one.days, one.open, one.close, one.split, one.dividend):
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def record(file: Path, data: str, tried: Mapping[str, float]) -> Trials:
    """Add rules to a ledger and count what was tried on the same data.

    A rule that is there already is not counted again, so that a repeated run says the same.

    Args:
        file: CSV with the columns of :data:`HEADER`; made if it is not there.
        data: see :func:`data_hash`. tried: Sharpe ratio a session by hash of the rule.

    Raises:
        UserError: the file is no ledger, or cannot be written.
    """
    try:
        known = _read(file, data)
        new = {rule: ratio for rule, ratio in tried.items() if rule not in known}
        if new:
            is_new = not file.exists()
            rows = [HEADER] if is_new else []
            rows += [(data, rule, repr(float(ratio))) for rule, ratio in new.items()]
            with file.open("a", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(rows)
    except OSError as error:
        raise UserError(
            f"the ledger of trials {file} cannot be written ({error.strerror}); "
            "choose another with --ledger"
        ) from error
    ratios = [*known.values(), *new.values()]
    return Trials(len(ratios), pvariance(ratios) if len(ratios) > 1 else 0.0)


def _read(file: Path, data: str) -> dict[str, float]:
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    try:
        if tuple(rows[0]) != HEADER:
            raise ValueError
        return {rule: float(ratio) for where, rule, ratio in rows[1:] if where == data}
    except (ValueError, IndexError) as error:
        raise UserError(
            f"{file} is not a ledger of trials (columns {', '.join(HEADER)}); "
            "choose another with --ledger"
        ) from error
