"""The operations of the search: every word of the vocabulary at the types that values have here, lifted or not, and words that
take functions with small bodies. Made from the declarations alone, so that a new word is searched at once.

Imports `frontend`, `vocab` and `ir`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from siglum.errors import UserError
from siglum.ir.types import BOOL, CHAR, F64, I64, STR, Array, Map, Pair, Type, is_scalar, substitute
from siglum.propose.search.words import COMMUTES, NEVER, bits_of

if TYPE_CHECKING:
    from siglum.frontend.phrase.language import Language
    from siglum.ir.vocabulary import Overload

NAMES: Final = ("a", "b", "c")
"""The arguments of an operation, in its text."""
SCALARS: Final = (I64, F64, BOOL, CHAR)
ITEMS: Final = (I64, F64, CHAR, STR, BOOL, Array(I64))
"""What variables of any type stand for."""
TYPES: Final = (
    *SCALARS, Array(I64), Array(F64), Array(BOOL), STR, Array(STR), Array(Array(I64)), Array(Array(STR)), Array(Array(F64)),
    Pair(I64, I64), Array(Pair(I64, I64)), Map(I64, I64), Map(STR, I64), Map(CHAR, I64),
)  # fmt: skip
"""The types of the values that are looked at."""
LIFT_BITS: Final = 0.5
SPREAD_BITS: Final = 2.5
BODY_BITS: Final = 0.5
NESTED_BITS: Final = 3.0
ZIPPED_BITS: Final = 2.0
"""What lifting, a number that is not a constant beside a list, a function's parentheses, a list for each element, and two lists
side by side cost beside the words."""
_SCALAR_VARIABLES: Final = "NS"
ZIPPED: Final = ("+", "-", "*", "min", "max", "//", "=")


@dataclass(frozen=True, slots=True)
class Operation:
    """A phrase over `a`, `b`, `c`, which stand for values of `params`; `words` are those it is made of. Where it does the same to
    each number, `flat` is a phrase that does it to the numbers of two lists side by side, or of one.
    """

    text: str
    params: tuple[Type, ...]
    result: Type
    words: tuple[str, ...]
    bits: float
    commutes: bool = False
    flat: str = ""


class _Body:
    """A function argument: its text over `it` and `acc` with names for values from outside, and their types."""

    def __init__(self, text: str, outside: tuple[Type, ...], words: tuple[str, ...]) -> None:
        self.text, self.outside, self.words = text, outside, words


class Catalogue:
    """All operations over a language's vocabulary."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.vocabulary = language.vocabulary

    def operations(self) -> Iterator[Operation]:
        """Each once, cheapest reading of a text first."""
        seen: set[tuple[str, tuple[Type, ...]]] = set()
        for found in self._all():
            key = found.text, found.params
            if key not in seen:
                seen.add(key)
                yield found

    def _all(self) -> Iterator[Operation]:
        for name in self.vocabulary.names():
            if name in NEVER or name == "else":
                continue
            for overload in self.vocabulary.overloads(name):
                for bindings in _bindings(overload):
                    params = [substitute(pattern, bindings) for _, pattern in overload.params]
                    if any(p.kind == "fn" for p in params):
                        yield from self._with_bodies(name, params)
                    else:
                        yield from self._plain(name, params)
        yield from self._choices()
        yield from self._zipped()

    # Words on values ------------------------------------------------------------------------------------------------
    def _plain(self, name: str, params: Sequence[Type]) -> Iterator[Operation]:
        if len(params) > len(NAMES):
            return
        text = _applied(name, NAMES[: len(params)])
        flat = text if params and all(p in SCALARS for p in params) and self._only_lifts(name) else ""
        for lifted in product((False, True), repeat=len(params)):
            if any(lifted) and any(p not in SCALARS and p is not STR for p in params):
                continue  # `xs take ks`, a list for each k, is hardly ever meant
            if name in COMMUTES and lifted == (False, True):
                continue  # the other way round it is the same
            types = tuple(Array(p) if up else p for up, p in zip(lifted, params, strict=True))
            bits = bits_of(name) + LIFT_BITS * (2 ** sum(lifted) - 1)
            yield from self._typed(text, types, (name,), bits, name in COMMUTES, lifted=any(lifted), flat=flat)

    def _only_lifts(self, name: str) -> bool:
        """Whether the word says nothing of lists but what it does to each element."""
        patterns = [pattern for overload in self.vocabulary.overloads(name) for _, pattern in overload.params]
        return all(is_scalar(p) or p is STR or (p.kind == "var" and p.text in _SCALAR_VARIABLES) for p in patterns)

    def _typed(
        self,
        text: str,
        params: tuple[Type, ...],
        words: tuple[str, ...],
        bits: float,
        commutes: bool = False,
        *,
        lifted: bool = False,
        flat: str = "",
    ) -> Iterator[Operation]:
        """The operation, if the text type-checks and gives a type that is looked at; a result that may be absent stops, or is
        replaced where there is room for one more argument.
        """
        if not all(p in TYPES for p in params):
            return
        given = tuple(zip(NAMES, params, strict=False))
        try:
            result = self.language.read(text, given).main.result
        except UserError:
            return
        if lifted and result.kind == "array" and result.element.kind == "array" and result.element is not STR:
            bits += NESTED_BITS
        commutes = commutes and len(params) == 2 and params[0] is params[1]
        if result.kind == "option":
            result = result.element
            if result in TYPES and len(params) < len(NAMES):
                otherwise = f"{text} else {NAMES[len(params)]}"
                yield Operation(otherwise, (*params, result), result, (*words, "else"), bits + 2 + bits_of("else") / 2)
        if result in TYPES:
            yield Operation(text, params, result, words, bits, commutes, flat)

    # Words on functions ---------------------------------------------------------------------------------------------
    def _with_bodies(self, name: str, params: Sequence[Type]) -> Iterator[Operation]:
        functions = [k for k, p in enumerate(params) if p.kind == "fn"]
        if len(functions) != 1 or len(params) > len(NAMES):
            return
        (at,) = functions
        if name == "map" and params[at].args[0] in SCALARS and params[at].args[-1] in SCALARS:
            return  # lifting does the same
        values = [p for p in params if p.kind != "fn"]
        for body in self._bodies(params[at]):
            if len(values) + len(body.outside) > len(NAMES):
                continue
            names = iter(NAMES)
            arguments = [f"({body.text})" if k == at else next(names) for k in range(len(params))]
            outside = {f"<{k}>": next(names) for k in range(len(body.outside))}
            text = _applied(name, arguments)
            for mark, given in outside.items():
                text = text.replace(mark, given)
            bits = bits_of(name) + BODY_BITS + sum(map(bits_of, body.words))
            yield from self._typed(text, (*values, *body.outside), (name, *body.words), bits)

    def _bodies(self, wanted: Type) -> Iterator[_Body]:
        """One word on the element, with arguments from outside; for functions of two, one word on both."""
        *given, result = wanted.args
        for name in self.vocabulary.names():
            if name in NEVER or name == "else":
                continue
            for overload in self.vocabulary.overloads(name):
                if any(p.kind == "fn" for _, p in overload.params):
                    continue
                for bindings in _bindings(overload, (given[-1], result)):
                    params = [substitute(pattern, bindings) for _, pattern in overload.params]
                    gives = substitute(overload.result, bindings)
                    gives = gives.element if gives.kind == "option" else gives
                    if result.kind != "var" and gives is not result:
                        continue
                    if len(given) == 2 and params == given:
                        yield _Body(_applied(name, ("acc", "it")), (), (name,))
                    elif len(given) == 1 and params and params[0] is given[0] and len(params) <= 2:
                        outside = tuple(params[1:])
                        yield _Body(_applied(name, ("it", *(f"<{k}>" for k in range(len(outside))))), outside, (name,))
        if len(given) == 1 and given[0].kind == "array" and result is BOOL:
            yield _Body("it is it reverse", (), ("is", "reverse"))

    def _zipped(self) -> Iterator[Operation]:
        """A word on the elements of two lists side by side, as far as the shorter one goes (lifting wants them equally long)."""
        for name in ZIPPED:
            text = f"a zip b map ({_applied(name, ('it left', '(it right)'))})"
            for t in (I64, F64):
                bits = bits_of(name) + ZIPPED_BITS
                words = ("zip", "map", name)
                yield from self._typed(text, (Array(t), Array(t)), words, bits, name in COMMUTES, flat=_applied(name, NAMES[:2]))

    # Choices ---------------------------------------------------------------------------------------------------------
    def _choices(self) -> Iterator[Operation]:
        for t in (*SCALARS, STR, Array(I64), Array(STR)):
            yield from self._typed("a ? b : c", (BOOL, t, t), (), 5.0)
        for t in SCALARS:
            for arms in ((Array(t), Array(t)), (Array(t), t), (t, Array(t)), (t, t)):
                yield from self._typed("a ? b : c", (Array(BOOL), *arms), (), 6.0)


def _applied(name: str, arguments: Sequence[str]) -> str:
    """A word, or a symbol, on arguments."""
    if name[0].isalpha():
        return " ".join([*arguments[:1], name, *arguments[1:]])
    return f"{arguments[0]} {name} {arguments[1]}"


def _bindings(overload: Overload, known: Sequence[Type] = ()) -> Iterator[dict[str, Type]]:
    """What the type variables of an overload may stand for; the `known` types as well."""
    variables = sorted({v for _, p in overload.params for v in _variables(p)} | set(_variables(overload.result)))
    further = [k for k in known if not k.has_vars]
    choices = [[*dict.fromkeys([*_choices_of(v), *(further if v not in _SCALAR_VARIABLES else ())])] for v in variables]
    for types in product(*choices):
        yield dict(zip(variables, types, strict=True))


def _choices_of(variable: str) -> Iterable[Type]:
    if variable == "N":
        return (I64, F64)
    if variable == "S":
        return (I64, F64, CHAR, STR, BOOL)
    return ITEMS if variable == "T" else (I64, STR, CHAR, F64, BOOL)


def _variables(pattern: Type) -> Iterator[str]:
    if pattern.kind == "var":
        yield pattern.text
    for part in pattern.args:
        yield from _variables(part)
