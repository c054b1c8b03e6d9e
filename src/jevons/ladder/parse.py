"""Read a rule; a mistake is told with its line, its column and the nearest word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from jevons.errors import UserError, did_you_mean
from jevons.ladder import phrases
from jevons.ladder.phrases import KINDS, TOKEN, Phrase, Value, parts
from jevons.ladder.rule import Exit, LadderRule, Rung, spaced

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
WORD = re.compile(r"[A-Za-z_]\w*")


def parse(text: str, source: str = "rule") -> LadderRule:
    """Read one rule.

    Args:
        text: the rule; line breaks and further spaces do not matter, ``#`` starts a comment.
        source: where it stands, for errors.

    Raises:
        UserError: ``source:line:column: what``, with the nearest word.

    >>> rule = "ladder NVDA on peak(lookback=252, field=high) { buy 50% of budget when dd <= -20% }"
    >>> parse(rule).text() == rule
    True
    """
    reader = _Reader(text, source)
    reader.expect("ladder")
    name = reader.name()
    reader.expect("on")
    reference = reader.phrase(phrases.REFERENCES)
    reader.expect("{")
    rungs, hold = _purchases(reader)
    rearm = reader.phrase(phrases.REARMS) if reader.sees("rearm") else None
    guards: list[Phrase] = []
    halts: list[Phrase] = []
    while not reader.sees("sell", "}"):
        if reader.sees("halt_if"):
            reader.expect("halt_if")
            halts.append(reader.phrase(phrases.CONDITIONS))
        else:
            also = ["sell", "}", "halt_if"] + ([] if rearm or guards or halts else ["rearm", "buy"])
            guards.append(reader.phrase(phrases.GUARDS, also))
    exits = []
    while reader.sees("sell"):
        reader.expect("sell")
        weight = reader.phrase(phrases.WEIGHTS)
        reader.expect("when")
        exits.append(Exit(weight, reader.phrase(phrases.EXITS)))
    reader.expect("}", ["sell"])
    reader.finish()
    return LadderRule(
        name, reference, tuple(rungs), hold, rearm, tuple(guards), tuple(halts), tuple(exits)
    )


def _purchases(reader: "_Reader") -> tuple[list[Rung], Phrase | None]:
    if reader.sees("hold"):
        return [], reader.phrase(phrases.HOLDS)
    rungs = []
    reader.expect("buy", ["hold"])
    while True:
        weight = reader.phrase(phrases.WEIGHTS)
        reader.expect("when")
        tests = [reader.trigger()]
        while reader.sees("and"):
            reader.expect("and")
            tests.append(reader.phrase(phrases.CONDITIONS))
        after = None
        if reader.sees("after"):
            waited = reader.phrase(("after {count} sessions",))
            after = int(waited.number())
        rungs.append(Rung(weight, tests[0], tuple(tests[1:]), after))
        if not reader.sees("buy"):
            return rungs, None
        reader.expect("buy")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int


class _Reader:
    """The tokens of a rule and the place reached."""

    def __init__(self, text: str, source: str) -> None:
        # A comment becomes as many blanks, so that columns stay what they are.
        self._text = re.sub("#[^\n]*", lambda found: " " * len(found[0]), text)
        self._source = source
        self._start = 0

    def sees(self, *words: str) -> bool:
        """Whether one of the words comes next."""
        token = self._token(self._start)
        return token is not None and token.text in words

    def expect(self, word: str, others: Sequence[str] = ()) -> None:
        """Read a word that must come next."""
        token = self._token(self._start)
        if token is None or token.text != word:
            raise self._error(token, [word, *others])
        self._start = token.start + len(token.text)

    def name(self) -> str:
        """Read a ticker, which may hold signs that no other word may."""
        found = re.compile(r"\s*([^\s{}(),#]+)").match(self._text, self._start)
        if found is None or found[1] == "on":
            raise self._error(self._token(self._start), [], "a ticker, or each for every ticker")
        self._start = found.end()
        return found[1] if found[1] == "each" else found[1].upper()

    def phrase(self, forms: Sequence[str], also: Sequence[str] = ()) -> Phrase:
        """Read one of the forms; ``also`` are words that could stand here instead, for errors."""
        first = self._token(self._start)
        furthest, expected = first.start if first else len(self._text), list(also)
        for form in forms:
            values: list[Value] = []
            place = self._start
            for part in parts(form):
                token = self._token(place)
                read = self._read(part, place)
                if read is None:
                    start = token.start if token else len(self._text)
                    if start > furthest:
                        furthest, expected = start, []
                    if start == furthest:
                        expected.append(part)
                    break
                value, place = read
                if part.startswith("{") and part != "{":
                    values.append(value)
            else:
                self._start = place
                return Phrase(form, tuple(values))
        token = self._token(furthest)
        words = [part for part in expected if not part.startswith("{") or part == "{"]
        kinds = [KINDS[part[1:-1]] for part in expected if part not in words]
        raise self._error(token, words, " or ".join(dict.fromkeys(kinds)))

    def trigger(self) -> Phrase:
        """Read what a purchase waits for; a spacing must be one that makes steps."""
        token = self._token(self._start)
        found = self.phrase((*phrases.TRIGGERS, *phrases.SPACINGS))
        try:
            spaced(found)
        except ValueError as error:
            raise self._error(token, [], f"a spacing that makes steps ({error})") from error
        return found

    def finish(self) -> None:
        """Nothing may follow."""
        token = self._token(self._start)
        if token is not None:
            raise self._error(token, [], "nothing after the last brace; write one rule a file")

    def _read(self, part: str, place: int) -> tuple[Value, int] | None:
        """A token or a value at a place, and the place after it; None if it is not there."""
        token = self._token(place)
        if token is None:
            return None
        end = token.start + len(token.text)
        if part == "{set}":
            found = re.compile(r"\{\s*(\w+(?:\s*,\s*\w+)*)\s*\}").match(self._text, token.start)
            return (tuple(re.findall(r"\w+", found[1])), found.end()) if found else None
        if part.strip("{}") in phrases.LISTS:
            return self._list(part.strip("{}"), token.start)
        if len(part) > 1 and part.startswith("{"):
            value = _value(part[1:-1], token.text)
            return None if value is None else (value, end)
        return (token.text, end) if token.text == part else None

    def _list(self, kind: str, place: int) -> tuple[Value, int] | None:
        """Numbers between commas and the place after them."""
        found = re.compile(rf"{NUMBER.pattern}(?:\s*,\s*{NUMBER.pattern})*").match(
            self._text, place
        )
        if found is None:
            return None
        values = tuple(Decimal(text) for text in re.split(r"\s*,\s*", found[0]))
        falling = values if kind == "fractions" else values[::-1]
        distinct = all(a > b for a, b in pairwise(falling))
        inside = min(values) > 0 and (kind == "multiples" or max(values) < 1)
        return (values, found.end()) if distinct and inside else None

    def _token(self, place: int) -> _Token | None:
        """The next token, or None at the end; an unknown sign is a token of its own."""
        while place < len(self._text) and self._text[place].isspace():
            place += 1
        if place == len(self._text):
            return None
        found = TOKEN.match(self._text, place)
        return _Token(found[0] if found else self._text[place], place)

    def _error(self, token: _Token | None, words: Sequence[str], kind: str = "") -> UserError:
        start = token.start if token else len(self._text.rstrip())
        line = self._text.count("\n", 0, start) + 1
        column = start - (self._text.rfind("\n", 0, start) + 1) + 1
        place = f"{self._source}:{line}:{column}:"
        if token is None:
            return UserError(f"{place} the rule ends, where {_either(words, kind)} is expected")
        if words and not kind and WORD.fullmatch(token.text):
            return UserError(
                f"{place} unknown word {token.text!r}{did_you_mean(token.text, words)}"
            )
        return UserError(f"{place} {token.text!r} stands where {_either(words, kind)} is expected")


def _either(words: Sequence[str], kind: str) -> str:
    return " or ".join([*dict.fromkeys(repr(word) for word in words), *([kind] if kind else [])])


def _value(kind: str, text: str) -> Value | None:
    """The text as a value of a kind, or None if it is none."""
    if kind in ("word", "field"):
        good = WORD.fullmatch(text) and (kind == "word" or text in ("close", "high"))
        return text if good else None
    if kind == "day":
        try:
            return date.fromisoformat(text) if "-" in text[1:] else None
        except ValueError:
            return None
    if not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    if kind == "count":
        return int(number) if number >= 1 and "." not in text else None
    inside = {
        "share": 0 < number <= 100,
        "depth": -100 < number < 0,
        "negative": number < 0,
        "positive": number > 0,
        "fraction": 0 < number <= 1,
    }
    return number if inside[kind] else None
