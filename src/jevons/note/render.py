"""Write the note: figures.json and one self-contained page for each language."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from jevons.note.bundle import javascript
from jevons.note.document import Numbering, Section
from jevons.note.drawn import FAMILY
from jevons.note.edition import Edition
from jevons.note.sections.aftermath import aftermath
from jevons.note.sections.build_out import build_out
from jevons.note.sections.campuses import campuses
from jevons.note.sections.capex import capex
from jevons.note.sections.efficiency import efficiency
from jevons.note.sections.history import history
from jevons.note.sections.ladders import ladders
from jevons.note.sections.market import market
from jevons.note.sections.page_one import page_one
from jevons.note.sections.power import power
from jevons.note.sections.rebound import rebound
from jevons.note.sections.record import claims, falsifiers
from jevons.note.sections.revisions import revisions
from jevons.note.sections.sources import sources
from jevons.note.sections.valuation import valuation
from jevons.note.sections.value_chain import value_chain
from jevons.note.sections.workloads import workloads
from jevons.note.shown import shown
from jevons.note.theme import CONFIG
from jevons.note.typeset import typeset
from jevons.note.why import why

PAGES = {"en": "note.html", "zh": "note.zh.html"}
PDFS = {"en": "note.pdf", "zh": "note.zh.pdf"}
SECTIONS: tuple[Callable[[Edition], Section], ...] = (
    market,
    efficiency,
    rebound,
    workloads,
    build_out,
    power,
    campuses,
    capex,
    value_chain,
    valuation,
    ladders,
    history,
    falsifiers,
    claims,
    sources,
)


def write(
    figures: dict[str, Any],
    out: Path,
    languages: tuple[str, ...] = ("en", "zh"),
    progress: Callable[[str], None] | None = None,
    *,
    with_pdf: bool = False,
) -> list[Path]:
    """Write ``figures.json``, the pages and on demand the PDFs, all or none; return their paths.

    The same figures give the same bytes. Under "shown" figures.json also holds what the pages work
    out from the figures (:mod:`jevons.note.shown`), in English.

    Args:
        figures: what the study computed; any part may be absent, and the page then says which.
        out: folder, made if absent. languages: of "en" (note.html) and "zh" (note.zh.html).
        progress: called with the name of each file before it is made. with_pdf: also note.pdf
        and note.zh.pdf, which cost a few seconds.

    Raises:
        ValueError: a number is not finite, or a language is unknown.
        UserError: a character of the PDF stands in no font on this machine.
        OSError: the folder cannot be written; the files there are as they were.
    """
    report = progress or (lambda _: None)
    report("figures.json")
    english = Edition(figures, "en")
    said = shown(page_one(english), sections_of(english))
    made = {"figures.json": document({**figures, "shown": said}).encode()}
    for language in languages:
        report(PAGES[language])
        made[PAGES[language]] = page(figures, language, languages).encode()
    for language in languages if with_pdf else ():
        report(PDFS[language])
        made[PDFS[language]] = printed(figures, language)
    return replace_all(out, made)


def document(figures: Mapping[str, Any]) -> str:
    """figures.json: sorted names, so that equal figures are equal bytes."""
    return json.dumps(figures, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n"


def page(figures: Mapping[str, Any], language: str, languages: tuple[str, ...]) -> str:
    """The page of one language, linked to the others."""
    edition = Edition(figures, language)
    others = [other for other in languages if other != language]
    scripts = [javascript(), resource("save.js"), resource("page.js")]
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            edition=edition,
            say=edition.say,
            first=page_one(edition),
            sections=sections_of(edition),
            why=lambda names: why(edition, names),
            numbering=Numbering(),
            links=[(other, PAGES[other]) for other in others],
            style=Markup(resource("page.css")),  # noqa: S704 our own file
            scripts=[Markup(text) for text in scripts],  # noqa: S704 our own and the charts' code
            policy=Markup(policy_of(scripts)),  # noqa: S704 digests
            words=as_script({"as_of": edition.as_of or "", "below": edition.say("note.below")}),
            font=embedded_font() if language == "zh" else "",
            font_family=FAMILY,
            config=as_script(CONFIG),
            as_script=as_script,
        )
    )


def printed(figures: Mapping[str, Any], language: str) -> bytes:
    """The PDF of one language.

    Raises:
        UserError: a character stands in no font on this machine.
    """
    from jevons.note.pdf import pdf  # the typesetter is loaded only for those who print

    edition = Edition(figures, language)
    return pdf(typeset(edition, page_one(edition), sections_of(edition)))


def fragment(edition: Edition, sections: Sequence[Section]) -> str:
    """Sections alone, for a page that has the style and the charts' code."""
    return (
        environment()
        .get_template("part.html.jinja")
        .render(
            edition=edition,
            say=edition.say,
            sections=sections,
            why=lambda entries: why(edition, entries),
            numbering=Numbering(),
            as_script=as_script,
        )
    )


def reasons(edition: Edition, names: Sequence[str]) -> str:
    """What stands behind some figures, alone."""
    return (
        environment()
        .get_template("why.html.jinja")
        .render(
            names=names,
            edition=edition,
            say=edition.say,
            why=lambda entries: why(edition, entries),
        )
    )


def sections_of(edition: Edition) -> list[Section]:
    """The sections in order; first, where the figures hold it, what happened or changed since."""
    replayed = [aftermath(edition)] if edition.mapping("replay") else []
    revised = [revisions(edition)] if edition.mapping("since") else []
    return replayed + revised + [section(edition) for section in SECTIONS]


def policy_of(scripts: Sequence[str]) -> str:
    """The content-security policy of a page: these scripts run, nothing else does or is fetched.

    Charts are interpreted, not compiled to code, so that nothing is evaluated. Vega sets styles.
    """
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:"
    )


def as_script(value: object) -> Markup:
    """JSON that may stand inside a script element: no tag can begin in it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 escaped above


@cache
def environment() -> Environment:
    """Templates that escape every value."""
    made = Environment(
        loader=PackageLoader("jevons.note", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["steady"] = steady
    return made


def steady(text: str) -> str:
    """No line breaks inside a range: a word joiner stands after each en dash."""
    return text.replace("–", "–\u2060")


@cache
def embedded_font() -> str:
    """The carried font in base64: a Chinese page is read on machines without a Chinese font."""
    font = files("jevons.note").joinpath("fonts", "JevonsSansSC-Regular.otf").read_bytes()
    return b64encode(font).decode("ascii")


@cache
def resource(name: str) -> str:
    """A file beside the templates."""
    return files("jevons.note").joinpath("templates", name).read_text(encoding="utf-8")


def replace_all(out: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write every file beside its place, then move all into place.

    After a failure the files that were there are there as they were, and no new one is.
    """
    out.mkdir(parents=True, exist_ok=True)
    waiting: dict[Path, Path] = {}
    try:
        for name, content in contents.items():
            with NamedTemporaryFile(dir=out, delete=False) as file:
                waiting[out / name] = Path(file.name)
                file.write(content)
        move_all(waiting)
    except BaseException:
        for temporary in waiting.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise
    return list(waiting)


def move_all(waiting: Mapping[Path, Path]) -> None:
    """Move each new file (value) over its place (key); put the old ones back if one cannot be."""
    old = {path: path.read_bytes() if path.exists() else None for path in waiting}
    moved: list[Path] = []
    try:
        for path, temporary in waiting.items():
            temporary.chmod(0o644)
            temporary.replace(path)
            moved.append(path)
    except BaseException:
        for path in moved:
            before = old[path]
            with suppress(OSError):
                path.unlink() if before is None else path.write_bytes(before)
        raise
