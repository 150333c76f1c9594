"""The parts of the search: the bank of values, pairs, functions of functions, choices, partial products."""

from __future__ import annotations

from random import Random

from tests.unit.propose.scalar.drawing import words

from siglum.propose.scalar.bank import Bank
from siglum.propose.scalar.components import Component, component
from siglum.propose.scalar.compositions import Composition, Functions
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.products import exact_products
from siglum.propose.scalar.programs import Draft, Program
from siglum.propose.scalar.search import Room, Search, Task

ROOM = Room(100_000, 2_000)


def never() -> bool:
    return False


def components(text: str) -> tuple[Component, ...]:
    return tuple(map(component, text.split()))


def bank(text: str, leaves: int = 1, most: int = 100_000, width: int = 32) -> Bank:
    random = Random(text)
    return Bank(width, components(text), [words(random, width, 12) for _ in range(leaves)], most, never)


def run(program: Program, given: Bank) -> bytes:
    """The row that a program gives on the bank's leaves."""
    v = given.lanes(1)
    found, stopped = program.run(v, [given.vector([k]) for k in range(given.leaves)])
    assert not stopped
    return v.rows(found)


def search(text: str, wanted: str, leaves: int = 1, *, choices: bool = False) -> list[Program]:
    """All programs that a search finds for what another program gives."""
    draft = Draft(leaves)
    last = 0
    for step in wanted.split(";"):
        name, *arguments = step.split()
        last = draft.apply(component(name), *map(int, arguments))
    known = draft.program(last)
    random = Random(wanted)
    v = Lanes(32, 20)
    given = [tuple(words(random, 32, v.count)) for _ in range(leaves)]
    result, _ = known.run(v, [v.pack(of) for of in given])
    task = Task(32, components(text), (), tuple(given), tuple(v.unpack(result)), choices)
    left = iter([60.0] * 3_000 + [0.0] * 100_000)
    return list(Search(task, lambda: next(left), ROOM, random).programs())


# The bank -------------------------------------------------------------------------------------------------------
def test_values_of_the_bank_are_different_and_their_programs_give_them() -> None:
    made = bank("and or xor add sub neg add:1 lshr:1")
    for _ in range(3):
        made.extend()
    assert made.complete
    rows = [made.row(number) for number in range(made.size)]
    assert len(set(rows)) == made.size > 300
    for number in range(made.leaves, made.size, 7):
        draft = Draft(made.leaves)
        assert run(draft.program(made.write(draft, number, [0])), made) == made.row(number)


def test_a_value_of_a_level_has_that_many_operations_in_its_closure() -> None:
    made = bank("and xor sub lshr:1", leaves=2)
    for level in range(1, 4):
        made.extend()
        closures = made.closures[level]
        assert len(closures) == level * len(made.numbers(level))
        assert list(closures[level - 1 :: level]) == list(made.numbers(level))


def test_operations_that_are_used_twice_count_once() -> None:
    made = bank("ashr:31 xor sub")
    for _ in range(3):
        made.extend()
    v = made.lanes(1)
    absolute = component("abs").apply(v, made.vector([0]))
    found = made.find(v.rows(absolute))
    assert found is not None and found in made.numbers(3)


def test_the_bank_ends_at_its_bound() -> None:
    made = bank("and or xor add sub neg add:1 lshr:1", leaves=2, most=2_000)
    while made.complete:
        made.extend()
    assert made.size < 2_000 + 1024


def test_the_bank_ends_when_it_is_late() -> None:
    made = Bank(32, components("add xor"), [words(Random(1), 32, 8)] * 2, 1000, lambda: True)
    made.extend()
    assert not made.complete


def test_what_stops_on_a_sample_is_no_value() -> None:
    v = Lanes(64, 4)
    made = Bank(64, (component("add:1", exact=True),), [[5, 2**63 - 2, 7, 1]], 100, never)
    made.extend()
    made.extend()
    assert made.find(v.rows(v.pack([6, 2**63 - 1, 8, 2]))) is not None
    assert len(made.numbers(2)) == 0


# The search -----------------------------------------------------------------------------------------------------
def test_a_value_of_few_operations_is_found_at_its_length() -> None:
    found = search("sub:1 and", "sub:1 0;and 0 1")
    assert found[0].length == 2


def test_pairs_reach_twice_as_far_as_the_bank() -> None:
    found = search("and xor lshr:1 add", "and 0 1;xor 0 1;lshr:1 3;add 2 4", leaves=2)
    assert min(program.length for program in found) == 4


def test_functions_of_functions_reach_what_no_bank_holds() -> None:
    given = bank("lshr:1 lshr:2 lshr:4 lshr:8 xor")
    random = Random(3)
    for _ in range(2):
        given.extend()
    functions = Functions(32, given.components, (), random, 2_000, never)
    assert functions.grow(2)
    v = given.lanes(1)
    x = given.vector([0])
    for places in (1, 2, 4):
        x = x ^ component(f"lshr:{places}").apply(v, x)
    goal = v.rows(x)
    composition = Composition(given, functions, (), [goal])
    met = [m for m in composition.run(2, 2, 2) if m is not None]
    programs = []
    for one in met:
        draft = Draft(1)
        programs.append(draft.program(composition.write(draft, one, [0])))
    right = [program for program in programs if run(program, given) == goal]
    assert right and all(program.length == 6 for program in right)
    assert composition.checked > 1000


def test_more_samples_sort_out_what_agrees_by_chance() -> None:
    given = bank("add:1 sub:1 lshr:1 or")
    for _ in range(3):
        given.extend()
    functions = Functions(32, given.components, (), Random(1), 2_000, never)
    functions.grow(2)
    goal = given.row(given.size - 1)
    composition = Composition(given, functions, (), [goal])
    few = sum(m is not None for m in composition.run(3, 0, 2))
    composition.picked += [3, 5, 7]
    assert sum(m is not None for m in composition.run(3, 0, 2)) <= few


def test_a_choice_is_found_by_its_condition() -> None:
    random = Random(5)
    v = Lanes(64, 24)
    given = words(random, 64, v.count)
    wanted = component("min:255").apply(v, component("max:0").apply(v, v.pack(given)))
    constants = (0, 255)
    leaves = (tuple(given), *((c,) * v.count for c in constants))
    task = Task(64, components("slt"), constants, leaves, tuple(v.unpack(wanted)), True)
    left = iter([60.0] * 300 + [0.0] * 100_000)
    found = next(Search(task, lambda: next(left), ROOM, random).programs())
    assert {str(step.component) for step in found.steps} == {"slt", "choice"}


def test_partial_products_are_those_of_halves_of_different_parameters() -> None:
    made = bank("and:0xffff lshr:16 mul add", leaves=2)
    made.extend()
    found = exact_products(made, made.components)
    assert len(found) == 4
    assert all(word < 1 << 32 for one in found for word in one.words)


def test_there_are_no_partial_products_where_nothing_multiplies() -> None:
    made = bank("and:0xffff lshr:16 add", leaves=2)
    made.extend()
    assert exact_products(made, made.components) == []


def test_the_higher_half_of_a_product_is_found_over_partial_products() -> None:
    steps = (
        "and:0xffff 0;lshr:16 0;and:0xffff 1;lshr:16 1;mul 2 4;mul 3 4;mul 2 5;mul 3 5;"
        "lshr:16 6;add 7 10;and:0xffff 11;lshr:16 11;add 8 12;lshr:16 14;add 13 15;add 9 16"
    )
    found = search("and:0xffff lshr:16 mul add", steps, leaves=2)
    assert min(program.length for program in found) <= 16
