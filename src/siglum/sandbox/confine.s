# The child, running in its slid copy of the text: gives up everything but its job, then starts the job.

moved:
    sub rbx, r13                # the table goes on in the new header
    add rbx, r15
    lea rsp, state(S_STACK)
    mov ebp, $STEP_UNMAP
    xor edi, edi
    mov rsi, [r15 + $H_SPAN]
    mov eax, 11                 # munmap everything below
    syscall
    test rax, rax
    js 1f
    mov rdi, [r15 + $H_SPAN_END]
    mov rsi, 0x7ffffffff000
    sub rsi, rdi
    mov eax, 11                 # and everything above
    syscall
    test rax, rax
    jns 2f
1:  # some mapping is sealed (the vDSO may be): at least the server's text and its header go
    mov rdi, r14
    and rdi, -4096
    lea rsi, [rip + text_end + 4095]
    lea rcx, [rip + text_start]
    sub rsi, rcx
    mov eax, 11
    syscall
    mov rdi, r13
    mov esi, 4096
    mov eax, 11
    syscall
    test rax, rax
    js failed
2:
    mov r12, [r15 + $H_FAR]
    call map_all

    mov rsi, r15
    lea rdi, state(0)
    mov ecx, $COPIED / 8
    rep movsq

    mov ebp, $STEP_STACK
    push qword ptr state(H_ALTERNATE_SIZE)
    push 0
    push qword ptr state(H_ALTERNATE)
    mov rdi, rsp
    xor esi, esi
    mov eax, 131                # sigaltstack
    syscall
    test rax, rax
    js failed

    mov ebp, $STEP_ACTION
    push 0                      # no signal is masked: the handler never returns by rt_sigreturn
    lea rax, [rip + on_signal]
    push rax                    # the restorer, which the kernel asks for and nobody reaches
    push 0x4c000004             # SA_SIGINFO, SA_ONSTACK, SA_RESTORER, SA_NODEFER
    push rax
    lea rbx, [rip + handled]
1:
    movzx edi, byte ptr [rbx]
    test edi, edi
    jz 2f
    mov rsi, rsp
    xor edx, edx
    mov r10d, 8
    mov eax, 13                 # rt_sigaction
    syscall
    test rax, rax
    js failed
    inc rbx
    jmp 1b
2:
    mov ebp, $STEP_LIMIT
    lea rbx, [rip + limited]
1:
    movzx edi, byte ptr [rbx]
    test edi, edi
    jz 2f
    lea rsi, state(H_NOTHING)
    mov eax, 160                # setrlimit
    syscall
    test rax, rax
    js failed
    inc rbx
    jmp 1b
2:
    xor edi, edi                # RLIMIT_CPU
    lea rsi, state(H_CPU)
    mov eax, 160
    syscall
    test rax, rax
    js failed

    mov ebp, $STEP_CLOCK
    mov edi, 26
    mov esi, 2
    mov eax, 157                # prctl(PR_SET_TSC, PR_TSC_SIGSEGV)
    syscall
    test rax, rax
    js failed
    mov edi, 3
    mov eax, 3                  # close
    syscall
    mov edi, 4
    mov eax, 3
    syscall
    mov ebp, $STEP_TIMER
    mov edi, 2
    lea rsi, state(H_TICK)
    xor edx, edx
    mov eax, 38                 # setitimer(ITIMER_PROF)
    syscall
    test rax, rax
    js failed
    mov ebp, $STEP_PRIVILEGES
    mov edi, 38
    mov esi, 1
    xor edx, edx
    xor r10d, r10d
    xor r8d, r8d
    mov eax, 157                # prctl(PR_SET_NO_NEW_PRIVS)
    syscall
    test rax, rax
    js failed

    mov ebp, $STEP_FILTER
    lea rsi, [rip + filter]
    lea rdi, state(S_FILTER)
    mov ecx, 96                 # all of its 12 instructions
    rep movsb
    lea rdi, state(S_FILTER)
    lea rax, [rip + permitted]
    mov [rdi + 44], eax
    shr rax, 32
    mov [rdi + 60], eax
    mov eax, state(H_TOKEN)
    mov [rdi + 76], eax
    push rdi
    push 12
    mov rdx, rsp
    mov edi, 22
    mov esi, 2
    mov eax, 157                # prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER)
    syscall
    test rax, rax
    js failed

    mov qword ptr state(S_TICKED), -1
    lea rdi, state(S_SEGMENTS)
    mov [rdi], ds
    mov [rdi + 8], es
    mov [rdi + 16], fs
    mov [rdi + 24], gs
    mov [rdi + 32], ss
    lea rsp, state(S_STACK)
    call reset
    test byte ptr state(H_FEATURES), $HAS_IN_USE
    jz 1f
    mov ecx, 1
    xgetbv
    mov state(S_IN_USE), eax
1:
    mov rax, state(H_RECORD)
    mov state(S_RECORD), rax
    mov rax, state(H_OUT)
    mov state(S_OUTPUT), rax
    mov eax, state(H_MODE)
    cmp eax, $M_STATES
    je next_state
    cmp eax, $M_RANGE
    je run_range
    jmp next_call

# The only way out: the filter lets this instruction pass, with this token.
finish:
    mov rbx, state(H_SELF)
    mov rax, state(S_PROGRESS)
    mov [rbx + $O_PROGRESS], rax
    mov edi, state(H_TOKEN)
    mov [rbx + $O_FINISHED], rdi
    mov eax, 231                # exit_group
    syscall
permitted:
    ud2

handled:
    .byte 4, 5, 7, 8, 11, 27, 31, 0    # SIGILL SIGTRAP SIGBUS SIGFPE SIGSEGV SIGPROF SIGSYS
limited:
    .byte 1, 4, 6, 7, 0                # RLIMIT_FSIZE RLIMIT_CORE RLIMIT_NPROC RLIMIT_NOFILE

    .p2align 3
filter:
    .long 0x00000020, 4                # the architecture
    .long 0x09000015, 0xc000003e       # is x86-64,
    .long 0x00000020, 0                # the number
    .long 0x07000015, 231              # exit_group,
    .long 0x00000020, 8
    .long 0x05000015                   # the instruction behind the call
    .long 0                            # at 44, put in by the child
    .long 0x00000020, 12
    .long 0x03000015                   # the one above,
    .long 0                            # at 60
    .long 0x00000020, 16
    .long 0x01000015                   # the argument the token:
    .long 0                            # at 76
    .long 0x00000006, 0x7fff0000       # allowed
    .long 0x00000006, 0x00030000       # otherwise SIGSYS
