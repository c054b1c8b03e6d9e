"""The user's own claims: a ledger beside the user's facts, added to and never edited."""

from collections.abc import Sequence
from pathlib import Path

from jevons.claims.ledger import Claim, ledger, ledger_text, read_ledger
from jevons.errors import UserError
from jevons.facts.snapshot import Snapshot
from jevons.facts.user_facts import store_file


def claims(snapshot: Snapshot) -> tuple[Claim, ...]:
    """The claims, bundled and the user's own, that had been made by the snapshot's day."""
    every = (*ledger(), *user_ledger())
    return tuple(claim for claim in every if claim.said_on <= snapshot.as_of)


def user_ledger() -> tuple[Claim, ...]:
    """The user's own claims, in the order in which they were added.

    Raises:
        UserError: the file cannot be read, or is no ledger any more.
    """
    file = user_file()
    try:
        return read_ledger(file.read_text(encoding="utf-8"), str(file)) if file.exists() else ()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"your claims in {file} cannot be read ({error}); repair or move it"
        ) from error


def user_file() -> Path:
    """Where the user's claims are kept: beside the user's facts."""
    return store_file().with_name("claims.csv")


def add_claims(files: Sequence[Path]) -> list[str]:
    """Add ledgers to the user's own: all of their rows or, if one is wrong, none.

    Returns:
        ids added; a row that is there already, word for word, is not added again.

    Raises:
        UserError: a file cannot be read or holds no claim, a row is wrong, or an id stands for
            another claim.
    """
    known = {claim.id: claim for claim in (*ledger(), *user_ledger())}
    added: dict[str, Claim] = {}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{file} cannot be read ({error}); give a CSV table of claims"
            ) from error
        found = read_ledger(text, str(file))
        if not found:
            raise UserError(f"{file} holds no claim; give a header and a row for each claim")
        for claim in found:
            before = known.get(claim.id) or added.get(claim.id)
            if before is None:
                added[claim.id] = claim
            elif before != claim:
                raise UserError(
                    f"{file}: {claim.id!r} is another claim already; claims are never edited, "
                    "give the new one an id of its own"
                )
    if added:
        replace_text(user_file(), ledger_text((*user_ledger(), *added.values())), "claims")
    return list(added)


def replace_text(file: Path, text: str, what: str) -> None:
    """Replace the file at once: a reader sees the old text or the new, never a part.

    Raises:
        UserError: the file or its folder cannot be written; ``what`` it holds is named.
    """
    waiting = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        waiting.write_text(text, encoding="utf-8", newline="")
        waiting.replace(file)
    except OSError as error:
        raise UserError(
            f"your {what} cannot be kept in {file} ({error.strerror}); "
            "set JEVONS_HOME to a folder that you may write"
        ) from error
