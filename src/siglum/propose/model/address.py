"""Where a model's endpoint is: a URL taken apart, with nothing in it that could end up in a header or on a terminal.

Imports `siglum.errors`.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlsplit

from siglum.errors import UserError, echo

CHAT: Final = "/chat/completions"
MODELS: Final = "/models"
_EXAMPLE: Final = "write it like http://localhost:8080/v1"


class Address(NamedTuple):
    """`base` is the path in front of `/chat/completions`, without a slash at its end."""

    secure: bool
    host: str
    port: int
    base: str

    def __str__(self) -> str:
        """Host and port, for messages."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def read_address(url: str) -> Address:
    """The address that `url` means: `http://HOST:PORT`, with `/v1` or the whole path behind it.

    Raises `UserError` (E-041) where it is no such URL; what it holds is not repeated where that may be a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(f"{echo(url)} is no URL") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(f"{echo(url)} holds characters that a URL cannot")
    if parts.username is not None or parts.password is not None:
        raise UserError("the URL of a model holds a password", None, "name an environment variable that holds the key", "E-041")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(f"{echo(url)} is no http or https URL")
    if parts.query or parts.fragment:
        raise _refused(f"{echo(url)} has something behind its path")
    base = parts.path.rstrip("/").removesuffix(CHAT) or "/v1"
    secure = parts.scheme == "https"
    return Address(secure, parts.hostname, port if port is not None else 443 if secure else 80, base)


def _refused(message: str) -> UserError:
    return UserError(message, None, _EXAMPLE, "E-041")
