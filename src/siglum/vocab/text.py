"""Text: characters, words and lines, search and replacement. Letters, digits and spaces are those of ASCII.

Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words for arrays.
"""

from __future__ import annotations

from siglum.vocab.declare import char, word
from siglum.vocab.intrinsics import chr, stop


@word("code", examples=("'a' code is 97", '"ab" code is [97 98]'), synonyms=("ord",))
def code(c: char) -> int:
    """The code point."""
    return ord(c)


@word("character", examples=("97 character is 'a'", '[104 105] character is "hi"'), synonyms=("chr",))
def character(n: int) -> char:
    """The character with this code point. Stops with `range` where there is none."""
    return chr(n)


@word("capital", examples=("'A' capital", '"aB" capital is [false true]'), synonyms=("uppercase",))
def capital(c: char) -> bool:
    """Whether c is one of A-Z."""
    return c >= "A" and c <= "Z"


@word("small", examples=("'a' small", '"aB" small is [true false]'), synonyms=("lowercase",))
def small(c: char) -> bool:
    """Whether c is one of a-z."""
    return c >= "a" and c <= "z"


@word("letter", examples=("'q' letter", '"a1" letter is [true false]'), synonyms=("alpha",))
def letter(c: char) -> bool:
    """Whether c is one of A-Z, a-z."""
    return (c >= "a" and c <= "z") or (c >= "A" and c <= "Z")


@word("digit", examples=("'7' digit", '"a1" digit is [false true]'))
def digit(c: char) -> bool:
    """Whether c is one of 0-9."""
    return c >= "0" and c <= "9"


@word("space", examples=("' ' space", '"a\\t" space is [false true]'), synonyms=("whitespace",))
def space(c: char) -> bool:
    """Whether c is a space, a tab or ends a line (code points 9-13 and 32)."""
    return c == " " or (c >= "\t" and c <= "\r")


@word("vowel", examples=("'e' vowel", '"aBE" vowel is [true false true]'))
def vowel(c: char) -> bool:
    """Whether c is one of aeiou, AEIOU."""
    low = lower(c)
    return low == "a" or low == "e" or low == "i" or low == "o" or low == "u"


@word("alnum", examples=("'q' alnum", '"a1_" alnum is [true true false]'))
def alphanumeric(c: char) -> bool:
    """Whether c is one of A-Z, a-z, 0-9."""
    return letter(c) or digit(c)


@word("punctuation", examples=("'!' punctuation", '"a,b" punctuation is [false true false]'))
def punctuation(c: char) -> bool:
    """Whether c is printable ASCII but no letter, digit or space."""
    return c > " " and c < "\x7f" and not alphanumeric(c)


@word("upper", examples=("'a' upper is 'A'", '"aB1" upper is "AB1"'))
def upper(c: char) -> char:
    """c as a capital letter; what is not one of a-z stays."""
    return chr(ord(c) - 32) if small(c) else c


@word("lower", examples=("'A' lower is 'a'", '"aB1" lower is "ab1"'))
def lower(c: char) -> char:
    """c as a small letter; what is not one of A-Z stays."""
    return chr(ord(c) + 32) if capital(c) else c


@word("toggle", examples=("'a' toggle is 'A'", '"aB1" toggle is "Ab1"'), synonyms=("swapcase",))
def toggle(c: char) -> char:
    """The letter in the other case; what is no letter stays."""
    return upper(lower(c)) if small(c) else lower(c)


@word("title", examples=('"hello big world" title is "Hello Big World"', '"mAP 2go" title is "Map 2Go"'))
def title(text: str) -> str:
    """Each first letter of a run of letters as a capital, the others small."""
    out: list[char] = []
    inside = False
    for c in text:
        out.append(lower(c) if inside else upper(c))
        inside = letter(c)
    return "".join(out)


@word("words", examples=('"to be  or" words is ["to" "be" "or"]', '" " words empty'))
def words(text: str) -> list[str]:
    """The pieces between runs of spaces."""
    out: list[str] = []
    start = 0
    n = len(text)
    for i in range(n):
        if space(text[i]):
            if start < i:
                out.append(text[start:i])
            start = i + 1
    if start < n:
        out.append(text[start:n])
    return out


@word("lines", examples=('"a\\nb\\n" lines is ["a" "b"]', '"a\\r\\n\\nb" lines is ["a" "" "b"]'))
def lines(text: str) -> list[str]:
    """The lines, without the line feeds that end them or a carriage return before one."""
    out: list[str] = []
    start = 0
    n = len(text)
    for i in range(n):
        if text[i] == "\n":
            end = i - 1 if i > start and text[i - 1] == "\r" else i
            out.append(text[start:end])
            start = i + 1
    if start < n:
        out.append(text[start:n])
    return out


def find_from(text: str, part: str, start: int) -> int:
    """Where part first stands in text at or after start, else -1; part is not empty."""
    size = len(part)
    lead = part[0]
    for i in range(max(start, 0), len(text) - size + 1):
        if text[i] == lead:
            k = 1
            while k < size and text[i + k] == part[k]:
                k += 1
            if k == size:
                return i
    return -1


@word("index", examples=('"banana" index "na" is 2', '"abc" index "x" else -1 is -1'))
def index_of_text(text: str, part: str) -> int | None:
    """Where part first stands in text; none where it does not."""
    if len(part) == 0:
        return 0
    place = find_from(text, part, 0)
    return None if place < 0 else place


@word("contains", examples=('"banana" contains "nan"', '("abc" contains "ac") is false'))
def contains_text(text: str, part: str) -> bool:
    """Whether part stands in text."""
    return len(part) == 0 or find_from(text, part, 0) >= 0


@word("occurrences", examples=('"banana" occurrences "an" is 2', '"aaaa" occurrences "aa" is 2'))
def occurrences(text: str, part: str) -> int:
    """How often part stands in text, none overlapping another. Stops with `argument` where part is empty."""
    if len(part) == 0:
        stop("argument")
    count = 0
    place = find_from(text, part, 0)
    while place >= 0:
        count += 1
        place = find_from(text, part, place + len(part))
    return count


@word("split", examples=('"a,b,,c" split "," is ["a" "b" "" "c"]', '"a--b" split "--" is ["a" "b"]'))
def split(text: str, separator: str) -> list[str]:
    """The pieces between separators. Stops with `argument` where separator is empty."""
    size = len(separator)
    if size == 0:
        stop("argument")
    out: list[str] = []
    start = 0
    place = find_from(text, separator, 0)
    while place >= 0:
        out.append(text[start:place])
        start = place + size
        place = find_from(text, separator, start)
    out.append(text[start : len(text)])
    return out


@word("join", examples=('["a" "b" "c"] join ", " is "a, b, c"', '"abc" chunks 1 join "-" is "a-b-c"'))
def join(parts: list[str], separator: str) -> str:
    """The parts in order with separator between neighbours."""
    out: list[char] = []
    for i in range(len(parts)):
        if i > 0:
            for c in separator:
                out.append(c)
        for c in parts[i]:
            out.append(c)
    return "".join(out)


@word("trim", examples=('"  a b " trim is "a b"', '" " trim is ""'), synonyms=("strip",))
def trim(text: str) -> str:
    """The text without spaces at its ends."""
    start = 0
    end = len(text)
    while start < end and space(text[start]):
        start += 1
    while start < end and space(text[end - 1]):
        end -= 1
    return text[start:end]


@word("replace", examples=('"banana" replace "an" "o" is "booa"', '"a-b" replace "-" "" is "ab"'))
def replace(text: str, old: str, new: str) -> str:
    """Each old in text, from the left, none overlapping another, made new. Stops with `argument` where old is empty."""
    return join(split(text, old), new)


@word("translate", examples=('"hello" translate "el" "ip" is "hippo"', '"abc" translate "b" "x" is "axc"'), synonyms=("tr",))
def translate(text: str, old: str, new: str) -> str:
    """Each character of old replaced by the one at the same position of new. Stops with `length` where they differ in it."""
    n = len(old)
    if n != len(new):
        stop("length")
    out: list[char] = []
    for c in text:
        at = 0
        while at < n and old[at] != c:
            at += 1
        out.append(new[at] if at < n else c)
    return "".join(out)


@word("alphabet", examples=("alphabet length is 26", "alphabet at 2 is 'c'"))
def alphabet() -> str:
    """The letters a to z."""
    return "abcdefghijklmnopqrstuvwxyz"


@word("starts", examples=('"banana" starts "ban"', '("ban" starts "banana") is false'), synonyms=("startswith",))
def starts(text: str, part: str) -> bool:
    """Whether text begins with part."""
    size = len(part)
    if size > len(text):
        return False
    for i in range(size):
        if text[i] != part[i]:
            return False
    return True


@word("ends", examples=('"banana" ends "ana"', '("ana" ends "banana") is false'), synonyms=("endswith",))
def ends(text: str, part: str) -> bool:
    """Whether text finishes with part."""
    gap = len(text) - len(part)
    if gap < 0:
        return False
    for i in range(len(part)):
        if text[gap + i] != part[i]:
            return False
    return True


@word("before", examples=('"key=a=b" before "=" is "key"', '"none" before "=" is "none"'))
def before(text: str, separator: str) -> str:
    """What stands before the first separator; all where there is none. Stops with `argument` where separator is empty."""
    if len(separator) == 0:
        stop("argument")
    place = find_from(text, separator, 0)
    return text if place < 0 else text[0:place]


@word("after", examples=('"key=a=b" after "=" is "a=b"', '"none" after "=" is ""'))
def after(text: str, separator: str) -> str:
    """What stands behind the first separator; nothing where there is none. Stops with `argument` where separator is empty."""
    if len(separator) == 0:
        stop("argument")
    place = find_from(text, separator, 0)
    n = len(text)
    return text[n:n] if place < 0 else text[place + len(separator) : n]


@word("center", examples=('"ab" center 5 is " ab  "', '"abc" center 2 is "abc"'), synonyms=("centre",))
def center(text: str, width: int) -> str:
    """The text between spaces, width characters in all; a space left over goes behind."""
    n = len(text)
    lead = (max(width, n) - n) // 2
    return "".join([text[i - lead] if i >= lead and i < lead + n else " " for i in range(max(width, n))])


@word("wrap", examples=('"to be or not" wrap 5 is ["to be" "or" "not"]', '"a bbbb c" wrap 3 is ["a" "bbbb" "c"]'))
def wrap(text: str, width: int) -> list[str]:
    """The words in lines of at most width characters; a longer word has its own line."""
    pieces = words(text)
    out: list[str] = []
    first = 0
    size = 0
    for i in range(len(pieces)):
        if i > first and size + 1 + len(pieces[i]) > width:
            out.append(join(pieces[first:i], " "))
            first = i
        size = len(pieces[i]) if i == first else size + 1 + len(pieces[i])
    if len(pieces) > 0:
        out.append(join(pieces[first:], " "))
    return out


@word("fields", examples=('"a,b c,d" fields "," is ["a" "b c" "d"]', '"1,\\"x,\\"\\"y\\",2" fields "," at 1 is "x,\\"y"'))
def fields(line: str, separator: str) -> list[str]:
    """The fields of a line; one in double quotes may hold separators, and quotes written twice.

    Stops with `argument` unless separator is one character.
    """
    if len(separator) != 1:
        stop("argument")
    inside: list[char] = []
    ends: list[int] = []
    first = 0
    quoted = False
    n = len(line)
    i = 0
    while i < n:
        c = line[i]
        if quoted:
            if c != '"':
                inside.append(c)
            elif i + 1 < n and line[i + 1] == '"':
                inside.append(c)
                i += 1
            else:
                quoted = False
        elif c == '"' and len(inside) == first:
            quoted = True
        elif c == separator[0]:
            first = len(inside)
            ends.append(first)
        else:
            inside.append(c)
        i += 1
    ends.append(len(inside))
    whole = "".join(inside)
    return [whole[ends[k - 1] if k > 0 else 0 : end] for k, end in enumerate(ends)]
