"""From the chain's paths to what a share is worth, and what its price already assumes."""

from jevons.valuation.chain_inputs import ChainInputs
from jevons.valuation.company import Company, companies, company_of
from jevons.valuation.described import Described, read_described
from jevons.valuation.implied import implied_capex
from jevons.valuation.priors import input_names, settle
from jevons.valuation.value import CompanyValue, value_company

__all__ = [
    "ChainInputs",
    "Company",
    "CompanyValue",
    "Described",
    "companies",
    "company_of",
    "implied_capex",
    "input_names",
    "read_described",
    "settle",
    "value_company",
]
