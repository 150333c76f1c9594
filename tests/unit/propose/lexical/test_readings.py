"""What English phrases are read as: the reading is among the cheapest three."""

from __future__ import annotations

from itertools import islice

import pytest

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.lexical import LexicalProposer
from siglum.records import Spec

READ = [
    # how many, how often
    ("the number of words that are longer than k", "words:[str] k:i64 -> i64", "words map (length > k) count"),
    ("how many numbers are negative", "xs:[i64] -> i64", "xs map negative count"),
    ("how often does k occur in the list", "xs:[i64] k:i64 -> i64", "xs = k | count"),
    ("how many times does t occur in s", "s:str t:str -> i64", "s occurrences t"),
    ("number of vowels in each word", "words:[str] -> [i64]", "words map (map vowel count)"),
    ("how often each letter occurs", "s:str -> {char:i64}", "s filter letter counts"),
    # selections
    ("every other element", "xs:[i64] -> [i64]", "xs step 2"),
    ("every third word", "words:[str] -> [str]", "words drop 2 step 3"),
    ("all but the last two", "xs:[i64] -> [i64]", "xs take (xs length - 2)"),
    ("all but the last element", "xs:[i64] -> [i64]", "xs front"),
    ("the largest three", "xs:[i64] -> [i64]", "xs sort reverse take 3"),
    ("second largest number", "xs:[i64] -> i64", "xs sort reverse at 1"),
    ("the first number that is even", "xs:[i64] -> i64", "xs find even"),
    ("numbers between a and b", "xs:[i64] a:i64 b:i64 -> [i64]", "xs filter (between a b)"),
    ("at least 3", "xs:[i64] -> [i64]", "xs filter (>= 3)"),
    ("values that occur exactly once", "xs:[i64] -> [i64]", "xs filter ((xs = it) count = 1)"),
    ("sum of the elements at even positions", "xs:[i64] -> i64", "xs step 2 sum"),
    ("index of the largest element", "xs:[i64] -> i64", "xs argmax"),
    ("position of the first even number", "xs:[i64] -> i64", "xs map even index true"),
    ("the word with the most vowels", "words:[str] -> str", "words most (map vowel count)"),
    # order
    ("words sorted by length", "words:[str] -> [str]", "words order length"),
    ("sort by absolute value, largest first", "xs:[i64] -> [i64]", "xs order (abs negate)"),
    ("in reverse order", "xs:[i64] -> [i64]", "xs reverse"),
    ("without duplicates", "xs:[i64] -> [i64]", "xs unique"),
    ("remove duplicates and sort descending", "xs:[i64] -> [i64]", "xs unique sort reverse"),
    # arithmetic
    ("the sum of the squares of the even numbers", "xs:[i64] -> i64", "xs filter even square sum"),
    ("the difference between the largest and the smallest number", "xs:[i64] -> i64", "xs maximum - xs minimum"),
    ("the remainder when a is divided by b", "a:i64 b:i64 -> i64", "a % b"),
    ("running total", "xs:[i64] -> [i64]", "xs scan +"),
    ("three times x minus y", "x:i64 y:i64 -> i64", "3 * x - y"),
    ("average of a and b", "a:f64 b:f64 -> f64", "(a + b) / 2"),
    ("take 25 percent off x", "x:f64 -> f64", "x * (100.0 - 25) / 100.0"),
    ("numbers from 1 to n", "n:i64 -> [i64]", "1 to n"),
    ("convert minutes to seconds", "m:i64 -> i64", "m * 60"),
    ("greatest common divisor of three numbers", "a:i64 b:i64 c:i64 -> i64", "a gcd b gcd c"),
    # truths
    ("whether all numbers are positive", "xs:[i64] -> bool", "xs map positive all"),
    ("is any number repeated", "xs:[i64] -> bool", "xs map ((xs = it) count > 1) any"),
    ("does the text contain t", "s:str t:str -> bool", "s contains t"),
    ("are both numbers odd", "a:i64 b:i64 -> bool", "a odd and b odd"),
    ("is t an anagram of s, ignoring case", "s:str t:str -> bool", "t lower sort is s lower sort"),
    ("is the text a palindrome", "s:str -> bool", "s is s reverse"),
    ("is n divisible by 3 or 5", "n:i64 -> bool", "n % 3 = 0 or n % 5 = 0"),
    # conditions
    ("n if it is even, otherwise 0", "n:i64 -> i64", "n even ? n : 0"),
    ("double n if it is odd, otherwise halve it", "n:i64 -> i64", "n odd ? n * 2 : n half"),
    ("first element, or -1 if there is none", "xs:[i64] -> i64", "xs first else -1"),
    ("limit x to the range from low to high", "x:i64 low:i64 high:i64 -> i64", "x clamp low high"),
    # text
    ("replace \"-\" with a space", "s:str -> str", 's replace "-" " "'),
    ("replace every vowel with a star", "s:str -> str", 's map (it vowel ? "*" : it)'),
    ("split the text at commas and reverse the parts", "s:str -> [str]", 's split "," reverse'),
    ("words that start with a vowel", "words:[str] -> [str]", "words filter (take 1 map vowel any)"),
    ("join the words with \", \"", "words:[str] -> str", 'words join ", "'),
    ("reverse each word", "words:[str] -> [str]", "words map reverse"),
    ("the text in upper case, then reversed", "s:str -> str", "s upper reverse"),
    ("text after the first colon", "s:str -> str", 's after ":"'),
    ("remove leading and trailing spaces", "s:str -> str", "s trim"),
    ("the letters of s that also occur in t", "s:str t:str -> str", "s filter letter filter (t contains it)"),
    ("repeat the text n times", "s:str n:i64 -> str", "s repeat n flatten"),
    # several constructions at once
    ("index of k in the list, -1 if it is not there", "xs:[i64] k:i64 -> i64", "xs index k else -1"),
    ("smallest positive number in the list, 0 if none is positive", "xs:[i64] -> i64", "xs filter positive minimum else 0"),
    ("how many times can n be halved before it is odd", "n:i64 -> i64", "n trace (odd not) half length decrement"),
    ("each number with its square, as pairs", "xs:[i64] -> [(i64, i64)]", "xs map (it pair (it square))"),
    ("swap the first two words", "s:str -> str", '(s words as v v take 2 reverse concat (v drop 2)) join " "'),
    ("the first n letters in upper case, the rest unchanged", "s:str n:i64 -> str", "s take n upper concat (s drop n)"),
    ("reverse the first k elements, leave the rest", "xs:[i64] k:i64 -> [i64]", "xs take k reverse concat (xs drop k)"),
    ("xs with k added to its first element", "xs:[i64] k:i64 -> [i64]", "xs put [0] [(xs first + k)]"),
    ("words sorted by length and then alphabetically", "words:[str] -> [str]", "words sort order length"),
    ("is the text longer than k characters after trimming", "s:str k:i64 -> bool", "s trim length > k"),
    ("how many elements are within 2 of k", "xs:[i64] k:i64 -> i64", "xs map (distance k <= 2) count"),
    ("which is larger, the sum of xs or the sum of ys", "xs:[i64] ys:[i64] -> i64", "xs sum max (ys sum)"),
    ("names starting with A, sorted", "words:[str] -> [str]", 'words filter (starts "A") sort'),
    ("put a space after every third character", "s:str -> str", 's chunks 3 join " "'),
    ("the text up to and including the first dot", "s:str -> str", 's contains "." ? s before "." concat "." : s'),
    ("are the two lists equal when order is ignored", "xs:[i64] ys:[i64] -> bool", "xs sort is ys sort"),
    ("seconds in h hours and m minutes", "h:i64 m:i64 -> i64", "h * 3600 + m * 60"),
    ("Return True if all numbers in the list are below threshold t.", "xs:[i64] t:i64 -> bool", "xs map (< t) all"),
    ("don't include the negative ones in the sum", "xs:[i64] -> i64", "xs reject negative sum"),
    ("concatenate the two strings with a space between them", "s:str t:str -> str", 's concat " " concat t'),
    ("n rounded to the nearest ten", "n:i64 -> i64", "(n + 10 // 2) // 10 * 10"),
    ("the longest of the lists", "xs:[[i64]] -> [i64]", "xs most length"),
    ("is a closer to zero than b", "a:i64 b:i64 -> bool", "a distance 0 < b distance 0"),
    ("keep rows that contain k", "xs:[[i64]] k:i64 -> [[i64]]", "xs filter (contains k)"),
    ("cap every value at 100", "xs:[i64] -> [i64]", "xs min 100"),
    ("Sort the list of pairs by the second component", "xs:[(i64, i64)] -> [(i64, i64)]", "xs order right"),
    ("hey, can you double everything in this list?", "xs:[i64] -> [i64]", "xs map (* 2)"),
    ("how many words do s and t have in common", "s:str t:str -> i64", "s words common (t words) unique length"),
    ("join the strings with a comma and a space", "words:[str] -> str", 'words join ", "'),
    ("the words in the text that are numbers", "s:str -> [str]", "s words filter (it empty not and it digit all)"),
]  # fmt: skip


def candidates(english: str, signature: str, count: int = 300) -> list[str]:
    params, result = parse_signature(signature)
    return [c.text for c in islice(LexicalProposer().propose(Spec(params, result, phrase=english), []), count)]


@pytest.mark.parametrize(("english", "signature", "phrase"), READ)
def test_a_phrase_is_read_as_people_mean_it(english: str, signature: str, phrase: str) -> None:
    assert phrase in candidates(english, signature, 3)


@pytest.mark.parametrize(
    "english",
    [
        "sum of the even numbers", "the sum of the even numbers", "Return the sum of all even numbers in the list.",
        "write a function to find the sum of even numbers", "How do I add up the even numbers?", "total of the even values",
        "given a list of integers, return the sum of the even ones",
    ],
)  # fmt: skip
def test_ways_to_ask_for_the_same_give_the_same(english: str) -> None:
    assert candidates(english, "xs:[i64] -> i64", 1) == ["xs filter even sum"]


def test_parameters_are_meant_by_name_before_they_are_meant_by_type() -> None:
    assert candidates("sum of ys", "xs:[i64] ys:[i64] -> i64", 1) == ["ys sum"]
    assert candidates("sum of the list", "xs:[i64] ys:[i64] -> i64", 1) == ["xs sum"]
    assert candidates("sum of the second list", "xs:[i64] ys:[i64] -> i64", 1) == ["ys sum"]


def test_a_noun_that_nothing_knows_may_be_the_parameter() -> None:
    assert candidates("total of all prices", "xs:[i64] -> i64", 1) == ["xs sum"]


def test_several_readings_are_offered() -> None:
    found = candidates("double the even numbers", "xs:[i64] -> [i64]")
    assert {"xs filter even * 2", "xs map (it even ? it * 2 : it)"} <= set(found)


def test_a_result_of_another_type_is_converted_as_people_leave_unsaid() -> None:
    assert candidates("largest digit of n", "n:i64 -> str")[0] == "n digits maximum text"
