"""Ladders: steps to buy each company's share in while it falls, and what history says of them."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from jevons.entry import propose
from jevons.market import volatility_of
from jevons.study.companies import Companies

if TYPE_CHECKING:
    from jevons.study.ladder_trial import LadderTrial


class Ladders:
    """Ladders of the companies on one day."""

    def __init__(self, companies: Companies) -> None:
        self.companies, self.quoted = companies, companies.quoted

    @cached_property
    def trial(self) -> "LadderTrial | None":
        """The ladders' rule on the user's own prices, against its controls; None without prices."""
        if self.quoted.prices is None:
            return None
        from jevons.study.ladder_trial import ladder_trial  # brings a compiler that few runs need

        return ladder_trial(self.quoted.prices, list(self.companies.all))

    def documents(self) -> list[dict[str, Any]]:
        """A ladder for every company whose price and high are known, and what history says."""
        tried, proposals = self.trial, []
        for ticker, company in self.companies.all.items():
            state, history = self.quoted.state(ticker), self.quoted.histories.of(ticker)
            proposal = propose(
                ticker,
                state["price"],
                state["high_52_week"],
                volatility_of(company.layer, history),
                self.companies.valued(ticker).per_share,
                history=history,
                trial=None if tried is None else tried.trial,
            )
            if proposal.rungs:
                trial = None if tried is None else tried.document(ticker)
                proposals.append(proposal.document() | {"trial": trial})
        return proposals
