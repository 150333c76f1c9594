"""One HTTP request with a limit on everything: time to connect, time for all of it, bytes of the answer.

Imports `siglum.errors` and the standard library. No thread is started, no redirect followed, no proxy used.
"""

from __future__ import annotations

import errno
import http.client
import io
import os
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from siglum.errors import EnvironmentFault, echo
from siglum.propose.model.address import Address

FAULT: Final = "E-306"
SLICE: Final = 0.1
"""Seconds after which a wait looks whether it is still wanted."""

HEADERS: Final = 1 << 18
"""Bytes that what stands around an answer's body may take."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, seconds for the whole request, and bytes of the answer."""

    connect: float = 10.0
    whole: float = 120.0
    size: int = 4 << 20


class Answer(NamedTuple):
    """What came back: header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stopped(Exception):
    """Nobody wants the answer any more."""


class _TooLarge(Exception):
    pass


class Switch:
    """Ends requests: once `stop` was called, from whatever thread, every wait of a request ends within `SLICE`."""

    def __init__(self) -> None:
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True

    def wait(self, seconds: float) -> None:
        """Waits; raises `Stopped` once it is stopped."""
        end = time.monotonic() + seconds
        while True:
            if self.stopped:
                raise Stopped
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(SLICE, left))


def exchange(
    address: Address, method: str, path: str, headers: Mapping[str, str], body: bytes, limits: Limits, switch: Switch
) -> Answer:
    """Sends one request and reads the whole answer, whatever its status.

    Raises `EnvironmentFault` (E-306), one line, where there is none, and `Stopped`. The connection is closed in the end.
    """
    wire = _Wire(address, limits, switch)
    try:
        wire.open()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {address}", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        wire.send("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        return wire.answer(method)
    except TimeoutError:
        fix = "raise the time limit, or ask a faster model"
        raise EnvironmentFault(f"{address} gave no whole answer within {limits.whole:g} s", None, fix, FAULT) from None
    except _TooLarge:
        message = f"the answer of {address} is larger than {limits.size} bytes"
        raise EnvironmentFault(message, None, "this is no chat endpoint; check the URL", FAULT) from None
    except ssl.SSLCertVerificationError as error:
        reason = echo(str(error.verify_message or error.reason or "not valid"))
        raise EnvironmentFault(f"the certificate of {address} is refused: {reason}", None, "", FAULT) from None
    except ssl.SSLError as error:
        fix = "check whether the URL begins with http or https"
        raise EnvironmentFault(f"no secure connection to {address}: {echo(str(error.reason))}", None, fix, FAULT) from None
    except (http.client.IncompleteRead, EOFError):
        raise EnvironmentFault(f"the answer of {address} ended early", None, "try again", FAULT) from None
    except http.client.RemoteDisconnected:
        raise EnvironmentFault(f"{address} closed the connection without an answer", None, "try again", FAULT) from None
    except (http.client.HTTPException, ValueError):
        raise EnvironmentFault(f"{address} does not answer in HTTP", None, "check the URL", FAULT) from None
    except OSError as error:
        reason = error.strerror or "lost"
        raise EnvironmentFault(f"the connection to {address} broke: {reason}", None, "try again", FAULT) from None
    finally:
        wire.close()


class _Wire(io.RawIOBase):
    """A connection as a stream of bytes, read under the limits."""

    def __init__(self, address: Address, limits: Limits, switch: Switch) -> None:
        super().__init__()
        self.address, self.limits, self.switch = address, limits, switch
        self.end = time.monotonic() + limits.whole
        self.left = limits.size + HEADERS
        self.socket: socket.socket | None = None

    # connecting

    def open(self) -> None:
        address = self.address
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except OSError:
            fix = "check the URL, or the network"
            raise EnvironmentFault(f"the host {echo(address.host)} is not known", None, fix, FAULT) from None
        end = time.monotonic() + self.limits.connect
        reason = "no address"
        for family, kind, protocol, _, place in found:
            candidate = socket.socket(family, kind, protocol)
            self.socket = candidate
            reason = self._connected(candidate, place, end)
            if not reason:
                break
            self.close_socket()
        else:
            fix = "start the server, or check the URL"
            raise EnvironmentFault(f"no connection to {address}: {reason}", None, fix, FAULT)
        if address.secure:
            context = ssl.create_default_context()
            name = address.host
            self.socket = context.wrap_socket(candidate, server_hostname=name, do_handshake_on_connect=False)
            self._patiently(self.socket.do_handshake)

    def _connected(self, candidate: socket.socket, place: object, end: float) -> str:
        """Connects; what went wrong, or nothing."""
        candidate.setblocking(False)
        number = candidate.connect_ex(place)  # type: ignore[arg-type]
        if number == errno.EINPROGRESS:
            with selectors.DefaultSelector() as selector:
                selector.register(candidate, selectors.EVENT_WRITE)
                while not selector.select(SLICE):
                    if self.switch.stopped:
                        raise Stopped
                    if time.monotonic() > end:
                        return f"no reply within {self.limits.connect:g} s"
            number = candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return os.strerror(number) if number else ""

    # bytes

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            sent = self._patiently(lambda part=view: self._socket.send(part))  # type: ignore[misc]
            view = view[sent:]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._patiently(lambda: self._socket.recv_into(buffer))
        self.left -= count
        if self.left < 0:
            raise _TooLarge
        return count

    @property
    def _socket(self) -> socket.socket:
        assert self.socket is not None
        return self.socket

    def _patiently(self, act: Callable[[], T]) -> T:
        """What `act` on the socket gives, tried again until the time is up."""
        while True:
            if self.switch.stopped:
                raise Stopped
            left = self.end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(min(SLICE, left))
            with suppress(TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return act()

    # answers

    def makefile(self, *_: object) -> io.BufferedReader:
        """What `http.client` reads an answer from."""
        return io.BufferedReader(self)

    def answer(self, method: str) -> Answer:
        response = http.client.HTTPResponse(self, method=method)  # type: ignore[arg-type]
        response.begin()
        if response.length is not None and response.length > self.limits.size:
            raise _TooLarge
        pieces: list[bytes] = []
        size = 0
        while piece := response.read(1 << 16):
            pieces.append(piece)
            size += len(piece)
            if size > self.limits.size:
                raise _TooLarge
        if response.length:
            raise EOFError
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, b"".join(pieces))

    def close_socket(self) -> None:
        if self.socket is not None:
            with suppress(OSError):
                self.socket.close()
            self.socket = None

    def close(self) -> None:
        self.close_socket()
        super().close()
