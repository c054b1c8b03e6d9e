"""The one vocabulary of errors: a user's mistake is told apart from a fault of ours."""

from collections.abc import Iterable
from difflib import get_close_matches


class JevonsError(Exception):
    """Root of every error that jevons raises on purpose."""


class UserError(JevonsError):
    """A user's mistake: one sentence with what, where, what was expected, what to do next.

    The command line prints the message alone and exits with 2.
    """


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """End of an error sentence that names the choices nearest to ``word``.

    >>> did_you_mean("NVDIA", ["NVDA", "AVGO"])
    '; did you mean NVDA?'
    >>> did_you_mean("XYZW", ["NVDA", "AVGO"])
    '; known: AVGO, NVDA'
    """
    known = sorted(set(choices))
    by_fold = {choice.casefold(): choice for choice in known}
    near = get_close_matches(word.casefold(), by_fold, n=3, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(by_fold[match] for match in near)}?"
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return f"; known: {shown}"
