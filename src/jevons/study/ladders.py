"""Ladders: steps to buy each company's share in while it falls, and what history says of them."""

from functools import cached_property
from typing import Any

from jevons.entry import propose
from jevons.market import PriceTable, volatility_of
from jevons.study.companies import Companies
from jevons.study.ladder_trial import LadderTrial, ladder_trial


class Ladders:
    """Ladders of the companies on one day."""

    def __init__(self, companies: Companies) -> None:
        self.companies, self.quoted = companies, companies.quoted

    @cached_property
    def trial(self) -> LadderTrial:
        """The ladders' rule on the user's own prices, against its controls."""
        return ladder_trial(self.quoted.prices or PriceTable({}), list(self.companies.all))

    def documents(self) -> list[dict[str, Any]]:
        """A ladder for every company whose price and high are known, and what history says."""
        proposals = []
        for ticker, company in self.companies.all.items():
            state, history = self.quoted.state(ticker), self.quoted.histories.of(ticker)
            proposal = propose(
                ticker,
                state["price"],
                state["high_52_week"],
                volatility_of(company.layer, history),
                self.companies.valued(ticker).per_share,
                history=history,
                trial=self.trial.trial,
            )
            if proposal.rungs:
                trial = self.trial.document(ticker)
                proposals.append(proposal.document() | {"trial": trial})
        return proposals
