"""Models of the package `llm`, which run in this process or wherever its plug-ins reach.

Imports `siglum.errors` and its siblings. The package is an extra, imported when a model is asked for. Its models take no grammar.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from siglum.errors import EnvironmentFault, UserError, echo
from siglum.propose.model.chat import Reply, Request, Usage
from siglum.propose.model.wire import FAULT, Stopped


class PackagedModel:
    """The model that `llm` knows as `model`."""

    def __init__(self, model: str) -> None:
        """Raises `EnvironmentFault` where the package is missing, `UserError` (E-002) where it has no such model."""
        try:
            package = import_module("llm")
        except ImportError:
            raise EnvironmentFault("the package llm is missing", None, "pip install 'siglum[llm]'", FAULT) from None
        try:
            self._model: Any = package.get_model(model)
        except package.UnknownModelError:
            names = [echo(m.model_id, 30) for m in package.get_models()]
            message = f"the package llm has no model '{echo(model)}'"
            raise UserError(message, None, f"models: {', '.join(sorted(names)[:20])}", "E-002") from None
        self.model, self.usage = model, Usage()
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True

    def ask(self, request: Request) -> list[Reply]:
        if self._stopped:
            raise Stopped
        self.usage.requests += 1
        known = self._model.Options.model_fields
        wanted = {"max_tokens": request.max_tokens, "temperature": request.temperature}
        options = {name: value for name, value in wanted.items() if name in known}
        pieces: list[str] = []
        try:
            response = self._model.prompt(request.user, system=request.system, **options)
            for piece in response:
                pieces.append(piece)
                if self._stopped:
                    raise Stopped
            counted = response.usage()
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            message = f"the model {echo(self.model)} of the package llm fails: {echo(str(error), 120)}"
            raise EnvironmentFault(message, None, "try it with `llm prompt`", FAULT) from None
        self.usage.add(counted.input, counted.output)
        cut = counted.output is not None and counted.output >= request.max_tokens
        return [Reply("".join(pieces), cut)]
