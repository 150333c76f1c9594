"""Certificates: what was established, of which bytes, by what, as JSON that can be held against a second check.

A certificate is a tree of texts, numbers, lists and mappings. Nothing in it is believed: `siglum verify` makes it again and
compares. Imports `records`, `errors`, `smt` and the models' records.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from siglum.errors import SiglumError, UserError, echo
from siglum.records import Finding, Proof, Proved, ProvedUpTo, Verdict

FORMAT: Final = "siglum certificate 1"
SUFFIX: Final = ".cert.json"
MOST_BYTES: Final = 1 << 27
OWN, SLEIGH, STENCILS, TABLE = "own", "sleigh", "stencils", "table"
MODELS: Final = (OWN, SLEIGH)

_PROOF: Final = {"method": str, "models": int, "solvers": [str], "queries": [str], "lemmas": [str]}
_PROGRAM: Final = {"text": str, "source": str, "name": str, "signature": str, "overflow": str, "sha256": str}
_SHARED: Final[dict[str, Any]] = {
    "certificate": str,
    "siglum": str,
    "kind": str,
    "reference": _PROGRAM,
    "target": str,
    "code": {"sha256": str, "size": int},
    "files": {str: str},
    "bytes": dict,
    "meaning": dict,
    "assumptions": [str],
    "not_claimed": [str],
    "models": {str: str},
    "solvers": {str: str},
    "options": {str: float},
}
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "program": {
        **_SHARED,
        "candidate": _PROGRAM,
        "intent": {"text": str, "examples": [str], "alternatives": [str], "status": str},
        "outputs": {"name": str, "kinds": [str]},
        "images": {str: str},
        "table": str,
        "stencils": str,
    },
    "code": {
        **_SHARED,
        "candidate": {"file": str, "symbol": str, "syntax": str, "image": str, "entry": int, "start": int, "end": int},
        "prototype": str,
        "notes": [str],
    },
}
"""The fields of each kind of certificate; all are there, and no others."""


# Parts ------------------------------------------------------------------------------------------------------------------
def finding_as_json(finding: Finding) -> dict[str, Any]:
    """One finding: its kind, its line, and what a proof rests on."""
    found: dict[str, Any] = {"kind": type(finding).__name__.lower(), "text": str(finding)}
    if isinstance(finding, (Proved, ProvedUpTo)):
        proof = finding.proof
        found["proof"] = {
            "method": proof.method,
            "models": proof.models,
            "solvers": list(proof.solvers),
            "queries": list(proof.queries),
            "lemmas": list(proof.lemmas),
        }
    if isinstance(finding, ProvedUpTo):
        found["bound"] = finding.bound
    return found


def digest(data: bytes | str) -> str:
    """SHA-256 in hex."""
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def findings_of(verdict: Verdict) -> dict[str, Any]:
    """The fields that say what was established."""
    return {
        "bytes": finding_as_json(verdict.bytes),
        "meaning": finding_as_json(verdict.meaning),
        "assumptions": list(verdict.assumptions),
    }


def models_here(used: int) -> dict[str, str]:
    """The instruction models there are, and what says that each is the CPU's: the first `used` of them."""
    from siglum.target.x86_64.semantics import record

    found = {}
    for name in MODELS[:used]:
        if name == OWN:
            record_text = record.PATH.read_bytes() if record.PATH.exists() else b""
            found[OWN] = f"co-simulation record {digest(record_text)}" if record_text else "no co-simulation record"
        else:
            try:
                found[SLEIGH] = f"pypcode {version('pypcode')}"
            except PackageNotFoundError:
                found[SLEIGH] = "pypcode missing"
    return found


def proofs_made(kind: str, verdict: Verdict) -> list[Proof]:
    """The proofs that were made of these very bytes. That of a program's bytes rests on the record of stencil proofs instead."""
    halves = (verdict.meaning,) if kind == "program" else (verdict.bytes, verdict.meaning)
    return [half.proof for half in halves if isinstance(half, (Proved, ProvedUpTo))]


def solvers_here(proofs: list[Proof]) -> dict[str, str]:
    """The solvers that proofs rest on, with the versions that are installed."""
    from siglum.smt.cache import versions

    asked = {maker(name) for proof in proofs for name in proof.solvers}
    return {name: number for name, number in sorted(versions().items()) if name in asked}


def maker(solver: str) -> str:
    """The program behind a solver's name."""
    return solver.partition("-")[0]


def stencil_record(target: str) -> str:
    """The digest of the record of stencil proofs, or "" where there is none."""
    path = Path(__file__).parent / "stencil_proofs" / f"{target}.txt"
    return digest(path.read_bytes()) if path.exists() else ""


def text_of(certificate: dict[str, Any]) -> bytes:
    """The certificate as a file. Equal certificates give equal bytes."""
    return (json.dumps(certificate, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode()


# Reading ----------------------------------------------------------------------------------------------------------------
def unreadable(what: str, path: str) -> UserError:
    """E-080: the file is no certificate."""
    return UserError(f"{echo(path)} is no certificate: {what}", None, "give a NAME.cert.json that siglum wrote", "E-080")


def other_bytes(what: str) -> SiglumError:
    """E-081: the certificate is about other bytes."""
    return SiglumError(what, None, "check these bytes: siglum check REFERENCE CANDIDATE -o FILE", "E-081", 1)


def unknown_means(what: str) -> SiglumError:
    """E-082: the certificate names something that is not here to check it with."""
    return SiglumError(what, None, "check again with what is here, or install what it names", "E-082", 4)


def not_so(what: str) -> SiglumError:
    """E-083: the certificate says what is not found."""
    return SiglumError(what, None, "it was edited, or made of something else; check again", "E-083", 1)


def read_certificate(data: bytes, path: str) -> dict[str, Any]:
    """The certificate in a file, its fields all there and of the right types. Raises `UserError` E-080."""
    if len(data) > MOST_BYTES:
        raise unreadable("it is too large", path)
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise unreadable(f"no JSON ({echo(str(problem))})", path) from None
    if not isinstance(found, dict) or found.get("certificate") != FORMAT:
        raise unreadable(f"its first field is not {FORMAT!r}", path)
    shape = SHAPES.get(found["kind"]) if isinstance(found.get("kind"), str) else None
    if shape is None:
        raise unreadable(f"kinds are {', '.join(SHAPES)}", path)
    wrong = _misfit(found, shape, "")
    if wrong:
        raise unreadable(wrong, path)
    for name in ("bytes", "meaning"):
        proof = found[name].get("proof")
        wrong = _misfit(found[name], {"kind": str, "text": str}, name, more=True) or (
            _misfit(proof, _PROOF, f"{name}.proof") if proof is not None else ""
        )
        if wrong:
            raise unreadable(wrong, path)
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _misfit(value: Any, shape: Any, where: str, more: bool = False) -> str:
    """Why a value has not the shape, or ""."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"`{where}` is no list"
        return next(filter(None, (_misfit(v, shape[0], f"{where}[{k}]") for k, v in enumerate(value))), "")
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"`{where}` is no mapping"
        if str in shape:
            return next(filter(None, (_misfit(v, shape[str], _under(where, k)) for k, v in value.items())), "")
        missing = [k for k in shape if k not in value]
        unknown = [k for k in value if k not in shape] if not more else []
        if missing or unknown:
            return f"`{_under(where, (missing + unknown)[0])}` is {'missing' if missing else 'unknown'}"
        return next(filter(None, (_misfit(value[k], inner, _under(where, k)) for k, inner in shape.items())), "")
    if shape is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    else:
        fits = type(value) is shape
    return "" if fits else f"`{where}` is no {_NAMES[shape]}"


_NAMES: Final = {str: "text", int: "whole number", float: "number", dict: "mapping"}


def _under(where: str, name: str) -> str:
    return f"{where}.{echo(name)}" if where else echo(name)


# Comparing --------------------------------------------------------------------------------------------------------------
def check_means(claimed: dict[str, Any], siglum: str) -> None:
    """Raises E-082 where the certificate names a version, a solver, a model, a table or a record that is not here."""
    from siglum.smt.cache import SOLVERS, versions

    if claimed["siglum"] != siglum:
        raise unknown_means(f"it was made by siglum {echo(claimed['siglum'])}; this is {siglum}")
    here = versions()
    for name, number in claimed["solvers"].items():
        if name not in here:
            raise unknown_means(f"it names the solver {echo(name)} {echo(number)}, which is not here")
        if here[name] != number:
            raise unknown_means(f"it names {echo(name)} {echo(number)}; here is {here[name]}")
    for half in ("bytes", "meaning"):
        for name in claimed[half].get("proof", {}).get("solvers", ()):
            if name not in SOLVERS:
                raise unknown_means(f"it names the solver {echo(name)}, which is not known")
    halves = ("meaning",) if claimed["kind"] == "program" else ("bytes", "meaning")
    proofs = [claimed[half]["proof"] for half in halves if "proof" in claimed[half]]
    if {maker(name) for proof in proofs for name in proof["solvers"]} != claimed["solvers"].keys():
        raise not_so("`solvers` are not those of its proofs")
    models = models_here(len(MODELS))
    for name, rests_on in claimed["models"].items():
        if name not in models:
            raise unknown_means(f"it names the instruction model {echo(name)}, which is not known")
        if models[name] != rests_on:
            raise unknown_means(f"the model {name} rests on {echo(rests_on, 90)}; here on {models[name]}")
    if claimed["kind"] == "program" and claimed[STENCILS] != stencil_record(claimed["target"]):
        raise unknown_means("it names another record of stencil proofs than the one here")


def first_difference(claimed: dict[str, Any], found: dict[str, Any]) -> str:
    """The first field in which a certificate is not the one made again, or "". Which solvers were first is no difference where
    as many agree, nor are fewer runs, nor that nothing was known then. Raises E-082 where nothing is known now.
    """
    for half in ("bytes", "meaning"):
        if claimed[half]["kind"] == "unknown" and found[half]["kind"] not in ("refuted", "unsafe"):
            claimed = {**claimed, half: found[half]}
        elif found[half]["kind"] == "unknown":
            raise unknown_means(f"its {half} cannot be found again here: {echo(found[half]['text'], 120)}")
    for half in ("bytes", "meaning"):
        if runs_of(claimed[half]) > runs_of(found[half]):
            return f"`{half}` says {_shown(claimed[half]['text'])}; found is {_shown(found[half]['text'])}"
    return _differs(_comparable(claimed), _comparable(found), "")


def _comparable(certificate: dict[str, Any]) -> dict[str, Any]:
    made = dict(certificate)
    del made["solvers"]
    for half in ("bytes", "meaning"):
        if "proof" in made[half]:
            proof = dict(made[half]["proof"])
            proof["solvers"] = len(set(map(maker, proof["solvers"])))
            proof["queries"] = sorted(proof["queries"])
            made[half] = {**made[half], "proof": proof}
        made[half] = {**made[half], "text": _RUNS.sub("N", made[half]["text"])}
    return made


_RUNS: Final = re.compile(r"(?<=^tested \()\d+(?= runs)")


def runs_of(finding: dict[str, Any]) -> int:
    """How many runs a finding speaks of, 0 where it is none of runs."""
    found = _RUNS.search(finding["text"])
    return int(found.group()[:18]) if found else 0


def _differs(claimed: Any, found: Any, where: str) -> str:
    if isinstance(claimed, dict) and isinstance(found, dict):
        for name in [*found, *(k for k in claimed if k not in found)]:
            if name not in claimed or name not in found:
                return f"`{_under(where, name)}` {'is missing' if name not in claimed else 'does not belong there'}"
            inner = _differs(claimed[name], found[name], _under(where, name))
            if inner:
                return inner
        return ""
    if type(claimed) is type(found) and claimed == found:
        return ""
    return f"`{where}` says {_shown(claimed)}; found is {_shown(found)}"


def _shown(value: Any) -> str:
    return echo(json.dumps(value), 100)
