"""Images with their witness as text, compact, so that the witness check can be run again elsewhere.

`read(write(image))` equals the image; its Functions are the very same. Imports `ir` and `records`.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any, Final

from siglum.ir.function import Function, listed
from siglum.ir.node import CALL, Node
from siglum.ir.text import parse, show
from siglum.records import Block, Image, Instance, Label, Location, StopSite, Witness

MOST_BYTES: Final = 1 << 26
"""How large an image's text may be when it is unpacked."""


class Malformed(Exception):
    """The text is no image: what is wrong."""


# Writing --------------------------------------------------------------------------------------------------------------
def write(image: Image) -> str:
    """The image as one line of text."""
    functions = _functions(image.function)
    number = {f: k for k, f in enumerate(functions)}
    nodes = {f: {n: k for k, n in enumerate(_nodes(f))} for f in functions}
    data = {
        "functions": show(image.function),
        "target": image.target,
        "table": image.table_digest,
        "code": image.code.hex(),
        "data": image.data_offset,
        "capabilities": sorted(image.capabilities),
        "blocks": [_block(b, number[b.function], nodes[b.function]) for b in image.witness.blocks],
        "stops": [[s.kind, s.origin, s.block] for s in image.witness.stops],
    }
    return base64.b64encode(zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 9)).decode()


def _block(block: Block, function: int, nodes: dict[Node, int]) -> list[Any]:
    instances = [[i.family, list(i.operands), i.offset, i.length, i.origin, i.cold] for i in block.instances]
    labels = [
        [
            label.offset,
            [[nodes[n], which] for n, which in label.path],
            label.done,
            [[nodes[n], " ".join(f"{place.kind}{place.index}" for place in places)] for n, places in label.values],
        ]
        for label in block.labels
    ]
    return [function, block.offset, block.length, block.frame_slots, instances, labels]


# Reading --------------------------------------------------------------------------------------------------------------
def read(text: str) -> Image:
    """The image. Raises `Malformed`."""
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(base64.b64decode(text, validate=True), MOST_BYTES)
        if unpacker.unconsumed_tail:
            raise Malformed("the image is too large")
        return _image(json.loads(plain))
    except (binascii.Error, zlib.error, RecursionError) as problem:
        raise Malformed(f"the image cannot be unpacked ({problem})") from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as problem:
        raise Malformed(f"the image is no image ({type(problem).__name__}: {problem})") from None
    except Exception as problem:  # noqa: BLE001 - the reader of Functions refuses in many ways
        raise Malformed(f"the image's function cannot be read ({problem})") from None


def _image(data: dict[str, Any]) -> Image:
    function = parse(data["functions"], "<certificate>")
    functions = _functions(function)
    blocks = tuple(_read_block(raw, functions) for raw in data["blocks"])
    stops = tuple(StopSite(str(kind), int(origin), int(block)) for kind, origin, block in data["stops"])
    return Image(
        str(data["target"]),
        bytes.fromhex(data["code"]),
        int(data["data"]),
        function,
        Witness(blocks, stops),
        str(data["table"]),
        frozenset(map(str, data["capabilities"])),
    )


def _read_block(raw: list[Any], functions: list[Function]) -> Block:
    number, offset, length, slots, instances, labels = raw
    function = functions[_index(number)]
    nodes = _nodes(function)
    return Block(
        function,
        int(offset),
        int(length),
        tuple(Instance(str(f), tuple(map(int, ops)), int(at), int(n), int(o), int(c)) for f, ops, at, n, o, c in instances),
        tuple(
            Label(
                int(at),
                tuple((nodes[_index(n)], int(which)) for n, which in path),
                int(done),
                tuple((nodes[_index(n)], tuple(map(_location, places.split(" ")))) for n, places in values),
            )
            for at, path, done, values in labels
        ),
        int(slots),
    )


def _index(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"{number!r} is no number of a node or function")
    return number


def _location(text: str) -> Location:
    kind = text[:1] if text[:1].isalpha() else ""
    return Location(kind, int(text[len(kind) :]))


# Numbers ----------------------------------------------------------------------------------------------------------------
def _functions(function: Function) -> list[Function]:
    """The function, then all it calls, in an order that follows from their structure."""
    found = {function: None}
    pending = [function]
    while pending:
        for n in _nodes(pending.pop()):
            if n.op is CALL and n.attr not in found:
                found[n.attr] = None
                pending.append(n.attr)
    return list(found)


def _nodes(function: Function) -> list[Node]:
    """Every node of a function, in an order that follows from its structure."""
    found: dict[Node, None] = dict.fromkeys(function.region.params)
    pending = [*function.region.results, *reversed(list(listed(function.region)))]
    while pending:
        n = pending.pop()
        if n in found:
            continue
        found[n] = None
        for r in n.regions:
            found.update(dict.fromkeys(r.params))
            pending += [*r.results, *reversed(r.body)]
        pending += reversed(n.args)
    return list(found)
