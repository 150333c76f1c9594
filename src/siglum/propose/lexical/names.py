"""English for words of the vocabulary, beside their names and synonyms; and the words that concepts may take.

Imports the standard library only. Entries are as in `concepts`.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = """
sum: total, sum total, grand total, summation
mean: average, arithmetic mean, average value, mean value
root: square root, sqrt
isqrt: integer square root, square root, whole square root
gcd: greatest common divisor, highest common factor, greatest common factor, gcd, largest common divisor, largest common
    factor
lcm: least common multiple, lowest common multiple, smallest common multiple
abs: absolute value, magnitude, absolute, distance from zero, without its sign
negate: negation, negative of, opposite, opposite sign, additive inverse, change the sign of, flip the sign of, sign changed,
    negated
square: square, squared, second power, multiplied by itself, times itself
cube: cube, cubed, third power
half: half, halved, halve
double: double, doubled, twice
increment: increment, add one to, incremented
decrement: decrement, subtract one from, decremented
sign: sign, signum
floor: floor, round down, rounded down, rounding down
ceiling: ceiling, round up, rounded up, ceil, rounding up
round: round, nearest integer, nearest whole number, rounded, round to the nearest integer, round to the nearest whole number
trunc: truncate, integer part, whole part, truncated, integral part
fraction: fractional part, decimal part, fraction part
even: even, even valued
odd: odd, odd valued
positive: positive, above zero, greater than zero
negative: negative, below zero, less than zero
zero: zero, equal to zero, nought
prime: prime, prime number
digits: digit, decimal digit
factors: prime factor, prime factorisation, prime factorization, prime divisor, factorise, factorize, factorization
divisors: divisor, factor
factorial: factorial
fibonacci: fibonacci number, fibonacci
triangular: triangular number, triangle number
catalan: catalan number
primes: prime number, prime
binary: binary digit, binary, base two, base 2, binary representation, binary form, binary notation, binary string
hex: hexadecimal, hex, base 16, base sixteen, hexadecimal representation
octal: octal, base 8, base eight
ones: number of set bits, number of one bits, number of ones in the binary representation, set bit, popcount, hamming weight,
    population count, one in its binary representation
width: bit length, number of bits, number of binary digits
bits: bit, binary digit
choose: binomial coefficient, choose, number of combination, number of way to choose
hypot: hypotenuse
exp: exponential
log: logarithm, natural logarithm, ln, natural log
length: length, size, count of element
empty: empty, has no element, have no element, blank
reverse: reverse, reversal, mirror image, backwards
tail: tail, all but the first element, all but the first, everything but the first, everything except the first
front: all but the last element, all but the last, everything but the last, everything except the last
first: head
maximum: maximum, max
minimum: minimum, min
median: median, middle value, median value
mode: mode, most common element, most frequent value
variance: variance, population variance
deviation: standard deviation, population standard deviation
spread: range of value, spread
sort: sort, sorted order
unique: unique, distinct, deduplicate, deduplicated, dedupe
set: set, set of
flatten: flatten, flattened, flat
columns: transpose, transposed, transposition, column, swap rows and columns
diagonal: diagonal, main diagonal
windows: window, sliding window
chunks: chunk, batch
runs: run, group of equal neighbour, run of equal element
delta: difference of neighbour
pairs: pair of neighbour, consecutive pair, adjacent pair, pair of consecutive element, pair of adjacent element, neighbouring
    pair
permutations: permutation, all order, possible order, possible ordering
combinations: combination
subsets: subset, power set, powerset, all subset
counts: histogram, tally, counter, distribution, frequency map, frequency dictionary, count map, frequency, how often each
    occur, frequency table, frequency count, occurrence count
dot: sumproduct, sum product, inner product of vector, dot product, scalar product, inner product
concat: concatenation, concatenate
union: union, set union
common: intersection, common element, shared element, overlap
except: set difference
prefix: common prefix, longest common prefix, common start, shared prefix, longest shared prefix, longest common start,
    longest common beginning
interleave: interleave, interleaved
zip: zip, zipped
hamming: hamming distance
levenshtein: edit distance, levenshtein distance, levenshtein
rising: never decrease, never decreasing, never get smaller, never fall, only go up, never go down, only increase, keep
    increasing, sorted, in ascending order, ascending, in increasing order, increasing, in order, already sorted, non
    decreasing, nondecreasing, already in ascending order, in sorted order, monotonically increasing, sorted in ascending
    order, sorted ascending
falling: never increase, never increasing, never get larger, never rise, only go down, never go up, only decrease, keep
    decreasing, in descending order, descending, in decreasing order, decreasing, non increasing, monotonically decreasing,
    sorted in descending order, sorted descending
upper: upper case, uppercase, capital letters, in capitals
lower: lower case, lowercase, small letters
toggle: swap case, toggle case, swapped case, switch case, flip case, invert the case of, swap upper and lower case, opposite
    case, invert case, swap the case of, toggle the case of, flip the case of, change the case of, switch the case of, case
    swapped, case inverted
title: title case, titlecase, capitalise each word, capitalize each word, capitalise every word, capitalize every word
capital: upper case, uppercase, capital, capital letter, upper case letter, uppercase letter, big letter, uppercase character,
    upper case character
small: lower case, lowercase, small letter, lower case letter, lowercase letter, lowercase character, lower case character
letter: letter, alphabetic, alphabetic character, alphabetical, letter of the alphabet
digit: digit, numeric character, numeral, decimal digit, digit character
space: space, whitespace, blank, white space, whitespace character, space character
vowel: vowel
alnum: alphanumeric, alphanumeric character, letter or digit, letter and digit, letter or number
punctuation: punctuation, punctuation mark, punctuation character, special character
numeric: numeric, a valid number, valid number
trim: trim, strip whitespace from, strip space from, strip, remove leading and trailing space, remove leading and trailing
    whitespace, trimmed, stripped, without surrounding space, remove surrounding space, remove surrounding whitespace
code: code point, character code, ascii code, unicode code point, ascii value, unicode value, ascii, ordinal value
character: character with code, character of code, chr
text: as string, as text, decimal string, string representation, text form
integer: as integer, integer value, parse, parsed as integer, as a number, as number, int value
integers: all whole number written, number written, number found, number that occur, integer that occur, number that appear
words: word
lines: line
alphabet: alphabet, letters of the alphabet, all letters a to z
pi: pi, π
infinity: infinity
swapped: swapped
keys: key
entries: entry, item
sha: sha256, sha 256
crc: crc32, crc 32
norm: euclidean norm, vector length, norm
rms: root mean square
correlation: correlation coefficient
bitand: bitwise and
bitor: bitwise or
bitxor: bitwise xor, bitwise exclusive or, xor
bitnot: bitwise not, complement, bitwise complement
distance: distance, absolute difference, how far apart
clamp: clamp, limit, restrict, confine, bound, clip, constrain
coprime: coprime, relatively prime
multiple: multiple of, divisible by
subset: subset of, contained in, included in
disjoint: disjoint
totient: totient, euler totient, euler phi
partitions: number of partition, integer partition
undigits: number made of the digits, number formed by the digits
normalize: normalise, normalize, standardise, standardize
percent: percentage
enumerate: with its index, with index, with their index, with its position, enumerate, numbered
"""
"""A word of the vocabulary to the English for it."""

RELATED: Final = """
remove: reject filter except remove unique trim replace
keep: filter reject take
largest: maximum max most argmax sort reverse
smallest: minimum min least argmin sort
longest: most length maximum
shortest: least length minimum
most-common: mode counts most
least-common: counts least
ascending: sort order rising
descending: sort reverse falling
alphabetical: sort order
in-reverse: reverse
sort: sort order
reverse: reverse
how-many: length count filter
number-of: length count
count: count length counts
how-often: count counts occurrences
each: map
at-least: >= filter
at-most: <= filter
greater: > filter max
less: < filter min
longer: length >
shorter: length <
equal: = is
unequal: != is not
between: between to
divisible: multiple %
remainder: %
modulo: %
plus: +
minus: -
times: *
over: / //
whole-over: //
to-the: **
half: half /
double: double *
twice: double *
duplicate: unique duplicates set
distinct: unique set
repeated: duplicates counts unique
without: reject except filter
ignoring-case: lower upper
upper-case: upper capital
lower-case: lower small
capitalise: upper title take
white-space: space words trim
replace: replace map put
append: append concat
add-up: sum
multiply-up: product
merge: concat merge union
join: join concat
split: split words chunks
repeat: repeat
interleave: interleave zip
pad: pad indent
starts: starts take
ends: ends suffix
contains: contains any
occurs: contains in count
all-but: tail front drop
last: last suffix
first: first take find
middle: at length //
position: index positions argmax indices
previous: pairs delta
next: pairs delta
consecutive: windows pairs runs
neighbour: pairs windows delta
only: filter all
no: not any
all: all
any: any
otherwise: else
in-common: common prefix
before: before takewhile take
after: after dropwhile drop
rotate: rotate
swap: swap reverse
insert: insert append
length: length
row: map columns
matrix: columns map
character: filter map
running: scan
cumulative: scan
until: until takewhile
while: takewhile dropwhile
round: round floor ceiling
convert: text integer number
surround: concat
not-repeated: count filter
whether: any all
none-there: else
percent: / *
shift: rotate shift
pair: pair zip pairs combinations
group: group chunks runs
ratio: /
average: mean
unless: not
common: common
digit: digits digit
power: **
tie: sort
"""
"""A concept, or an expression that is none, to words of the vocabulary that it may take, the likeliest first."""
