"""``jevons serve``: the application on this machine."""

from typing import Annotated

import typer

from jevons.cli.compiled import keep_compiled_code
from jevons.cli.options import FactFiles, PriceFiles, kept_series, open_store, prices_of, today
from jevons.cli.output import progress
from jevons.errors import UserError

MOST_AT_ONCE = 64  # connections; more are refused with 503 instead of waiting for ever
LONGEST_HEAD = 32_768  # bytes of a request's line and headers


def serve(
    port: Annotated[
        int, typer.Option(metavar="N", min=1, max=65535, help="Port on the loopback address.")
    ] = 8765,
    facts: FactFiles = None,
    prices: PriceFiles = None,
    openbb: Annotated[
        bool, typer.Option("--openbb", help="Let pages of OpenBB Workspace read the answers.")
    ] = False,
) -> None:
    """Open the application: move an assumption in the browser and see every figure follow."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UserError(
                f"port {port} cannot be used ({error.strerror}); choose another with --port"
            ) from error
    store = open_store(facts)
    keep_compiled_code()
    with progress("Warming the engine"):
        import uvicorn

        from jevons.app import Engine, application
        from jevons.app.page import warm

        latest = min(store.last_known_on, today())
        engine = Engine(store, latest, prices_of(prices), kept_series)
        warm(engine)
    typer.echo(f"http://127.0.0.1:{port}/  (Ctrl-C ends it)")
    uvicorn.run(
        application(engine, for_openbb=openbb),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        limit_concurrency=MOST_AT_ONCE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        http="h11",
    )
