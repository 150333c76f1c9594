# Values: their hashes, their records, and the table of those that are there. Registers are engine.s's.

# Copies rcx bytes from rsi to rdi, and up to 15 of what is behind them.
move:
    test rcx, rcx
    jle 2f
1:
    movups xmm0, [rsi]
    movups [rdi], xmm0
    add rsi, 16
    add rdi, 16
    sub rcx, 16
    ja 1b
2:
    ret

    .macro stretching instruction, width    # eight elements a turn
9:
    .irp k, 0, 1, 2, 3
    \instruction xmm0, [rax + 2 * \width * \k]
    movups [r11 + 16 * \k], xmm0
    .endr
    add rax, 8 * \width
    add r11, 64
    sub ecx, 8
    ja 9b
    pop rcx
    ret
    .endm

# Elements of r10 bytes (1, 2, 4) at rax, ecx of them, to r11 as words; up to seven more are written.
stretch:
    push rcx
    cmp r10d, 2
    ja 4f
    je 2f
    stretching pmovsxbq, 1
2:
    stretching pmovsxwq, 2
4:
    stretching pmovsxdq, 4

# The hash r13 of SHAPE and the elements, r15 bytes at r14: words are multiplied in pairs, products folded and added up (as in NH:
# Black, Halevi, Krawczyk, Krovetz, Rogaway, UMAC, 1999).
digest:
    mov r11, $MIX
    mov r13, [r12 + $O_SEED]
    xor r13, [rbp + $R_SHAPE]
    imul r13, r11
    mov r8, $FIRST_KEY
    mov r9, $SECOND_KEY
    mov rsi, r14
    lea rcx, [r15 + 7]
    shr rcx, 3
    sub rcx, 2
    jb 2f
1:
    mov rax, [rsi]
    mov rdx, [rsi + 8]
    xor rax, r8
    xor rdx, r9
    mul rdx
    xor rax, rdx
    add r13, rax
    add r8, r11
    add rsi, 16
    sub rcx, 2
    jae 1b
2:
    cmp rcx, -2
    je 3f
    mov rax, [rsi]
    xor rax, r8
    mul r9
    xor rax, rdx
    add r13, rax
3:
    ret

# Mixes hash r13 once more and asks for its place in the table.
settle:
    mov rax, r13
    shr rax, 32
    xor r13, rax
    mov rax, $MIX
    imul r13, rax
    mov rax, r13
    shr rax, 29
    xor r13, rax
    mov eax, 1
    cmovz r13, rax              # 0 marks a free entry
    mov rdi, r13
    and rdi, [rbp + $R_TABLE_MASK]
    shl rdi, 4
    add rdi, [rbp + $R_TABLE]
    prefetcht0 [rdi]
    ret

# The entry of hash r13 in the table: rdi, and ZF where it is free.
find:
    mov rdi, r13
    mov rcx, [rbp + $R_TABLE_MASK]
    mov rdx, [rbp + $R_TABLE]
1:
    and rdi, rcx
    mov rsi, rdi
    shl rsi, 4
    mov rax, [rdx + rsi]
    test rax, rax
    jz 2f
    cmp rax, r13
    je 3f
    inc rdi
    jmp 1b
2:
    lea rdi, [rdx + rsi]
    ret
3:
    lea rdi, [rdx + rsi]
    test rdi, rdi
    ret

# Adds the components at rsi, of descriptor r8, to hash r13.
hash:
    mov r11, $MIX
hash_more:
    movzx eax, byte ptr [r8]
    inc r8
    test eax, eax
    jnz 1f
    xor r13, [rsi]
    add rsi, 8
    imul r13, r11
    rol r13, 29
    jmp hash_more
1:
    cmp eax, $END
    je 9f
    mov rdi, [rsi]
    mov rcx, [rsi + 8]
    add rsi, 16
    xor r13, rcx
    imul r13, r11
    rol r13, 29
    test rcx, rcx
    jz 8f
    cmp eax, 8
    jne 3f
2:
    xor r13, [rdi]
    add rdi, 8
    imul r13, r11
    rol r13, 29
    dec rcx
    jnz 2b
    jmp hash_more
3:
    cmp eax, 4
    jne 4f
33:
    mov edx, [rdi]
    xor r13, rdx
    add rdi, 4
    imul r13, r11
    rol r13, 29
    dec rcx
    jnz 33b
    jmp hash_more
4:
    cmp eax, 1
    jne 5f
44:
    movzx edx, byte ptr [rdi]
    xor r13, rdx
    inc rdi
    imul r13, r11
    rol r13, 29
    dec rcx
    jnz 44b
    jmp hash_more
5:
    cmp eax, 2
    jne 6f
55:
    movzx edx, word ptr [rdi]
    xor r13, rdx
    add rdi, 2
    imul r13, r11
    rol r13, 29
    dec rcx
    jnz 55b
    jmp hash_more
6:  # composite elements: words of one, length of its descriptor
    push rsi
    movzx eax, byte ptr [r8]
    movzx edx, byte ptr [r8 + 1]
    add r8, 2
    push rdx
    push rax
    push r8
    mov rsi, rdi
7:
    push rcx
    mov r8, [rsp + 8]
    call hash_more
    pop rcx
    dec rcx
    jnz 7b
    pop r8
    pop rax
    pop rdx
    add r8, rdx
    pop rsi
    jmp hash_more
8:  # an empty array: its elements' descriptor is passed over
    cmp eax, $NESTED
    jne hash_more
    movzx edx, byte ptr [r8 + 1]
    lea r8, [r8 + rdx + 2]
    jmp hash_more
9:
    ret

# The value LAST_.. becomes value COUNT: its record in the bank, its hash r13 in the table entry at rdi. ZF is clear where it is
# too large to be kept.
keep:
    push rdi
    mov r9, [rbp + $R_BANK]     # the record
    movzx eax, byte ptr [r12 + $O_CLASS]
    cmp eax, $MIXED
    je mixed
    mov rcx, [rbp + $R_LAST_BYTES]
    mov rdi, r9
    test eax, eax
    jz column
    mov rdx, [rbp + $R_LENGTHS_BYTES]
    lea r8, [r9 + rdx]
    cmp r8, [rbp + $R_BANK_END]
    ja paused_bank
    mov rdi, r8
    mov rsi, [rbp + $R_LAST_LENGTHS]
11:
    mov rax, [rsi + rdx - 8]
    mov [r9 + rdx - 8], rax
    sub rdx, 8
    jnz 11b
    cmp byte ptr [r12 + $O_NARROWS], 0
    je 1f
    cmp rcx, 8 * $MOST_FLAT
    jbe narrow
1:
    lea rax, [rdi + rcx + 7]
    and rax, -8
    cmp rax, [rbp + $R_BANK_END]
    ja paused_bank
    mov [rbp + $R_BANK], rax
    mov rsi, [rbp + $R_LAST_CONTENT]
    call move
    pop rdi
    jmp kept

column:
    cmp byte ptr [r12 + $O_NARROWS], 0
    je 1b
    mov rsi, [rbp + $R_LAST_CONTENT]
    xor r8d, r8d
    mov edx, [rbp + $R_ROWS]
2:
    mov rax, [rsi + 8 * rdx - 8]
    mov r10, rax
    sar r10, 63
    xor rax, r10
    or r8, rax
    dec edx
    jnz 2b
    cmp r8, [rbp + $R_MAGNITUDE]
    jbe 1b
beyond:
    pop rdi
    test rsp, rsp
    ret

# Integers, rcx bytes of them, go to rdi in as few bytes as all of them fit in: x and ~x have the same number of bits.
narrow:
    mov rsi, [rbp + $R_LAST_CONTENT]
    pxor xmm0, xmm0
    shr ecx, 3
    mov r10d, ecx
    sub ecx, 2
    jb 12f
11:
    movups xmm1, [rsi]
    pxor xmm2, xmm2
    pcmpgtq xmm2, xmm1
    pxor xmm1, xmm2
    por xmm0, xmm1
    add rsi, 16
    sub ecx, 2
    jae 11b
12:
    cmp ecx, -2
    je 13f
    movq xmm1, [rsi]
    pxor xmm2, xmm2
    pcmpgtq xmm2, xmm1
    pxor xmm1, xmm2
    por xmm0, xmm1
13:
    movq rax, xmm0
    pextrq rdx, xmm0, 1
    or rax, rdx
    cmp rax, [rbp + $R_MAGNITUDE]
    ja beyond
    mov rsi, [rbp + $R_LAST_CONTENT]
    mov ecx, 1
    cmp rax, 0x80
    jb 14f
    mov ecx, 2
    cmp rax, 0x8000
    jb 14f
    mov ecx, 4
    shr rax, 31
    jz 14f
    mov ecx, r10d
    shl ecx, 3
    jmp 1b
14:
    mov r8d, r10d
    imul r8d, ecx
    lea rax, [rdi + r8 + 7]
    and rax, -8
    cmp rax, [rbp + $R_BANK_END]
    ja paused_bank
    mov [rbp + $R_BANK], rax
    or r9, rcx
    cmp ecx, 2
    ja 4f
    je 2f
1:
    movups xmm1, [rsi]
    pshufb xmm1, [rip + low_bytes]
    pextrw word ptr [rdi], xmm1, 0
    add rsi, 16
    add rdi, 2
    sub r10d, 2
    ja 1b
    jmp 9f
2:
    movups xmm1, [rsi]
    pshufb xmm1, [rip + low_halves]
    movd [rdi], xmm1
    add rsi, 16
    add rdi, 4
    sub r10d, 2
    ja 2b
    jmp 9f
4:
    movups xmm1, [rsi]
    shufps xmm1, xmm1, 8
    movq [rdi], xmm1
    add rsi, 16
    add rdi, 8
    sub r10d, 2
    ja 4b
9:
    pop rdi
    jmp kept
    .p2align 4
low_bytes:
    .byte 0, 8, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128
low_halves:
    .byte 0, 1, 8, 9, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128

# Components and their arrays.
mixed:
    mov r15, r9
    mov ecx, [r12 + $O_RESULT_WORDS]
    imul ecx, [rbp + $R_ROWS]
    lea r15, [r15 + 8 * rcx]
    cmp r15, [rbp + $R_BANK_END]
    ja paused_bank
    mov rsi, [rbp + $R_LAST_CONTENT]
    mov rdi, r9
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax
3:
    mov r8, [r12 + $O_DESCRIPTOR]
    call copy
    dec dword ptr [rbp + $R_ROW]
    jnz 3b
    pop rdi
    mov rax, r15
    sub rax, r9
    cmp rax, [rbp + $R_LARGEST]
    ja 5f
    mov [rbp + $R_BANK], r15
kept:
    mov [rdi], r13
    mov eax, [rbp + $R_COUNT]
    mov [rdi + 8], eax
    mov rsi, [rbp + $R_RECORDS]
    mov [rsi + 8 * rax], r9
    mov rsi, [rbp + $R_SHAPES]
    mov rcx, [rbp + $R_LAST_SHAPE]
    mov [rsi + 8 * rax], rcx
    cmp eax, eax
    ret
5:
    test rsp, rsp
    ret

# Copies the components at rsi, of descriptor r8, to rdi, and their arrays to r15, which goes on behind them.
copy:
    movzx eax, byte ptr [r8]
    inc r8
    test eax, eax
    jnz 1f
    mov rdx, [rsi]
    mov [rdi], rdx
    add rsi, 8
    add rdi, 8
    jmp copy
1:
    cmp eax, $END
    je 9f
    mov r10, [rsi]
    mov rcx, [rsi + 8]
    add rsi, 16
    mov [rdi], r15
    mov [rdi + 8], rcx
    add rdi, 16
    cmp eax, $NESTED
    je 4f
    imul rcx, rax
    add rcx, 7
    shr rcx, 3
    jz copy
    lea rdx, [r15 + 8 * rcx]
    cmp rdx, [rbp + $R_BANK_END]
    ja paused_bank
2:
    mov rdx, [r10]
    mov [r15], rdx
    add r10, 8
    add r15, 8
    dec rcx
    jnz 2b
    jmp copy
4:
    movzx eax, byte ptr [r8]
    movzx edx, byte ptr [r8 + 1]
    add r8, 2
    test rcx, rcx
    jz 6f
    push rsi
    push rdi
    push rdx
    mov rsi, r10
    mov rdi, r15
    imul rax, rcx
    lea r15, [r15 + 8 * rax]
    cmp r15, [rbp + $R_BANK_END]
    ja paused_bank
    push r8
5:
    push rcx
    mov r8, [rsp + 8]
    call copy
    pop rcx
    dec rcx
    jnz 5b
    pop r8
    pop rdx
    pop rdi
    pop rsi
6:
    add r8, rdx
    jmp copy
9:
    ret

# void widen(request): the OLD entries of the table at OLD_TABLE go over into the one that is there now, which is empty.
widen:
    push rbx
    push rbp
    mov rbp, rdi
    mov rbx, [rbp + $R_OLD_TABLE]
    mov r10, [rbp + $R_OLD]
1:
    test r10, r10
    jz 3f
    mov rdi, [rbx]
    test rdi, rdi
    jz 2f
    mov rcx, [rbp + $R_TABLE_MASK]
    mov rdx, [rbp + $R_TABLE]
    mov r8, rdi
11:
    and rdi, rcx
    mov rsi, rdi
    shl rsi, 4
    inc rdi
    cmp qword ptr [rdx + rsi], 0
    jne 11b
    mov [rdx + rsi], r8
    mov eax, [rbx + 8]
    mov [rdx + rsi + 8], eax
2:
    add rbx, 16
    dec r10
    jmp 1b
3:
    pop rbp
    pop rbx
    ret
