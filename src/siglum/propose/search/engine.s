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
    .long 0

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

# Ways that evaluate all rows at once: rdi is the context, rsi the frame, rdx the side, r8 RECORDS. ----------------------------

columns:                        # one number on each row is a list as long as there are rows
    mov ecx, [rbp + $R_ROWS]
    record r9, 0
    mov [rsi + 8], r9
    mov [rsi + 16], rcx
    record r9, 1
    mov [rsi + 24], r9
    mov [rsi + 32], rcx
    call [r12 + $O_FLAT]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    mov rsi, [rsi + 8]
    mov qword ptr [rbp + $R_SHAPE], 0
    mov ecx, [rbp + $R_ROWS]
    lea r15, [8 * rcx]
    mov r14, rsi
    movzx eax, byte ptr [r12 + $O_ELEMENT]
    cmp eax, 8
    je hashed
    mov r14, [rbp + $R_SIDE]
    add r14, $S_WORDS
    xor edx, edx
    cmp eax, 1
    je 2f
1:
    mov eax, [rsi + 4 * rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 1b
    jmp hashed
2:
    movzx eax, byte ptr [rsi + rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 2b
    jmp hashed

    .macro shape to, argument   # the argument's shape; ecx is the number of its elements, few enough to be worked on at once
    mov eax, [rbx + $J_NOW + 4 * \argument]
    mov r9, [rbp + $R_SHAPES]
    mov \to, [r9 + 8 * rax]
    movzx ecx, \to\()w
    cmp ecx, $MOST_FLAT
    ja rows
    .endm

    .macro wide argument        # r9 is the record of a list of ecx elements, rax where these are, in full width
    record r9, \argument
    mov r10d, r9d
    and r10d, 7
    mov rax, [rbp + $R_LENGTHS_BYTES]
    lea rax, [rax + r9]
    jz 1f
    lea r11, [rdx + $S_FIRST + $ARGUMENT_BYTES * \argument]
    sub rax, r10
    cmp r9, [rdx + $S_MADE + 8 * \argument]
    mov [rdx + $S_MADE + 8 * \argument], r9
    je 2f
    push r11
    call stretch
    pop r11
2:
    mov rax, r11
    and r9, -8
1:
    .endm

    .macro elements argument    # frame of an argument that is a list of ecx elements; r9 is its record
    wide \argument
    mov [rsi + 8 + 16 * \argument], rax
    mov [rsi + 16 + 16 * \argument], rcx
    .endm

list:
    shape r14, 0
    elements 0
    jmp flat

lists:
    shape r14, 0
    mov eax, [rbx + $J_NOW + 4]
    mov r9, [rbp + $R_SHAPES]
    cmp r14, [r9 + 8 * rax]
    jne other_shape
    elements 1
    elements 0
flat:                           # r14 is the result's shape, r9 where its lengths are
    mov [rbp + $R_SHAPE], r14
    mov [rbp + $R_LENGTHS], r9
    call [r12 + $O_FLAT]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    movzx r15d, word ptr [rbp + $R_SHAPE]
    mov r14, [rsi + 8]
    movzx eax, byte ptr [r12 + $O_CLASS]
    imul r15d, eax
    mov rdi, [rbp + $R_SIDE]
    cmp eax, 8
    jne 1f
    mov rax, r14
    sub rax, rdi
    sub rax, $S_ARENA
    cmp rax, $ARENA_BYTES
    jb hashed
    # the last word must end in zeros, and an argument's elements may be gone when they are needed: they go where all is ours
1:
    add rdi, $S_CONTENT
    mov rsi, r14
    mov r14, rdi
    mov ecx, r15d
    call move
    mov qword ptr [r14 + r15], 0
    jmp hashed

# The arguments behind this one that have another shape as well are passed over.
other_shape:
    mov edx, eax
    mov ecx, [rbx + $J_LAST + 4]
1:
    inc eax
    cmp eax, ecx
    jae 2f
    cmp r14, [r9 + 8 * rax]
    jne 1b
2:
    mov ecx, eax
    sub ecx, edx
    add [rbp + $R_REFUSED], rcx
    dec rcx
    add [rbp + $R_CANDIDATES], rcx
    dec eax
    mov [rbx + $J_NOW + 4], eax
    jmp advance

list_number:
    shape r14, 0
    elements 0
    mov qword ptr [rdx + $S_MADE + 8], 0
    add rdx, $S_FIRST + $ARGUMENT_BYTES
    mov [rsi + 24], rdx
    mov [rsi + 32], rcx
    record r10, 1
    jmp spread
number_list:
    shape r14, 1
    elements 1
    mov qword ptr [rdx + $S_MADE], 0
    add rdx, $S_FIRST
    mov [rsi + 8], rdx
    mov [rsi + 16], rcx
    record r10, 0
spread:                         # the numbers at r10, each as often as the list at r9 is long on its row, to rdx
    mov r11, r9
    mov ecx, [rbp + $R_ROWS]
1:
    movq xmm0, [r10]
    punpcklqdq xmm0, xmm0
    mov eax, [r11]
    add r10, 8
    add r11, 4
    mov r8, rdx
    lea rdx, [rdx + 8 * rax]
2:
    .irp k, 0, 16, 32, 48
    movups [r8 + \k], xmm0
    .endr
    add r8, 64
    cmp r8, rdx
    jb 2b
    dec ecx
    jnz 1b
    jmp flat

zipped:
    shape r10, 0
    shape r14, 1
    cmp r10, r14
    je refused                  # the word on the two lists as they are gives the same
    record r9, 0
    record r10, 1
    and r9, -8
    and r10, -8
    mov ecx, [rbp + $R_ROWS]
    cmp dword ptr [rbx + $J_SHAPED], 1
    jb 9f
    ja 8f
7:
    mov eax, [r10 + 4 * rcx - 4]
    cmp eax, [r9 + 4 * rcx - 4]
    jb refused
    dec ecx
    jnz 7b
    jmp 9f
8:
    mov eax, [r9 + 4 * rcx - 4]
    cmp eax, [r10 + 4 * rcx - 4]
    jb refused
    dec ecx
    jnz 8b
9:
    push rbx
    push r12
    shape r14, 1
    wide 1
    mov r13, rax
    mov r15, r9
    shape r14, 0
    wide 0
    mov r12, rax
    mov r10, r15
    mov qword ptr [rdx + $S_MADE + 16], 0
    lea r11, [rdx + $S_LENGTHS]
    lea r14, [rdx + $S_CONTENT]
    lea r15, [rdx + $S_FIRST + 2 * $ARGUMENT_BYTES]
    mov [rsi + 8], r14
    mov [rsi + 24], r15
    xor edx, edx                # the shape
    mov ebx, [rbp + $R_ROWS]
1:
    mov eax, [r9]
    mov ecx, [r10]
    add r9, 4
    add r10, 4
    mov r8d, eax
    cmp ecx, eax
    cmovb r8d, ecx
    mov [r11], r8d
    add r11, 4
    xor rdx, r8
    imul rdx, [rip + mix]
    rol rdx, 29
    push rax
    push rcx
    mov eax, r8d
2:
    eight r12, r14
    eight r13, r15
    cmp eax, 8
    jbe 3f
    sub eax, 8
    .irp r, r12, r13, r14, r15
    add \r, 64
    .endr
    jmp 2b
3:
    mov ecx, eax                # of the last eight
    .irp r, r12, r13, r14, r15
    lea \r, [\r + 8 * rcx]
    .endr
    pop rcx
    pop r8
    # the longer one has more elements on this row
    sub r8d, ecx
    jb 4f
    lea r12, [r12 + 8 * r8]
    jmp 5f
4:
    neg r8d
    lea r13, [r13 + 8 * r8]
5:
    dec ebx
    jnz 1b
    mov rcx, r14
    sub rcx, [rsi + 8]
    shr rcx, 3
    mov [rsi + 16], rcx
    mov [rsi + 32], rcx
    pop r12
    pop rbx
    mov r14, rdx
    mov r14w, cx
    mov r9, [rbp + $R_SIDE]
    add r9, $S_LENGTHS
    jmp flat
    .p2align 3
mix:
    .quad $MIX

# Row by row. ------------------------------------------------------------------------------------------------------------------

rows:
    mov r8, [rbp + $R_RECORDS]
    mov rdx, [rbp + $R_SIDE]
    .irp k, 0, 1, 2
    cmp byte ptr [r12 + $O_WIDTHS + \k], 0
    jne 3f
    record rax, \k
    jmp 4f
3:
    mov eax, [rbx + $J_NOW + 4 * \k]
    mov r9, [rbp + $R_SHAPES]
    movzx ecx, word ptr [r9 + 8 * rax]
    wide \k
    mov [rbp + $R_LENGTHS_AT + 8 * \k], r9
4:
    mov [rbp + $R_CURSORS + 8 * \k], rax
    .endr
    lea r14, [rdx + $S_WORDS]
    xor r13d, r13d              # the shape, or the hash of what is mixed
    movzx eax, byte ptr [r12 + $O_CLASS]
    test eax, eax
    jz 1f
    cmp eax, $MIXED
    cmove r13, [r12 + $O_SEED]
    je 1f
    lea r14, [rdx + $S_CONTENT]
    mov r15, [rbp + $R_CONTENT_MOST]
    add r15, r14
1:
    mov eax, [rbp + $R_ROWS]
    mov [rbp + $R_ROW], eax

next_row:
    mov rdi, [rbp + $R_FRAME]
    add rdi, 8
    mov ecx, [r12 + $O_ARITY]
    xor edx, edx
1:
    cmp edx, ecx
    jae 4f
    mov rsi, [rbp + $R_CURSORS + 8 * rdx]
    movzx eax, byte ptr [r12 + $O_WIDTHS + rdx]
    test eax, eax
    jnz 3f
    mov r8d, [r12 + $O_WORDS + 4 * rdx]
2:
    mov rax, [rsi]
    mov [rdi], rax
    add rsi, 8
    add rdi, 8
    dec r8d
    jnz 2b
    mov [rbp + $R_CURSORS + 8 * rdx], rsi
    inc edx
    jmp 1b
3:
    mov r9, [rbp + $R_LENGTHS_AT + 8 * rdx]
    mov r8d, [r9]
    add r9, 4
    mov [rbp + $R_LENGTHS_AT + 8 * rdx], r9
    mov [rdi], rsi
    mov [rdi + 8], r8
    add rdi, 16
    imul rax, r8
    add rsi, rax
    mov [rbp + $R_CURSORS + 8 * rdx], rsi
    inc edx
    jmp 1b
4:
    mov rdi, [rbp + $R_CONTEXT]
    cmp byte ptr [r12 + $O_CLASS], $MIXED
    je 1f
    mov rax, [rbp + $R_SIDE]    # what the row before allocated has been copied
    add rax, $S_ARENA
    mov [rdi], rax
1:
    mov rax, [rbp + $R_FUEL]
    mov [rdi + 16], rax
    mov rsi, [rbp + $R_FRAME]
    call [r12 + $O_ENTRY]
    test eax, eax
    jnz stopped
    mov rsi, [rbp + $R_FRAME]
    add rsi, 8
    movzx eax, byte ptr [r12 + $O_CLASS]
    test eax, eax
    jnz 1f
    mov rax, [rsi]
    mov [r14], rax
    add r14, 8
    jmp row_done
1:
    cmp eax, $MIXED
    je 3f
    mov rcx, [rsi + 8]
    mov rsi, [rsi]
    mov edx, [rbp + $R_ROWS]
    sub edx, [rbp + $R_ROW]
    mov rdi, [rbp + $R_SIDE]
    mov [rdi + $S_LENGTHS + 4 * rdx], ecx
    xor r13, rcx
    imul r13, [rip + mix]
    rol r13, 29
    imul rcx, rax
    mov rdi, r14
    add r14, rcx
    cmp r14, r15
    ja stopped                  # too large to be kept
    call move
    jmp row_done
3:
    mov ecx, [r12 + $O_RESULT_WORDS]
    xor edx, edx
4:
    mov rax, [rsi + 8 * rdx]
    mov [r14 + 8 * rdx], rax
    inc edx
    cmp edx, ecx
    jb 4b
    mov r8, [r12 + $O_DESCRIPTOR]
    mov rsi, r14
    lea r14, [r14 + 8 * rcx]
    call hash
row_done:
    dec dword ptr [rbp + $R_ROW]
    jnz next_row

    mov rdx, [rbp + $R_SIDE]
    movzx eax, byte ptr [r12 + $O_CLASS]
    cmp eax, $MIXED
    je 2f
    test eax, eax
    jz 1f
    mov qword ptr [r14], 0      # the last word ends in zeros
    mov r15, r14
    lea r14, [rdx + $S_CONTENT]
    sub r15, r14
    bsf ecx, eax
    mov eax, r15d
    shr eax, cl
    mov r13w, ax
    mov [rbp + $R_SHAPE], r13
    lea rax, [rdx + $S_LENGTHS]
    mov [rbp + $R_LENGTHS], rax
    jmp hashed
1:
    mov r15, r14
    lea r14, [rdx + $S_WORDS]
    sub r15, r14
    mov qword ptr [rbp + $R_SHAPE], 0
    jmp hashed
2:
    lea r14, [rdx + $S_WORDS]
    mov qword ptr [rbp + $R_SHAPE], 0
    jmp settled

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
