# Calls, each fully checked: buffers are put in place, junk everywhere else, and afterwards everything is compared.

next_call:
    mov rax, state(S_PROGRESS)
    cmp rax, state(H_COUNT)
    jae finish
    mov rbx, state(S_RECORD)
    mov r12d, [rbx + $C_COUNT]
    lea r13, [rbx + $C_BUFFERS]
    test r12d, r12d
    jz 2f
    cld
1:
    mov rdi, [r13 + $B_AT]
    mov rsi, [r13 + $B_SOURCE]
    mov rcx, [r13 + $B_SIZE]
    mov r8, rdi
    rep movsb
    lea r9, state(J_VECTORS)
    mov rsi, r9
    mov rcx, [r13 + $B_AFTER]
    rep movsb
    mov rsi, r9
    mov rcx, [r13 + $B_BEFORE]
    mov rdi, r8
    sub rdi, rcx
    rep movsb
    add r13, $B_BYTES
    dec r12d
    jnz 1b
2:
    call set_junk
    mov rsp, state(H_STACK)
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7
    movlps xmm\k, [rbx + $C_FLOATS + 8 * \k]
    .endr
    push qword ptr state(J_FLAGS)
    popfq
    mov rdi, [rbx]
    mov rsi, [rbx + 8]
    mov rdx, [rbx + 16]
    mov rcx, [rbx + 24]
    mov r8, [rbx + 32]
    mov r9, [rbx + 40]
    mov rax, state(J_RAX)
    mov r10, state(J_R10)
    mov r11, state(J_R11)
    mov rbx, state(J_RBX)
    mov rbp, state(J_RBP)
    mov r12, state(J_R12)
    mov r13, state(J_R13)
    mov r14, state(J_R14)
    mov r15, state(J_R15)
    call qword ptr state(H_ENTRY)
    mov state(S_RSP), rsp
    mov state(S_RAX), rax
    mov state(S_RDX), rdx
    lea rsp, state(S_STACK)
    call inspect

    mov rbx, state(S_RECORD)
    mov r12d, [rbx + $C_COUNT]
    lea r13, [rbx + $C_BUFFERS]
    test r12d, r12d
    jz 3f
1:
    mov rdi, [r13 + $B_AT]
    mov rcx, [r13 + $B_BEFORE]
    sub rdi, rcx
    call check_slack
    mov rdi, [r13 + $B_AT]
    add rdi, [r13 + $B_SIZE]
    mov rcx, [r13 + $B_AFTER]
    call check_slack
    mov rdi, [r13 + $B_OUT]
    test rdi, rdi
    jz 2f
    mov rsi, [r13 + $B_AT]
    mov rcx, [r13 + $B_SIZE]
    rep movsb
2:
    add r13, $B_BYTES
    dec r12d
    jnz 1b
3:
    mov rdi, [rbx + $C_OUT]
    mov rax, state(S_RAX)
    mov [rdi + $F_RAX], rax
    mov rax, state(S_RDX)
    mov [rdi + $F_RDX], rax
    mov rax, state(S_FLOATING + 160)
    mov [rdi + $F_XMM0], rax
    mov rax, state(S_FLOATING + 176)
    mov [rdi + $F_XMM1], rax
    mov [rdi + $F_WRONG], r11d
    mov dword ptr [rdi + $F_STATUS], $RETURNED

# Progress counts first: a tick in between then sees a call that has only begun.
advance_call:
    inc qword ptr state(S_PROGRESS)
    mov rbx, state(S_RECORD)
    mov eax, [rbx + $C_COUNT]
    imul rax, rax, $B_BYTES
    lea rax, [rbx + rax + $C_BUFFERS]
    mov state(S_RECORD), rax
    jmp next_call

# Adds to r11d when one of the rcx bytes at rdi is not the junk that was put there.
check_slack:
    lea rsi, state(J_VECTORS)
    cmp ecx, 64
    jne 1f
    movdqu xmm0, [rdi]
    pcmpeqb xmm0, [rsi]
    .irp at, 16, 32, 48
    movdqu xmm1, [rdi + \at]
    pcmpeqb xmm1, [rsi + \at]
    pand xmm0, xmm1
    .endr
    pmovmskb eax, xmm0
    cmp eax, 0xffff
    jne 2f
    ret
1:
    test ecx, ecx
    jz 3f
    repe cmpsb
    je 3f
2:
    or r11d, $WRONG_BUFFER_SLACK
3:
    ret

# Junk in the vector registers, upper halves zero, and in 512 bytes below the stack pointer; MXCSR as at the start.
set_junk:
    ldmxcsr state(H_MXCSR)
    test byte ptr state(H_FEATURES), $HAS_AVX
    jz 1f
    vzeroupper
1:
    lea rsi, state(J_VECTORS)
    mov rdi, state(H_STACK)
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps xmm\k, [rsi + 16 * \k]
    movaps [rdi - 16 * \k - 16], xmm\k
    movaps [rdi - 16 * \k - 272], xmm\k
    .endr
    ret
