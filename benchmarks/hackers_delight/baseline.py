"""cvc5's syntax-guided synthesis on the same tasks: the same operations as a grammar, the known program as what to imitate.

Run as a process of its own it reads SyGuS text from standard input and prints the answer. Imports cvc5 and the standard library.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
from typing import Any, NamedTuple

from benchmarks.hackers_delight.functions import BITS, Task

_WALL = 8.0
"""Seconds of the clock for one of the processor, after which cvc5 is ended in any case."""
_EXPRESSIONS = {
    "and": "bvand", "or": "bvor", "xor": "bvxor", "add": "bvadd", "sub": "bvsub", "mul": "bvmul", "udiv": "bvudiv",
    "shl": "bvshl", "lshr": "bvlshr", "ashr": "bvashr", "neg": "bvneg", "not": "bvnot", "ult": "bvult", "ule": "bvule",
    "eq": "=", "ne": "distinct",
}  # fmt: skip
_COMPARISONS = {"ult", "ule", "eq", "ne"}
_UNARY = {"neg", "not"}


class Outcome(NamedTuple):
    """Whether there was an answer in time, its length in operations (equal ones once), CPU seconds, and the answer or why not."""

    found: bool
    length: int
    seconds: float
    text: str


def word(value: int) -> str:
    """A constant of SMT-LIB."""
    return f"#x{value & (1 << BITS) - 1:0{BITS // 4}x}"


def production(component: str) -> str:
    """A component as a production over the nonterminal S."""
    name, _, constant = component.partition(":")
    plain = name.removeprefix("-")
    arguments = "S" if plain in _UNARY else f"S {word(int(constant, 0))}" if constant else "S S"
    made = f"({_EXPRESSIONS[plain]} {arguments})"
    if plain in _COMPARISONS:
        return f"(ite {made} {word(-1 if name.startswith('-') else 1)} {word(0)})"
    return made


def question(task: Task, components: list[str], truth: bool) -> str:
    """The task in SyGuS: a function of words; a truth value is 1 or 0."""
    names = list(task.reference.__annotations__)[:-1]
    sort = f"(_ BitVec {BITS})"
    productions = " ".join([*names, *map(production, dict.fromkeys(components))])
    wanted = f"(ite {task.formula} {word(1)} {word(0)})" if truth else task.formula
    return "\n".join(
        [
            "(set-logic BV)",
            f"(synth-fun f ({' '.join(f'({name} {sort})' for name in names)}) {sort} ((S {sort})) ((S {sort} ({productions}))))",
            *(f"(declare-var {name} {sort})" for name in names),
            f"(constraint (=> {task.where} (= (f {' '.join(names)}) {wanted})))",
            "(check-synth)",
        ]
    )


def ask(text: str, seconds: float) -> Outcome:
    """cvc5's answer to a question, in a process of its own that is ended after so many CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    limit = int(seconds) + 1

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))

    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.hackers_delight.baseline"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=limited,
    )
    try:
        output, _ = process.communicate(text, timeout=_WALL * seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if "define-fun" not in output or used > seconds:
        return Outcome(False, 0, used, "out of time" if used >= seconds or not output.strip() else output.strip()[:100])
    return Outcome(True, length(output), used, " ".join(output.split()))


def length(answer: str) -> int:
    """How many different operations an answer of cvc5 has; choices between two constants count with their condition as one."""
    tokens = re.findall(r"\(|\)|[^\s()]+", answer.partition(";")[0])
    stack: list[list[Any]] = [[]]
    for token in tokens:
        if token == "(":
            stack.append([])
        elif token == ")":
            done = tuple(stack.pop())
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    found: set[Any] = set()

    def walk(term: Any, names: dict[str, Any]) -> Any:
        if isinstance(term, str):
            return names.get(term, term)
        if term[0] == "let":
            return walk(term[2], names | {name: walk(value, names) for name, value in term[1]})
        made = (term[0], *(walk(part, names) for part in term[1:]))
        if term[0] != "_":
            found.add(made)
            if term[0] == "ite":
                found.discard(made[1])
        return made

    definition = next(term for outer in stack[0] for term in (outer if isinstance(outer[0], tuple) else [outer]))
    walk(definition[-1], {})
    return len(found)


def main() -> None:
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("sygus", "true")
    solver.setOption("lang", "sygus2")
    symbols = cvc5.SymbolManager(solver.getTermManager())
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SYGUS_2_1, sys.stdin.read(), "question")
    start = time.process_time()
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        output = str(command.invoke(solver, symbols)).strip()
        if output:
            print(output, flush=True)
    print(f"; {time.process_time() - start:.2f}", flush=True)


if __name__ == "__main__":
    main()
