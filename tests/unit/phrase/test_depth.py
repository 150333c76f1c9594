"""Deep phrases are read by several threads at once, and leave the interpreter as it was."""

from __future__ import annotations

import sys
import threading

from siglum.ir.depth import room_for_height


def nested(depth: int) -> int:
    return 0 if depth == 0 else 1 + nested(depth - 1)


def test_one_thread_that_leaves_takes_no_room_from_another() -> None:
    before = sys.getrecursionlimit()
    entered, left = threading.Event(), threading.Event()
    found: list[int] = []

    def stays() -> None:
        entered.wait(10)  # the other came first and is to restore the limit first
        with room_for_height(256):
            left.set()
            first.join(10)
            found.append(nested(before + 2000))

    def leaves() -> None:
        with room_for_height(256):
            entered.set()
            left.wait(10)

    first, second = threading.Thread(target=leaves), threading.Thread(target=stays)
    first.start()
    second.start()
    second.join(20)
    assert found == [before + 2000]
    assert sys.getrecursionlimit() == before


def test_a_flat_phrase_leaves_the_limit_alone() -> None:
    before = sys.getrecursionlimit()
    with room_for_height(5):
        assert sys.getrecursionlimit() == before
    with room_for_height(200), room_for_height(100):
        assert sys.getrecursionlimit() > before
    assert sys.getrecursionlimit() == before
