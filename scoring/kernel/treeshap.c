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
 * A vector holds either the points of one row, or one point of several rows: the passes are the
 * same, and so are the sums of every row, bit for bit; a compiler may therefore contract nothing.
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
typedef int64_t bits __attribute__((vector_size(WIDTH * sizeof(double))));
typedef struct { part of[PARTS]; } vec;
typedef struct { bits of[PARTS]; } mask; /* all bits of a lane, or none */
#define ALL(x) ((x) - (part){0})
#define WHERE(m, x) ((part)((m) & (bits)(x))) /* x in the lanes of the mask, 0 elsewhere */

#define ROOTS 4
#define FEW 4 /* rows from which on they share vectors: fewer are faster one by one */

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
    int32_t count;       /* of quadrature points, */
    int32_t rule;        /* and the first within points and weights, filled up to whole vectors */
    int32_t trees;
    int32_t root[ROOTS]; /* as a child */
    int32_t ends[ROOTS]; /* behind the tree's last leaf */
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

/* Where the lanes go to the right, for all splits of a block, and met: for each of the agains,
 * whether a lane took every branch above it on the same feature. The last lanes repeat a row. */
INLINE void ask(const Model *m, const Block *b, const vec *x, int rows, mask *right, mask *met) {
    const Split *splits = m->splits + b->first_split;
    const Set *sets = m->sets + b->first_set;
    const Again *again = m->agains + b->first_again;
    for (int i = 0; i < b->splits; i++) {
        const vec v = x[splits[i].feature];
        const part threshold = ALL(splits[i].threshold);
        const bits missing = (bits){0} - (splits[i].kind & 1);
        EACH right[i].of[h] = (v.of[h] > threshold) | ((v.of[h] != v.of[h]) & missing);
    }
    for (int i = 0; i < b->sets; i++) {
        const double *v = (const double *)&x[splits[sets[i].split].feature];
        int64_t *at = (int64_t *)&right[sets[i].split];
        for (int k = 0; k < rows; k++) at[k] = -(int64_t)!in_set(&sets[i], m->words, v[k]);
        for (int k = rows; k < LANES; k++) at[k] = at[rows - 1];
    }
    for (int i = 0; i < b->agains; i++) {
        const bits left = (bits){0} - !again[i].side;
        EACH met[i].of[h] = right[again[i].earlier].of[h] ^ left;
        if (again[i].again >= 0) EACH met[i].of[h] &= met[again[i].again].of[h];
    }
}

/* Adds each lane's leaf of every tree to its margin, tree by tree. */
INLINE void add_leaves(const Block *b, const Split *splits, const double *leaves,
                       const mask *right, mask *here, vec *margin) {
    for (int i = 0; i < b->trees; i++) EACH here[b->root[i]].of[h] = ~(bits){0};
    for (int i = 0; i < b->splits; i++) {
        mask *to_left = &here[splits[i].child[0]], *to_right = &here[splits[i].child[1]];
        EACH to_right->of[h] = here[i].of[h] & right[i].of[h];
        EACH to_left->of[h] = here[i].of[h] & ~right[i].of[h];
    }
    for (int i = 0, k = 0; i < b->trees; i++) {
        mask leaf = {0};
        for (; k < b->ends[i]; k++) {
            EACH leaf.of[h] |= here[b->splits + k].of[h] & (bits)ALL(leaves[k]);
        }
        EACH margin->of[h] += (part)leaf.of[h];
    }
}

/* Adds the contributions of one block, at the quadrature points t, to phi lane by lane. The
 * leaves stand in up already. */
INLINE void explain(const Block *b, const Split *splits, const Again *again, const mask *right,
                    const mask *met, vec t, vec weight, vec *down, vec *up, vec *again_f,
                    vec *phi) {
    const int n = b->splits;
    int k = 0, next = b->agains ? again[0].split : n;
    vec off;
    EACH off.of[h] = 1.0 - t.of[h];
    for (int i = 0; i < b->trees; i++) down[b->root[i] < n ? b->root[i] : n] = weight;
    for (int i = 0; i < n; i++) {
        const Split *s = &splits[i];
        const vec here = down[i];
        vec f, to_right, to_left;
        EACH f.of[h] = s->right * off.of[h] + WHERE(right[i].of[h], t.of[h]);
        if (__builtin_expect(i == next, 0)) {
            const double w = again[k].before;
            const part not_met = ALL(s->right / w);
            EACH f.of[h] = WHERE(met[k].of[h], f.of[h] / (w * off.of[h] + t.of[h])) +
                           WHERE(~met[k].of[h], not_met);
            again_f[k++] = f;
            next = k < b->agains ? again[k].split : n;
        }
        EACH to_right.of[h] = here.of[h] * f.of[h];
        EACH to_left.of[h] = here.of[h] - to_right.of[h];
        down[s->child[1] < n ? s->child[1] : n] = to_right;
        down[s->child[0] < n ? s->child[0] : n] = to_left;
    }
    next = k ? again[--k].split : -1;
    for (int i = n - 1; i >= 0; i--) {
        const Split *s = &splits[i];
        const vec here = down[i], left = up[s->child[0]], other = up[s->child[1]];
        vec f, gain, *sum = &phi[s->feature];
        EACH f.of[h] = s->right * off.of[h] + WHERE(right[i].of[h], t.of[h]);
        EACH gain.of[h] = WHERE(right[i].of[h], ALL(1.0)) - s->right;
        if (__builtin_expect(i == next, 0)) {
            const double w = again[k].before;
            f = again_f[k];
            EACH gain.of[h] = WHERE(met[k].of[h], (gain.of[h] - (1.0 - w) * f.of[h]) /
                                                      (w * off.of[h] + t.of[h]));
            next = k ? again[--k].split : -1;
        }
        EACH gain.of[h] *= here.of[h];
        EACH sum->of[h] += gain.of[h] * (other.of[h] - left.of[h]);
        EACH up[i].of[h] = left.of[h] + f.of[h] * (other.of[h] - left.of[h]);
    }
}

/* rows: n x features. margins: n. contributions: n x (features + 1), or NULL for margins alone.
 * scratch, aligned: ((LANES + 1) x features + 3 x most splits + most leaves + 2 x most agains + 1)
 * x LANES doubles. */
CLONES void microscore_explain(const Model *m, const double *rows, int64_t n, double *margins,
                               double *contributions, double *scratch) {
    const int features = m->features;
    vec *x = (vec *)scratch, *phi = x + features, *down = phi + LANES * features;
    vec *up = down + m->most_splits + 1, *again_f = up + m->most_splits + m->most_leaves;
    mask *right = (mask *)(again_f + m->most_agains), *met = right + m->most_splits;
    for (int64_t row = 0, count; row < n; row += count) {
        count = n - row < FEW ? 1 : n - row < LANES ? n - row : LANES;
        vec margin = {0};
        for (int j = 0; j < features; j++) {
            for (int k = 0; k < LANES; k++) {
                const double v = rows[(row + (k < count ? k : count - 1)) * features + j];
                const int zero = fabs(v) <= (double)1e-35f;
                const int kind = m->missing[j];
                const double known = kind == 0 && isnan(v) ? 0.0 : kind == 1 && zero ? NAN : v;
                ((double *)&x[j])[k] = known;
            }
        }
        if (contributions) memset(phi, 0, sizeof(vec) * (size_t)(LANES * features));
        for (int k = 0; k < m->block_count; k++) {
            const Block *b = &m->blocks[k];
            const Split *splits = m->splits + b->first_split;
            const Again *again = m->agains + b->first_again;
            const double *leaves = m->leaves + b->first_leaf;
            const double *points = m->points + b->rule, *weights = m->weights + b->rule;
            ask(m, b, x, (int)count, right, met);
            add_leaves(b, splits, leaves, right, (mask *)up, &margin);
            if (!contributions || !b->splits) continue;
            for (int i = 0; i < b->leaves; i++) EACH up[b->splits + i].of[h] = ALL(leaves[i]);
            for (int p = 0; p < b->count; p += count > 1 ? 1 : LANES) {
                vec t, weight, *sums = phi;
                if (count > 1) {
                    EACH t.of[h] = ALL(points[p]);
                    EACH weight.of[h] = ALL(weights[p]);
                    sums += p % LANES * features;
                } else {
                    memcpy(&t, points + p, sizeof t);
                    memcpy(&weight, weights + p, sizeof weight);
                }
                explain(b, splits, again, right, met, t, weight, down, up, again_f, sums);
            }
        }
        for (int k = 0; k < count; k++) {
            margins[row + k] = ((double *)&margin)[k];
            if (!contributions) continue;
            double *out = contributions + (row + k) * (features + 1);
            for (int j = 0; j < features; j++) {
                const double *sum = (const double *)&phi[j] + (count > 1 ? k : 0);
                const int step = count > 1 ? LANES * features : 1;
                out[j] = 0.0;
                for (int i = 0; i < LANES; i++) out[j] += sum[i * step];
            }
            out[features] = m->base;
        }
    }
}
