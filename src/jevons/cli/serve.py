"""``jevons serve``: the application on this machine."""

from typing import Annotated

import typer

from jevons.cli.compiled import keep_compiled_code
from jevons.cli.options import FactFiles, open_store, today
from jevons.cli.output import progress
from jevons.errors import UserError


def serve(
    port: Annotated[
        int, typer.Option(metavar="N", min=1, max=65535, help="Port on the loopback address.")
    ] = 8765,
    facts: FactFiles = None,
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

        from jevons.app import Engine, Question, application

        engine = Engine(store, min(store.last_known_on, today()))
        engine.summary(Question(engine.latest, 2025, 4096))
    typer.echo(f"http://127.0.0.1:{port}/  (Ctrl-C ends it)")
    uvicorn.run(application(engine), host="127.0.0.1", port=port, log_level="warning")
