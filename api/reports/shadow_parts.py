"""The parts of the report of a challenger in shadow: pictures, and the same numbers beneath."""

from __future__ import annotations

from api.reports.charts import Entry, intervals
from api.reports.parts import Part, Table
from api.reports.shadow_page import ShadowPage


def judged(page: ShadowPage) -> Part:
    """What each measure says, and what would settle it."""
    w = page.words
    heads = tuple(w[k] for k in ("part", "state", "margin", "why", "bads", "needed", "settled_on"))
    rows = tuple(
        (
            w[j.part],
            w[j.state],
            page.number(j.margin, 3),
            w["only_biased" if j.why == "biased" else j.why],
            page.number(j.bads, 0),
            page.number(j.bads_needed, 0),
            str(j.settled_on or page.dash),
        )
        for j in page.record.judged
    )
    return Part(w["judged"], w["judged_lead"], tables=(Table(heads, rows, (1, 3)),))


def rankings(page: ShadowPage) -> Part:
    """Differences of AUC and KS by population, and the bounds over everyone."""
    w, record = page.words, page.record
    margin = record.margins["auc"]
    entries = [
        Entry(w[r.population], page.range(r.auc), None, page.told(r.auc)) for r in record.ranking
    ]
    if record.auc_bounds.low is not None:
        entries.append(
            Entry(w["bounds"], page.range(record.auc_bounds), None, page.told(record.auc_bounds))
        )
    heads = tuple(w[k] for k in ("population", "loans", "bads", "auc", "fixed", "ks", "biased"))
    rows = tuple(
        (
            w[r.population],
            page.number(r.loans, 0),
            page.number(r.bads, 0),
            page.told(r.auc),
            page.told(r.fixed),
            page.told(r.ks),
            w["biased"] if r.biased else page.dash,
        )
        for r in record.ranking
    )
    picture = intervals(entries, 0.0, (-margin, None), ratio=False)
    return Part(w["rankings"], w["rankings_lead"], picture=picture, tables=(Table(heads, rows),))


def accuracies(page: ShadowPage) -> Part:
    """Paired losses with their evidence, and calibration."""
    w, record = page.words, page.record
    heads = tuple(w[k] for k in ("loss", "champion", "challenger", "difference", "evidence"))
    rows = tuple(
        (
            w[a.loss],
            page.number(a.champion, 4),
            page.number(a.challenger, 4),
            page.told(a.difference, 4),
            f"{', '.join(page.number(v, 1) for v in (a.better, a.not_worse, a.worse))} "
            f"({page.number(a.proved, 1)})",
        )
        for a in record.accuracy
    )
    c = record.calibration
    rows += (
        (
            w["calibration"],
            page.number(c.champion),
            page.number(c.challenger),
            page.dash,
            page.dash,
        ),
    )
    return Part(w["accuracies"], w["accuracies_lead"], tables=(Table(heads, rows),))


def differences(page: ShadowPage) -> Part:
    """How different the scores are, and flips at each cut-off."""
    w, d = page.words, page.record.difference
    lead = w["differences_lead"].format(
        rank=page.told(d.rank_correlation),
        psi=page.number(d.psi, 4),
        critical=page.number(d.psi_critical, 4),
        p=page.probability(d.psi_p),
        reason=page.told(d.same_first_reason),
    )
    heads = tuple(w[k] for k in ("cut_off", "up", "down", "share"))
    rows = tuple(
        (
            w[f.cut_off],
            page.number(f.up, 0),
            page.number(f.down, 0),
            page.told(f.share),
            page.probability(f.p),
        )
        for f in d.flips
    )
    return Part(w["differences"], lead, tables=(Table((*heads, "p"), rows),))


def swaps(page: ShadowPage) -> Part:
    """Whom one model alone approves."""
    w = page.words
    names = ("who", "decisions", "amount", "pd_champion", "pd_challenger", "expected_loss")
    heads = tuple(w[k] for k in (*names, "loans", "bad_rate", "possible"))
    rows = tuple(
        (
            w[s.who],
            page.number(s.decisions, 0),
            page.money(s.amount),
            page.percent(s.pd_champion.value),
            page.percent(s.pd_challenger.value),
            page.money(s.expected_loss) if s.amount is not None else page.dash,
            page.number(s.matured, 0),
            page.told(s.bad_rate),
            page.told(s.possible),
        )
        for s in page.record.swaps
    )
    return Part(w["swaps"], w["swaps_lead"], tables=(Table(heads, rows),))


def money(page: ShadowPage) -> Part:
    """Expected profit at equal approvals and at equal bad rate, and by month."""
    w, m = page.words, page.record.money
    digits = 2 if m.per == "amount" else 4
    lead = w["money_lead"].format(
        margin=page.percent(m.margin),
        loss=page.percent(m.loss_given_default),
        assumed=w["assumed"] if m.assumed else "",
    )
    kinds = (("equal_approvals", m.at_equal_approvals), ("equal_bad_rate", m.at_equal_bad_rate))
    entries = [Entry(w[k], page.range(e), None, page.told(e, digits)) for k, e in kinds]
    rows = tuple((w[k], page.told(e, digits)) for k, e in kinds)
    by_month = tuple(
        (
            v.month,
            page.number(v.decisions, 0),
            page.number(v.champion, digits),
            page.number(v.challenger, digits),
        )
        for v in m.vintages
    )
    heads = tuple(w[k] for k in ("vintage", "decisions", "profit_champion", "profit_challenger"))
    picture = intervals(entries, 0.0, (None, None), ratio=False)
    tables = (Table((w["money"], w["difference"]), rows), Table(heads, by_month))
    return Part(w["money"], lead, picture=picture, tables=tables)


def fairness(page: ShadowPage) -> Part:
    """What the paired audit says of each group."""
    w, made = page.words, page.record.fairness
    if made is None:
        return Part(w["fairness"], w["no_fairness"])
    lead = w["fairness_lead"].format(audit=(page.record.fairness_audit or "")[:12])
    entries = [Entry(page.label(g), g.air, None, page.told(g.air)) for g in made.groups]
    rows = tuple((page.label(g), page.told(g.air), w[g.verdict]) for g in made.groups)
    moved = tuple(
        (
            page.label(m),
            *(page.number(v, 0) for v in (m.gained, m.lost, m.net)),
            page.probability(m.p),
        )
        for m in made.moved
    )
    heads = tuple(w[k] for k in ("group", "air", "state"))
    flips = (*(w[k] for k in ("group", "gained", "lost", "net")), "p")
    picture = intervals(entries, 0.0, (-made.margin, None), ratio=False)
    tables = (Table(heads, rows, (2,)), Table(flips, moved))
    return Part(w["fairness"], lead, picture=picture, tables=tables)


def pairing(page: ShadowPage) -> Part:
    """Whether both saw the same."""
    w, p = page.words, page.record.pairing
    lead = f"{w['pairing_lead']} {w['passed' if p.passed else 'not_passed']}."
    names = ("expected", "pairs", "scored", "identical", "missing")
    counts = (p.expected, p.pairs, p.scored, p.identical, p.missing)
    failed = ", ".join(f"{why}: {n}" for why, n in p.errors.items()) or page.dash
    row = (*(page.number(n, 0) for n in counts), failed)
    return Part(w["pairing"], lead, tables=(Table((*(w[k] for k in names), w["errors"]), (row,)),))


def cost(page: ShadowPage) -> Part:
    """Latency, processor and errors."""
    w, c = page.words, page.record.cost
    heads = tuple(w[k] for k in ("latency", "p99", "cpu", "error_share"))
    values = tuple(page.number(v, 2) for v in (c.latency_ms, c.latency_p99_ms, c.cpu_ms))
    row = (*values, page.percent(c.error_share))
    return Part(w["cost"], "", tables=(Table(heads, (row,)),))


PARTS = (
    judged,
    rankings,
    accuracies,
    money,
    swaps,
    fairness,
    differences,
    pairing,
    cost,
)
"""In the order of the report."""
