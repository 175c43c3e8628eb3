"""Values of a wrong type, each in one place of the small contract."""

from tests.contract.broken import Broken

WRONG_TYPES = {
    "unknown field": Broken(
        "currency: KES",
        "curency: KES",
        "curency",
        "curency",
        "not a field of a contract here; did you mean 'currency'?",
    ),
    "unknown field inside": Broken(
        "unit: KES", "unti: KES", "unti", "tables.loans.columns.amount.unti", "mean 'unit'?"
    ),
    "unknown field of the label": Broken(
        "good: [Good]", "godo: [Good]", "godo", "label.godo", "did you mean 'good'?"
    ),
    "field missing": Broken('version: "1"\n', "", "contract: small", "version", "is missing"),
    "field missing inside": Broken(
        "    legal_basis: consent\n",
        "",
        "  history:\n",
        "sources.history.legal_basis",
        "is missing",
    ),
    "language missing": Broken(
        "{en: Small, fr: Petit, sw: Ndogo}",
        "{en: Small, sw: Ndogo}",
        "title: {en: Small",
        "title.fr",
        "is missing",
    ),
    "language empty": Broken(
        "sw: Ndogo", 'sw: ""', "title: {en: Small", "title.sw", "must not be empty"
    ),
    "number for a text": Broken(
        'version: "1"', "version: 1.0", "version", "version", "must be a text; put it in quotes"
    ),
    "text for a number": Broken(
        "range: [1, 100000]",
        "range: [1, many]",
        "many",
        "tables.loans.columns.amount.range.1",
        "must be a number",
    ),
    "half a range": Broken(
        "range: [1, 100000]",
        "range: [1]",
        "range: [1]",
        "tables.loans.columns.amount.range",
        "must have more values",
    ),
    "infinite": Broken(
        "range: [1, 100000]",
        "range: [1, .inf]",
        ".inf",
        "tables.loans.columns.amount.range.1",
        "must be a finite number",
    ),
    "text for true": Broken(
        "phone: {type: string, personal: true}",
        "phone: {type: string, personal: yes}",
        "yes",
        "tables.loans.columns.phone.personal",
        "must be true or false",
    ),
    "text for a list": Broken(
        "unique: [loan]", "unique: loan", "unique", "tables.loans.unique", "must be a list"
    ),
    "list for a mapping": Broken(
        "policy: {approve_share: 0.6, decline_share: 0.2}",
        "policy: [0.6]",
        "policy",
        "policy",
        "must be a mapping",
    ),
    "nothing": Broken(
        "method: time", "method: ~", "split:", "split.method", "must be 'time' or 'hash'"
    ),
    "unknown choice": Broken(
        "kind: events", "kind: event", "kind: event", "tables.payments.kind", "mean 'events'?"
    ),
    "unknown key role": Broken(
        "keys: {application: loan, applicant: client}",
        "keys: {application: loan, client: client}",
        "client: client",
        "tables.loans.keys.client",
        "must be 'application', 'applicant', 'branch' or 'officer'",
    ),
    "unknown operation": Broken(
        "value: {days_between: [due_on, paid_on]}",
        "value: {day_between: [due_on, paid_on]}",
        "day_between",
        "features.late.aggregate.value.day_between",
        "did you mean 'days_between'?",
    ),
    "several types": Broken(
        "value: {days_between: [due_on, paid_on]}",
        "value: [due_on]",
        "value: [due_on]",
        "features.late.aggregate.value",
        "must be a text or a mapping of names to values",
    ),
    "unknown kind of label": Broken(
        "  kind: column", "  kind: colum", "label:", "label", "one of 'column', 'performance'"
    ),
    "currency": Broken("currency: KES", "currency: ksh", "currency", "currency", "three capital"),
    "feature name": Broken(
        "  paid_ratio:\n", "  paid ratio:\n", "paid ratio:", "features.paid ratio", "only letters"
    ),
    "share above one": Broken(
        "approve_share: 0.6", "approve_share: 60", "policy", "policy.approve_share", "less than 1"
    ),
    "no value": Broken("bad: [Bad]", "bad: []", "bad: []", "label.bad", "at least one value"),
}
