"""Small tasks as phrases of general words, with arguments and what they must give.

`TWELVE` are the twelve tasks of the token table, each in the order of the Python baseline; `FIFTEEN` are HumanEval
tasks. Argument and result are Python values; a pair is a tuple.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Task(NamedTuple):
    """A definition, and runs of it: arguments, then the result."""

    name: str
    phrase: str
    runs: tuple[tuple[tuple[Any, ...], Any], ...]


TWELVE_IN_PYTHON: Final = 487
"""o200k tokens of the twelve tasks in idiomatic Python, counted function by function."""

TWELVE: Final = (
    Task("sum_sq_even", "squares a:[i64] = a filter even square sum",
         ((([1, 2, 3, 4],), 20), (([],), 0), (([-2, 7],), 4))),
    Task("word_freq", "frequency s:str = s words counts",
         ((("to be or  not to be\n",), {"to": 2, "be": 2, "or": 1, "not": 1}), (("",), {}))),
    Task("fib", "fib n:i64 = n fibonacci",
         (((0,), 0), ((1,), 1), ((10,), 55), ((92,), 7540113804746346429))),
    Task("gcd", "gcd a:i64 b:i64 = a gcd b",
         (((12, 18), 6), ((7, 0), 7), ((1071, 462), 21))),
    Task("sieve", "sieve n:i64 = n primes",
         (((1,), []), ((2,), [2]), ((30,), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]))),
    Task("binary_search", "search a:[i64] x:i64 = a search x else -1",
         ((([1, 3, 5], 3), 1), (([1, 3, 5], 4), -1), (([], 1), -1), (([2, 2, 2], 2), 0))),
    Task("matmul", "matmul a:[[i64]] b:[[i64]] = a outer (b columns) dot",
         ((([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[19, 22], [43, 50]]), (([[1, 2, 3]], [[1], [1], [1]]), [[6]]))),
    Task("caesar", "caesar s:str k:i64 = s times 2 (translate alphabet (alphabet rotate k) toggle)",
         ((("Hello, World!", 3), "Khoor, Zruog!"), (("Khoor, Zruog!", -3), "Hello, World!"), (("", 1), ""))),
    Task("rle", "encode s:str = s runs map (first pair (it length))",
         ((("aaabcc",), [("a", 3), ("b", 1), ("c", 2)]), (("",), []))),
    Task("csv_column_sum", 'column s:str k:i64 = s lines split "," columns at k integer sum',
         ((("1,2\n3,4\n", 1), 6), (("7", 0), 7))),
    Task("is_palindrome", "mirror s:str = s is s reverse",
         ((("racecar",), True), (("ab",), False), (("",), True))),
    Task("top_k", "top a:[i64] k:i64 = a sort reverse take k",
         ((([3, 1, 2], 2), [3, 2]), (([1], 5), [1]), (([], 1), []))),
)  # fmt: skip

_WITHOUT_SUBJECT_WORDS: Final = {
    "fib": "fib n:i64 = [1 0] times n (reverse scan +) last",
    "sieve": "sieve n:i64 = 2 to n filter prime",
}
TWELVE_PLAIN: Final = tuple(t._replace(phrase=_WITHOUT_SUBJECT_WORDS.get(t.name, t.phrase)) for t in TWELVE)
"""`TWELVE`, the two that a word of their subject answers alone (`fibonacci`, `primes`) said without it."""

FIFTEEN: Final = (
    Task("below_zero", "below_zero operations:[i64] = operations scan + < 0 | any",
         ((([1, 2, 3],), False), (([1, 2, -4, 5],), True), (([],), False))),
    Task("rolling_max", "rolling_max numbers:[i64] = numbers scan max",
         ((([1, 2, 3, 2, 3, 4, 2],), [1, 2, 3, 3, 3, 4, 4]), (([],), []))),
    Task("longest", "longest strings:[str] -> str? = strings most length",
         ((([],), None), ((["x", "y", "z"],), "x"), ((["x", "yyy", "zzzz", "www", "kkkk", "abc"],), "zzzz"))),
    Task("rescale_to_unit", "rescale numbers:[f64] = (numbers - numbers minimum) / (numbers maximum - numbers minimum)",
         ((([2.0, 49.9],), [0.0, 1.0]), (([1.0, 2.0, 3.0, 4.0, 5.0],), [0.0, 0.25, 0.5, 0.75, 1.0]))),
    Task("is_palindrome", "is_palindrome text:str = text is text reverse",
         ((("",), True), (("aba",), True), (("zbcd",), False))),
    Task("fibfib", "fibfib n:i64 = [0 0 1] times n (it tail append (it sum)) first",
         (((1,), 0), ((2,), 1), ((5,), 4), ((8,), 24), ((14,), 927))),
    Task("search", "frequent lst:[i64] = lst filter ((lst = it) count >= it) maximum else -1",
         ((([4, 1, 2, 2, 3, 1],), 2), (([1, 2, 2, 3, 3, 3, 4, 4, 4],), 3), (([5, 5, 4, 4, 4],), -1))),
    Task("will_it_fly", "will_it_fly q:[i64] w:i64 = q is q reverse and q sum <= w",
         ((([1, 2], 5), False), (([3, 2, 3], 1), False), (([3, 2, 3], 9), True), (([3], 5), True))),
    Task("encode", "encode_message message:str = message toggle map (it vowel ? it + 2 : it)",
         ((("test",), "TGST"), (("This is a message",), "tHKS KS C MGSSCGG"))),
    Task("choose_num", "choose_num x:i64 y:i64 = x to y filter even last else -1",
         (((12, 15), 14), ((13, 12), -1), ((33, 12354), 12354), ((5, 5), -1))),
    Task("histogram", "letters test:str = test words counts as c c filter (= c values maximum)",
         ((("a b c",), {"a": 1, "b": 1, "c": 1}), (("a b b a",), {"a": 2, "b": 2}), (("b b b b a",), {"b": 4}))),
    Task("minSubArraySum", "least_sum nums:[i64] = nums scan (acc + it | min it) minimum",
         ((([2, 3, 4, 1, 2, 4],), 1), (([-1, -2, -3],), -6), (([-1, -2, -3, 2, -10],), -14))),
    Task("select_words", "select_words s:str n:i64 = s words filter (reject vowel length = n)",
         ((("Mary had a little lamb", 4), ["little"]), (("simple white space", 2), []), (("Hello world", 4), ["world"]))),
    Task("get_odd_collatz", "odd_collatz n:i64 = n trace (> 1) (it even ? it half : it * 3 + 1) filter odd sort",
         (((14,), [1, 5, 7, 11, 13, 17]), ((5,), [1, 5]), ((1,), [1]))),
    Task("is_nested", 'is_nested string:str = string fold 0 (acc < 4 and "[[]]" at acc = it ? acc + 1 : acc) = 4',
         ((("[[]]",), True), (("[]]]]]]][[[[[]",), False), (("[][]",), False), (("[[][]]",), True))),
)  # fmt: skip
