# Signals: a fault ends the call at hand and the job goes on with the next; a tick ends a call that has seen one before.

# edi is the signal, rsi the siginfo, rdx the context; on the alternate stack.
on_signal:
    push 0x202
    popfq
    cmp edi, 27
    je tick
    mov eax, state(H_MODE)
    cmp eax, $M_STATES
    je state_stopped
    call current_outcome
    mov rax, [rdx + 168]
    mov [rbx + $F_RIP], rax
    mov rax, [rsi + 16]
    mov [rbx + $F_ADDRESS], rax
    mov eax, [rsi + 24]         # the number of the system call, after SIGSYS
    mov [rbx + $F_NUMBER], rax
    mov eax, [rdx + 200]
    mov [rbx + $F_TRAP], eax
    mov eax, [rdx + 192]
    mov [rbx + $F_ERROR], eax
    mov eax, [rsi + 8]
    mov [rbx + $F_CODE], eax
    mov [rbx + $F_SIGNAL], edi
    mov dword ptr [rbx + $F_STATUS], $STOPPED
go_on:
    lea rsp, state(S_STACK)
    call reset
    cmp dword ptr state(H_MODE), $M_RANGE
    je finish
    jmp advance_call

# The outcome record of the call or range at hand, in rbx.
current_outcome:
    cmp eax, $M_RANGE
    je 1f
    mov rbx, state(S_RECORD)
    mov rbx, [rbx + $C_OUT]
    ret
1:
    mov rbx, state(H_SELF)
    add rbx, $O_OUTCOME
    ret

tick:
    mov rax, state(S_PROGRESS)
    cmp rax, state(S_TICKED)
    mov state(S_TICKED), rax
    jne resume
    dec qword ptr state(H_TIMEOUTS)
    mov eax, state(H_MODE)
    cmp eax, $M_STATES
    je state_stopped
    call current_outcome
    mov dword ptr [rbx + $F_STATUS], $TIMED_OUT
    cmp qword ptr state(H_TIMEOUTS), 0
    jg go_on
    jmp finish

# Goes back to where the tick came, without the system call that is not allowed.
resume:
    mov rcx, [rdx + 224]
    mov r8, rdx
    cmp dword ptr [rcx + 464], 0x46505853
    jne 1f
    mov eax, [rcx + 472]
    mov edx, [rcx + 476]
    xrstor64 [rcx]
    jmp 2f
1:
    fxrstor64 [rcx]
2:
    movzx eax, word ptr [r8 + 190]
    push rax                    # ss
    push [r8 + 160]             # rsp
    push [r8 + 176]             # flags
    movzx eax, word ptr [r8 + 184]
    push rax                    # cs
    push [r8 + 168]             # rip
    mov r9, [r8 + 48]
    mov r10, [r8 + 56]
    mov r11, [r8 + 64]
    mov r12, [r8 + 72]
    mov r13, [r8 + 80]
    mov r14, [r8 + 88]
    mov r15, [r8 + 96]
    mov rdi, [r8 + 104]
    mov rsi, [r8 + 112]
    mov rbp, [r8 + 120]
    mov rbx, [r8 + 128]
    mov rdx, [r8 + 136]
    mov rax, [r8 + 144]
    mov rcx, [r8 + 152]
    mov r8, [r8 + 40]
    iretq

    .p2align 12
text_end:
