"""A server on the loopback address that speaks the formats of the sources."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes, dict[str, str]]


class Server:
    """Gives the answers in turn, the last one for ever; or what ``speaks`` says of a path."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.speaks: Callable[[str], Answer] | None = None
        self.asked: list[str] = []
        self.agents: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.agents.append(self.headers["User-Agent"])
                code, content, headers = server.answer(self.path)
                self.send_response(code)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"

    def answer(self, path: str) -> Answer:
        """The answer to the next request."""
        if self.speaks is not None and not self.answers:
            return self.speaks(path)
        return self.answers.pop(0) if len(self.answers) > 1 or self.speaks else self.answers[0]
