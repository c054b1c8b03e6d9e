"""Why a ladder says what it says, in one English and one Chinese sentence."""

import math
from dataclasses import dataclass

PHRASES = {
    "unknown": (
        "no steps are set, because {what} is not known",
        "{what}未知，无法设档",
    ),
    "thesis": ("the thesis no longer holds: {what}", "投资逻辑已不成立：{what}"),
    "no_value": (
        "no fair value is known, so nothing says whether the steps are cheap",
        "公允价值未知，无法判断各档是否便宜",
    ),
    "shut": (
        "even at {level} USD the chance that a share is worth more is {chance}, below the {gate} "
        "asked for",
        "即使跌至 {level} 美元，价值高于价格的概率也仅 {chance}，低于所要求的 {gate}",
    ),
    "wait": (
        "at {price} USD the chance that a share is worth more is {chance}, below the {gate} asked "
        "for; that is met at {level} USD and lower",
        "在 {price} 美元，价值高于价格的概率为 {chance}，低于所要求的 {gate}；"
        "跌至 {level} 美元及以下方可满足",
    ),
    "open": (
        "at {price} USD the chance that a share is worth more is {chance}, and {gate} is asked for",
        "在 {price} 美元，价值高于价格的概率为 {chance}，达到所要求的 {gate}",
    ),
    "no_history": (
        "the rule is untested, because no daily prices are given",
        "因无每日价格，该规则未经检验",
    ),
    "few": (
        "the rule is untested: the prices hold {count} separate falls to the first step, "
        "and a test needs {needed}",
        "该规则未经检验：价格历史中仅有 {count} 次跌至第一档的独立下跌，检验需要 {needed} 次",
    ),
    "not_shown": (
        "in {count} separate falls of {names} shares, all of which survived, its edge over the "
        "same average exposure is {edge} a year ({low} to {high}): neither better nor worse is "
        "shown",
        "在 {names} 只均为幸存者的股票的 {count} 次独立下跌中，"
        "与相同平均仓位相比每年优势为 {edge}（{low} 至 {high}）：优劣均无法证明",
    ),
    "rejected": (
        "in {count} separate falls of {names} shares, all of which survived, the rule did worse "
        "than {worse} of {controls} controls, most of which hold more and earlier; its edge over "
        "the same average exposure is {edge} a year ({low} to {high})",
        "在 {names} 只均为幸存者的股票的 {count} 次独立下跌中，该规则逊于 {controls} 个对照中的 "
        "{worse} 个（多数对照持仓更多、更早）；"
        "与相同平均仓位相比每年优势为 {edge}（{low} 至 {high}）",
    ),
    "stress": (
        "through 2000-02 the median of the technology and telecom shares of then whose prices are "
        "given ({names} of {members}, {ended} of which ended on the way) made {ladder} in steps "
        "and {once} all at once; the worst made {worst} in steps",
        "2000-02年间，当时的科技与电信股中有价格者（{members} 只中的 {names} 只，其中 {ended} 只"
        "中途退出）的中位收益：分批 {ladder}，一次买入 {once}；分批最差 {worst}",
    ),
    "no_stress": (
        "the stress of 2000-02 is not run, because no price given covers any of the {members} "
        "technology and telecom shares of then",
        "因所给价格未覆盖当时 {members} 只科技与电信股中的任何一只，2000-02年的压力检验未做",
    ),
    "stops": (
        "it stops if the chance falls below {gate} at the last step too, or the thesis is stated "
        "to be false",
        "若最后一档的概率也低于 {gate}，或投资逻辑被宣告不成立，则暂停",
    ),
    "enough": (
        "the rule is untested: the prices hold {count} separate falls to the first step, but the "
        "comparison with its controls is not made",
        "该规则未经检验：价格历史中有 {count} 次跌至第一档的独立下跌，但尚未与对照组比较",
    ),
    "assumed": (
        "the chances of a fill use an assumed volatility of {volatility}",
        "成交概率采用假设波动率 {volatility}",
    ),
}
# What may be unknown.
NAMES = {
    "price": ("the price", "股价"),
    "high_52_week": ("the 52-week high", "52周最高价"),
    "volatility": ("the volatility", "波动率"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """The same reason in both languages, without a full stop."""

    english: str
    chinese: str

    def __add__(self, other: "Reason") -> "Reason":
        return Reason(f"{self.english}; {other.english}", f"{self.chinese}；{other.chinese}")


def phrase(key: str, **values: str | int) -> Reason:
    """A phrase with its numbers, which read the same in both languages.

    >>> phrase("assumed", volatility="50 %").chinese
    '成交概率采用假设波动率 50 %'
    """
    english, chinese = PHRASES[key]
    return Reason(english.format(**values), chinese.format(**values))


def unknown(name: str) -> Reason:
    """Why there are no steps."""
    english, chinese = NAMES[name]
    return Reason(
        PHRASES["unknown"][0].format(what=english), PHRASES["unknown"][1].format(what=chinese)
    )


def money(amount: float) -> str:
    """USD/share as a sentence writes it."""
    return f"{amount:,.2f}"


def percent(share: float) -> str:
    """A share as a sentence writes it.

    It is rounded down, so that a chance just below a gate never reads as the gate.

    >>> percent(0.314), percent(0.4996), percent(0.5)
    ('31.4 %', '49.9 %', '50 %')
    """
    return f"{math.floor(1000 * share + 1e-9) / 10:g} %"


def points(rate: float) -> str:
    """A gain or an edge as a sentence writes it, to the nearest tenth of a percentage point.

    >>> points(-0.00316)
    '−0.3 %'
    """
    return f"{100 * rate:+.1f} %".replace("-", "−")
