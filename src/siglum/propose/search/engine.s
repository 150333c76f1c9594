# The inner loop of the search: every combination of arguments of a job is evaluated on all rows, hashed, looked up, and kept
# where it is new. `$NAME` is a number of layout.py; rbp is the request, rbx the job and r12 the operation throughout.
#
# What is kept of a value, its record, is by type. A scalar: a word for each row. An array of scalars: its lengths by row (4 bytes
# each, 8 in all for an odd one), then the elements of all rows behind each other; integers take 1, 2 or 4 bytes where all of them
# fit, as the low bits of the record's address say. Anything else: the components of all rows (docs/frame.md), arrays behind them; a
# descriptor says what these are, one byte each: SCALAR, the width of an array's elements, or NESTED with the words of an element,
# the length of its descriptor and that; END ends it.
#
# Words that lift to lists are evaluated once for all rows, whose elements lie behind each other; other words row by row. The shape
# of an array is a hash of its lengths, with the number of all elements in the low 16 bits.

    .section .text.engine,"ax",@progbits
    .p2align 6
    .long work - .              # where the entries are, from here
    .long insert - . + 4
    .long widen - . + 8
    .long covers - . + 12

    .macro enter
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    mov rbp, rdi
    mov [rbp + $R_STACK], rsp
    .endm

    .macro record to, argument  # of an argument of the candidate; r8 is RECORDS
    mov eax, [rbx + $J_NOW + 4 * \argument]
    mov \to, [r8 + 8 * rax]
    .endm

    .macro eight from, to       # eight words, or as many as there are; what is behind them is written over later
    .irp k, 0, 16, 32, 48
    movups xmm0, [\from + \k]
    movups [\to + \k], xmm0
    .endr
    .endm

# int work(request): goes on with the jobs. FINISHED, or why it paused: SLICE, VALUES, BANK, TABLE.
work:
    enter
    .irp side, $R_SIDE, $R_OTHER_SIDE
    mov rax, [rbp + \side]
    .irp k, 0, 8, 16
    mov qword ptr [rax + $S_MADE + \k], 0
    .endr
    .endr

next_job:
    mov rbx, [rbp + $R_JOB]
    cmp rbx, [rbp + $R_JOBS_END]
    jae finished
    mov rax, [rbx + $J_OP]
    mov [rbp + $R_OP], rax
    cmp dword ptr [rbx + $J_BEGUN], 0
    jne next_candidate
    mov dword ptr [rbx + $J_BEGUN], 1
    mov eax, [rbp + $R_COUNT]
    mov [rbx + $J_START], eax
    .irp k, 0, 4, 8
    mov eax, [rbx + $J_FIRST + \k]
    mov [rbx + $J_NOW + \k], eax
    .endr
    # a range that holds nothing
    mov rax, [rbp + $R_OP]
    mov ecx, [rax + $O_ARITY]
    xor edx, edx
1:
    cmp edx, ecx
    jae next_candidate
    mov eax, [rbx + $J_FIRST + 4 * rdx]
    inc edx
    cmp eax, [rbx + $J_LAST + 4 * rdx - 4]
    jb 1b
job_done:
    mov r12, [rbp + $R_OP]
    call resolve
    add qword ptr [rbp + $R_JOB], $JOB_BYTES
    jmp next_job

next_candidate:
    mov r12, [rbp + $R_OP]
    dec qword ptr [rbp + $R_LEFT]
    js paused_slice
    mov eax, [rbp + $R_COUNT]
    cmp eax, [rbp + $R_MOST]
    jae paused_values
    cmp eax, [rbp + $R_TABLE_MOST]
    jae paused_table
    inc qword ptr [rbp + $R_CANDIDATES]
    # results and what they point to lie on two sides in turn: those of the last one that did not stop are still needed
    mov rdx, [rbp + $R_SIDE]
    mov rdi, [rbp + $R_CONTEXT]
    lea rax, [rdx + $S_ARENA]
    mov [rdi], rax
    add rax, $ARENA_BYTES
    mov [rdi + 8], rax
    mov rax, [rbp + $R_FLAT_FUEL]
    mov [rdi + 16], rax
    mov rsi, [rbp + $R_FRAME]
    mov r8, [rbp + $R_RECORDS]
    movzx eax, byte ptr [r12 + $O_WAY]
    lea rcx, [rip + ways]
    movsxd rax, dword ptr [rcx + 4 * rax]
    add rax, rcx
    jmp rax
    .p2align 2
ways:
    .long rows - ways
    .long columns - ways
    .long list - ways
    .long lists - ways
    .long list_number - ways
    .long number_list - ways
    .long zipped - ways

# The result is there, with its SHAPE, its elements (r15 bytes) at r14 and where there are any its LENGTHS. ---------------------

hashed:
    call digest
settled:
    call settle
    inc qword ptr [rbp + $R_COMPLETED]
    mov [rbp + $R_HASH], r13
    mov [rbp + $R_CONTENT], r14
    mov [rbp + $R_BYTES], r15
    call resolve
    .irp k, 0, 8, 16, 24, 32
    mov rax, [rbp + $R_CONTENT + \k]
    mov [rbp + $R_LAST_CONTENT + \k], rax
    .endr
    .irp k, 0, 4, 8
    mov eax, [rbx + $J_NOW + \k]
    mov [rbp + $R_LAST + \k], eax
    .endr
    mov dword ptr [rbp + $R_PENDING], 1
    mov rax, [rbp + $R_SIDE]
    mov rcx, [rbp + $R_OTHER_SIDE]
    mov [rbp + $R_OTHER_SIDE], rax
    mov [rbp + $R_SIDE], rcx
    jmp advance

refused:
    inc qword ptr [rbp + $R_REFUSED]
    jmp advance

stopped:
    inc qword ptr [rbp + $R_STOPPED]

# The next combination: the last argument moves first; where the op commutes, an argument starts where the one before it is.
advance:
    mov ecx, [r12 + $O_ARITY]
1:
    dec ecx
    js job_done
    mov eax, [rbx + $J_NOW + 4 * rcx]
    inc eax
    mov [rbx + $J_NOW + 4 * rcx], eax
    cmp eax, [rbx + $J_LAST + 4 * rcx]
    jb 2f
    mov eax, [rbx + $J_FIRST + 4 * rcx]
    mov [rbx + $J_NOW + 4 * rcx], eax
    jmp 1b
2:
    cmp dword ptr [rbx + $J_TRIANGLE], 0
    je next_candidate
    cmp ecx, 0
    jne next_candidate
    mov [rbx + $J_NOW + 4], eax
    jmp next_candidate

finished:
    xor eax, eax
    jmp leave
paused_slice:
    call resolve
    mov qword ptr [rbp + $R_LEFT], 0
    mov eax, $SLICE
    jmp leave
paused_values:
    call resolve
    mov eax, $VALUES
    jmp leave
paused_table:
    call resolve
    mov eax, $TABLE
    jmp leave
paused_bank:
    mov eax, $BANK
leave:
    mov rsp, [rbp + $R_STACK]
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

# What becomes of the candidate before, whose place in the table has been fetched meanwhile: new, known, or a goal that is met.
resolve:
    cmp dword ptr [rbp + $R_PENDING], 0
    je 3f
    mov dword ptr [rbp + $R_PENDING], 0
    mov r13, [rbp + $R_LAST_HASH]
    call find
    jz 1f
    mov eax, [rdi + 8]
    test eax, eax
    js 2f
    cmp dword ptr [rbp + $R_MODE], $PROBES
    je 2f
    inc qword ptr [rbp + $R_KNOWN]
    ret
1:
    cmp dword ptr [rbp + $R_MODE], $KEEPS
    jne 3f
    call keep
    jnz 3f
    mov eax, [rbp + $R_COUNT]
    mov rsi, rax
    shl rsi, 4
    add rsi, [rbp + $R_ORIGINS]
    mov ecx, [r12 + $O_NUMBER]
    mov [rsi], ecx
    .irp k, 0, 4, 8
    mov ecx, [rbp + $R_LAST + \k]
    mov [rsi + 4 + \k], ecx
    .endr
    inc dword ptr [rbp + $R_COUNT]
    ret
2:  # which goal (or value), and how
    mov ecx, [rbp + $R_HITS]
    cmp ecx, [rbp + $R_HITS_MOST]
    jae 3f
    inc dword ptr [rbp + $R_HITS]
    shl rcx, 5
    add rcx, [rbp + $R_HITS_AT]
    mov [rcx], eax
    mov edx, [r12 + $O_NUMBER]
    mov [rcx + 4], edx
    .irp k, 0, 4, 8
    mov edx, [rbp + $R_LAST + \k]
    mov [rcx + 8 + \k], edx
    .endr
    mov edx, [rbx + $J_TAG]
    mov [rcx + 20], edx
3:
    ret

# int insert(request): the value at LAST_CONTENT (LAST_BYTES of elements, LAST_LENGTHS; components where it is mixed), of the type of
# OP, becomes value COUNT, or goal GOAL where that is negative. Gives the number it has in the table, which is that of the value
# that was there already; a goal takes its place.
insert:
    enter
    mov r12, [rbp + $R_OP]
    mov r14, [rbp + $R_LAST_CONTENT]
    mov r15, [rbp + $R_LAST_BYTES]
    movzx eax, byte ptr [r12 + $O_CLASS]
    cmp eax, $MIXED
    je 3f
    xor r13d, r13d
    test eax, eax
    jz 2f
    mov rsi, [rbp + $R_LAST_LENGTHS]
    mov edx, [rbp + $R_ROWS]
    xor edi, edi
1:
    mov ecx, [rsi]
    add rsi, 4
    add rdi, rcx
    xor r13, rcx
    imul r13, [rip + mix]
    rol r13, 29
    dec edx
    jnz 1b
    mov ecx, 0xFFFF
    cmp rdi, rcx
    cmova rdi, rcx
    mov r13w, di
2:
    mov [rbp + $R_SHAPE], r13
    mov [rbp + $R_LAST_SHAPE], r13
    call digest
    jmp 5f
3:
    mov qword ptr [rbp + $R_LAST_SHAPE], 0
    mov r13, [r12 + $O_SEED]
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax
4:
    mov rsi, r14
    mov ecx, [r12 + $O_RESULT_WORDS]
    lea r14, [r14 + 8 * rcx]
    mov r8, [r12 + $O_DESCRIPTOR]
    call hash
    dec dword ptr [rbp + $R_ROW]
    jnz 4b
5:
    call settle
    call find
    mov eax, [rdi + 8]
    mov ecx, [rbp + $R_GOAL]
    jz 6f
    test ecx, ecx
    jns leave
    mov [rdi + 8], ecx
    jmp leave
6:
    mov eax, ecx
    test ecx, ecx
    js 7f
    call keep
    mov eax, [rbp + $R_COUNT]
    mov rsi, rax
    shl rsi, 4
    add rsi, [rbp + $R_ORIGINS]
    mov ecx, [r12 + $O_NUMBER]
    mov [rsi], ecx
    inc dword ptr [rbp + $R_COUNT]
    jmp leave
7:
    mov [rdi], r13
    mov [rdi + 8], eax
    jmp leave
