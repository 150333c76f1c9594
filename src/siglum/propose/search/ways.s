# How a candidate is evaluated: what `ways` leads to, and what comes back to `hashed`, `settled`, `stopped` or `refused`.

# Ways that evaluate all rows at once: rdi is the context, rsi the frame, rdx the side, r8 RECORDS. ----------------------------

columns:                        # one number on each row is a list as long as there are rows
    mov ecx, [rbp + $R_ROWS]
    record r9, 0
    mov [rsi + 8], r9
    mov [rsi + 16], rcx
    record r9, 1
    mov [rsi + 24], r9
    mov [rsi + 32], rcx
    call [r12 + $O_FLAT]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    mov rsi, [rsi + 8]
    mov qword ptr [rbp + $R_SHAPE], 0
    mov ecx, [rbp + $R_ROWS]
    lea r15, [8 * rcx]
    mov r14, rsi
    movzx eax, byte ptr [r12 + $O_ELEMENT]
    cmp eax, 8
    je hashed
    mov r14, [rbp + $R_SIDE]
    add r14, $S_WORDS
    xor edx, edx
    cmp eax, 1
    je 2f
1:
    mov eax, [rsi + 4 * rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 1b
    jmp hashed
2:
    movzx eax, byte ptr [rsi + rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 2b
    jmp hashed

    .macro shape to, argument   # the argument's shape; ecx is the number of its elements, few enough to be worked on at once
    mov eax, [rbx + $J_NOW + 4 * \argument]
    mov r9, [rbp + $R_SHAPES]
    mov \to, [r9 + 8 * rax]
    movzx ecx, \to\()w
    cmp ecx, $MOST_FLAT
    ja rows
    .endm

    .macro wide argument        # r9 is the record of a list of ecx elements, rax where these are, in full width
    record r9, \argument
    mov r10d, r9d
    and r10d, 7
    mov rax, [rbp + $R_LENGTHS_BYTES]
    lea rax, [rax + r9]
    jz 1f
    lea r11, [rdx + $S_FIRST + $ARGUMENT_BYTES * \argument]
    sub rax, r10
    cmp r9, [rdx + $S_MADE + 8 * \argument]
    mov [rdx + $S_MADE + 8 * \argument], r9
    je 2f
    push r11
    call stretch
    pop r11
2:
    mov rax, r11
    and r9, -8
1:
    .endm

    .macro elements argument    # frame of an argument that is a list of ecx elements; r9 is its record
    wide \argument
    mov [rsi + 8 + 16 * \argument], rax
    mov [rsi + 16 + 16 * \argument], rcx
    .endm

list:
    shape r14, 0
    elements 0
    jmp flat

lists:
    shape r14, 0
    mov eax, [rbx + $J_NOW + 4]
    mov r9, [rbp + $R_SHAPES]
    cmp r14, [r9 + 8 * rax]
    jne other_shape
    elements 1
    elements 0
flat:                           # r14 is the result's shape, r9 where its lengths are
    mov [rbp + $R_SHAPE], r14
    mov [rbp + $R_LENGTHS], r9
    call [r12 + $O_FLAT]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    movzx r15d, word ptr [rbp + $R_SHAPE]
    mov r14, [rsi + 8]
    movzx eax, byte ptr [r12 + $O_CLASS]
    imul r15d, eax
    mov rdi, [rbp + $R_SIDE]
    cmp eax, 8
    jne 1f
    mov rax, r14
    sub rax, rdi
    sub rax, $S_ARENA
    cmp rax, $ARENA_BYTES
    jb hashed
    # the last word must end in zeros, and an argument's elements may be gone when they are needed: they go where all is ours
1:
    add rdi, $S_CONTENT
    mov rsi, r14
    mov r14, rdi
    mov ecx, r15d
    call move
    mov qword ptr [r14 + r15], 0
    jmp hashed

# The arguments behind this one that have another shape as well are passed over.
other_shape:
    mov edx, eax
    mov ecx, [rbx + $J_LAST + 4]
1:
    inc eax
    cmp eax, ecx
    jae 2f
    cmp r14, [r9 + 8 * rax]
    jne 1b
2:
    mov ecx, eax
    sub ecx, edx
    add [rbp + $R_REFUSED], rcx
    dec rcx
    add [rbp + $R_CANDIDATES], rcx
    dec eax
    mov [rbx + $J_NOW + 4], eax
    jmp advance

list_number:
    shape r14, 0
    elements 0
    mov qword ptr [rdx + $S_MADE + 8], 0
    add rdx, $S_FIRST + $ARGUMENT_BYTES
    mov [rsi + 24], rdx
    mov [rsi + 32], rcx
    record r10, 1
    jmp spread
number_list:
    shape r14, 1
    elements 1
    mov qword ptr [rdx + $S_MADE], 0
    add rdx, $S_FIRST
    mov [rsi + 8], rdx
    mov [rsi + 16], rcx
    record r10, 0
spread:                         # the numbers at r10, each as often as the list at r9 is long on its row, to rdx
    mov r11, r9
    mov ecx, [rbp + $R_ROWS]
1:
    movq xmm0, [r10]
    punpcklqdq xmm0, xmm0
    mov eax, [r11]
    add r10, 8
    add r11, 4
    mov r8, rdx
    lea rdx, [rdx + 8 * rax]
2:
    .irp k, 0, 16, 32, 48
    movups [r8 + \k], xmm0
    .endr
    add r8, 64
    cmp r8, rdx
    jb 2b
    dec ecx
    jnz 1b
    jmp flat

zipped:
    shape r10, 0
    shape r14, 1
    cmp r10, r14
    je refused                  # the word on the two lists as they are gives the same
    record r9, 0
    record r10, 1
    and r9, -8
    and r10, -8
    mov ecx, [rbp + $R_ROWS]
    cmp dword ptr [rbx + $J_SHAPED], 1
    jb 9f
    ja 8f
7:
    mov eax, [r10 + 4 * rcx - 4]
    cmp eax, [r9 + 4 * rcx - 4]
    jb refused
    dec ecx
    jnz 7b
    jmp 9f
8:
    mov eax, [r9 + 4 * rcx - 4]
    cmp eax, [r10 + 4 * rcx - 4]
    jb refused
    dec ecx
    jnz 8b
9:
    push rbx
    push r12
    shape r14, 1
    wide 1
    mov r13, rax
    mov r15, r9
    shape r14, 0
    wide 0
    mov r12, rax
    mov r10, r15
    mov qword ptr [rdx + $S_MADE + 16], 0
    lea r11, [rdx + $S_LENGTHS]
    lea r14, [rdx + $S_CONTENT]
    lea r15, [rdx + $S_FIRST + 2 * $ARGUMENT_BYTES]
    mov [rsi + 8], r14
    mov [rsi + 24], r15
    xor edx, edx                # the shape
    mov ebx, [rbp + $R_ROWS]
1:
    mov eax, [r9]
    mov ecx, [r10]
    add r9, 4
    add r10, 4
    mov r8d, eax
    cmp ecx, eax
    cmovb r8d, ecx
    mov [r11], r8d
    add r11, 4
    xor rdx, r8
    imul rdx, [rip + mix]
    rol rdx, 29
    push rax
    push rcx
    mov eax, r8d
2:
    eight r12, r14
    eight r13, r15
    cmp eax, 8
    jbe 3f
    sub eax, 8
    .irp r, r12, r13, r14, r15
    add \r, 64
    .endr
    jmp 2b
3:
    mov ecx, eax                # of the last eight
    .irp r, r12, r13, r14, r15
    lea \r, [\r + 8 * rcx]
    .endr
    pop rcx
    pop r8
    # the longer one has more elements on this row
    sub r8d, ecx
    jb 4f
    lea r12, [r12 + 8 * r8]
    jmp 5f
4:
    neg r8d
    lea r13, [r13 + 8 * r8]
5:
    dec ebx
    jnz 1b
    mov rcx, r14
    sub rcx, [rsi + 8]
    shr rcx, 3
    mov [rsi + 16], rcx
    mov [rsi + 32], rcx
    pop r12
    pop rbx
    mov r14, rdx
    mov r14w, cx
    mov r9, [rbp + $R_SIDE]
    add r9, $S_LENGTHS
    jmp flat
    .p2align 3
mix:
    .quad $MIX

# Row by row. ------------------------------------------------------------------------------------------------------------------

rows:
    mov r8, [rbp + $R_RECORDS]
    mov rdx, [rbp + $R_SIDE]
    .irp k, 0, 1, 2
    cmp byte ptr [r12 + $O_WIDTHS + \k], 0
    jne 3f
    record rax, \k
    jmp 4f
3:
    mov eax, [rbx + $J_NOW + 4 * \k]
    mov r9, [rbp + $R_SHAPES]
    movzx ecx, word ptr [r9 + 8 * rax]
    wide \k
    mov [rbp + $R_LENGTHS_AT + 8 * \k], r9
4:
    mov [rbp + $R_CURSORS + 8 * \k], rax
    .endr
    lea r14, [rdx + $S_WORDS]
    xor r13d, r13d              # the shape, or the hash of what is mixed
    movzx eax, byte ptr [r12 + $O_CLASS]
    test eax, eax
    jz 1f
    cmp eax, $MIXED
    cmove r13, [r12 + $O_SEED]
    je 1f
    lea r14, [rdx + $S_CONTENT]
    mov r15, [rbp + $R_CONTENT_MOST]
    add r15, r14
1:
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax

next_row:
    mov rdi, [rbp + $R_FRAME]
    add rdi, 8
    mov ecx, [r12 + $O_ARITY]
    xor edx, edx
1:
    cmp edx, ecx
    jae 4f
    mov rsi, [rbp + $R_CURSORS + 8 * rdx]
    movzx eax, byte ptr [r12 + $O_WIDTHS + rdx]
    test eax, eax
    jnz 3f
    mov r8d, [r12 + $O_WORDS + 4 * rdx]
2:
    mov rax, [rsi]
    mov [rdi], rax
    add rsi, 8
    add rdi, 8
    dec r8d
    jnz 2b
    mov [rbp + $R_CURSORS + 8 * rdx], rsi
    inc edx
    jmp 1b
3:
    mov r9, [rbp + $R_LENGTHS_AT + 8 * rdx]
    mov r8d, [r9]
    add r9, 4
    mov [rbp + $R_LENGTHS_AT + 8 * rdx], r9
    mov [rdi], rsi
    mov [rdi + 8], r8
    add rdi, 16
    imul rax, r8
    add rsi, rax
    mov [rbp + $R_CURSORS + 8 * rdx], rsi
    inc edx
    jmp 1b
4:
    mov rdi, [rbp + $R_CONTEXT]
    cmp byte ptr [r12 + $O_CLASS], $MIXED
    je 1f
    mov rax, [rbp + $R_SIDE]    # what the row before allocated has been copied
    add rax, $S_ARENA
    mov [rdi], rax
1:
    mov rax, [rbp + $R_FUEL]
    mov [rdi + 16], rax
    mov rsi, [rbp + $R_FRAME]
    call [r12 + $O_ENTRY]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    add rsi, 8
    movzx eax, byte ptr [r12 + $O_CLASS]
    test eax, eax
    jnz 1f
    mov rax, [rsi]
    mov [r14], rax
    add r14, 8
    jmp row_done
1:
    cmp eax, $MIXED
    je 3f
    mov rcx, [rsi + 8]
    mov rsi, [rsi]
    mov edx, [rbp + $R_ROWS]
    sub edx, [rbp + $R_ROW]
    mov rdi, [rbp + $R_SIDE]
    mov [rdi + $S_LENGTHS + 4 * rdx], ecx
    xor r13, rcx
    imul r13, [rip + mix]
    rol r13, 29
    imul rcx, rax
    mov rdi, r14
    add r14, rcx
    cmp r14, r15
    ja stopped                  # too large to be kept
    call move
    jmp row_done
3:
    mov ecx, [r12 + $O_RESULT_WORDS]
    xor edx, edx
4:
    mov rax, [rsi + 8 * rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 4b
    mov r8, [r12 + $O_DESCRIPTOR]
    mov rsi, r14
    lea r14, [r14 + 8 * rcx]
    call hash
row_done:
    dec dword ptr [rbp + $R_ROW]
    jnz next_row

    mov rdx, [rbp + $R_SIDE]
    movzx eax, byte ptr [r12 + $O_CLASS]
    cmp eax, $MIXED
    je 2f
    test eax, eax
    jz 1f
    mov qword ptr [r14], 0      # the last word ends in zeros
    mov r15, r14
    lea r14, [rdx + $S_CONTENT]
    sub r15, r14
    bsf ecx, eax
    mov eax, r15d
    shr eax, cl
    mov r13w, ax
    mov [rbp + $R_SHAPE], r13
    lea rax, [rdx + $S_LENGTHS]
    mov [rbp + $R_LENGTHS], rax
    jmp hashed
1:
    mov r15, r14
    lea r14, [rdx + $S_WORDS]
    sub r15, r14
    mov qword ptr [rbp + $R_SHAPE], 0
    jmp hashed
2:
    lea r14, [rdx + $S_WORDS]
    mov qword ptr [rbp + $R_SHAPE], 0
    jmp settled
