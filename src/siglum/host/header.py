"""The C header of a library: declarations, the context, the structures of composite values.

Imports `ir.types` and `errors`. The text is a function of name, signature and stop lines alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from siglum.errors import UserError, echo
from siglum.ir.types import STR, Type, is_scalar

_C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset({
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
    "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
    "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "bool", "true", "false", "asm", "class", "new",
    "delete", "template", "this", "namespace", "operator", "private", "public", "protected", "virtual", "try", "catch",
    "throw", "typename", "using", "nullptr", "alignas", "alignof", "constexpr", "thread_local", "typeof", "main",
})  # fmt: skip
_SCALARS = {"bool": "bool", "char": "uint32_t", "f32": "float", "f64": "double"}

_CONTEXT = """\
#ifndef SIGLUM_CTX
#define SIGLUM_CTX
/* What a call runs in. One thread at a time may use it. */
typedef struct siglum_ctx {
    uint64_t arena_next; /* results and intermediate arrays are taken from here, */
    uint64_t arena_end;  /* up to here */
    uint64_t fuel;       /* steps left */
    uint64_t stop;       /* the code of the last stop, or 0 */
    uint64_t saved_rsp, frame_end, detail;
    uint64_t frames;     /* memory for the frames of calls, */
    uint64_t frames_end; /* up to here */
    uint64_t arena;      /* where the arena starts */
} siglum_ctx;

/* Divides `size` bytes at `memory`, which the caller keeps and frees, between frames and arena. */
static inline void siglum_ctx_init(siglum_ctx *ctx, void *memory, size_t size) {
    uint64_t start = ((uint64_t)memory + 15) & ~(uint64_t)15, end = ((uint64_t)memory + size) & ~(uint64_t)15;
    uint64_t room = end > start ? end - start : 0, frames = (room / 4 < 1048576 ? room / 4 : 1048576) & ~(uint64_t)15;
    ctx->frames = start;
    ctx->frames_end = ctx->arena = ctx->arena_next = start + frames;
    ctx->arena_end = start + room;
    ctx->fuel = (uint64_t)1 << 62;
    ctx->stop = ctx->saved_rsp = ctx->frame_end = ctx->detail = 0;
}

/* Takes back every array that calls with this context have returned. */
static inline void siglum_release(siglum_ctx *ctx) { ctx->arena_next = ctx->arena; }
#endif
"""


def check_c_name(name: str) -> str:
    """`name`, if C can call a function so. Raises UserError E-002."""
    if not _C_NAME.fullmatch(name) or name in _KEYWORDS:
        raise UserError(f"`{echo(name)}` is no name for a C function", fix="give another with --name", code="E-002")
    return name


def c_scalar(t: Type) -> str:
    """The C type of a scalar of its own width."""
    return _SCALARS.get(t.kind) or ("u" if t.kind[0] == "u" else "") + f"int{t.kind[1:]}_t"


def c_struct(t: Type) -> str:
    """The name of the structure for a composite type."""
    return f"siglum_{_mangled(t)}"


def holds_pointers(t: Type) -> bool:
    """Whether a value of type `t` refers to memory."""
    return t.kind in ("array", "map") or any(holds_pointers(part) for part in t.args)


def parameters(params: Sequence[tuple[str, Type]]) -> list[str]:
    """The C declarations of the parameters; arrays take two, composites that are no arrays a pointer."""
    out: list[str] = []
    taken = {"ctx", "out"}
    for given, t in params:
        name = given if _C_NAME.fullmatch(given) and given not in _KEYWORDS else f"{re.sub(r'[^A-Za-z0-9_]', '_', given)}_"
        while name in taken or f"{name}_length" in taken:
            name += "_"
        taken |= {name, f"{name}_length"}
        if is_scalar(t):
            out.append(f"{c_scalar(t)} {name}")
        elif t.kind == "array":
            out += [f"const {_element(t)} *{name}", f"int64_t {name}_length"]
        else:
            out.append(f"const {c_struct(t)} *{name}")
    return out


def header(name: str, params: Sequence[tuple[str, Type]], result: Type, stop_lines: Sequence[str]) -> str:
    """The header text for the functions that `cabi.library` makes."""
    guard = f"SIGLUM_{name.upper()}_H"
    declared = parameters(params)
    inside = ", ".join(declared) or "void"
    scalar = is_scalar(result)
    returned = c_scalar(result) if scalar else f"{name}_result"
    out_type = c_scalar(result) if scalar else c_struct(result)
    signature = " ".join(f"{n}:{t}" for n, t in params)
    text = [f"/* {name}{' ' + signature if signature else ''} -> {result}", " *", " * Arrays are read where they lie."]
    if any("[" in repr(t) or "str" in repr(t) for _, t in (*params, ("", result))):
        text[-1] += " A length counts elements and is not negative;"
        text.append(" * elements are aligned to their size.")
    if "str" in repr(result) or any("str" in repr(t) for _, t in params):
        text.append(" * Text is UTF-8, its length counts bytes, and no zero byte ends it.")
    text += [" */", f"#ifndef {guard}", f"#define {guard}"]
    text += [
        "#include <stdbool.h>",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
    ]
    text.append(_CONTEXT)
    text += map(_declaration, _declared([t for _, t in params], result))
    if not scalar:
        what = "`memory` is what NAME_free gives back." if holds_pointers(result) else "`memory` is NULL."
        text += [
            f"/* {what.replace('NAME', name)} */",
            f"typedef struct {name}_result {{",
            f"    {c_struct(result)} value;",
            "    void *memory;",
            f"}} {name}_result;",
            "",
        ]
    text += ["/* On a stop: writes one line to standard error and ends the process with status 1. */"]
    text += [f"{returned} {name}({inside});"]
    if not scalar and holds_pointers(result):
        text += ["/* Gives back the memory of a result. */", f"void {name}_free({name}_result *result);"]
    text += [
        "",
        "/* Returns 0 with the result in *out, or the code of a stop (also in ctx->stop), or -1 where the context has too",
        " * little memory for frames, or -2 for a negative length. Arrays in *out live in the context's arena. */",
        f"int32_t {name}_try({', '.join(['siglum_ctx *ctx', *declared, f'{out_type} *out'])});",
        "/* The line for a code, ending in a newline. */",
        f"const char *{name}_message(int32_t code);",
    ]
    if stop_lines:
        text += ["/*", *(f" * {number}: {_commented(line)}" for number, line in enumerate(stop_lines, 1)), " */"]
    text += ["", "#ifdef __cplusplus", "}", "#endif", "#endif", ""]
    return "\n".join(text)


def _commented(line: str) -> str:
    return line.rstrip("\n").replace("*/", "* /").encode("ascii", "backslashreplace").decode()


def _mangled(t: Type) -> str:
    if is_scalar(t):
        return t.kind
    if t is STR:
        return "text"
    return "_".join([t.kind, *(_mangled(part) for part in t.args)])


def _element(t: Type) -> str:
    if t is STR:
        return "char"
    return c_scalar(t.element) if is_scalar(t.element) else c_struct(t.element)


def _member(t: Type) -> str:
    """The C type of a value inside a structure: scalars take 8 bytes."""
    if not is_scalar(t):
        return c_struct(t)
    return "double" if t.kind in ("f32", "f64") else "uint64_t" if t.kind == "u64" else "int64_t"


def _composites(t: Type) -> Iterator[Type]:
    """The composite types inside `t`, parts first; `t` itself last."""
    for part in t.args:
        yield from _composites(part)
    if t.kind == "map":
        from siglum.ir.types import Array

        yield Array(t.args[0])
        yield Array(t.args[1])
    if not is_scalar(t):
        yield t


def _declared(params: Sequence[Type], result: Type) -> list[Type]:
    """The composite types that the declarations name, parts first, each once."""
    inside = [part for t in params for part in _composites(t) if part.kind != "array" or part is not t]
    return list(dict.fromkeys([*inside, *_composites(result)]))


def _declaration(t: Type) -> str:
    name = c_struct(t)
    if t.kind == "array":
        members = [f"const {_element(t)} *data;", "int64_t length;"]
    elif t.kind == "pair":
        members = [f"{_member(t.args[0])} first;", f"{_member(t.args[1])} second;"]
    elif t.kind == "option":
        members = ["int64_t present; /* 0 or 1 */", f"{_member(t.args[0])} value;"]
    else:
        from siglum.ir.types import Array

        members = [f"{c_struct(Array(t.args[0]))} keys;", f"{c_struct(Array(t.args[1]))} values;"]
    body = "".join(f"    {member}\n" for member in members)
    return f"#ifndef {name.upper()}_T\n#define {name.upper()}_T\ntypedef struct {name} {{\n{body}}} {name};\n#endif\n"
