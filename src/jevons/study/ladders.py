"""Ladders: steps to buy each company's share in while it falls, and what history says of them."""

from typing import Any

from jevons.entry import propose
from jevons.market import volatility_of
from jevons.study.companies import Companies


def ladders(companies: Companies) -> list[dict[str, Any]]:
    """A ladder for every company whose price and high are known, and what history says."""
    quoted, proposals = companies.quoted, []
    tried = quoted.trial
    for ticker, company in companies.all.items():
        state, history = quoted.state(ticker), quoted.histories.of(ticker)
        proposal = propose(
            ticker,
            state["price"],
            state["high_52_week"],
            volatility_of(company.layer, history),
            companies.valued(ticker).per_share,
            history=history,
            trial=None if tried is None else tried.trial,
        )
        if proposal.rungs:
            trial = None if tried is None else tried.document(ticker)
            proposals.append(proposal.document() | {"trial": trial})
    return proposals
