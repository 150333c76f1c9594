# The runner's beginning: a server that forks one child ahead of each job, and the child's way into its own address space.
# `$NAME` is a number of layout.py; `state(NAME)` is a field of the scratch pages behind the text of the child.

    .section .text.runner,"ax",@progbits
    .p2align 6
text_start:
    .long start - text_start
    .long state_returned - text_start

# Descriptor 3 is the job file, 4 the line to the parent.
start:
    xor edi, edi
    mov esi, 2
    call close_between
    mov edi, 5
    mov esi, -1
    call close_between
    xor edi, edi
    mov esi, 4096
    mov edx, 3
    mov r10d, 1
    mov r8d, 3
    xor r9d, r9d
    mov eax, 9                  # mmap
    syscall
    test rax, rax
    js leave
    mov r15, rax                # the header, until the child moves
    mov eax, 39                 # getpid
    syscall
    mov r14d, eax
    sub rsp, 32

# A child is forked ahead of its job, which it waits for itself.
serve:
    mov qword ptr [r15 + $O_BEGUN], 0
    mov eax, 57                 # fork
    syscall
    test eax, eax
    jz child
    mov r13d, eax
    mov [rsp], eax
    js take
reap:
    mov edi, r13d
    lea rsi, [rsp + 4]
    xor edx, edx
    xor r10d, r10d
    mov eax, 61                 # wait4
    syscall
    cmp rax, -4
    je reap
    cmp qword ptr [r15 + $O_BEGUN], 0
    jne take
    test byte ptr [rsp + 4], 0x7f
    jnz serve                   # killed before it had a job; it leaves by itself where the parent is gone
    jmp leave
take:
    xor eax, eax                # read
    mov edi, 4
    lea rsi, [rsp + 8]
    mov edx, 8
    syscall
    cmp rax, 8
    jne leave
    mov eax, 1                  # write
    mov edi, 4
    mov rsi, rsp
    mov edx, 8
    syscall
    cmp rax, 8
    je serve
leave:
    xor edi, edi
    mov eax, 231                # exit_group
    syscall
    ud2

# Waits for the parent to say that the header holds a job; ends where the parent is gone. What it says is left to the server:
# a child that is killed while it reads takes nothing with it.
await:
    mov edi, 4
    lea rsi, [rsp + 16]
    mov edx, 8
    mov r10d, 2                 # MSG_PEEK
    xor r8d, r8d
    xor r9d, r9d
    mov eax, 45                 # recvfrom
    syscall
    cmp rax, 8
    jne leave
    mov qword ptr [r15 + $O_BEGUN], 1
    ret

# Closes descriptors edi..esi, one by one where the kernel has no close_range.
close_between:
    mov ebx, edi
    mov ebp, esi
    xor edx, edx
    mov eax, 436                # close_range
    syscall
    test eax, eax
    jns 2f
    mov eax, 1023
    cmp ebp, eax
    cmova ebp, eax
1:
    mov edi, ebx
    mov eax, 3                  # close
    syscall
    inc ebx
    cmp ebx, ebp
    jbe 1b
2:
    ret

child:
    mov ebp, $STEP_PARENT
    mov edi, 1
    mov esi, 9
    mov eax, 157                # prctl(PR_SET_PDEATHSIG, SIGKILL)
    syscall
    test rax, rax
    js unfit
    mov eax, 110                # getppid: the server may be gone already
    syscall
    cmp eax, r14d
    jne leave
    call await
    lea rbx, [r15 + $MAPPINGS]
    mov r12, [r15 + $H_NEAR]
    call map_all
    lea r14, [rip + text_start]
    mov r13, r15                # the old header
    lea rcx, [rip + moved]
    sub rcx, r14
    add rcx, [r15 + $H_TEXT]
    mov r15, [r15 + $H_SELF]
    jmp rcx

# A child that cannot go on says so once it has a job.
unfit:
    mov r12, rax
    call await
    mov rax, r12
    jmp failed

# Makes the r12 mappings of the table at rbx, which it leaves behind them.
map_all:
    mov ebp, $STEP_MAP
1:
    test r12, r12
    jz 2f
    mov rdi, [rbx]
    mov rsi, [rbx + 8]
    mov rdx, [rbx + 16]
    mov r10, [rbx + 24]
    mov r8, [rbx + 32]
    mov r9, [rbx + 40]
    mov eax, 9                  # mmap
    syscall
    test rax, rax
    js failed
    cmp rax, [rbx]
    mov rcx, -17                # EEXIST: an old kernel took the address for a hint
    cmovne rax, rcx
    jne failed
    add rbx, $MAPPING_SIZE
    dec r12
    jmp 1b
2:
    ret

# Says in the header which step (ebp) failed and how (-rax), and ends.
failed:
    neg rax
    mov [r15 + $O_ERROR], rax
    mov ebp, ebp
    mov [r15 + $O_STEP], rbp
    mov edi, 1
    mov eax, 231                # exit_group
    syscall
    ud2
