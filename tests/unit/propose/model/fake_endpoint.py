"""A chat endpoint on this machine that answers as it is told, well or badly, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request. Behaviours write to it; `asked` is the request's body, `ended` is set when the endpoint closes."""

    protocol_version = "HTTP/1.1"
    server: Server
    asked: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked = json.loads(body)
        self.server.asked.append(self.asked)
        self.server.headers.append(dict(self.headers))
        self.close_connection = True
        try:
            self.server.next_behaviour()(self)
        except OSError:
            self.server.hung_up.set()

    def do_GET(self) -> None:
        self.asked = None
        self.server.next_behaviour()(self)

    def log_message(self, *_: object) -> None:
        pass

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def pause(self, seconds: float) -> None:
        self.server.ended.wait(seconds)


class Server(ThreadingHTTPServer):
    """The behaviours come in turn; the last one stays."""

    daemon_threads = True
    block_on_close = True

    def __init__(self, behaviours: list[Behaviour]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = behaviours
        self.asked: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.ended, self.hung_up = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_behaviour(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]

    def handle_error(self, *_: object) -> None:
        pass


@contextmanager
def endpoint(*behaviours: Behaviour) -> Iterator[Server]:
    """An endpoint that runs until the block ends."""
    server = Server(list(behaviours))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(*texts: str, finish: str = "stop", usage: object = None) -> dict[str, Any]:
    """The object a chat endpoint answers with."""
    choices = [{"message": {"role": "assistant", "content": t}, "finish_reason": finish} for t in texts]
    found: dict[str, Any] = {"choices": choices}
    if usage is not None:
        found["usage"] = usage
    return found


def answering(held: object, status: int = 200, **headers: str) -> Behaviour:
    """Answers with `held`: bytes as they are, anything else as JSON."""
    body = held if isinstance(held, bytes) else json.dumps(held).encode()

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.raw(body)

    return answer


def saying(*texts: str, **details: Any) -> Behaviour:
    """Answers with these replies."""
    return answering(completion(*texts, **details))


def raw(*pieces: bytes, pause: float = 0.0) -> Behaviour:
    """Sends these bytes, with a pause behind each, and closes the connection."""

    def answer(handler: Handler) -> None:
        for piece in pieces:
            handler.raw(piece)
            handler.pause(pause)

    return answer


def endless(beginning: bytes, piece: bytes, pause: float = 0.0) -> Behaviour:
    """Sends `beginning`, then `piece` until nobody reads any more."""

    def answer(handler: Handler) -> None:
        handler.raw(beginning)
        while not handler.server.ended.is_set():
            handler.raw(piece)
            if pause:
                handler.pause(pause)

    return answer


def silent(handler: Handler) -> None:
    """Never answers."""
    handler.server.ended.wait()
