"""Charts as SVG, drawn without a browser from the specifications that the page draws."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from jevons.note.bundle import VEGA_LITE
from jevons.note.palette import painted
from jevons.note.theme import CONFIG

FAMILY = "Jevons Sans SC"  # carried in the package, so that the same chart has the same bytes
WHOLE, HALF = 700, 340  # pixels: a chart across the page, and one of two side by side


def svg(spec: Mapping[str, Any], language: str, width: int) -> str:
    """The chart as SVG text, in the light palette of a language, ``width`` pixels wide."""
    import vl_convert

    _know_fonts()
    fixed = {**spec, "width": width} if spec.get("width") == "container" else spec
    text = json.dumps([fixed, CONFIG | {"font": FAMILY}], ensure_ascii=False)
    chart, config = json.loads(painted(text, language))
    return str(vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, config=config))


@cache
def _know_fonts() -> None:
    """Let the renderer measure words with the carried font."""
    import vl_convert

    with as_file(files("jevons.note").joinpath("fonts")) as folder:
        vl_convert.register_font_directory(str(folder))
