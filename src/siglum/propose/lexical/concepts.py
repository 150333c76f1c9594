"""Expressions of English that mean the same to the grammar: a concept, and what people say for it.

Imports the standard library only. An entry: the concept, a colon, expressions divided by commas; an indented line goes on. Every
inflected form of an expression's words counts too. Adding a synonym is adding it here.
"""

from __future__ import annotations

from typing import Final

ASKING: Final = """
give: return, find, compute, calculate, get, give, give me, determine, output, show, produce, report, display, obtain, fetch,
    retrieve, generate, work out, find out, tell me, yield, evaluate, figure out, what be, extract, identify, say, create,
    build, construct, make
whether: whether, check whether, check if, check that, test if, test whether, determine whether, determine if, find out if,
    find out whether, tell whether, tell if, say whether, say if, see if, decide whether, decide if, verify that, true if,
    tell me if, tell me whether, let me know if, let me know whether, i want to know if, i want to know whether, find whether,
    see whether, confirm that, test that, ask whether, return true if, return whether, return if, is it true that, know if,
    detect if, true when, return true when, true exactly when, whether or not, give true if, true only if, return true only if
how-to: how to, how do i, how can i, how do you, how would i, i want to, i need to, please, can you, could you, let us, write
    a function to, write a function that, write a python function to, write a function which, write code to, write a program
    to, a function to, a function that, function that, function to, your task be to, implement a function that, implement a
    function to, create a function that, create a function to, the task be to, you need to, you have to, write a method to,
    write a function
given-a: given a, given an, given the, given two, given, for a given, for the given, for given, from a given, in a given
"""

DATA: Final = """
list: list, array, sequence, vector, collection, tuple, series, input list, given list, list of value, range
text: text, string, str, sentence, phrase, message, input string, given string, input text, paragraph, line of text, document
element: element, item, entry, member, value, component, object, thing
number: number, integer, int, whole number, natural number, float, real number, numeric value, numerical value, natural
character: character, char, symbol, sign
letter: letter, alphabetic character, letter of the alphabet, alphabetical character
row: row, sublist, inner list, sub list, nested list, sub-list, subarray
word: word, token
matrix: matrix, table, grid, list of list, two dimensional array, nested list, list of row, array of array
neighbour: neighbour, neighbor, adjacent element, neighbouring element, neighboring element, consecutive element, adjacent
    number, consecutive number, neighbouring number, neighboring number, adjacent value, neighbouring value, consecutive
    value, adjacent item, consecutive item, successive element, successive number, successive value, adjacent pair,
    neighbouring pair, consecutive pair, adjacent entry, neighbouring item, adjacent character, neighbouring character,
    consecutive character, neighbouring letter, adjacent letter
consecutive: consecutive, adjacent, neighbouring, neighboring, successive, in a row, next to each other, side by side
previous: one before them, number before them, element before them, value before them, one preceding it, one preceding them,
    previous one, one before it, one before, preceding one, previous element, element before it, preceding element,
    predecessor, number before it, previous number, previous value, value before it, preceding number, left neighbour, left
    neighbor, one that come before it, preceding value, item before it, previous item, previous, preceding, one in front of
    it, one to its left
next: one after them, number after them, element after them, value after them, one following it, one following them, next one,
    one after it, one after, following one, next element, element after it, following element, successor, number after it,
    next number, next value, right neighbour, right neighbor, one that follow it, one to its right, one that come after it,
    following number, following value, next item
position: position, index, place, location, zero based index, zero-based position, slot
length: length, size, number of element, number of character, number of letter, number of item, count of element
"""

AMOUNTS: Final = """
how-much: how much, by how much
how-many: how many, what number of
how-often: how often, how many time, number of time, count of time, how frequently, the number of time
number-of: number of, count of, amount of, quantity of, total number of, frequency of
count: count, count up, count how many, tally, count number of, count the number of, find the number of, get the number of
each: each, every, every single, each single, each individual, every individual
at-least: at least as large as, at least as big as, at least as long as, at least as great as, at least as high as, as large
    as or larger than, at least equal to, at least, no less than, not less than, no fewer than, not fewer than, greater than
    or equal to, larger than or equal to, more than or equal to, bigger than or equal to, not smaller than, not below, no
    smaller than, >=, equal to or greater than, greater or equal to, greater than or equal, above or equal to, not under
at-most: at most as large as, at most as big as, at most as long as, at most equal to, at most, no more than, not more than,
    less than or equal to, smaller than or equal to, fewer than or equal to, not greater than, not larger than, not above, not
    exceed, no greater than, no larger than, <=, equal to or less than, less or equal to, less than or equal, below or equal
    to, not over, not bigger than, no bigger than
greater: greater than, larger than, bigger than, more than, higher than, above, over, exceed, beyond, >, strictly greater
    than, strictly larger than, strictly more than, in excess of, strictly above, greater, larger, bigger, higher
less: less than, smaller than, lower than, fewer than, below, under, <, strictly less than, strictly smaller than, lesser
    than, strictly below, short of
equal: equal to, equal, be the same as, same as, identical to, =, ==, match, exactly equal to, identical, the same as,
    equivalent to
unequal: not equal to, different from, unequal to, !=, <>, differ from, not the same as, other than, different than, not
    equal, distinct from, not identical to
longer: longer than, longer
shorter: shorter than, shorter
between: between, in the range from, in the range, in range, within the range, within the range from, in between, inside the
    range, in the interval, from, ranging from
inclusive: inclusive, inclusively, both included, both ends included, both inclusive, including both, included, including both
    ends, end included, including the ends, both ends inclusive, ends included, including both end, including end
exclusive: exclusive, exclusively, not included, both excluded, excluded, not including the ends, excluding the ends
"""

ORDER: Final = """
largest: largest, biggest, greatest, highest, maximum, maximal, max, top, largest possible
smallest: smallest, least, lowest, minimum, minimal, min, tiniest, bottom, smallest possible
larger: larger, bigger, greater, higher, maximum, max, largest, greatest
smaller: smaller, lesser, lower, minimum, min, smallest, least
longest: longest, largest in length, longest possible
shortest: shortest, smallest in length
most-often: most often, most frequently, most, the most, most time, the most time, the most often
least-often: least often, least frequently, least, the least, rarely, the least often, fewest time
most-common: most common, most numerous, with highest frequency, with highest count, with most occurrence, with the highest
    frequency, with the highest count, of highest frequency, most frequent, most often occur, most frequently occur, most
    popular, most repeated, commonest, most often seen, that occur most often, that appear most often, that occur most
    frequently, that appear most frequently, occur most often, appear most often, most occurring, with the most occurrence,
    most used
least-common: least common, least frequent, rarest, that occur least often, that appear least often, least often occurring
ascending: ascending, increasing, rising, nondecreasing, non decreasing, ascending order, increasing order, from smallest to
    largest, from lowest to highest, smallest to largest, lowest to highest, from small to large, from low to high, smallest
    first, lowest first, least to greatest, from least to greatest, small to large, low to high, numerical, numeric, natural,
    smallest to biggest, from smallest to biggest, growing, smallest to greatest, smallest value first, smallest number first,
    from the smallest to the largest, smallest one first, sorted, size, shortest first, from shortest to longest, earliest
    first, shortest to longest
descending: descending, decreasing, falling, nonincreasing, non increasing, descending order, decreasing order, from largest
    to smallest, from highest to lowest, largest to smallest, highest to lowest, from large to small, from high to low,
    largest first, highest first, greatest to least, from greatest to least, large to small, high to low, biggest first,
    greatest first, from biggest to smallest, biggest to smallest, largest value first, largest number first, from the largest
    to the smallest, largest one first, longest first, from longest to shortest, longest to shortest, latest first, reverse
    sorted, reverse sort, most frequent first, reverse alphabetical, reverse alphabetic, in reverse alphabetical
length-up: from shortest to longest, shortest to longest, shortest first, from short to long, by increasing length, in order
    of increasing length, by ascending length, in order of length
length-down: from longest to shortest, longest to shortest, longest first, from long to short, by decreasing length, in order
    of decreasing length, by descending length
alphabetical: alphabetical, alphabetic, alphabetically, lexicographic, lexicographical, lexicographically, dictionary, from a
    to z, a to z
in-reverse: in reverse, in reverse order, in reversed order, backwards, backward, from back to front, from right to left, from
    last to first, from the last to the first, from end to start, from the end to the start, the other way round, the other
    way around, back to front, right to left, last to first, in the opposite order, in opposite order, reversed, from the end,
    from end to beginning, last one first, last first
on-ties: on ties, on a tie, in case of a tie, in case of ties, if there be a tie, if there be ties, for ties, when there be a
    tie, if several, in case of tie, if tied, when tied, if there be several, if there be more than one, with ties, when there
    be ties, in the case of a tie, if more than one, if there be a draw, in case of multiple, if there be multiple, among
    ties, if several have the same length, if several tie, in case of equality, in the case of ties, breaking ties, if equal,
    when equal
"""

VERBS: Final = """
remove: remove, squeeze out, weed out, kick out, toss, toss out, purge, scrap, delete, drop, discard, omit, exclude,
    eliminate, strip, erase, filter out, get rid of, leave out, throw away, skip, take away, take out, cut, cut off, strip
    out, strip off, cut out, chop off, trim off, leave off, throw out, strip away, clear, ignore
keep: keep, retain, select, filter, keep only, select only, filter for, filter to, only keep, pick out, pick, choose, leave
    only, extract, list, only, just, filter by
take: take, take only, keep, get, pick, select, grab
append: append, put at the end, add at the end
sort: sort, alphabetise, alphabetize, order, arrange, put in order, rearrange, rank
reverse: reverse, flip, turn around, invert, mirror, turn round
replace: replace, substitute, change, swap out, exchange, turn, convert, transform
double: double, twice
merge: merge, combine, join together
join: join, concatenate, glue, connect, combine, put together, glue together, join together, string together, merge, link,
    join up, stick together
split: split, divide, break, separate, cut, chop, break up, split up, partition, cut up, divide up, group
add-up: add up, sum, sum up, total, add together, add, total up, add all up, sum all, find the sum of, find the total of
multiply-up: multiply together, multiply, take the product of, multiply all, multiply up, find the product of
repeat: repeat, duplicate, copy, replicate
convert: convert, change, turn, make, transform, put, translate, render, set, write, rewrite, switch, bring
round: round, round off
insert: insert, put, place, add
swap: swap, exchange, switch, interchange, trade
move: move, shift, push, put, bring
rotate: rotate, cycle, rotate round, shift cyclically, cyclically shift, circularly shift, cyclically rotate
interleave: interleave, alternate, weave, zip together, interlace, alternately take, alternate between, take alternately from,
    alternately combine, mix alternately
surround: surround, wrap, enclose, put, frame, quote
pad: pad, fill, fill up, left pad, extend
starts: start with, begin with, start by, begin by, start in, have the prefix, starting from
ends: end with, end in, finish with, finish in, have the suffix, terminate with, end by
contains: contain, include, hold, have, consist of, have in it, comprise, be made of, be made up of, be composed of, consist
    in
occurs: occur, come up, crop up, be listed, be used, appear, be present, exist, be found, show up, be contained, be repeated,
    turn up, be seen, happen
divides: divide, evenly divide, be a divisor of, be a factor of, divide evenly, go into, divides evenly
divisible: divisible by, evenly divisible by, multiple of, divided evenly by, divisible evenly by, be a multiple of, divisible
    without remainder by, exactly divisible by
"""

ARITHMETIC: Final = """
plus: plus, +, added to, increased by, add to
minus: minus, -, less, reduced by, decreased by, lowered by, diminished by
times: times, *, multiplied by, multiply by, by a factor of
over: divided by, /, over, divide by
whole-over: integer divided by, divided without remainder by, //, divided rounding down by
modulo: modulo, mod, %, modulus
to-the: to the power of, raised to the power of, raised to the power, to the power, raised to, **, ^, to the
remainder: remainder, left over, modulus, rest, leftover, remain, what remain, what be left, what be left over
difference: difference, gap
percent: percent, per cent, %, percentage of
half: half, one half
"""

SELECTIONS: Final = """
all-but: all but, all except, everything but, everything except, every element but, every element except, all elements but,
    all element except, all of it except, all except for, everything except for, all elements except, all of the elements
    except, the rest without, all element but, all character but, all characters except, everything other than, all other than
other: other, alternate, second
last: last, final, rightmost, ending, trailing
first: first, initial, leading, leftmost, starting, beginning
middle: middle, central, centre, center
rest: rest, remaining, others, other ones, remainder
only: only, just, nothing but, solely, exclusively, entirely, purely, made only of, exclusively of, only of
duplicate: duplicate, repeat, repetition, double, copy, duplicated
distinct: distinct, unique, different, distinct kind of
repeated: repeated, duplicated, duplicate, repeat, repeating, occur more than once, appear more than once, occur multiple
    time, appear multiple time, occur several time, occur repeatedly, that occur more than once, appear twice or more, occur
    at least twice, appear at least twice, not unique, present more than once, found more than once, occurring more than once
not-repeated: occur only once, appear only once, occur exactly once, appear exactly once, unique, occur once, appear once,
    present exactly once, present only once, not repeated, only occur once, only appear once, unrepeated, that occur only
    once, non repeating, nonrepeating, non repeated, not duplicated, found exactly once
without: without, excluding, except, except for, but not, other than, apart from, leaving out, with no, skipping, ignoring,
    omitting, not counting, not including, disregarding, but no, minus, free of, leave out, less, but without, not
    considering, skip, ignore, exclude
ignoring-case: ignoring case, without regard to upper and lower case, no matter the case, no matter upper or lower case,
    regardless of case, case insensitive, case insensitively, without regard to case, ignore case, disregarding case, ignoring
    the case, case ignored, irrespective of case, not case sensitive, ignoring upper and lower case, ignoring capitalisation,
    ignoring capitalization, upper and lower case count as the same, ignoring letter case, case not mattering, case do not
    matter, upper or lower case, in a case insensitive way, independent of case
upper-case: upper case, uppercase, capital letter, capital, all caps, upper case letter, uppercase letter, big letter, block
    letter, caps, uppercase character, upper case character
lower-case: lower case, lowercase, small letter, lower case letter, lowercase letter, lowercase character, lower case
    character
title-case: title case, titlecase, first letter in upper case, initial capital, capital first letter
capitalise: capitalise, capitalize
white-space: white space, whitespace, blank, space, blank space, surrounding space, surrounding whitespace
blank: blank, blank space
"""

JOINING: Final = """
evenly: evenly, exactly, completely, equally, without remainder, without a remainder, with no remainder, with nothing left
    over, with nothing left, with no rest, without rest, leaving no remainder, with zero remainder
unchanged: unchanged, alone, as they be, as it be, as be, the same, same, untouched, intact, as before, as they were
others: rest, others, other one, everything else, anything else, all else, the remainder, remaining one, all other, all
    others, other element, other character, other letter, other number, other word, all other element, all other character,
    all other letter, all other number, remaining element, remaining character
afterwards-part: everything after it, everything after that, all after it, those after it, those that follow, what follow,
    following one
then: then, and then, and finally, afterwards, after that, and after that, followed by, next, finally, before
and: and, &, as well as, together with, and also, but also, and the
or: or, or else
otherwise: otherwise, else, or else, if not, and otherwise, or otherwise, and else, in all other case, in other case
if: if, when, whenever, in case, where, provided, provided that, as long as, if and only if, only if, only when
unless: unless, except if, except when, if not
that: that, which, who, where
whose: whose, with a, with an, where the, having a, which have a, that have a, for which the, of which the, with the, with
    their, where its, where their
with: with, having, that have, which have, containing, that contain, which contain, of at
none-there: there be none, there be no such element, none exist, none be found, not found, none be there, there be nothing,
    there be no such number, it be missing, it be empty, missing, empty, no such element exist, not present, there be not one,
    it do not occur, it do not exist, not there, list be empty, text be empty, string be empty, array be empty, none, no such
    value exist, it be not found, it do not appear, nothing be found, there be no element, there be no such value, none match,
    nothing match, absent
both: both, both of, both the, each of
two: two, both, the two, 2, the given, a pair of
three: three, all three, the three, 3
in-common: in common, shared, common, they share, shared by both, both share, common to both, that both have, both have
before: before, preceding, up to, in front of, prior to, until, ahead of, left of
after: after, following, behind, past, beyond, right of
in-front: in front of, at the start of, at the beginning of, to the front of, to the start of, to the beginning of, before, on
    the left of
at-end: to the end of, at the end of, onto the end of, to the back of, behind, after, to
at-most-so-many: upto, up to, through, up to and including, to, till, until, and, and including, down to
below-bound: below, less than, under, smaller than, up to but not including, before, up to but excluding, not including,
    strictly below
as-string: string, text, a string
kth: kth, nth, ith, k th, n th, i th
appended: appended, added, put, followed
it: it, them, they, each one, every one, each of them, everything, each, those, all of these, the lot, result, these,
    resulting list, the result, this, itself, all of them, outcome
its: its, their, its own, their own, the element own
reach: reach, be, get to
be: be, equal, become, remain
sub-text: substring, sub string, part, subtext, text, string, pattern
per: per, in each, of each, for each, in every, of every, for every
not: not, n't, never
no: no, not any, zero, none of the, no more
any: any, some, at least one, one or more, one, any one, any single
all: all, all of, every, each, each one of, each of, every one of, all the
as-many-as: as many, the same number of, equally many, the same amount of
"""

CONCEPTS: Final = ASKING + DATA + AMOUNTS + ORDER + VERBS + ARITHMETIC + SELECTIONS + JOINING
