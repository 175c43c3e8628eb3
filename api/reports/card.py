"""The model card and data sheet of a version, written from its bundle and its kept audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal, format_percent

from api.reports import card_elsewhere
from api.reports.card_readiness import finding, title
from api.reports.card_words import METRICS, WORDS, CardLanguage
from api.reports.document import Document, Grid, Section
from api.reports.words import WORDS as AUDIT_WORDS
from api.reports.writing import DASH
from data.contract import PerformanceLabel
from data.contract_loading import contract_hash
from data.store.audits import AuditEntry
from scoring.bundle import Bundle

Estimate = Mapping[str, float | None]
_SHARES = {"mean_pd", "observed_rate", "ece"}


@dataclass(frozen=True)
class Card:
    """What a card tells of: a version, its bundle and the fairness audits that were kept of it."""

    version: str
    bundle: Bundle
    audits: Sequence[AuditEntry]
    language: CardLanguage

    def document(self) -> Document:
        """The card in one language."""
        w = self.words
        sections = [
            Section(w["purpose"], (w["purpose_1"],)),
            Section(w["not_for"], (w["not_for_1"], w["not_for_2"])),
            Section(w["bad"], facts=self._bad()),
            self._data(),
            self._metrics(),
            self._calibration(),
            card_elsewhere.section(
                self, self.bundle.calibration.kind, "bag" in self.bundle.lineage, self.told
            ),
            self._groups(),
            self._sources(),
            self._robustness(),
            self._limits(),
            Section(w["appeal"], (w["appeal_1"],)),
            self._origin(),
        ]
        title = f"{self.bundle.contract.title.in_language(self.language)} · {self.version}"
        return Document(self.language, w["title"], title, sections, w["foot"])

    @property
    def words(self) -> dict[str, str]:
        """All fixed words."""
        return WORDS[self.language]

    @property
    def told(self) -> Mapping[str, Any]:
        """The bundle's metrics."""
        return self.bundle.metrics

    def number(self, value: float | None, digits: int = 3) -> str:
        """A number as the language writes it."""
        if value is None:
            return DASH
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, format=pattern, locale=self.language))

    def share(self, value: float | None) -> str:
        """A share in percent."""
        if value is None:
            return DASH
        return str(format_percent(value, format="#,##0.0 %", locale=self.language))

    def span(self, estimate: Estimate, *, share: bool = False) -> str:
        """A value and its interval."""
        tell = self.share if share else self.number
        low, high = tell(estimate["low"]), tell(estimate["high"])
        return f"{tell(estimate['value'])} [{low}; {high}]"

    def _bad(self) -> tuple[tuple[str, str], ...]:
        label, w = self.bundle.contract.label, self.words
        if not isinstance(label, PerformanceLabel):
            return ((w["bad"], w["column_label"].format(label.column)),)
        definition = label.definition
        return (
            (w["days_past_due"], str(definition.days_past_due)),
            (w["window"], str(definition.window_days)),
        )

    def _data(self) -> Section:
        w, split = self.words, self.told.get("split", {})
        parts = [name for name in ("train", "calibration", "test") if name in split]
        rows = tuple(
            (
                w[name],
                self.number(split[name]["rows"], 0),
                self.number(split[name]["bads"], 0),
                split[name].get("from", DASH),
                split[name].get("to", DASH),
            )
            for name in parts
        )
        grids = [Grid((w["part"], w["rows"], w["bads"], w["from"], w["to"]), rows)]
        if ready := self.told.get("readiness"):
            checks = tuple(
                (title(c, self.language), w[c["level"]], finding(c, self.language)) for c in ready
            )
            grids.append(Grid((w["check"], w["level"], w["finding"]), checks, w["readiness"]))
        said = [w[f"split_{split['method']}"]] if split else []
        if split.get("open_at_test"):
            said.append(w["open_at_test"].format(self.number(split["open_at_test"], 0)))
        return Section(w["data"], tuple(said), grids=tuple(grids))

    def _metrics(self) -> Section:
        w = self.words
        columns = {
            w["model"]: self.told.get("test"),
            w["logistic"]: self.told.get("baselines", {}).get("logistic"),
            w["returning"]: self.told.get("returning"),
        }
        there = {name: report for name, report in columns.items() if report}
        rows = tuple(
            (title, *(self._cell(report, name) for report in there.values()))
            for name, title in METRICS[self.language].items()
            if any(name in report for report in there.values())
        )
        grid = Grid((w["metric"], *there), rows)
        return Section(w["metrics"], (w["metrics_1"],), grids=(grid,))

    def _cell(self, report: Mapping[str, Estimate], name: str) -> str:
        return self.span(report[name], share=name in _SHARES) if name in report else DASH

    def _calibration(self) -> Section:
        w, rules, detail = self.words, self.bundle.rules, self.told.get("detail", {})
        rows = tuple(
            (
                str(band["name"]),
                self.number(band["rows"], 0),
                self.share(band["mean_pd"]),
                self.span(band["rate"], share=True),
            )
            for band in detail.get("bands", ())
        )
        facts = [
            (w["approve_below"], self.share(rules.approve_below)),
            (w["decline_from"], self.share(rules.decline_from)),
        ]
        if cut := detail.get("cut_offs", {}).get("decline"):
            facts.append((w["recall"], self.span(cut["recall"], share=True)))
        grid = Grid((w["band"], w["rows"], w["predicted"], w["observed"]), rows, w["calibrated"])
        return Section(w["cut_off"], facts=tuple(facts), grids=(grid,))

    def _groups(self) -> Section:
        w = self.words
        if not self.audits:
            return Section(w["groups"], (w["groups_none"],))
        told = AUDIT_WORDS[self.language]
        rows = tuple(
            (a.profile, told[a.verdict], a.made_at.date().isoformat()) for a in self.audits
        )
        return Section(w["groups"], grids=(Grid((w["profile"], w["verdict"], w["on"]), rows),))

    def _sources(self) -> Section:
        w, contract = self.words, self.bundle.contract
        basis = {"contract": w["contract_basis"]}
        sheet = tuple(
            (
                s.title.in_language(self.language),
                s.purpose.in_language(self.language),
                basis.get(s.legal_basis) or w[s.legal_basis],
                self.number(s.retention_days, 0),
            )
            for s in contract.sources.values()
        )
        without = tuple(
            (
                contract.sources[name].title.in_language(self.language),
                self.share(one["given"]),
                self.span(one["auc"]),
                self.span(one["lift"]),
                self.share(one["ece"]["value"]),
                self.share(one["approval_rate"]["value"]),
            )
            for name, one in self.told.get("without", {}).items()
        )
        heads = ("source", "given", "auc_without", "lift", "ece_without", "approved_without")
        grids = [Grid((w["source"], w["source_purpose"], w["basis"], w["retention"]), sheet)]
        if without:
            grids.append(Grid(tuple(w[h] for h in heads), without))
        return Section(w["sources"], grids=tuple(grids))

    def _robustness(self) -> Section:
        w, report = self.words, self.told.get("robustness")
        if not report:
            return Section(w["robust"])
        moved = sorted(report["small_changes"].items(), key=lambda kv: -kv[1]["log_odds"])
        small = tuple(
            (self._title(n), self.number(m["log_odds"]), self.share(m["recommendations_changed"]))
            for n, m in moved
        )
        bent = {self._title(n): b for n, b in report["unverified"].items()}
        if report["all"]:
            bent[w["all_fields"]] = report["all"]
        gains = tuple(
            (n, self.number(b["points"], 1), self.share(b["approved_of_refused"]))
            for n, b in bent.items()
        )
        grids = [Grid((w["field"], w["moved"], w["flipped"]), small)]
        if gains:
            heads = (w["field"], w["points"], w["approved_of_refused"])
            grids.append(Grid(heads, gains, w["unverified"]))
        titles = [
            self.bundle.contract.protected[name].title.in_language(self.language)
            for name in report["protected"]
        ]
        said = [w["robust_1"], *([w["protected"].format(", ".join(titles))] if titles else [])]
        return Section(w["robust"], tuple(said), grids=tuple(grids))

    def _title(self, name: str) -> str:
        return self.bundle.contract.features[name].title.in_language(self.language)

    def _limits(self) -> Section:
        w, lineage = self.words, self.bundle.lineage
        said = [w["limits_1"], w["limits_2"]]
        if "reproducible" in lineage:
            said.append(w["distributed"])
        if rejects := lineage.get("reject_inference"):
            said.append(w["rejects"].format(self.number(rejects["factor"], 1)))
        if vouched := lineage.get("vouched"):
            said.append(w["vouched"].format(", ".join(vouched)))
        return Section(w["limits"], tuple(said))

    def _origin(self) -> Section:
        w, lineage, contract = self.words, self.bundle.lineage, self.bundle.contract
        facts = (
            (w["version"], self.version),
            (w["contract"], f"{contract.contract} {contract.version}"),
            (w["contract_hash"], contract_hash(contract)),
            (w["policy"], self.bundle.rules.policy_version),
            (w["method"], f"{lineage.get('shape', DASH)}, {lineage.get('rounds', DASH)}"),
            (w["imbalance"], str(lineage.get("imbalance", DASH))),
            (w["seed"], str(lineage.get("seed", DASH))),
            (
                w["repeatable"],
                w["not_repeatable" if "reproducible" in lineage else "is_repeatable"],
            ),
        )
        files = tuple((n, str(h)) for n, h in dict(lineage.get("data", {})).items())
        releases = tuple((n, str(v)) for n, v in dict(lineage.get("versions", {})).items())
        grids = (Grid((w["file"], w["sha"]), files), Grid((w["library"], w["release"]), releases))
        return Section(w["origin"], facts=facts, grids=tuple(g for g in grids if g.rows))
