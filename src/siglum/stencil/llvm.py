"""The machine builder over LLVM: primitive rows write their meaning through it as textual IR.

Imports the standard library only; `siglum.stencil.compile` hands the text to LLVM.
"""

from __future__ import annotations

from typing import Final

PARAMETERS: Final = (
    "ptr %frame", *(f"i64 %v{k}" for k in range(5)), "i64 %d0", "i64 %d1", *(f"i64 %v{k}" for k in range(5, 8)),
    *(f"double %x{k}" for k in range(8)),
)  # fmt: skip
"""One parameter for each register, placed by `preserve_nonecc`: r12, r13 r14 r15 rdi rsi, rdx and rcx (scratch), r8 r9
r11, then xmm0 .. xmm7."""

_DECLARED: Final = ", ".join(p.split()[0] for p in PARAMETERS)
PRELUDE: Final = "\n".join(
    [
        'target triple = "x86_64-unknown-linux-gnu"',
        *(f"declare hidden preserve_nonecc void @{edge}({_DECLARED})" for edge in ("_NEXT", "_TAKEN", "_STOP", "_COLD")),
        *(f"@_O{k} = external hidden global i8, !absolute_symbol !0" for k in range(6)),
        *(f"@_Q{k} = external hidden global i8, !absolute_symbol !1" for k in range(6)),
        "@_D = external hidden global i8",
        *(f"declare {{ i64, i1 }} @llvm.{s}{op}.with.overflow.i64(i64, i64)" for s in "su" for op in ("add", "sub", "mul")),
        "declare i64 @llvm.ctpop.i64(i64)",
        "declare i64 @llvm.ctlz.i64(i64, i1)",
        "declare i64 @llvm.cttz.i64(i64, i1)",
        *(f"declare double @llvm.{op}.f64(double)" for op in ("sqrt", "floor", "ceil", "trunc")),
        'attributes #0 = { nounwind optsize "frame-pointer"="none" }',
        "!0 = !{i64 -2147483648, i64 2147483648}",
        "!1 = !{i64 -1, i64 -1}",
        '!2 = !{!"branch_weights", i32 1, i32 1000000}',
        "",
    ]
)
"""What every module starts with. `_On` is operand n as a field of 32 bits, sign-extended; `_Qn` as one of 64 bits;
edge names are those of `siglum.stencil.table`: taken, stop, cold, and the next instance."""


class Truth(str):
    """The name of an i1 value."""

    __slots__ = ()


class Builder:
    """`ir.machine.Machine` over LLVM IR text: W is an i64 value, B an i1 value, F a double value, each by name.

    One builder writes one function. `constants` are 64-bit words that LLVM must not see (it would put floats in a
    constant pool); they appear as symbols `_K` + 16 hex digits. With `split`, the first `fselect` branches and leaves
    its second arm, a constant, to the cold function: `cold` is then the text that computes it.
    """

    def __init__(self, *, split: bool = False) -> None:
        self.lines: list[str] = []
        self.constants: set[str] = set()
        self.cold: str | None = None
        self._split = split
        self._known: dict[tuple[str, ...], str] = {}
        self._count = 0
        self._edges: list[tuple[str, str, dict[str, str]]] = []

    # Writing ------------------------------------------------------------------------------------------------
    def emit(self, text: str) -> str:
        """A new value computed by `text`; equal text gives the same value."""
        key = (text,)
        if key not in self._known:
            self._known[key] = self._name(text)
        return self._known[key]

    def read(self, text: str) -> str:
        """As `emit` for what depends on memory: always anew."""
        return self._name(text)

    def write(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def fresh(self) -> str:
        self._count += 1
        return f"b{self._count}"

    def _name(self, text: str) -> str:
        self._count += 1
        name = f"%t{self._count}"
        self.write(f"{name} = {text}")
        return name

    def branch(self, condition: str, edge: str, changed: dict[str, str] | None = None) -> None:
        """Leave by `edge` (rare) when `condition`; go on otherwise."""
        rest, away = self.fresh(), self.fresh()
        self.write(f"br i1 {condition}, label %{away}, label %{rest}, !prof !2")
        # written last: LLVM then folds the branch and the tail call into one conditional jump
        self._edges.append((away, edge, changed or {}))
        self.label(rest)

    def leave(self, edge: str, changed: dict[str, str] | None = None) -> None:
        """End by `edge` with the changed registers; on a stop no register matters."""
        changed = changed or {}
        arguments = []
        for parameter in PARAMETERS:
            kind, name = parameter.split()
            dead = name in ("%d0", "%d1") or (edge == "_STOP" and name != "%frame")
            arguments.append(f"{kind} {'poison' if dead else changed.get(name, name)}")
        self.write(f"musttail call preserve_nonecc void @{edge}({', '.join(arguments)})")
        self.write("ret void")

    def function(self, name: str) -> str:
        """The finished function, in a section of its own."""
        body = list(self.lines)
        for label, edge, changed in self._edges:
            away = Builder()
            away.leave(edge, changed)
            body += [f"{label}:", *away.lines]
        head = f'define hidden preserve_nonecc void @{name}({", ".join(PARAMETERS)}) #0 section ".text.{name}" {{'
        return "\n".join([head, *body, "}", ""])

    # Operands -----------------------------------------------------------------------------------------------
    def operand(self, number: int, *, wide: bool = False) -> str:
        """Operand `number` as a word: an immediate or a displacement, filled in when linked."""
        return f"ptrtoint (ptr @_{'Q' if wide else 'O'}{number} to i64)"

    def slot(self, number: int, offset: int = 0) -> str:
        """The address of the frame slot that is operand `number`, plus `offset` bytes."""
        # computed at each use, so that it becomes a displacement and not a register
        address = self.read(f"getelementptr i8, ptr %frame, i64 {self.operand(number)}")
        return self.read(f"getelementptr i8, ptr {address}, i64 {offset}") if offset else address

    def load(self, kind: str, address: str, align: int = 8) -> str:
        return self.read(f"load {kind}, ptr {address}, align {align}")

    def store(self, kind: str, value: str, address: str, align: int = 8) -> None:
        self.write(f"store {kind} {value}, ptr {address}, align {align}")

    # Machine: words -----------------------------------------------------------------------------------------
    def const(self, value: int) -> str:
        return str(value)

    def add(self, x: str, y: str) -> str:
        return self._known.get(("add", x, y)) or self.emit(f"add i64 {x}, {y}")

    def sub(self, x: str, y: str) -> str:
        return self._known.get(("sub", x, y)) or self.emit(f"sub i64 {x}, {y}")

    def mul(self, x: str, y: str) -> str:
        return self._known.get(("mul", x, y)) or self.emit(f"mul i64 {x}, {y}")

    def and_(self, x: str, y: str) -> str:
        return self.emit(f"and i64 {x}, {y}")

    def or_(self, x: str, y: str) -> str:
        return self.emit(f"or i64 {x}, {y}")

    def xor(self, x: str, y: str) -> str:
        return self.emit(f"xor i64 {x}, {y}")

    def shl(self, x: str, y: str) -> str:
        return self.emit(f"shl i64 {x}, {self._count64(y)}")

    def lshr(self, x: str, y: str) -> str:
        return self.emit(f"lshr i64 {x}, {self._count64(y)}")

    def ashr(self, x: str, y: str) -> str:
        return self.emit(f"ashr i64 {x}, {self._count64(y)}")

    def _count64(self, y: str) -> str:
        return self.emit(f"and i64 {y}, 63")

    def sdiv(self, x: str, y: str) -> str:
        return self.emit(f"sdiv i64 {x}, {y}")

    def srem(self, x: str, y: str) -> str:
        return self.emit(f"srem i64 {x}, {y}")

    def udiv(self, x: str, y: str) -> str:
        return self.emit(f"udiv i64 {x}, {y}")

    def urem(self, x: str, y: str) -> str:
        return self.emit(f"urem i64 {x}, {y}")

    def popcount(self, x: str) -> str:
        return self.emit(f"call i64 @llvm.ctpop.i64(i64 {x})")

    def leading_zeros(self, x: str) -> str:
        return self.emit(f"call i64 @llvm.ctlz.i64(i64 {x}, i1 false)")

    def trailing_zeros(self, x: str) -> str:
        return self.emit(f"call i64 @llvm.cttz.i64(i64 {x}, i1 false)")

    def signed_add_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("s", "add", x, y)

    def signed_sub_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("s", "sub", x, y)

    def signed_mul_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("s", "mul", x, y)

    def unsigned_add_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("u", "add", x, y)

    def unsigned_sub_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("u", "sub", x, y)

    def unsigned_mul_overflows(self, x: str, y: str) -> Truth:
        return self._overflows("u", "mul", x, y)

    def _overflows(self, sign: str, operation: str, x: str, y: str) -> Truth:
        both = self.emit(f"call {{ i64, i1 }} @llvm.{sign}{operation}.with.overflow.i64(i64 {x}, i64 {y})")
        # the sum itself comes with the flag, so that a later `add` of the same operands costs nothing
        self._known[operation, x, y] = self.emit(f"extractvalue {{ i64, i1 }} {both}, 0")
        return Truth(self.emit(f"extractvalue {{ i64, i1 }} {both}, 1"))

    # Machine: truth -----------------------------------------------------------------------------------------
    def eq(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"icmp eq i64 {x}, {y}"))

    def ne(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"icmp ne i64 {x}, {y}"))

    def slt(self, x: str, y: str) -> Truth:
        return self._ordered("slt", "sgt", x, y)

    def sle(self, x: str, y: str) -> Truth:
        return self._ordered("sle", "sge", x, y)

    def ult(self, x: str, y: str) -> Truth:
        return self._ordered("ult", "ugt", x, y)

    def ule(self, x: str, y: str) -> Truth:
        return self._ordered("ule", "uge", x, y)

    def _ordered(self, order: str, mirrored: str, x: str, y: str) -> Truth:
        # x86 compares with an immediate on the right
        if x.startswith("ptrtoint"):
            order, x, y = mirrored, y, x
        return Truth(self.emit(f"icmp {order} i64 {x}, {y}"))

    def both(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"and i1 {x}, {y}"))

    def either(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"or i1 {x}, {y}"))

    def select(self, c: str, x: str, y: str) -> str:
        return self.emit(f"select i1 {c}, i64 {x}, i64 {y}")

    def word(self, b: str) -> str:
        return self.emit(f"zext i1 {b} to i64")

    def bit(self, x: str) -> Truth:
        return Truth(self.emit(f"icmp ne i64 {x}, 0"))

    def stop_if(self, b: str) -> None:
        self.branch(b, "_STOP")

    # Machine: floats ----------------------------------------------------------------------------------------
    def fadd(self, x: str, y: str) -> str:
        return self.emit(f"fadd double {x}, {y}")

    def fsub(self, x: str, y: str) -> str:
        return self.emit(f"fsub double {x}, {y}")

    def fmul(self, x: str, y: str) -> str:
        return self.emit(f"fmul double {x}, {y}")

    def fdiv(self, x: str, y: str) -> str:
        return self.emit(f"fdiv double {x}, {y}")

    def fsqrt(self, x: str) -> str:
        return self.emit(f"call double @llvm.sqrt.f64(double {x})")

    def fneg(self, x: str) -> str:
        return self._masked("xor", x, 1 << 63)

    def fabs(self, x: str) -> str:
        return self._masked("and", x, (1 << 63) - 1)

    def ffloor(self, x: str) -> str:
        return self.emit(f"call double @llvm.floor.f64(double {x})")

    def fceil(self, x: str) -> str:
        return self.emit(f"call double @llvm.ceil.f64(double {x})")

    def ftrunc(self, x: str) -> str:
        return self.emit(f"call double @llvm.trunc.f64(double {x})")

    def feq(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"fcmp oeq double {x}, {y}"))

    def fne(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"fcmp une double {x}, {y}"))

    def flt(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"fcmp olt double {x}, {y}"))

    def fle(self, x: str, y: str) -> Truth:
        return Truth(self.emit(f"fcmp ole double {x}, {y}"))

    def fselect(self, c: str, x: str, y: str) -> str:
        if self._split:
            self._split, self.cold = False, next(text for (text, *_), name in self._known.items() if name == y)
            self.branch(self.emit(f"xor i1 {c}, true"), "_COLD")
            return x
        return self.emit(f"select i1 {c}, double {x}, double {y}")

    def fround32(self, x: str) -> str:
        return self.emit(f"fpext float {self.emit(f'fptrunc double {x} to float')} to double")

    def from_signed(self, x: str) -> str:
        return self.emit(f"sitofp i64 {x} to double")

    def from_unsigned(self, x: str) -> str:
        # LLVM's own conversion needs a constant pool: halve to odd (the low bit sticks), convert, double
        half = self.or_(self.emit(f"lshr i64 {x}, 1"), self.and_(x, "1"))
        large = self.from_signed(half)
        return self.emit(f"select i1 {self.slt(x, '0')}, double {self.fadd(large, large)}, double {self.from_signed(x)}")

    def truncate(self, x: str) -> str:
        return self.emit(f"fptosi double {x} to i64")

    def bits(self, x: str) -> str:
        return self.emit(f"bitcast double {x} to i64")

    def from_bits(self, x: str) -> str:
        return self.emit(f"bitcast i64 {self._hidden(int(x)) if x.lstrip('-').isdigit() else x} to double")

    def _hidden(self, value: int) -> str:
        symbol = f"_K{value & 2**64 - 1:016x}"
        self.constants.add(symbol)
        return f"ptrtoint (ptr @{symbol} to i64)"

    def _masked(self, operation: str, x: str, mask: int) -> str:
        """`x` with `operation` applied to its bits and `mask`, without leaving the float registers."""
        pair = self.emit(f"bitcast <2 x double> {self._pair(x)} to <2 x i64>")
        masks = self.emit(f"bitcast <2 x double> {self._pair(self.from_bits(str(mask)))} to <2 x i64>")
        bits = self.emit(f"{operation} <2 x i64> {pair}, {masks}")
        return self.emit(f"extractelement <2 x double> {self.emit(f'bitcast <2 x i64> {bits} to <2 x double>')}, i32 0")

    def _pair(self, x: str) -> str:
        return self.emit(f"insertelement <2 x double> poison, double {x}, i32 0")
