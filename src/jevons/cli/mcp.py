"""``jevons mcp``: answers for an analyst's assistant."""

from jevons.cli.compiled import keep_compiled_code
from jevons.cli.options import FactFiles, PriceFiles, kept_series, open_store, prices_of, today


def mcp(facts: FactFiles = None, prices: PriceFiles = None) -> None:
    """Serve an analyst's assistant (Model Context Protocol, over standard input and output)."""
    store = open_store(facts)
    keep_compiled_code()
    from jevons.app.assistant import server
    from jevons.app.engine import Engine

    latest = min(store.last_known_on, today())
    server(Engine(store, latest, prices_of(prices), kept_series)).run()
