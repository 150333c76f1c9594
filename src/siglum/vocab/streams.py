"""Standard streams, files and time. Text is UTF-8 outside.

Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words for UTF-8 and for numbers as text.
"""

from __future__ import annotations

from siglum.vocab.declare import u8, word
from siglum.vocab.intrinsics import clock, close, open_file, read, stop
from siglum.vocab.intrinsics import write as write_bytes
from siglum.vocab.show import text_of_float, text_of_integer
from siglum.vocab.utf8 import decode, encode

CREATE_AND_EMPTY = 577
CREATE_AND_EXTEND = 1089


def write_all(descriptor: int, data: list[u8]) -> int:
    """Writes all bytes; how many there were. Stops with `file`."""
    if write_bytes(descriptor, data) != 0:
        stop("file")
    return len(data)


def read_all(descriptor: int) -> list[u8]:
    """All bytes up to the end. Stops with `file`."""
    out: list[u8] = []
    more = True
    while more:
        piece = read(descriptor, 65536)
        for byte in piece:
            out.append(byte)
        more = len(piece) > 0
    return out


@word("print", examples=('"a" print is "a"', '"" print empty'), effects=("write",), synonyms=("say", "puts"))
def print_(text: str) -> str:
    """Writes the text and a line feed to standard output, and gives the text."""
    write_all(1, encode(text + "\n"))
    return text


@word("print", examples=("7 print is 7", "[1 2] print is [1 2]"), effects=("write",))
def print_integer(n: int) -> int:
    """Writes the number and a line feed to standard output, and gives the number."""
    print_(text_of_integer(n))
    return n


@word("print", examples=("0.5 print is 0.5", "[0.5 1.0] print is [0.5 1.0]"), effects=("write",))
def print_float(x: float) -> float:
    """Writes the number and a line feed to standard output, and gives the number."""
    print_(text_of_float(x))
    return x


@word("write", examples=('"a" write is "a"', '"" write empty'), effects=("write",))
def write(text: str) -> str:
    """Writes the text to standard output, and gives it."""
    write_all(1, encode(text))
    return text


@word("warn", examples=('"a" warn is "a"', '"" warn empty'), effects=("write",))
def warn(text: str) -> str:
    """Writes the text and a line feed to standard error, and gives the text."""
    write_all(2, encode(text + "\n"))
    return text


@word("input", examples=("input empty", "input lines empty"), effects=("read",), synonyms=("stdin",))
def input_() -> str:
    """All of standard input. Stops with `file`, or `utf-8` where it is no text."""
    return decode(read_all(0))


@word("read", examples=('"/dev/null" read is ""', '"/dev/null" read lines empty'), effects=("files",))
def read_file(path: str) -> str:
    """The text of a file. Stops with `file` where it cannot be read, `utf-8` where it is no text."""
    descriptor = open_file(encode(path), 0)
    if descriptor < 0:
        stop("file")
    data = read_all(descriptor)
    close(descriptor)
    return decode(data)


@word("bytes", examples=('"/dev/null" bytes empty', '"/dev/null" bytes length is 0'), effects=("files",))
def file_bytes(path: str) -> list[u8]:
    """The bytes of a file. Stops with `file` where it cannot be read."""
    descriptor = open_file(encode(path), 0)
    if descriptor < 0:
        stop("file")
    data = read_all(descriptor)
    close(descriptor)
    return data


@word("exists", examples=('"/dev/null" exists', '("/no/such/file" exists) is false'), effects=("files",))
def exists(path: str) -> bool:
    """Whether a file can be opened for reading."""
    descriptor = open_file(encode(path), 0)
    if descriptor < 0:
        return False
    close(descriptor)
    return True


def save_with(text: str, path: str, flags: int) -> str:
    """Writes the text to a file opened with these flags. Stops with `file`."""
    descriptor = open_file(encode(path), flags)
    if descriptor < 0:
        stop("file")
    write_all(descriptor, encode(text))
    if close(descriptor) < 0:
        stop("file")
    return text


@word("save", examples=('"a" save "/dev/null" is "a"', '"" save "/dev/null" empty'), effects=("files",))
def save(text: str, path: str) -> str:
    """Makes the text the content of a file, and gives the text. Stops with `file` where it cannot be written."""
    return save_with(text, path, CREATE_AND_EMPTY)


@word("extend", examples=('"a" extend "/dev/null" is "a"', '"" extend "/dev/null" empty'), effects=("files",))
def extend(text: str, path: str) -> str:
    """Adds the text at the end of a file, and gives the text. Stops with `file` where it cannot be written."""
    return save_with(text, path, CREATE_AND_EXTEND)


@word("clock", examples=("clock > 0", "clock <= clock"), effects=("clock",))
def now() -> int:
    """Nanoseconds since the machine started."""
    return clock()
