# Which values a wanted one may be the least or the greatest of, together with another one: it equals them somewhere, and is nowhere
# on both sides of them. Registers are engine.s's.

    .macro compared load, width # rdi with the words at rsi
1:
    \load
    cmp rax, [rsi]
    jg 2f
    jl 3f
    bts r8, r11
4:
    add rdi, \width
    add rsi, 8
    inc r11d
    dec ecx
    jnz 1b
    jmp equal_or_beside
2:
    or edx, $ABOVE
    jmp 5f
3:
    or edx, $BELOW
5:
    cmp edx, $ABOVE + $BELOW
    jne 4b
    test rsp, rsp
    ret
    .endm

# int covers(request): goes through the values FROM up to TO, of the type of the value WANTED, which has COVERED elements (at most
# 64), OFFSET bytes behind its record. A value that is longer on a row is taken as far as the wanted one goes. Told are those that
# are the same at least at the elements NEED, and as long at least on the rows NEED_ROWS. FINISHED, or SLICE where there is no room
# for more hits.
covers:
    enter
    mov r8, [rbp + $R_RECORDS]
    mov eax, [rbp + $R_WANTED]
    mov r14, [r8 + 8 * rax]     # where its lengths are
    mov r10d, r14d
    and r10d, 7
    and r14, -8
    mov rcx, [rbp + $R_SHAPES]
    mov r15, [rcx + 8 * rax]
    mov rax, [rbp + $R_OFFSET]
    add rax, r14
    mov r13, rax                # its elements, in full width
    test r10d, r10d
    jz next_value
    mov r13, [rbp + $R_SIDE]
    add r13, $S_FIRST
    mov r11, r13
    mov ecx, [rbp + $R_COVERED]
    call stretch
next_value:
    mov ebx, [rbp + $R_FROM]
    cmp ebx, [rbp + $R_TO]
    jae finished
    mov eax, [rbp + $R_HITS]
    cmp eax, [rbp + $R_HITS_MOST]
    jae 9f
    inc dword ptr [rbp + $R_FROM]
    mov rax, [rbp + $R_RECORDS]
    mov r9, [rax + 8 * rbx]
    mov r10d, r9d
    and r10d, 7
    and r9, -8
    mov rdi, [rbp + $R_OFFSET]
    add rdi, r9
    mov rsi, r13
    xor r8d, r8d                # where it is the same, a bit an element
    xor r11d, r11d
    xor edx, edx                # on which sides it is
    mov r12, -1                 # on which rows it is as long
    mov rax, [rbp + $R_SHAPES]
    cmp r15, [rax + 8 * rbx]
    jne longer
    mov ecx, [rbp + $R_COVERED]
    call compare
    jnz next_value
    test edx, edx
    jz next_value               # the wanted one itself
covered:
    test r8, r8
    jz next_value
    mov rax, [rbp + $R_NEED]
    mov rcx, [rbp + $R_NEED_ROWS]
    mov rdi, r8
    mov rsi, r12
    not rdi
    not rsi
    and rax, rdi
    and rcx, rsi
    or rax, rcx
    jnz next_value
    mov eax, [rbp + $R_HITS]
    inc dword ptr [rbp + $R_HITS]
    shl rax, 5
    add rax, [rbp + $R_HITS_AT]
    mov [rax], r8
    mov [rax + 8], r12
    mov [rax + 16], ebx
    mov [rax + 20], edx
    jmp next_value
9:
    mov eax, $SLICE
    jmp leave

longer:
    mov ecx, [rbp + $R_ROWS]
1:
    mov eax, [r9 + 4 * rcx - 4]
    cmp eax, [r14 + 4 * rcx - 4]
    jb next_value
    dec ecx
    jnz 1b
    xor r12d, r12d
    mov [rbp + $R_ROW], ecx
2:
    mov ebx, [rbp + $R_ROW]
    mov ecx, [r14 + 4 * rbx]
    mov eax, [r9 + 4 * rbx]
    sub eax, ecx
    jnz 3f
    bts r12, rbx
3:
    push rax
    call compare
    pop rax
    jnz next_value
    # what is longer here is passed over
    test r10d, r10d
    mov ecx, 8
    cmovnz ecx, r10d
    imul eax, ecx
    add rdi, rax
    inc ebx
    mov [rbp + $R_ROW], ebx
    cmp ebx, [rbp + $R_ROWS]
    jb 2b
    mov ebx, [rbp + $R_FROM]
    dec ebx
    jmp covered

# ecx elements of r10 bytes (0: 8) at rdi. ZF is clear where some are above the words at rsi and some below.
compare:
    test ecx, ecx
    jz equal_or_beside
    cmp r10d, 2
    ja 6f
    je 7f
    test r10d, r10d
    jz 8f
    compared "movsx rax, byte ptr [rdi]", 1
6:
    compared "movsxd rax, dword ptr [rdi]", 4
7:
    compared "movsx rax, word ptr [rdi]", 2
8:
    compared "mov rax, [rdi]", 8
equal_or_beside:
    xor eax, eax
    ret
