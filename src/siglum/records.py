"""What stages hand to each other: Spec, Candidate, Image with its witness, Verdict.

Logic-free. May import `siglum.ir`, `siglum.errors` and `siglum.stencil.families`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from siglum.errors import Place
from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.ir.types import Type

# Images -----------------------------------------------------------------------------------------------------


class Instance(NamedTuple):
    """One stencil put to use: family and operands (see `stencil.families`), its byte span in the code, the index
    of the origin (word and place) in the owning function that it serves, or -1, and where its cold part stands, or -1.
    """

    family: str
    operands: tuple[int, ...]
    offset: int
    length: int
    origin: int
    cold: int = -1


@dataclass(frozen=True, slots=True)
class Location:
    """Where one component of a value lives: `kind` is "v", "x" or "s" and `index` the register or slot. A wide sum has two,
    low word and high word; float lanes have one, the first of their eight slots.
    """

    kind: str
    index: int


DEAD: Final = Location("", 0)
"""Stands for a component nobody needs any more."""


class Label(NamedTuple):
    """A point other instances jump to: its offset, and the allocator's map there: for each live value the locations of
    its components. `path` names the point in the function: the regions from the outermost in, each as
    (node, which of its regions), then how many listed nodes of the innermost region lie behind it.

    There is a label at the start of an `if`'s arm that is jumped to, at the start of every loop body (`done` 0), behind every
    `if` and `loop` (`done` counts it), but behind no `if` that decides whether the loop it ends goes on. In `values` stand the
    nodes that own live components: parameters, nodes with a machine operation, `result` nodes, constants held in registers;
    not the structural nodes made of them. A node stands there once for each place it is in. Node `length(a)` is component
    1 of `a`, so `a` may be listed with `DEAD` as its base. A label of a stop's stub has `done` -1.
    """

    offset: int
    path: tuple[tuple[Node, int], ...]
    done: int
    values: tuple[tuple[Node, tuple[Location, ...]], ...]


class StopSite(NamedTuple):
    """Where a program can stop: how, in which word, and the word's place in the source."""

    kind: str
    origin: int
    block: int


@dataclass(frozen=True, slots=True)
class Block:
    """The machine code of one function inside an image: instances in order, labels by number, frame size in slots
    (even). The first block runs from `entry` to `leave`, the others end in `ret`; each ends with its stops' stubs, then cold
    code. A function that calls itself has a block of the second sort, even if it is the image's.
    """

    function: Function
    offset: int
    length: int
    instances: tuple[Instance, ...]
    labels: tuple[Label, ...]
    frame_slots: int


@dataclass(frozen=True, slots=True)
class Witness:
    """What lets the checker follow the binder: the blocks (the first is the entry's), and every stop site."""

    blocks: tuple[Block, ...]
    stops: tuple[StopSite, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """Linked bytes. `code` holds instructions, then constant data from `data_offset` on; entry at offset 0 as
    docs/frame.md says. `capabilities` are the effects the program may have.
    """

    target: str
    code: bytes
    data_offset: int
    function: Function
    witness: Witness
    table_digest: str
    capabilities: frozenset[str] = frozenset()

    @property
    def params(self) -> tuple[tuple[str, Type], ...]:
        return self.function.params

    @property
    def result(self) -> Type:
        return self.function.result


# Verdicts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Followed:
    """The witness was followed: the bytes are the table's and compute the Function, if the stencils keep their contracts. That
    is proved of all but the families in `unproved`, or was not looked up where there are none.
    """

    instances: int
    blocks: int
    unproved: tuple[str, ...] = ()

    def __str__(self) -> str:
        which = f", unproved: {', '.join(self.unproved)}" if self.unproved else ""
        return f"witness followed ({self.instances} stencils{which})"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof rests on: `method` names the route, `models` counts the instruction models it was made in (0 where no
    machine code is involved), `solvers` those that settled queries, `agreeing` of them each query alike (none where all became
    `false` by rewriting), `queries` the SHA-256 of each query's script, `lemmas` what was used beside solvers, by name.
    """

    method: str
    models: int
    solvers: tuple[str, ...]
    queries: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()

    @property
    def agreeing(self) -> int:
        """How many solvers agreed on each query: two, as `smt.solve` wants, however many there were in all."""
        return min(len({name.partition("-")[0] for name in self.solvers}), 2)

    def __str__(self) -> str:
        models = f", models={self.models}" if self.models else ""
        rewritten = ", by rewriting" if self.queries else ""
        solvers = f", solvers={self.agreeing}" if self.solvers else rewritten
        return f"{self.method}{models}{solvers}{''.join(f', {name}' for name in self.lemmas)}"


@dataclass(frozen=True, slots=True)
class Proved:
    """Holds for every input that meets the precondition."""

    proof: Proof

    def __str__(self) -> str:
        return f"proved ({self.proof})"


@dataclass(frozen=True, slots=True)
class ProvedUpTo:
    """Holds for every input whose `measure` (the length of a list, the runs of a loop) is at most `bound`; `missing` says
    why there is no proof for all.
    """

    bound: int
    measure: str
    proof: Proof
    missing: str

    def __str__(self) -> str:
        return f"proved up to {self.measure} {self.bound} ({self.proof}; for all: {self.missing})"


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Ran alike on every one of its `inputs` inputs. Evidence from this machine's CPU, not a proof."""

    inputs: int

    def __str__(self) -> str:
        return f"exhausted (all {self.inputs} inputs run)"


@dataclass(frozen=True, slots=True)
class Tested:
    """Agreed with the reference on `runs` inputs. Not a proof; `missing` says what stood in the way of one."""

    runs: int
    missing: str = ""

    def __str__(self) -> str:
        return f"tested ({self.runs} runs, not proved{': ' if self.missing else ''}{self.missing})"


@dataclass(frozen=True, slots=True)
class Refuted:
    """A counterexample: arguments, what was expected, what came out. `unsafe` says that code did what no function may do,
    such as to write memory that is not its own.
    """

    arguments: tuple[Any, ...]
    expected: str
    got: str
    unsafe: bool = False

    def __str__(self) -> str:
        return f"refuted: on {self.arguments} expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Unsafe:
    """The code was not run or did something no function may do: what, and at which offset (-1: nowhere in particular)."""

    reason: str
    offset: int = -1

    def __str__(self) -> str:
        return f"unsafe: {self.reason}" + (f" at offset {self.offset:#x}" if self.offset >= 0 else "")


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The checker has no meaning for something, so nothing is said of the code."""

    what: str

    def __str__(self) -> str:
        return f"unsupported: {self.what}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing was established, and why."""

    reason: str

    def __str__(self) -> str:
        return f"unknown ({self.reason})"


@dataclass(frozen=True, slots=True)
class Rejected:
    """The witness does not fit the bytes or the Function: where, and why."""

    reason: str
    offset: int = -1

    def __str__(self) -> str:
        return f"rejected: {self.reason}" + (f" at offset {self.offset:#x}" if self.offset >= 0 else "")


Finding = Followed | Proved | ProvedUpTo | Exhausted | Tested | Refuted | Unsafe | Unsupported | Unknown | Rejected


@dataclass(frozen=True, slots=True)
class Consistent:
    """What is known of a program beside an intent without a reference: it agrees with the examples, and so do `alternatives`
    others, about as likely, that were found and differ from it elsewhere. It says nothing of any other input.
    """

    examples: int
    alternatives: int = 0

    def __str__(self) -> str:
        examples = f"{self.examples or 'no'} example{'' if self.examples == 1 else 's'}"
        others = f"{self.alternatives or 'no likely'} alternative{'s' if self.alternatives > 1 else ''}"
        return f"consistent with {examples}, {others}, not proved"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two findings, never merged: `bytes` (do the bytes refine the Function) and `meaning` (does the Function, as run
    natively, meet the Spec). `assumptions` are what both rest on. Where the Spec is an `intent` without a reference, `meaning` is
    about the program that was found for it, beside its own words.
    """

    bytes: Finding
    meaning: Finding
    assumptions: tuple[str, ...] = ()
    intent: Consistent | None = None

    def __str__(self) -> str:
        intent = f"; intent: {self.intent}" if self.intent else ""
        return f"bytes: {self.bytes}; meaning: {self.meaning}{intent}"

    def __bool__(self) -> bool:
        raise TypeError("a verdict is no truth value: look at its two findings")


# Intent -----------------------------------------------------------------------------------------------------

Params = tuple[tuple[str, Type], ...]


class Example(NamedTuple):
    """One line of what is wanted: Python values of the parameters' types, and the result. `place` is where it was given."""

    arguments: tuple[Any, ...]
    result: Any
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be spent: seconds of the processor, bytes of memory for the search, candidates that are kept."""

    seconds: float = 10.0
    memory: int = 1 << 30
    kept: int = 5


@dataclass(frozen=True, slots=True)
class Spec:
    """The intent, resolved: signature, `phrase` in English, examples, a `reference` that runs in CPython (it raises `Stop` or an
    ordinary error where it stops), `properties` (names and predicates over the arguments and the result), overflow policy. Where
    what is called has an attribute `function`, that is the Function it computes.
    """

    params: Params
    result: Type | None
    overflow: str = "stop"
    examples: tuple[Example, ...] = ()
    phrase: str = ""
    reference: Callable[..., Any] | None = None
    properties: tuple[tuple[str, Callable[..., bool]], ...] = ()
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that somebody proposes: `text` is a phrase over the Spec's parameters, `origin` says who, and the smaller its
    `cost` (in bits), the likelier it is what is meant. `notes` are for people: how it came about. `against` are inputs on which
    other programs failed for whoever proposes it, and may fail again.
    """

    text: str
    origin: str
    cost: float = 0.0
    notes: tuple[str, ...] = ()
    against: tuple[tuple[Any, ...], ...] = ()


class Feedback(NamedTuple):
    """Why a candidate failed, the same for every proposer. `kind` is "text" (no program), "type" (another result), "example",
    "reference", "property" or "stop"; `message` is one line; where there is a counterexample, its arguments, what was expected
    and what came (texts, as a person would write them).
    """

    candidate: Candidate
    kind: str
    message: str
    arguments: tuple[Any, ...] | None = None
    expected: str = ""
    got: str = ""
