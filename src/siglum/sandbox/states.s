# Machine states: each is loaded whole, one slot of code runs, and the state after it is stored whole.

next_state:
    mov rax, state(S_PROGRESS)
    cmp rax, state(H_COUNT)
    jae finish
    mov rbx, state(S_RECORD)
    mov rcx, state(H_DATA_SIZE)
    mov rdi, state(H_DATA)
    lea rsi, [rbx + $T_MEMORY]
    rep movsb
    test byte ptr state(H_FEATURES), $HAS_AVX
    jz 1f
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu ymm\k, [rbx + $T_VECTORS + 32 * \k]
    .endr
    jmp 2f
1:
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu xmm\k, [rbx + $T_VECTORS + 32 * \k]
    .endr
2:
    ldmxcsr [rbx + $T_MXCSR]
    lea rsp, state(S_STACK)
    push qword ptr [rbx + $T_FLAGS]
    popfq
    mov rax, [rbx]
    mov rcx, [rbx + 8]
    mov rdx, [rbx + 16]
    mov rsp, [rbx + 32]
    mov rbp, [rbx + 40]
    mov rsi, [rbx + 48]
    mov rdi, [rbx + 56]
    .irp k, 8, 9, 10, 11, 12, 13, 14, 15
    mov r\k, [rbx + 8 * \k]
    .endr
    mov rbx, [rbx + 24]
    jmp qword ptr state(H_ENTRY)

# The slot jumps here; a plain move leaves the flags as they are.
state_returned:
    mov state(S_RSP), rsp
    mov state(S_RBX), rbx
    mov rbx, state(S_OUTPUT)
    lea rsp, state(S_STACK)
    pushfq
    pop qword ptr [rbx + $T_FLAGS]
    push 0x202
    popfq
    mov [rbx], rax
    mov [rbx + 8], rcx
    mov [rbx + 16], rdx
    mov rax, state(S_RBX)
    mov [rbx + 24], rax
    mov rax, state(S_RSP)
    mov [rbx + 32], rax
    mov [rbx + 40], rbp
    mov [rbx + 48], rsi
    mov [rbx + 56], rdi
    .irp k, 8, 9, 10, 11, 12, 13, 14, 15
    mov [rbx + 8 * \k], r\k
    .endr
    stmxcsr [rbx + $T_MXCSR]
    test byte ptr state(H_FEATURES), $HAS_AVX
    jz 1f
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu [rbx + $T_VECTORS + 32 * \k], ymm\k
    .endr
    jmp 2f
1:
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu [rbx + $T_VECTORS + 32 * \k], xmm\k
    .endr
2:
    mov dword ptr [rbx + $T_SIGNAL], 0
    mov qword ptr [rbx + $T_RIP], 0
    mov qword ptr [rbx + $T_ADDRESS], 0

advance_state:
    mov rcx, state(H_DATA_SIZE)
    mov rsi, state(H_DATA)
    mov rdi, state(S_OUTPUT)
    add rdi, $T_MEMORY
    rep movsb
    inc qword ptr state(S_PROGRESS)
    mov rax, state(H_STRIDE)
    add state(S_RECORD), rax
    add state(S_OUTPUT), rax
    cmp qword ptr state(H_TIMEOUTS), 0
    jg next_state
    jmp finish

# A signal is the state's outcome: edi is its number, rsi its siginfo, rdx the context with the registers as they were.
state_stopped:
    mov rbx, state(S_OUTPUT)
    mov rax, [rdx + 144]
    mov [rbx], rax
    mov rax, [rdx + 152]
    mov [rbx + 8], rax
    mov rax, [rdx + 136]
    mov [rbx + 16], rax
    mov rax, [rdx + 128]
    mov [rbx + 24], rax
    mov rax, [rdx + 160]
    mov [rbx + 32], rax
    mov rax, [rdx + 120]
    mov [rbx + 40], rax
    mov rax, [rdx + 112]
    mov [rbx + 48], rax
    mov rax, [rdx + 104]
    mov [rbx + 56], rax
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7
    mov rax, [rdx + 40 + 8 * \k]
    mov [rbx + 64 + 8 * \k], rax
    .endr
    mov rax, [rdx + 176]
    mov [rbx + $T_FLAGS], rax
    mov rax, [rdx + 168]
    mov [rbx + $T_RIP], rax
    mov rax, [rsi + 16]
    mov [rbx + $T_ADDRESS], rax
    movzx eax, byte ptr [rsi + 8]
    shl eax, 8
    mov al, [rdx + 192]
    shl eax, 8
    mov al, [rdx + 200]
    shl eax, 8
    mov al, dil
    mov [rbx + $T_SIGNAL], eax  # with trap number, its error code and siginfo's code above it
    mov rcx, [rdx + 224]        # the floating-point state in the frame
    mov eax, [rcx + 24]
    mov [rbx + $T_MXCSR], eax
    pxor xmm1, xmm1
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups xmm0, [rcx + 160 + 16 * \k]
    movups [rbx + $T_VECTORS + 32 * \k], xmm0
    movups [rbx + $T_VECTORS + 32 * \k + 16], xmm1
    .endr
    test byte ptr state(H_FEATURES), $HAS_AVX
    jz 1f
    test byte ptr [rcx + 512], 4
    jz 1f
    .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups xmm0, [rcx + 576 + 16 * \k]
    movups [rbx + $T_VECTORS + 32 * \k + 16], xmm0
    .endr
1:
    lea rsp, state(S_STACK)
    call reset
    jmp advance_state
