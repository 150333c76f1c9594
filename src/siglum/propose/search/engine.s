# The inner loop of the search: every combination of arguments of a job is evaluated on all rows, hashed, looked up, and kept
# where it is new. `$NAME` is a number of layout.py; rbp is the request throughout.
#
# A value is `rows` times the components of its type (docs/frame.md), arrays behind them in the bank; a descriptor says what
# the components are, one byte each: SCALAR, the width of an array's elements, or NESTED with the words of an element, the
# length of its descriptor and that; END ends it.

    .section .text.engine,"ax",@progbits
    .p2align 6
    .long work - .              # where the entries are, from here
    .long insert - . + 4
    .long widen - . + 8
    .long 0

# int work(request): goes on with the jobs. FINISHED, or why it paused: SLICE, VALUES, BANK, TABLE, HITS.
work:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    mov rbp, rdi
    mov [rbp + $R_STACK], rsp

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
    call resolve
    add qword ptr [rbp + $R_JOB], $JOB_BYTES
    jmp next_job

# rbx is the job, its NOW the candidate.
next_candidate:
    dec qword ptr [rbp + $R_LEFT]
    js paused_slice
    mov eax, [rbp + $R_COUNT]
    cmp eax, [rbp + $R_MOST]
    jae paused_values
    cmp eax, [rbp + $R_TABLE_MOST]
    jae paused_table
    inc qword ptr [rbp + $R_CANDIDATES]
    mov r12, [rbp + $R_OP]
    mov rsi, [rbp + $R_RECORDS]
    .irp k, 0, 1, 2
    mov eax, [rbx + $J_NOW + 4 * \k]
    mov rax, [rsi + 8 * rax]
    mov [rbp + $R_ARGUMENTS + 8 * \k], rax
    .endr
    # results and what they point to lie on two sides in turn: those of the last one that did not stop are still needed
    mov ecx, [rbp + $R_SIDE]
    mov edx, ecx
    imul edx, edx, $SCRATCH_BYTES
    add rdx, [rbp + $R_SCRATCH]
    mov rax, [rbp + $R_CONTEXT]
    mov [rax], rdx
    add rdx, $SCRATCH_BYTES
    mov [rax + 8], rdx
    mov r13, [r12 + $O_SEED]
    imul ecx, ecx, $RESULTS_BYTES
    lea r14, [rbp + rcx + $R_RESULTS]
    mov [rbp + $R_NEXT_RESULTS], r14
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax

next_row:
    mov rdi, [rbp + $R_FRAME]
    add rdi, 8
    mov ecx, [r12 + $O_ARITY]
    xor edx, edx
1:
    cmp edx, ecx
    jae 3f
    mov rsi, [rbp + $R_ARGUMENTS + 8 * rdx]
    mov r8d, [r12 + $O_WORDS + 4 * rdx]
2:
    mov rax, [rsi]
    mov [rdi], rax
    add rsi, 8
    add rdi, 8
    dec r8d
    jnz 2b
    mov [rbp + $R_ARGUMENTS + 8 * rdx], rsi
    inc edx
    jmp 1b
3:
    cmp qword ptr [r12 + $O_BOUND], 0
    jne bounded
evaluate:
    mov rdi, [rbp + $R_CONTEXT]
    mov rax, [rbp + $R_FUEL]
    mov [rdi + 16], rax
    mov rsi, [rbp + $R_FRAME]
    call [r12 + $O_ENTRY]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    add rsi, 8
    mov ecx, [r12 + $O_RESULT_WORDS]
    xor edx, edx
1:
    mov rax, [rsi + 8 * rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 1b
    mov r8, [r12 + $O_DESCRIPTOR]
    mov rsi, r14
    lea r14, [r14 + 8 * rcx]
    call hash
    dec dword ptr [rbp + $R_ROW]
    jnz next_row

    call settle
    mov [rbp + $R_NEXT_HASH], r13
    call resolve
    mov rax, [rbp + $R_NEXT_HASH]
    mov [rbp + $R_HASH], rax
    mov rax, [rbp + $R_NEXT_RESULTS]
    mov [rbp + $R_LAST_RESULTS], rax
    .irp k, 0, 4, 8
    mov eax, [rbx + $J_NOW + \k]
    mov [rbp + $R_LAST + \k], eax
    .endr
    mov dword ptr [rbp + $R_PENDING], 1
    xor dword ptr [rbp + $R_SIDE], 1
    jmp advance

# An operation whose loops go on for as long as its arguments are large: none may be, nor an element.
bounded:
    mov rsi, [rbp + $R_FRAME]
    add rsi, 8
    mov r8, [r12 + $O_BOUND]
    lea r9, [r8 + r8]
    mov ecx, [r12 + $O_ARITY]
    xor edx, edx
1:
    cmp edx, ecx
    jae evaluate
    movzx eax, byte ptr [r12 + rdx + $O_CHECKS]
    mov r10d, [r12 + $O_WORDS + 4 * rdx]
    inc edx
    cmp eax, $CHECK_NUMBER
    jb 4f
    ja 2f
    mov rdi, [rsi]
    add rdi, r8
    cmp rdi, r9
    ja stopped
    jmp 4f
2:
    mov rdi, [rsi]
    mov r11, [rsi + 8]
3:
    dec r11
    js 4f
    mov rax, [rdi + 8 * r11]
    add rax, r8
    cmp rax, r9
    jbe 3b
    jmp stopped
4:
    lea rsi, [rsi + 8 * r10]
    jmp 1b

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
    jb next_candidate_after
    mov eax, [rbx + $J_FIRST + 4 * rcx]
    mov [rbx + $J_NOW + 4 * rcx], eax
    jmp 1b
next_candidate_after:
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
    mov r13, [rbp + $R_HASH]
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
    cmp dword ptr [rbp + $R_MODE], $PROBES
    je 3f
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

# int insert(request): the value in RESULTS, of the type of OP, becomes value COUNT, or goal ~GOAL where that is negative.
# Gives the number it has in the table, which is that of the value that was there already; a goal takes its place.
insert:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    mov rbp, rdi
    mov [rbp + $R_STACK], rsp
    mov r12, [rbp + $R_OP]
    mov r13, [r12 + $O_SEED]
    lea r14, [rbp + $R_RESULTS]
    mov [rbp + $R_LAST_RESULTS], r14
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax
1:
    mov rsi, r14
    mov ecx, [r12 + $O_RESULT_WORDS]
    lea r14, [r14 + 8 * rcx]
    mov r8, [r12 + $O_DESCRIPTOR]
    call hash
    dec dword ptr [rbp + $R_ROW]
    jnz 1b
    call settle
    call find
    mov eax, [rdi + 8]
    mov ecx, [rbp + $R_GOAL]
    jz 1f
    test ecx, ecx
    jns leave
    mov [rdi + 8], ecx
    jmp leave
1:
    mov eax, ecx
    test ecx, ecx
    js 2f
    call keep
    mov eax, [rbp + $R_COUNT]
    mov rsi, rax
    shl rsi, 4
    add rsi, [rbp + $R_ORIGINS]
    mov ecx, [r12 + $O_NUMBER]
    mov [rsi], ecx
    inc dword ptr [rbp + $R_COUNT]
    jmp leave
2:
    mov [rdi], r13
    mov [rdi + 8], eax
    jmp leave

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

# The value in LAST_RESULTS becomes value COUNT: its record in the bank, its hash r13 in the table entry at rdi. ZF is clear where
# it is too large to be kept.
keep:
    push rdi
    mov r15, [rbp + $R_BANK]
    mov r9, r15                 # the record
    mov ecx, [r12 + $O_RESULT_WORDS]
    imul ecx, [rbp + $R_ROWS]
    lea r15, [r15 + 8 * rcx]
    cmp r15, [rbp + $R_BANK_END]
    ja paused_bank
    mov rsi, [rbp + $R_LAST_RESULTS]
    mov rdi, r9
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax
1:
    mov r8, [r12 + $O_DESCRIPTOR]
    call copy
    dec dword ptr [rbp + $R_ROW]
    jnz 1b
    pop rdi
    mov rax, r15
    sub rax, r9
    cmp rax, [rbp + $R_LARGEST]
    ja 2f
    mov [rdi], r13
    mov eax, [rbp + $R_COUNT]
    mov [rdi + 8], eax
    mov rsi, [rbp + $R_RECORDS]
    mov [rsi + 8 * rax], r9
    mov [rbp + $R_BANK], r15
    cmp eax, eax
    ret
2:
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
