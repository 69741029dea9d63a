"""A mail service for artefacts: answers as SES does over HTTP, and keeps what it was given."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class MailService:
    def __init__(self) -> None:
        self.sent: list[Any] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self.sent))
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> MailService:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answering(sent: list[Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps({"MessageId": str(len(sent))}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
