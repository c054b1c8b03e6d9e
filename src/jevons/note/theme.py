"""The look of every chart; colours are names of the page's style sheet."""

from typing import Any

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'Jevons Sans SC', sans-serif"
)
INK, SOFT, HAIR = "var(--ink)", "var(--ink-soft)", "var(--hair)"

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "aria": False,  # the chart's place carries one description instead of one a mark
    "view": {"stroke": "transparent", "continuousHeight": 240},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": HAIR,
        "domainColor": HAIR,
        "tickColor": HAIR,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
    },
    # A title across the top reads faster than one on its side.
    "axisQuantitative": {},
    "axisY": {
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": 0,
        "titleY": -8,
        "domain": False,
        "ticks": False,
    },
    # Each label under its tick: pushed inwards, the first year would hide the second.
    "axisX": {"labelFlush": False, "titlePadding": 8, "titleAnchor": "end", "titleAlign": "right"},
    "text": {"fontSize": 12},
}
