"""Where stops say they are: the same wherever the package is, and charged to whom they concern."""

from __future__ import annotations

import pytest

from siglum.errors import Stop
from siglum.frontend.elaborate import function_from_source
from siglum.frontend.elaborate.library import METHODS
from siglum.frontend.python.definition import definition_of
from siglum.ir.charge import charged_to
from siglum.ir.function import Function, Origin, listed
from siglum.ir.interpret import run
from siglum.ir.verify import verify
from siglum.vocab.declare import vocabulary

SOURCE = """
from siglum.vocab.parse import scan_integer

def digits(text: str, at: int) -> int:
    total = 0
    while at < len(text):
        found = scan_integer(text, at)
        total = total + found[0]
        at = found[1] + 1
    return total
"""


def functions(f: Function) -> list[Function]:
    found = {f: None}
    for n in listed(f.region):
        if n.op.name == "call":
            found.update(dict.fromkeys(functions(n.attr)))
    return list(found)


def test_places_of_the_package_hold_no_folder_outside_of_it() -> None:
    v = vocabulary()
    words = [o.function for name in v.names() for o in v.overloads(name)]
    sources = {definition_of(f).source for f in [*words, *METHODS.values()]}  # type: ignore[arg-type]
    assert "siglum/vocab/text.py" in sources
    assert all(s.startswith(("siglum/vocab/", "siglum/frontend/")) for s in sources)


def test_users_files_are_named_as_given() -> None:
    made = function_from_source(SOURCE, "digits", "my folder/digits.py")
    assert {"my folder/digits.py", "siglum/vocab/parse.py"} <= {o.source for f in functions(made) for o in f.origins}


def test_all_stops_are_charged_to_one_origin() -> None:
    origin = Origin("text", "<command line>", 1, 1, 1)
    before = function_from_source(SOURCE, "digits")
    after = charged_to(before, origin)
    verify(after)
    assert len(functions(after)) == len(functions(before)) > 1
    assert {o for f in functions(after) for o in f.origins} == {origin}
    assert run(before, ["1,22,4", 0]) == run(after, ["1,22,4", 0]) == 27
    with pytest.raises(Stop) as stop:
        run(after, ["1,x", 0])
    assert (stop.value.kind, stop.value.word) == ("number", "text")
    assert stop.value.place is not None
    assert str(stop.value.place) == "<command line>:1:1"
