"""Make the fonts that the note carries: Noto Sans CJK SC, only the characters that it may need.

Run by hand, with fonttools installed, when the texts of the note use a character that the fonts
lack (a test says which):

    python tools/subset_fonts.py /usr/share/fonts/opentype/noto

The argument is a folder with NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc (Debian package
fonts-noto-cjk; https://github.com/notofonts/noto-cjk). The result is named "Jevons Sans SC", as the
SIL Open Font License asks of a changed font, and lies beside its licence.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parents[1] / "src" / "jevons"
FONTS = ROOT / "note" / "fonts"
FAMILY = "Jevons Sans SC"
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
TEXTS = ("*.toml", "*.csv", "*.jinja", "*.typ", "*.py")
# Beyond the texts of this repository: Latin, Greek, punctuation, arrows and mathematical signs, so
# that a user's own facts and claims print too.
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x2010, 0x2027), (0x2030, 0x203A),
    (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2190, 0x2199), (0x2200, 0x2265), (0x25A0, 0x25CF),
    (0x25D0, 0x25D0), (0x2713, 0x2713), (0x3000, 0x3017), (0xFF01, 0xFF5E),
)  # fmt: skip


def wanted() -> set[int]:
    """Code points of the fonts."""
    points = {ord(sign) for text in (*texts(), frequent()) for sign in text if sign.isprintable()}
    return points | {point for first, last in RANGES for point in range(first, last + 1)}


def texts() -> Iterator[str]:
    """Every text of the package."""
    for pattern in TEXTS:
        for file in ROOT.rglob(pattern):
            yield file.read_text(encoding="utf-8")


def frequent() -> str:
    """Frequent Chinese characters, so that a new sentence seldom needs new fonts."""
    return Path(__file__).with_name("frequent_characters.txt").read_text(encoding="utf-8")


def subset(source: Path, weight: str) -> TTFont:
    """One weight with the wanted characters, under its own name."""
    collection = TTCollection(source / f"NotoSansCJK-{weight}.ttc", lazy=True)
    (font,) = (face for face in collection.fonts if face["name"].getDebugName(1).startswith(FACE))
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "tnum", "locl"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting, options.desubroutinize, options.notdef_outline = False, False, True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(font)
    names = {1: FAMILY, 2: weight, 3: f"{FAMILY} {weight}", 4: f"{FAMILY} {weight}"}
    names[6] = f"{FAMILY.replace(' ', '')}-{weight}"
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font.recalcTimestamp = False  # the same input gives the same bytes
    return font


def main() -> None:
    """Write both weights."""
    if len(sys.argv) != 2:
        sys.exit("give the folder that holds NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc")
    FONTS.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        font = subset(Path(sys.argv[1]), weight)
        file = FONTS / f"JevonsSansSC-{weight}.otf"
        font.save(file, reorderTables=None)
        print(f"{file}: {len(font.getBestCmap()):,} characters, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
