"""What was said, held against what happened: a ledger of claims, their resolution, the scores."""

from jevons.claims.ledger import Claim, read_ledger
from jevons.claims.resolution import STATUSES, Resolution, document, probability, resolve
from jevons.claims.scoreboard import scoreboard
from jevons.claims.scores import (
    brier_score,
    crps,
    log_score,
    lognormal_crps,
    weighted_interval_score,
)
from jevons.claims.user_ledger import add_claims, claims

__all__ = [
    "STATUSES",
    "Claim",
    "Resolution",
    "add_claims",
    "brier_score",
    "claims",
    "crps",
    "document",
    "log_score",
    "lognormal_crps",
    "probability",
    "read_ledger",
    "resolve",
    "scoreboard",
    "weighted_interval_score",
]
