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
 * Python has checked every index in the tables before they come here.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES 4
typedef double vec __attribute__((vector_size(LANES * sizeof(double))));

/* One build runs on every x86-64 processor and uses what the one at hand can do. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("avx512f", "avx2,fma", "default")))
#else
#define CLONES
#endif

typedef struct {
    double threshold;    /* or the number of the first word of the category set */
    double right;        /* w of the feature after the branch to the right */
    double before;       /* w of the feature before this split; 1 when it was not met */
    int16_t child[2];    /* left and right: a split, or the number of splits + a leaf */
    int16_t earlier;     /* 2 * split + side of the last branch on the same feature; or -1 */
    int16_t feature;
    int16_t words;       /* words of the category set; 0 for a numerical split */
    int16_t missing_right;
} Split;

typedef struct {
    int32_t first_split;
    int32_t splits;
    int32_t first_leaf;
    int32_t groups;      /* groups of LANES quadrature points */
    int32_t rule;        /* its first group, within points and weights */
} Tree;

typedef struct {
    const Split *splits;
    const double *leaves;
    const Tree *trees;
    const uint32_t *words;
    const double *points;
    const double *weights;
    const int8_t *missing; /* a feature: 0 NaN counts as 0, 1 zero and NaN are missing, 2 NaN is */
    double base;           /* sum of the trees' expected values */
    int32_t tree_count;
    int32_t features;
    int32_t most_splits;
} Model;

static inline int goes_right(const Split *s, const uint32_t *words, double x) {
    if (s->words) {
        if (!(x >= 0) || x >= 2147483648.0) return 1;
        const int32_t c = (int32_t)x;
        return c / 32 >= s->words || !(words[(int32_t)s->threshold + c / 32] >> (c % 32) & 1);
    }
    return !(x <= s->threshold) & ((x > s->threshold) | s->missing_right);
}

/* Adds the contributions of one tree, for one group of quadrature points t, to phi lane by lane.
 * met[2 * split + side]: the row is on every branch of that feature, this one included. */
static inline void explain(const Split *splits, int n, const double *leaves, const uint8_t *right,
                           const uint8_t *met, vec t, vec weight, vec *down, vec *gain, vec *rho,
                           vec *up, vec *phi) {
    const vec off = 1.0 - t;
    down[0] = weight;
    for (int i = 0; i < n; i++) {
        const Split *s = &splits[i];
        const double r = right[i];
        vec above = down[i], f = s->right * off + r * t, d = above * (r - s->right);
        if (s->earlier >= 0) {
            if (met[s->earlier]) {
                const vec before = s->before * off + t;
                f /= before;
                above /= before;
                d = above * ((r - s->right) - (1.0 - s->before) * f);
                above = down[i];
            } else {
                f = (vec){0} + s->right / s->before;
                d = (vec){0};
            }
        }
        const vec to_right = above * f;
        rho[i] = f;
        gain[i] = d;
        down[s->child[1]] = to_right;
        down[s->child[0]] = above - to_right;
    }
    for (int i = 0; i <= n; i++) up[n + i] = (vec){0} + leaves[i];
    for (int i = n - 1; i >= 0; i--) {
        const Split *s = &splits[i];
        const vec left = up[s->child[0]], difference = up[s->child[1]] - left;
        phi[s->feature] += gain[i] * difference;
        up[i] = left + rho[i] * difference;
    }
}

/* rows: n x features. margins: n. contributions: n x (features + 1), or NULL for margins alone.
 * scratch, aligned: (2 x features + 6 x (most splits + 1)) x LANES doubles.
 * flags: 3 x most splits bytes. */
CLONES void microscore_explain(const Model *m, const double *rows, int64_t n, double *margins,
                               double *contributions, double *scratch, uint8_t *flags) {
    const int most = m->most_splits + 1;
    vec *phi = (vec *)scratch, *down = phi + m->features, *gain = down + 2 * most;
    vec *rho = gain + most, *up = rho + most;
    double *x = (double *)(up + 2 * most);
    uint8_t *right = flags, *met = flags + m->most_splits;
    for (int64_t row = 0; row < n; row++) {
        double margin = 0.0;
        for (int j = 0; j < m->features; j++) {
            const double v = rows[row * m->features + j];
            const int zero = fabs(v) <= (double)1e-35f;
            x[j] = m->missing[j] == 0 && isnan(v) ? 0.0 : m->missing[j] == 1 && zero ? NAN : v;
        }
        if (contributions) memset(phi, 0, sizeof(vec) * (size_t)m->features);
        for (int k = 0; k < m->tree_count; k++) {
            const Tree *tree = &m->trees[k];
            const Split *splits = m->splits + tree->first_split;
            const double *leaves = m->leaves + tree->first_leaf;
            const int count = tree->splits;
            int at = 0;
            if (!contributions) {
                while (at < count) {
                    at = splits[at].child[goes_right(&splits[at], m->words, x[splits[at].feature])];
                }
                margin += leaves[at - count];
                continue;
            }
            for (int i = 0; i < count; i++) {
                const Split *s = &splits[i];
                const int on = s->earlier < 0 || met[s->earlier];
                right[i] = (uint8_t)goes_right(s, m->words, x[s->feature]);
                met[2 * i] = (uint8_t)(on & !right[i]);
                met[2 * i + 1] = (uint8_t)(on & right[i]);
            }
            while (at < count) at = splits[at].child[right[at]];
            margin += leaves[at - count];
            for (int g = 0; count && g < tree->groups; g++) {
                vec t, weight;
                memcpy(&t, m->points + (tree->rule + g) * LANES, sizeof t);
                memcpy(&weight, m->weights + (tree->rule + g) * LANES, sizeof weight);
                explain(splits, count, leaves, right, met, t, weight, down, gain, rho, up, phi);
            }
        }
        margins[row] = margin;
        if (contributions) {
            double *out = contributions + row * (m->features + 1);
            for (int j = 0; j < m->features; j++) {
                out[j] = (phi[j][0] + phi[j][1]) + (phi[j][2] + phi[j][3]);
            }
            out[m->features] = m->base;
        }
    }
}
