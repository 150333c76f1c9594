"""The stencils that LLVM IR cannot express, in assembler text: entry and exits, calls, system calls, padding.

Each leaves every v and x register but its result as it was, and rsp too (docs/frame.md). Operand symbols are those
of `siglum.stencil.llvm`. Imports nothing.
"""

from __future__ import annotations

from typing import Final

_LEAVE: Final = """
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret
"""


def _system_call(number: int, arguments: str) -> str:
    """The kernel keeps all registers but rax, rcx and r11; v3, v4 and v7 wait on the machine stack."""
    return f"""
    push rdi
    push rsi
    push r11
    {arguments}
    mov eax, {number}
    syscall
    mov r13, rax
    pop r11
    pop rsi
    pop rdi
"""


TEXT: Final[dict[str, str]] = {
    # the context's `stop` (24) and `saved_rsp` (32)
    "stop": """
    mov rax, [r12]
    mov qword ptr [rax + 24], offset _O0
    mov rsp, [rax + 32]
    push 1
    pop rax
""" + _LEAVE,
    # a frame may start at `frame_end` (40), not beyond; slot 0 holds the context
    "call": """
    mov rax, [r12]
    lea rcx, [r12 + _O1]
    cmp rcx, [rax + 40]
    ja _STOP
    mov [rcx], rax
    mov r12, rcx
    call _CALL
    sub r12, offset _O1
""",
    "ret": "ret",
    "entry": """
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    mov [rdi + 32], rsp
    mov [rsi], rdi
    mov r12, rsi
""",
    "leave": "xor eax, eax" + _LEAVE,
    # the kernel may take fewer bytes than given: again with the rest, until none is left or none is taken
    "write": """
    push rdi
    push rsi
    push r11
    mov rdi, r13
    lea rdx, [r12 + _O0]
    mov rsi, [rdx]
    mov rdx, [rdx + 8]
.Lwrite_rest:
    push 1
    pop rax
    syscall
    test rax, rax
    jle .Lwrite_done
    add rsi, rax
    sub rdx, rax
    ja .Lwrite_rest
.Lwrite_done:
    mov r13, rdx
    pop r11
    pop rsi
    pop rdi
""",
    # never more than the array holds
    "read": _system_call(0, """mov rdi, r13
    mov rsi, [r12 + _O0]
    mov rdx, [r12 + _O0 + 8]
    cmp r14, rdx
    cmovb rdx, r14"""),
    "open": _system_call(2, """mov rdi, [r12 + _O0]
    mov rsi, r13
    mov edx, 420"""),
    "close": _system_call(3, "mov rdi, r13"),
    # clock_gettime(CLOCK_MONOTONIC, the 16 bytes below rsp), then seconds * 10^9 + nanoseconds
    "clock": """
    push rdi
    push rsi
    push r11
    sub rsp, 16
    mov edi, 1
    mov rsi, rsp
    mov eax, 228
    syscall
    pop rax
    imul r13, rax, 1000000000
    pop rax
    add r13, rax
    pop r11
    pop rsi
    pop rdi
""",
    **{f"nop.{size}": f".nops {size}" for size in range(1, 10)},
}  # fmt: skip
"""Family to its instructions, Intel syntax; they go on past their end unless the last one leaves."""


def module_text(names: dict[str, str]) -> str:
    """`module asm` lines that assemble each family (key) as the function of the given name, in its own section."""
    lines = [".intel_syntax noprefix"]
    for family, name in names.items():
        lines += [f'.section .text.{name},"ax",@progbits', *(line.strip() for line in TEXT[family].strip().splitlines())]
    return "".join(f"module asm {_quoted(line)}\n" for line in lines)


def _quoted(line: str) -> str:
    escaped = line.replace('"', "\\22")
    return f'"{escaped}"'
