"""Asking a chat endpoint: what is sent, what the answer has to hold, what is tried again.

Imports `siglum.errors` and its siblings. Answers are untrusted: every field is looked at before it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from siglum.errors import EnvironmentFault, echo
from siglum.propose.model.address import CHAT, MODELS, read_address
from siglum.propose.model.wire import FAULT, Answer, Limits, Switch, exchange

MAX_TOKENS: Final = 240
"""Tokens that a reply may take."""

LATER: Final = (429, 500, 502, 503, 504, 529)
"""Statuses that may be others the next time."""

LONGEST_WAIT: Final = 20.0
"""Seconds that an endpoint may ask to be left alone before it is given up."""

MAX_TOKEN_COUNT: Final = 1 << 40
_MENTIONED: Final = 120


@dataclass(slots=True)
class Usage:
    """What asking has cost: requests sent, those of them that repeat an earlier one, and tokens as endpoints report them;
    `unreported` answers said nothing of tokens.
    """

    requests: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    unreported: int = 0

    def add(self, prompt: int | None, reply: int | None) -> None:
        """Counts an answer's tokens."""
        if prompt is None or reply is None:
            self.unreported += 1
        self.prompt_tokens += prompt or 0
        self.reply_tokens += reply or 0

    def __str__(self) -> str:
        requests = f"{self.requests} request{'' if self.requests == 1 else 's'}"
        unreported = f", {self.unreported} answer{'' if self.unreported == 1 else 's'} without a count" if self.unreported else ""
        retries = f" ({self.retries} of them again)" if self.retries else ""
        return f"{requests}{retries}, {self.prompt_tokens} + {self.reply_tokens} tokens{unreported}"


class Request(NamedTuple):
    """One question to a model. `grammar` makes a GBNF grammar of the reply when it is needed (empty: there is none); `schema`
    is the JSON schema of the same.
    """

    system: str
    user: str
    grammar: Callable[[], str]
    schema: dict[str, Any]
    temperature: float = 0.0
    max_tokens: int = MAX_TOKENS


class Reply(NamedTuple):
    """The text of one reply; `cut` says that it ended because it was too long."""

    text: str
    cut: bool


class Source(Protocol):
    """Something that answers requests. `model` is its name, `usage` what it has cost so far."""

    @property
    def model(self) -> str: ...

    @property
    def usage(self) -> Usage: ...

    @property
    def takes_grammar(self) -> bool:
        """Whether the next request will need its grammar."""
        ...

    def ask(self, request: Request) -> list[Reply]:
        """The replies, one or more. Raises `EnvironmentFault` where there is none, `Stopped` after `stop`."""
        ...

    def stop(self) -> None:
        """Ends a request that another thread waits for; later ones end at once."""
        ...

    def close(self) -> None:
        """Gives back what it holds; the next request takes it up again."""
        ...


@dataclass(slots=True)
class _Form:
    """How requests to one endpoint are written, as far as it has refused others."""

    constraints: list[str] = field(default_factory=lambda: ["grammar", "response_format", ""])
    limit: str = "max_tokens"
    temperature: bool = True

    def give_up(self, refusal: str) -> bool:
        """Leaves out what `refusal` names; whether that was anything."""
        if self.limit == "max_tokens" and "max_completion_tokens" in refusal:
            self.limit = "max_completion_tokens"
        elif self.temperature and "temperature" in refusal:
            self.temperature = False
        elif self.constraints[0] and _REFUSED.search(refusal):
            self.constraints.pop(0)
        else:
            return False
        return True


_REFUSED: Final = re.compile(
    r"grammar|response.?format|json.?schema|structured|unrecogni[sz]ed|unsupported|not supported|unknown (?:field|param|arg)"
    r"|extra (?:field|input)|additional propert|not permitted|invalid param"
)


class Endpoint:
    """An OpenAI-style endpoint. `model` is the name it knows a model by, `key` a secret that only its header shows."""

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        limits: Limits | None = None,
        constrained: bool = True,
        retries: int = 2,
        pause: float = 1.0,
    ) -> None:
        """`retries` are made where the endpoint is busy, after `pause` seconds, twice that, and so on, if it asks for no other
        wait. Raises `UserError` (E-041) for a URL that is none, `EnvironmentFault` for a key that no header can hold.
        """
        self.address = read_address(url)
        self.model, self.usage = model, Usage()
        self.limits = limits or Limits()
        self.retries, self.pause = retries, pause
        self._key, self._switch = key, Switch()
        self._form = _Form() if constrained else _Form([""])
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        self._headers["User-Agent"] = "siglum"
        if key:
            if not (key.isascii() and key.isprintable()) or " " in key:
                raise EnvironmentFault("the key holds characters that no key has", None, "set it to the key alone", FAULT)
            self._headers["Authorization"] = f"Bearer {key}"

    def stop(self) -> None:
        self._switch.stop()

    @property
    def takes_grammar(self) -> bool:
        return self._form.constraints[0] == "grammar"

    def close(self) -> None:
        """Every request has a connection of its own, which is closed by then."""

    def check(self) -> list[str]:
        """The models that the endpoint lists, as text safe to print; empty where it lists none.

        Raises `EnvironmentFault` where nobody answers there, or the key is refused.
        """
        answer = exchange(self.address, "GET", self.address.base + MODELS, self._headers, b"", self.limits, self._switch)
        if answer.status in (401, 403):
            raise self._fault(answer)
        try:
            listed = json.loads(answer.body)["data"]
            return [echo(self._without_key(str(m["id"]))) for m in listed]
        except (ValueError, KeyError, TypeError, RecursionError):
            return []

    def ask(self, request: Request) -> list[Reply]:
        again = 0
        while True:
            self.usage.requests += 1
            body = json.dumps(self._body(request)).encode()
            path = self.address.base + CHAT
            answer = exchange(self.address, "POST", path, self._headers, body, self.limits, self._switch)
            if answer.status == 200:
                return self._replies(answer)
            if answer.status in (400, 404, 415, 422) and self._form.give_up(_said(answer).lower()):
                self.usage.retries += 1
                continue
            wait = _asked_wait(answer, self.pause * 2**again)
            if answer.status not in LATER or again == self.retries or wait > LONGEST_WAIT:
                raise self._fault(answer)
            again += 1
            self.usage.retries += 1
            self._switch.wait(wait)

    def _body(self, request: Request) -> dict[str, Any]:
        form = self._form
        messages = [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
        body: dict[str, Any] = {"model": self.model, "messages": messages, form.limit: request.max_tokens}
        if form.temperature:
            body["temperature"] = request.temperature
        if form.constraints[0] == "grammar":
            grammar = request.grammar()
            if grammar:
                body["grammar"] = grammar
        elif form.constraints[0]:
            schema = {"name": "phrases", "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    # answers

    def _fault(self, answer: Answer) -> EnvironmentFault:
        """What an answer means that holds no reply."""
        status, said = answer.status, self._without_key(_said(answer))
        detail = f": {echo(said, _MENTIONED)}" if said else ""
        if 300 <= status < 400:
            target = echo(self._without_key(answer.headers.get("location", "another address")))
            message, fix = f"{self.address} sends on to {target}, where nobody follows", "give that URL itself"
        elif status in (401, 403):
            message, fix = f"{self.address} refuses the key (HTTP {status}){detail}", "name the variable that holds the right key"
        elif status == 404:
            message = f"{self.address} has no {self.address.base}{CHAT}, or no model {echo(self.model)} (HTTP 404){detail}"
            fix = "check the URL and the model's name"
        elif status == 429:
            message, fix = f"{self.address} takes no more requests now (HTTP 429){detail}", "try again later"
        else:
            message, fix = f"{self.address} answers HTTP {status}{detail}", "look into the endpoint's own log"
        return EnvironmentFault(message, None, fix, FAULT)

    def _without_key(self, text: str) -> str:
        """A text of the endpoint's, which may repeat the key."""
        return text.replace(self._key, "***") if self._key else text

    def _replies(self, answer: Answer) -> list[Reply]:
        try:
            held = json.loads(answer.body)
        except (ValueError, RecursionError):
            beginning = self._without_key(answer.body[:1000].decode("utf-8", "replace"))
            what = f"it begins {echo(beginning, 40)}" if beginning.strip() else "it is empty"
            message = f"the answer of {self.address} is no JSON: {what}"
            raise EnvironmentFault(message, None, "this is no chat endpoint; check the URL", FAULT) from None
        choices = held.get("choices") if isinstance(held, dict) else None
        replies = [_reply(c) for c in choices] if isinstance(choices, list) else []
        self._count(held)
        if not replies or None in replies:
            message = f"the answer of {self.address} is no chat completion: `choices` holds no message"
            raise EnvironmentFault(message, None, "this is no chat endpoint; check the URL", FAULT)
        return [r for r in replies if r is not None]

    def _count(self, held: object) -> None:
        usage = held.get("usage") if isinstance(held, dict) else None
        counts = [usage.get(name) if isinstance(usage, dict) else None for name in ("prompt_tokens", "completion_tokens")]
        known = [c if isinstance(c, int) and not isinstance(c, bool) and 0 <= c < MAX_TOKEN_COUNT else None for c in counts]
        self.usage.add(known[0], known[1])


def _reply(choice: object) -> Reply | None:
    """The reply in one of `choices`; None where it is of another shape."""
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return None
    content = message.get("content")
    if isinstance(content, list):
        texts = [p.get("text") for p in content if isinstance(p, dict)]
        content = "".join(t for t in texts if isinstance(t, str))
    if content is None:
        content = ""
    return Reply(content, choice.get("finish_reason") == "length") if isinstance(content, str) else None


def _said(answer: Answer) -> str:
    """What the endpoint says of its refusal; nothing where it says it in no way that is known."""
    try:
        held = json.loads(answer.body)
        for name in ("error", "message", "detail"):
            if isinstance(held, dict) and name in held:
                held = held[name]
        return held if isinstance(held, str) else json.dumps(held)[:1000] if held else ""
    except (ValueError, RecursionError):
        return ""


def _asked_wait(answer: Answer, otherwise: float) -> float:
    """The seconds of `Retry-After`; `otherwise` where it has none, or a date."""
    seconds = answer.headers.get("retry-after", "").strip()
    return float(seconds) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", seconds) else otherwise
