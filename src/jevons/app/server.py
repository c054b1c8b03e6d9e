"""The application over HTTP, safe by default.

It is meant for the loopback address, answers to no other name, and takes questions only: no request
has a body, no file is read for one and nothing in it is evaluated. Addresses are bounded in length,
and questions in draws and changes.
"""

from collections.abc import Awaitable, Callable

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import JSONResponse

from jevons import __version__
from jevons.app import api, openbb, page
from jevons.app.asked import UnchangedError, only_known
from jevons.app.engine import Engine
from jevons.errors import UserError

# Charts are interpreted, not compiled to code, so scripts need no right to evaluate. Marks of the
# charts' keys carry their colour in a style attribute.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A page of another site cannot reach the service under a name of its own.
HOSTS = ("127.0.0.1", "localhost", "testserver")
LONGEST_ADDRESS = 16_000  # bytes of path and query


def mistake(_: Request, error: Exception) -> JSONResponse:
    """A mistake of the request: one sentence."""
    return JSONResponse({"detail": str(error)}, status_code=422)


def unreadable(_: Request, error: Exception) -> JSONResponse:
    """A parameter that is missing, of another kind or out of bounds: one sentence."""
    assert isinstance(error, RequestValidationError)
    said = [
        f"{' '.join(str(part) for part in each['loc'][1:])}: {each['msg']}"
        for each in error.errors()
    ]
    # A parameter that several dependencies read is refused by each of them.
    return JSONResponse({"detail": "; ".join(dict.fromkeys(said))}, status_code=422)


def unchanged(_: Request, error: Exception) -> Response:
    """The client has the answer."""
    assert isinstance(error, UnchangedError)
    return Response(status_code=304, headers={"ETag": error.tag, "Cache-Control": "no-cache"})


async def guarded(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse what is too large, and say in every answer that nothing is loaded from elsewhere."""
    length = len(request.scope["raw_path"]) + len(request.scope["query_string"])
    if length > LONGEST_ADDRESS:
        response: Response = JSONResponse(
            {"detail": f"an address of {length} bytes is longer than {LONGEST_ADDRESS}"}, 414
        )
    elif request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    ):
        response = JSONResponse({"detail": "a question has no body; ask in the address"}, 413)
    else:
        response = await follow(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def application(engine: Engine, *, for_openbb: bool = False) -> FastAPI:
    """The application over one engine.

    Args:
        for_openbb: let pages of OpenBB Workspace, and of no other site, read the answers.
    """
    app = FastAPI(
        title="jevons",
        version=__version__,
        description="From a GPU kernel to the price of a share. Not investment advice.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.engine = engine
    for routes in (page.routes, api.routes):
        app.include_router(routes, dependencies=[Depends(only_known)])
    for routes in (openbb.descriptors, openbb.routes):  # the workspace adds parameters of its own
        app.include_router(routes)
    app.add_exception_handler(UserError, mistake)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(UnchangedError, unchanged)
    app.middleware("http")(guarded)
    if for_openbb:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(openbb.ORIGINS),
            allow_methods=["GET"],
            allow_private_network=True,
        )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))
    return app
