"""The JavaScript that draws the charts, whole, so that a note opens without a network."""

import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

VEGA_LITE = "6.4"
SNIPPET = "window.vegaEmbed = vegaEmbed;"


def cache_folder() -> Path:
    """Where the bundle is kept between runs: ``$JEVONS_HOME``, else ``~/.cache/jevons``."""
    home = os.environ.get("JEVONS_HOME")
    return Path(home) if home else Path.home() / ".cache" / "jevons"


@cache
def javascript(folder: Path | None = None) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; the same text for the same versions.

    It takes a second or two to build, so it is kept in ``folder`` (the cache folder by default); a
    folder that cannot be written only costs the time.
    """
    import vl_convert

    kept = (folder or cache_folder()) / f"vega-{version('vl-convert-python')}-{VEGA_LITE}.js"
    try:
        text = kept.read_text(encoding="utf-8")
        if text.endswith(END):
            return text
    except (OSError, UnicodeDecodeError):
        pass
    text = vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE)
    # An end tag inside a script would end it; the mark at the end shows that a kept file is whole.
    text = text.replace("</script", "<\\/script").replace("<!--", "<\\!--") + END
    _keep(kept, text)
    return text


END = "\n/* end of bundle */\n"


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    except OSError:
        return  # the next run builds it again
