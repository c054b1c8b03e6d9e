"""The one vocabulary of errors: a user's mistake is told apart from a fault of ours."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

MOST_NAMED = 20  # names, or mistakes, that one message lists


class JevonsError(Exception):
    """Root of every error that jevons raises on purpose."""


class UserError(JevonsError):
    """A user's mistake: one sentence with what, where, what was expected, what to do next.

    The command line prints the message alone and exits with 2.
    """


class MistakesError(UserError):
    """Several mistakes of a user's, one sentence each; a reader is shown the first ones."""

    def __init__(self, mistakes: Sequence[UserError]) -> None:
        self.mistakes = tuple(mistakes)
        shown = [str(mistake) for mistake in self.mistakes[:MOST_NAMED]]
        more = len(self.mistakes) - len(shown)
        super().__init__("\n".join([*shown, *([f"and {more} more mistakes"] if more else [])]))


def refuse(mistakes: Iterable[UserError]) -> None:
    """Raise what was found wrong, if anything was: one mistake as it is, several as one error.

    Raises:
        UserError: there is a mistake.
    """
    found: list[UserError] = []
    for each in mistakes:
        found += each.mistakes if isinstance(each, MistakesError) else [each]
    if found:
        raise found[0] if len(found) == 1 else MistakesError(found)


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
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"; known: {', '.join(known[:MOST_NAMED])}{more}"
