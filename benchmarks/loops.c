/* The fifteen loops as a C programmer writes them, the peer of benchmarks/loops.py. WRAP: built with -fwrapv.
   Otherwise integer arithmetic is checked by __builtin_*_overflow and a failure returns 1. */
#include <stdint.h>
#include <stddef.h>

typedef int64_t i64;

#ifdef WRAP
#define ADD(r, a, b) ((r) = (a) + (b))
#define MUL(r, a, b) ((r) = (a) * (b))
#else
#define ADD(r, a, b) do { if (__builtin_add_overflow(a, b, &(r))) return 1; } while (0)
#define MUL(r, a, b) do { if (__builtin_mul_overflow(a, b, &(r))) return 1; } while (0)
#endif

int sum(const i64 *xs, i64 n, i64 *out) {
    i64 s = 0;
    for (i64 i = 0; i < n; i++) ADD(s, s, xs[i]);
    *out = s;
    return 0;
}

int sum_of_squares(const i64 *xs, i64 n, i64 *out) {
    i64 s = 0, q;
    for (i64 i = 0; i < n; i++) { MUL(q, xs[i], xs[i]); ADD(s, s, q); }
    *out = s;
    return 0;
}

int dot(const i64 *xs, i64 n, const i64 *ys, i64 m, i64 *out) {
    i64 s = 0, q;
    if (n != m) return 1;
    for (i64 i = 0; i < n; i++) { MUL(q, xs[i], ys[i]); ADD(s, s, q); }
    *out = s;
    return 0;
}

int count_if(const i64 *xs, i64 n, i64 *out) {
    i64 s = 0;
    for (i64 i = 0; i < n; i++) s += xs[i] > 10;
    *out = s;
    return 0;
}

int filter_square_sum(const i64 *xs, i64 n, i64 *out) {
    i64 s = 0, q;
    for (i64 i = 0; i < n; i++)
        if (xs[i] % 2 == 0) { MUL(q, xs[i], xs[i]); ADD(s, s, q); }
    *out = s;
    return 0;
}

int maximum(const i64 *xs, i64 n, i64 *out) {
    if (n == 0) return 1;
    i64 s = xs[0];
    for (i64 i = 1; i < n; i++) s = xs[i] > s ? xs[i] : s;
    *out = s;
    return 0;
}

int map_affine(const i64 *xs, i64 n, i64 *ys) {
    i64 q;
    for (i64 i = 0; i < n; i++) { MUL(q, xs[i], 2); ADD(q, q, 1); ys[i] = q; }
    return 0;
}

int axpb(double a, const double *xs, i64 n, double b, double *ys) {
    for (i64 i = 0; i < n; i++) ys[i] = a * xs[i] + b;
    return 0;
}

int float_sum(const double *xs, i64 n, double *out) {
    double s = 0;
    for (i64 i = 0; i < n; i++) s += xs[i];
    *out = s;
    return 0;
}

int running_sum(const i64 *xs, i64 n, i64 *ys) {
    i64 s = 0;
    for (i64 i = 0; i < n; i++) { ADD(s, s, xs[i]); ys[i] = s; }
    return 0;
}

int histogram(const uint8_t *xs, i64 n, i64 *bins) {
    for (i64 i = 0; i < 256; i++) bins[i] = 0;
    for (i64 i = 0; i < n; i++) bins[xs[i]]++;
    return 0;
}

int reverse(const i64 *xs, i64 n, i64 *ys) {
    for (i64 i = 0; i < n; i++) ys[i] = xs[n - 1 - i];
    return 0;
}

int is_sorted(const i64 *xs, i64 n, i64 *out) {
    *out = 1;
    for (i64 i = 1; i < n; i++)
        if (xs[i - 1] > xs[i]) { *out = 0; break; }
    return 0;
}

int count_byte(const uint8_t *xs, i64 n, i64 *out) {
    i64 s = 0;
    for (i64 i = 0; i < n; i++) s += xs[i] == 101;
    *out = s;
    return 0;
}

int polynomial(const double *cs, i64 n, double x, double *out) {
    double s = 0;
    for (i64 i = 0; i < n; i++) s = s * x + cs[i];
    *out = s;
    return 0;
}
