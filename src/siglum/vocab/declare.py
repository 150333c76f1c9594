"""How words are declared, and the vocabulary that collects the declarations.

A word is a typed Python function under `@word`; it runs in CPython as it stands, which is its reference.
Imports `siglum.ir`, `siglum.frontend.python` and the standard library; every file of words imports this one.

    @word("filter", examples=("[1 2 3 4] filter even is [2 4]",))
    def filter_(xs: list[T], keep: Callable[[T], bool]) -> list[T]:
        '''The elements for which `keep` holds, in order.'''
        return [x for x in xs if keep(x)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final, TypeVar

from siglum.frontend.python.annotations import type_of_text
from siglum.frontend.python.scalars import char, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from siglum.ir.types import Type
from siglum.ir.vocabulary import Shape, shape_of

T = TypeVar("T")
U = TypeVar("U")
A = TypeVar("A")
B = TypeVar("B")
K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", int, float)
"""i64 or f64."""
S = TypeVar("S", int, float, bool, str)
"""What has an order: i64, u64, f64, bool, char, str."""

EFFECTS: Final = ("read", "write", "files", "clock")
"""What a word may do besides giving its result: standard input, standard output, files, the time."""

F = TypeVar("F", bound=Callable[..., Any])


class Overload:
    """One declaration of a word. `function` is its definition; `inline` is None where the elaborator decides."""

    def __init__(
        self,
        name: str,
        function: FunctionType,
        examples: tuple[str, ...],
        effects: frozenset[str],
        synonyms: tuple[str, ...],
        inline: bool | None,
        wraps: bool,
    ) -> None:
        self.name, self.function, self.examples, self.effects = name, function, examples, effects
        self.synonyms, self.inline, self.wraps = synonyms, inline, wraps

    def __repr__(self) -> str:
        inside = " ".join(str(t) for _, t in self.params)
        return f"<{self.name} {inside} -> {self.result}>"

    @cached_property
    def params(self) -> tuple[tuple[str, Type], ...]:
        """Names and type patterns in order; a function parameter's pattern is of kind `fn`."""
        return tuple((n, type_of_text(a)) for n, a in self.function.__annotations__.items() if n != "return")

    @cached_property
    def result(self) -> Type:
        return type_of_text(self.function.__annotations__["return"])

    @property
    def doc(self) -> str:
        """The first line of the definition's docstring."""
        return (self.function.__doc__ or "").strip().split("\n", 1)[0]

    @property
    def reference(self) -> Callable[..., Any]:
        """The definition as CPython runs it."""
        return self.function

    @property
    def source(self) -> str:
        """The file the definition stands in, from the package's folder on."""
        return self.function.__module__.replace(".", "/") + ".py"

    @property
    def line(self) -> int:
        """The line its decorator stands in, from 1."""
        return self.function.__code__.co_firstlineno


def word(
    name: str,
    *,
    examples: tuple[str, ...],
    effects: Iterable[str] = (),
    synonyms: tuple[str, ...] = (),
    inline: bool | None = None,
    wraps: bool = False,
) -> Callable[[F], F]:
    """Declares the function under it as an overload of the word `name`, and leaves it as it is.

    `examples` are phrases that give true; `effects` are of `EFFECTS`; `synonyms` are other names the reader takes;
    `inline` says whether calls dissolve in their caller (None: by size); `wraps` marks integer arithmetic that wraps
    by nature, as hashes do. Raises TypeError where the declaration is incomplete.
    """

    def declare(function: F) -> F:
        assert isinstance(function, FunctionType)
        where = f"{function.__module__}.{function.__qualname__}"
        written = function.__annotations__
        if set(written) != {*function.__code__.co_varnames[: function.__code__.co_argcount], "return"}:
            raise TypeError(f"{where}: every parameter and the result needs an annotation")
        if not all(isinstance(a, str) for a in written.values()):
            raise TypeError(f"{where}: the module must begin with `from __future__ import annotations`")
        if not function.__doc__:
            raise TypeError(f"{where}: the doc line is missing")
        unknown = set(effects) - set(EFFECTS)
        if unknown:
            raise TypeError(f"{where}: unknown effects {sorted(unknown)}")
        function.__dict__["__siglum_word__"] = Overload(name, function, examples, frozenset(effects), synonyms, inline, wraps)
        return function

    return declare


def declared(function: object) -> Overload | None:
    """The declaration of a function under `@word`, else None."""
    found = getattr(function, "__siglum_word__", None)
    return found if isinstance(found, Overload) else None


def overloads_in(module: ModuleType) -> tuple[Overload, ...]:
    """The declarations of one module, in order."""
    found = (declared(v) for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__)
    return tuple(o for o in found if o is not None)


class Vocabulary:
    """Words by name; implements `siglum.ir.vocabulary.Vocabulary`. Raises TypeError where overloads of one name differ
    in shape, where two take the same types, or where a synonym is taken.
    """

    def __init__(self, overloads: Iterable[Overload], synonyms: Mapping[str, str] | None = None) -> None:
        self._overloads: dict[str, list[Overload]] = {}
        self._shapes: dict[str, Shape] = {}
        self._synonyms: dict[str, str] = {}
        for o in overloads:
            shape = shape_of(o)
            if self._shapes.setdefault(o.name, shape) != shape:
                raise TypeError(f"`{o.name}` has overloads of two shapes")
            for other in self._overloads.setdefault(o.name, []):
                if _overlap(o, other):
                    raise TypeError(f"two overloads of `{o.name}` take the same types: {o} and {other}")
            self._overloads[o.name].append(o)
            for synonym in o.synonyms:
                if self._synonyms.setdefault(synonym, o.name) != o.name:
                    raise TypeError(f"`{synonym}` stands for both `{self._synonyms[synonym]}` and `{o.name}`")
        for synonym, name in (synonyms or {}).items():
            if self._synonyms.setdefault(synonym, name) != name:
                raise TypeError(f"`{synonym}` stands for both `{self._synonyms[synonym]}` and `{name}`")
        for synonym, name in self._synonyms.items():
            if synonym in self._overloads:
                raise TypeError(f"`{synonym}` is a word and a synonym")
            if name not in self._overloads:
                raise TypeError(f"`{synonym}` stands for `{name}`, which is no word")

    def shape(self, name: str) -> Shape | None:
        return self._shapes.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(self._overloads)

    def overloads(self, name: str) -> tuple[Overload, ...]:
        return tuple(self._overloads.get(name, ()))

    def synonym(self, name: str) -> str | None:
        return self._synonyms.get(name)


def _overlap(a: Overload, b: Overload) -> bool:
    """Whether some argument types fit both and neither is the more special one (a variable against a fixed type is)."""
    return all(_same(p, q) for (_, p), (_, q) in zip(a.params, b.params, strict=True))


def _same(p: Type, q: Type) -> bool:
    if p is q:
        return True
    if p.kind == "var" and q.kind == "var":
        return _class(p.text) == _class(q.text)
    return p.kind == q.kind and bool(p.args) and len(p.args) == len(q.args) and all(map(_same, p.args, q.args))


def _class(variable: str) -> str:
    return variable if variable in "NS" else "any"


@cache
def vocabulary() -> Vocabulary:
    """The words of all subjects named in `siglum.vocab.SUBJECTS`."""
    subjects: tuple[str, ...] = import_module("siglum.vocab").SUBJECTS
    everything = (o for s in subjects for o in overloads_in(import_module(f"siglum.vocab.{s}")))
    return Vocabulary(everything, import_module("siglum.vocab.synonyms").SYNONYMS)


__all__ = [
    "EFFECTS",
    "A",
    "B",
    "K",
    "N",
    "Overload",
    "S",
    "T",
    "U",
    "V",
    "Vocabulary",
    "char",
    "declared",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "overloads_in",
    "u8",
    "u16",
    "u32",
    "u64",
    "vocabulary",
    "word",
]  # fmt: skip
