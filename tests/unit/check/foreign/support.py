"""What the tests of this folder share: references from source text, a judge, and pieces of machine code as hex."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from benchmarks.foreign.corpus import REFERENCES, reference_of

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.judge import Judge, Limits, Reference
from siglum.check.foreign.prove import Models
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio
from siglum.target.x86_64.semantics import own, sleigh

MODELS = Models(own.step, sleigh.step)


class Compiled(NamedTuple):
    """One line of compiled.txt."""

    name: str
    option: str
    code: Code


def compiled() -> list[Compiled]:
    """The functions that gcc compiled."""
    found = []
    for line in Path(__file__).with_name("compiled.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, option, entry, start, end, text = line.split()
            found.append(Compiled(name, option, Code(bytes.fromhex(text), int(entry), (int(start), int(end)))))
    return found


def corpus(name: str) -> tuple[Reference, Convention]:
    """A reference of the benchmark's C functions."""
    text = REFERENCES.read_text(encoding="utf-8")
    return meaning(text, name)


def meaning(text: str, name: str = "f", prototype: str = "") -> tuple[Reference, Convention]:
    """The reference `name` in a text; its prototype is given or is that of its decorator."""
    if not prototype:
        node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
        (decorator,) = node.decorator_list
        assert isinstance(decorator, ast.Call)
        prototype = ast.literal_eval(decorator.args[0])
    return reference_of("from siglum import *\n" + text if "import" not in text else text, name, prototype)


def code(text: str) -> Code:
    return Code(bytes.fromhex(text))


def judge_with(portfolio: Portfolio, sandbox: Sandbox, models: Models = MODELS, limits: Limits | None = None) -> Judge:
    return Judge(sandbox, portfolio, models, limits)
