"""What was said, held against what happened: a ledger of claims, their resolution, the scores."""

from jevons.claims.ledger import Claim, claims, read_ledger
from jevons.claims.resolution import Resolution, document, probability, resolve
from jevons.claims.scores import brier_score, crps, log_score

__all__ = [
    "Claim",
    "Resolution",
    "brier_score",
    "claims",
    "crps",
    "document",
    "log_score",
    "probability",
    "read_ledger",
    "resolve",
]
