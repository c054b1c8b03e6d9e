"""The note as a PDF, set by Typst from the same sections, texts and charts as the page.

The template (``templates/note.typ``) holds the look; everything that it sets comes in as one JSON
text. Fonts are those of the package, so the same figures give the same bytes on every machine.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

from jevons.errors import UserError
from jevons.note.drawn import FAMILY

# Where the carried fonts lack a character, for instance in a user's own facts.
OTHER_FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei")
# Tagged for readers who listen, and refused by Typst if one glyph is missing.
STANDARD: Final = "ua-1"


def pdf(note: Mapping[str, Any]) -> bytes:
    """The PDF of a typeset note, dated its as-of day.

    Raises:
        UserError: a character stands in no font on this machine.
    """
    import typst

    given = json.dumps(note, ensure_ascii=False, sort_keys=True)
    moment = datetime.fromisoformat(note["as_of"] or "2000-01-01").replace(tzinfo=UTC)
    with as_file(files("jevons.note").joinpath("fonts")) as folder:
        for families in ((FAMILY,), (FAMILY, *OTHER_FAMILIES)):
            system = families != (FAMILY,)
            fonts = typst.Fonts(include_system_fonts=system, font_paths=[str(folder)])
            inputs = {"note": given, "families": json.dumps(families)}
            try:
                return typst.compile(
                    template(),
                    font_paths=fonts,
                    sys_inputs=inputs,
                    pdf_standards=STANDARD,
                    timestamp=moment,
                )
            except typst.TypstError as error:
                if "could not be displayed" not in error.message:
                    raise
                missing = error.message
    raise UserError(
        f"the PDF needs a font that this machine lacks ({missing.partition(': ')[2]}); "
        "install one with Chinese characters, e.g. apt install fonts-noto-cjk"
    )


@cache
def template() -> bytes:
    """The look."""
    return files("jevons.note").joinpath("templates", "note.typ").read_bytes()
