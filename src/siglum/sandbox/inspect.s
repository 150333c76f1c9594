# What a function must leave as it was: looked at after every call, and put back.

.macro expect register, junk, wrong
    cmp \register, \junk
    je 1f
    or r11d, \wrong
1:
.endm

# Gives in r11d what is wrong (bits WRONG_*); expects the caller's rsp in S_RSP and a stack of ours.
inspect:
    pushfq
    pop rcx
    xor r11d, r11d
    test ecx, 0x44400
    jz 4f
    cld
    push 0x202
    popfq
    test ecx, 0x400
    jz 1f
    or r11d, $WRONG_DIRECTION_FLAG
1:
    test ecx, 0x40000
    jz 1f
    or r11d, $WRONG_ALIGNMENT_FLAG
1:
    test ecx, 0x4000
    jz 4f
    or r11d, $WRONG_NESTED_TASK_FLAG
4:
    expect rbx, state(J_RBX), $WRONG_RBX
    expect rbp, state(J_RBP), $WRONG_RBP
    expect r12, state(J_R12), $WRONG_R12
    expect r13, state(J_R13), $WRONG_R13
    expect r14, state(J_R14), $WRONG_R14
    expect r15, state(J_R15), $WRONG_R15
    mov rbx, state(H_STACK)
    expect rbx, state(S_RSP), $WRONG_STACK_POINTER

    fxsave64 state(S_FLOATING)
    cmp word ptr state(S_FLOATING), 0x37f
    je 1f
    or r11d, $WRONG_X87_CONTROL
1:
    cmp byte ptr state(S_FLOATING + 4), 0
    je 1f
    or r11d, $WRONG_X87_STACK
1:
    cmp word ptr state(S_FLOATING + 2), 0
    je 1f
    fninit
1:
    mov eax, state(S_FLOATING + 24)
    and eax, 0xffc0
    cmp eax, 0x1f80
    je 1f
    or r11d, $WRONG_MXCSR_CONTROL
1:
    mov r8d, state(H_FEATURES)
    test r8d, $HAS_BASES
    jz 2f
    rdfsbase rax
    test rax, rax
    jz 1f
    or r11d, $WRONG_FS_BASE
1:
    rdgsbase rax
    test rax, rax
    jz 2f
    or r11d, $WRONG_GS_BASE
2:
    lea rdi, state(S_SEGMENTS)
    mov eax, ds
    xor ax, [rdi]
    mov ecx, es
    xor cx, [rdi + 8]
    or eax, ecx
    mov ecx, fs
    xor cx, [rdi + 16]
    or eax, ecx
    mov ecx, gs
    xor cx, [rdi + 24]
    or eax, ecx
    mov ecx, ss
    xor cx, [rdi + 32]
    or eax, ecx
    jz 1f
    or r11d, $WRONG_SEGMENT_REGISTER
1:
    test r8d, $HAS_IN_USE
    jz 1f
    mov ecx, 1
    xgetbv
    mov ecx, state(S_IN_USE)
    not ecx
    and eax, ecx
    and eax, 0xe4               # upper YMM, opmask, both parts of ZMM
    jz 1f
    or r11d, $WRONG_UPPER_VECTOR_STATE
1:
    lea rcx, state(J_VECTORS)
    movaps xmm0, [rbx]
    pcmpeqb xmm0, [rcx]
    .irp at, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240
    movaps xmm1, [rbx + \at]
    pcmpeqb xmm1, [rcx + \at]
    pand xmm0, xmm1
    .endr
    pmovmskb eax, xmm0
    cmp eax, 0xffff
    je 1f
    or r11d, $WRONG_CALLER_FRAME
1:
    test r11d, r11d
    jnz reset
    ret

# Puts back everything a call must not change; keeps r11 and r13..r15.
reset:
    push 0x202
    popfq
    fninit
    ldmxcsr state(H_MXCSR)
    lea rdi, state(S_SEGMENTS)
    mov ds, [rdi]
    mov es, [rdi + 8]
    mov fs, [rdi + 16]
    mov gs, [rdi + 24]
    mov ss, [rdi + 32]
    test byte ptr state(H_FEATURES), $HAS_BASES
    jz 1f
    xor eax, eax
    wrfsbase rax
    wrgsbase rax
1:
    test byte ptr state(H_FEATURES), $HAS_IN_USE
    jz 1f
    xor ecx, ecx
    xgetbv
    and eax, 0xe4
    xor edx, edx
    xrstor64 state(S_INITIAL)   # a header of zeros: all components back to their first state
1:
    lea rsi, state(J_VECTORS)
    mov rdi, state(H_STACK)
    mov ecx, 32
    rep movsq
    ret
