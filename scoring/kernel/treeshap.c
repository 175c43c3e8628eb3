/* Margin and exact TreeSHAP contributions of a LightGBM model, for rows of float64.
 *
 * A feature's path-dependent Shapley value is an integral over the unit interval of the other
 * features' multilinear extension (Owen 1972): for a leaf of value v whose path tests the
 * distinct features S,
 *     phi_i = v (z_i - w_i) * integral_0^1 prod_{j in S, j != i} (t z_j + (1 - t) w_j) dt,
 * z_j = 1 when the row takes every branch on j towards the leaf (else 0), w_j = the product of
 * the cover ratios of those branches. The integrand is a polynomial of degree |S| - 1, so
 * ceil(|S| / 2) Gauss-Legendre points integrate it exactly (the idea of Quadrature-TreeSHAP,
 * arXiv 2605.04497). Both branches of a split share one factor: with f = w (1 - t) + z t for the
 * branch to the right, the branch to the left has 1 - f. So one pass down multiplies the factors,
 * one pass up adds the leaves, and the work is linear in the number of splits.
 *
 * A pass is a chain of steps that wait for one another. Several trees therefore stand in one
 * block, their splits taking turns: the processor works on one while another waits.
 * Python has checked every index in the tables before they come here.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

/* One build runs on every x86-64 processor and uses what the one at hand can do. What a clone
 * calls must become a part of it: elsewhere the vectors would be passed another way. */
#if defined(__x86_64__) && __GNUC__ >= 12
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

/* A vector is worked on in parts as wide as a register: left to itself, a compiler takes one that
 * is wider to pieces, lane by lane. */
#define LANES 8
#if defined(__AVX2__) || (defined(__x86_64__) && __GNUC__ >= 12)
#define PARTS 2
#else
#define PARTS 4
#endif
#define WIDTH (LANES / PARTS)
#define EACH for (int h = 0; h < PARTS; h++)
typedef double part __attribute__((vector_size(WIDTH * sizeof(double))));
typedef struct { part of[PARTS]; } vec;

#define ROOTS 4

typedef struct {
    double threshold;
    double right;        /* w of the feature after the branch to the right */
    int16_t child[2];    /* left and right: a split of the block, or its splits + a leaf */
    int16_t feature;
    int16_t kind;        /* bit 0: a missing value goes right; above: 1 + a set, 0 for none */
} Split;

typedef struct {         /* a split that asks for a set of categories */
    int32_t first_word;
    int16_t words;
    int16_t split;
} Set;

typedef struct {         /* a split on a feature that a split above it has asked for */
    double before;       /* w of the feature before this split */
    int16_t split;
    int16_t earlier;     /* the last split above on the same feature, ... */
    int16_t side;        /* ... the branch taken there, ... */
    int16_t again;       /* ... and its own number among these; or -1 */
} Again;

typedef struct {
    int32_t first_split, splits;
    int32_t first_leaf, leaves;
    int32_t first_set, sets;
    int32_t first_again, agains;
    int32_t groups;      /* groups of LANES quadrature points */
    int32_t rule;        /* its first group, within points and weights */
    int32_t trees;
    int32_t root[ROOTS]; /* as a child */
} Block;

typedef struct {
    const Split *splits;
    const double *leaves;
    const Set *sets;
    const Again *agains;
    const Block *blocks;
    const uint32_t *words;
    const double *points;
    const double *weights;
    const int8_t *missing; /* a feature: 0 NaN counts as 0, 1 zero and NaN are missing, 2 NaN is */
    double base;           /* sum of the trees' expected values */
    int32_t block_count;
    int32_t features;
    int32_t most_splits;   /* in a block, as are the next two */
    int32_t most_leaves;
    int32_t most_agains;
} Model;

INLINE int in_set(const Set *s, const uint32_t *words, double x) {
    if (!(x >= 0) || x >= 2147483648.0) return 0;
    const int32_t c = (int32_t)x;
    return c / 32 < s->words && (words[s->first_word + c / 32] >> (c % 32) & 1);
}

INLINE int goes_right(const Split *s, double x) {
    return !(x <= s->threshold) & ((x > s->threshold) | (s->kind & 1));
}

/* Adds the contributions of one block, for one group of quadrature points t, to phi lane by lane.
 * met[k]: the row took every branch above the k-th of the agains on the same feature. */
INLINE void explain(const Block *b, const Split *splits, const Again *again, const double *leaves,
                    const double *right, const uint8_t *met, vec t, vec weight, vec *down,
                    vec *up, vec *again_f, vec *phi) {
    const int n = b->splits;
    int k = 0, next = b->agains ? again[0].split : n;
    vec off;
    EACH off.of[h] = 1.0 - t.of[h];
    for (int i = 0; i < b->trees; i++) down[b->root[i] < n ? b->root[i] : n] = weight;
    for (int i = 0; i < n; i++) {
        const Split *s = &splits[i];
        const vec here = down[i];
        vec f, to_right, to_left;
        EACH f.of[h] = s->right * off.of[h] + right[i] * t.of[h];
        if (__builtin_expect(i == next, 0)) {
            const double w = again[k].before;
            if (met[k]) EACH f.of[h] /= w * off.of[h] + t.of[h];
            else EACH f.of[h] = (part){0} + s->right / w;
            again_f[k++] = f;
            next = k < b->agains ? again[k].split : n;
        }
        EACH to_right.of[h] = here.of[h] * f.of[h];
        EACH to_left.of[h] = here.of[h] - to_right.of[h];
        down[s->child[1] < n ? s->child[1] : n] = to_right;
        down[s->child[0] < n ? s->child[0] : n] = to_left;
    }
    for (int i = 0; i < b->leaves; i++) EACH up[n + i].of[h] = (part){0} + leaves[i];
    next = k ? again[--k].split : -1;
    for (int i = n - 1; i >= 0; i--) {
        const Split *s = &splits[i];
        const double toward = right[i] - s->right;
        const vec here = down[i], left = up[s->child[0]], other = up[s->child[1]];
        vec f, gain, *sum = &phi[s->feature];
        EACH f.of[h] = s->right * off.of[h] + right[i] * t.of[h];
        EACH gain.of[h] = here.of[h] * toward;
        if (__builtin_expect(i == next, 0)) {
            const double w = again[k].before;
            f = again_f[k];
            if (met[k]) {
                EACH gain.of[h] = here.of[h] / (w * off.of[h] + t.of[h]) *
                                  (toward - (1.0 - w) * f.of[h]);
            } else {
                EACH gain.of[h] = (part){0};
            }
            next = k ? again[--k].split : -1;
        }
        EACH sum->of[h] += gain.of[h] * (other.of[h] - left.of[h]);
        EACH up[i].of[h] = left.of[h] + f.of[h] * (other.of[h] - left.of[h]);
    }
}

/* rows: n x features. margins: n. contributions: n x (features + 1), or NULL for margins alone.
 * scratch, aligned: (2 x features + 3 x most splits + most leaves + most agains + 1) x LANES
 * doubles. flags: most splits + most agains bytes. */
CLONES void microscore_explain(const Model *m, const double *rows, int64_t n, double *margins,
                               double *contributions, double *scratch, uint8_t *flags) {
    vec *phi = (vec *)scratch, *down = phi + m->features, *up = down + m->most_splits + 1;
    vec *again_f = up + m->most_splits + m->most_leaves;
    double *x = (double *)(again_f + m->most_agains), *right = x + m->features;
    uint8_t *side = flags, *met = flags + m->most_splits;
    for (int64_t row = 0; row < n; row++) {
        double margin = 0.0;
        for (int j = 0; j < m->features; j++) {
            const double v = rows[row * m->features + j];
            const int zero = fabs(v) <= (double)1e-35f;
            x[j] = m->missing[j] == 0 && isnan(v) ? 0.0 : m->missing[j] == 1 && zero ? NAN : v;
        }
        if (contributions) memset(phi, 0, sizeof(vec) * (size_t)m->features);
        for (int k = 0; k < m->block_count; k++) {
            const Block *b = &m->blocks[k];
            const Split *splits = m->splits + b->first_split;
            const double *leaves = m->leaves + b->first_leaf;
            const Set *sets = m->sets + b->first_set;
            const Again *again = m->agains + b->first_again;
            const int count = b->splits;
            if (contributions) {
                for (int i = 0; i < count; i++) {
                    side[i] = (uint8_t)goes_right(&splits[i], x[splits[i].feature]);
                }
                for (int i = 0; i < b->sets; i++) {
                    const int at = sets[i].split;
                    side[at] = !in_set(&sets[i], m->words, x[splits[at].feature]);
                }
                for (int i = 0; i < count; i++) right[i] = side[i];
                for (int i = 0; i < b->agains; i++) {
                    met[i] = side[again[i].earlier] == again[i].side &&
                             (again[i].again < 0 || met[again[i].again]);
                }
            }
            for (int i = 0; i < b->trees; i++) {
                int at = b->root[i];
                while (at < count) {
                    const Split *s = &splits[at];
                    const double v = x[s->feature];
                    const int set = s->kind >> 1;
                    at = s->child[contributions ? side[at]
                                  : set         ? !in_set(&sets[set - 1], m->words, v)
                                                : goes_right(s, v)];
                }
                margin += leaves[at - count];
            }
            for (int g = 0; contributions && count && g < b->groups; g++) {
                vec t, weight;
                memcpy(&t, m->points + (b->rule + g) * LANES, sizeof t);
                memcpy(&weight, m->weights + (b->rule + g) * LANES, sizeof weight);
                explain(b, splits, again, leaves, right, met, t, weight, down, up, again_f, phi);
            }
        }
        margins[row] = margin;
        if (contributions) {
            double *out = contributions + row * (m->features + 1);
            for (int j = 0; j < m->features; j++) {
                out[j] = 0.0;
                for (int i = 0; i < LANES; i++) out[j] += phi[j].of[i / WIDTH][i % WIDTH];
            }
            out[m->features] = m->base;
        }
    }
}
