"""Broken rules that span several fields, each in one place of the small contract."""

from tests.contract.broken import Broken

AMOUNT = "column: loans.amount"
VALUE = "value: {days_between: [due_on, paid_on]}"
BIRTH = "measure: birth_date"
BANDS = "bands: [25, 35]"
METHOD = "categories: [cash, wallet]"

BROKEN_RULES = {
    "two application tables": Broken(
        "kind: protected", "kind: applications", "tables:", "tables",
        "exactly one table of kind 'applications', has 2",
    ),
    "key column": Broken(
        "keys: {application: loan, applicant: client}", "keys: {application: laon}", "laon",
        "tables.loans.keys.application", "column 'laon' is not in this table",
    ),
    "unique column": Broken(
        "unique: [loan]", "unique: [lon]", "[lon]", "tables.loans.unique", "column 'lon'"
    ),
    "no key to join by": Broken(
        "    kind: protected\n    keys: {applicant: client}",
        "    kind: protected\n    keys: {branch: client}",
        "keys: {branch: client}",
        "tables.persons.keys",
        "needs an application or applicant key",
    ),
    "events without knowledge time": Broken(
        "    known_at: posted_at\n", "", "  payments:\n", "tables.payments", "postings would leak"
    ),
    "knowledge time of another type": Broken(
        "known_at: posted_at", "known_at: paid", "known_at", "tables.payments.known_at",
        "must name a date",
    ),
    "category without categories": Broken(
        "type: category, categories: [cash, wallet]", "type: category", "method: {",
        "tables.payments.columns.method", "categories are needed",
    ),
    "category twice": Broken(
        METHOD, "categories: [cash, wallet, cash]", "wallet, cash]",
        "tables.payments.columns.method.categories", "'cash' stands twice",
    ),
    "range upside down": Broken(
        "[1, 100000]", "[9, 1]", "[9, 1]", "tables.loans.columns.amount.range",
        "the lowest value comes first",
    ),
    "range of a date": Broken(
        "due_on: {type: date}", "due_on: {type: date, range: [1, 2]}", "due_on: {",
        "tables.payments.columns.due_on.range", "only numbers have a range",
    ),
    "format of a number": Broken(
        "paid: {type: number}", "paid: {type: number, format: '%d'}", "'%d'",
        "tables.payments.columns.paid.format", "only dates have a format",
    ),
    "time zone": Broken(
        "Africa/Nairobi", "Nairobi", "timezone", "timezone", "not a known IANA time zone"
    ),
    "time of application": Broken(
        "as_of: asked_at", "as_of: amount", "as_of", "as_of", "date or datetime column of 'loans'"
    ),
    "label column": Broken(
        "column: outcome", "column: result", "result", "label.column", "'result' is not in 'loans'"
    ),
    "label value": Broken(
        "bad: [Bad]", "bad: [Bda]", "Bda", "label.bad", "'Bda' is not a category of 'outcome'"
    ),
    "label both ways": Broken(
        "bad: [Bad]", "bad: [Bad, Good]", "bad: [", "label.bad", "both good and bad"
    ),
    "unknown source": Broken(
        "source: application\n    " + AMOUNT, "source: aplication\n    " + AMOUNT,
        "aplication", "features.amount.source", "'aplication' is not in sources",
    ),
    "two origins": Broken(
        AMOUNT, AMOUNT + "\n    formula: {sum: [late]}", "  amount:\n", "features.amount",
        "exactly one of column, aggregate, calendar and formula",
    ),
    "unknown column": Broken(
        AMOUNT, "column: loans.amout", "amout", "features.amount.column", "not a table.column"
    ),
    "label as a feature": Broken(
        AMOUNT, "column: loans.outcome", "loans.outcome", "features.amount.column", "is the label"
    ),
    "key as a feature": Broken(
        AMOUNT, "column: loans.client", "loans.client", "features.amount.column", "is a key"
    ),
    "personal data as a feature": Broken(
        AMOUNT, "column: loans.phone", "loans.phone", "features.amount.column", "is personal data"
    ),
    "overwritten as a feature": Broken(
        AMOUNT, "column: loans.balance", "loans.balance", "features.amount.column", "overwritten"
    ),
    "protected table as a feature": Broken(
        AMOUNT, "column: persons.sex", "persons.sex\n    act", "features.amount.column",
        "is a protected attribute; never a feature",
    ),
    "event column as a feature": Broken(
        AMOUNT, "column: payments.paid", "payments.paid", "features.amount.column", "kind events"
    ),
    "date as a feature": Broken(
        AMOUNT, "column: loans.lent_on", "loans.lent_on", "features.amount.column", "type date"
    ),
    "range of a column's feature": Broken(
        AMOUNT, AMOUNT + "\n    range: [1, 2]", "range: [1, 2]", "features.amount.range",
        "stands with the column",
    ),
    "order of a category": Broken(
        "loans.purpose", "loans.purpose\n    monotone: increasing",
        "increasing\n    title: {en: Purpose", "features.purpose.monotone", "has no order",
    ),
    "aggregate of no events": Broken(
        "{table: payments, function: mean", "{table: persons, function: mean", "table: persons",
        "features.late.aggregate.table", "'persons' is not an events table",
    ),
    "aggregate without value": Broken(
        ", " + VALUE, "", "function: mean", "features.late.aggregate.value", "by every function but"
    ),
    "one date between": Broken(
        VALUE, "value: {days_between: [due_on]}", "[due_on]}", "features.late.aggregate.value",
        "takes two columns",
    ),
    "days between numbers": Broken(
        VALUE, "value: {days_between: [due_on, paid]}", "[due_on, paid]",
        "features.late.aggregate.value", "column 'paid' is a number",
    ),
    "filter by no column": Broken(
        "where: {method: cash}", "where: {methode: cash}", "methode",
        "features.paid_cash.aggregate.where",
        "column 'methode' is not in 'payments'",
    ),
    "filter by no category": Broken(
        "where: {method: cash}", "where: {method: coins}", "coins",
        "features.paid_cash.aggregate.where.method", "'coins' is not a category",
    ),
    "formula of a formula": Broken(
        "{ratio: [paid_cash, amount]}", "{ratio: [paid_ratio, amount]}", "paid_ratio, am",
        "features.paid_ratio.formula", "'paid_ratio' is not an input feature",
    ),
    "formula of a category": Broken(
        "{ratio: [paid_cash, amount]}", "{sum: [purpose, amount]}", "{sum: ",
        "features.paid_ratio.formula", "'purpose' is a category",
    ),
    "formula of three": Broken(
        "{ratio: [paid_cash, amount]}", "{ratio: [late, paid_cash, amount]}", "{ratio: ",
        "features.paid_ratio.formula", "ratio takes two features",
    ),
    "without a reason": Broken(
        "features: [amount, purpose]", "features: [amount]", "  purpose:\n", "features.purpose",
        "nobody could be told of it",
    ),
    "two reasons": Broken(
        "[late, paid_cash, paid_ratio]", "[late, paid_cash, paid_ratio, amount]", "ratio, amount]",
        "reasons.HISTORY.features", "'amount' stands in two reasons",
    ),
    "reason of nothing": Broken(
        "[amount, purpose]", "[amount, purpose, term]", "term]", "reasons.LOAN.features", "'term'"
    ),
    "protected column": Broken(
        "column: persons.sex", "column: persons.gender", "persons.gender", "protected.sex.column",
        "'persons.gender' is not a table.column",
    ),
    "protected among events": Broken(
        "column: persons.sex", "column: payments.method", "payments.method", "protected.sex.column",
        "no one value for an application",
    ),
    "group of no code": Broken(
        "groups: {F: female, M: male}", "groups: {W: female, M: male}", "W: female",
        "protected.sex.groups.W", "is not a category of that column",
    ),
    "reference group": Broken(
        "reference: male", "reference: men", "reference: men", "protected.sex.reference",
        "'men' is not one of the groups",
    ),
    "reference band": Broken(
        "reference: 25-34", "reference: 25-35", "25-35", "protected.age.reference",
        "must be one of 'under 25', '25-34', '35 and over'",
    ),
    "bands upside down": Broken(
        BANDS, "bands: [35, 25]", "bands: [35", "protected.age.bands", "each above the one before"
    ),
    "age without bands": Broken(
        "    bands: [25, 35]\n", "", "  age:\n", "protected.age.bands", "an age needs bands"
    ),
    "age of another type": Broken(
        BIRTH, "measure: years", "persons.born", "protected.age.column", "does not hold years"
    ),
    "shares above one": Broken(
        "decline_share: 0.2", "decline_share: 0.5", "policy:", "policy", "together exceed 1"
    ),
    "nothing to train on": Broken(
        "split: {method: time}", "split: {method: time, test: 0.9}", "split:", "split",
        "leave nothing to train on",
    ),
    "terms name no feature": Broken(
        "policy: {app", "terms: {amount: amuont}\n\npolicy: {app", "amuont", "terms.amount",
        "'amuont' is not a feature",
    ),
    "terms name a category": Broken(
        "policy: {app", "terms: {rate: purpose}\n\npolicy: {app", "terms: {", "terms.rate",
        "'purpose' is not a number",
    ),
    "terms from events": Broken(
        "policy: {app", "terms: {collateral: late}\n\npolicy: {app", "terms: {",
        "terms.collateral", "stands in the application",
    ),
    "one feature as two terms": Broken(
        "policy: {app", "terms: {amount: amount, rate: amount}\n\npolicy: {app", "terms: {",
        "terms.rate", "'amount' is the amount already",
    ),
    "propensity column": Broken(
        "  column: outcome\n", "  column: outcome\n  propensity: chance\n", "chance",
        "label.propensity", "column 'chance' is not in 'loans'",
    ),
    "propensity of another type": Broken(
        "  column: outcome\n", "  column: outcome\n  propensity: purpose\n", "propensity",
        "label.propensity", "a probability is a number",
    ),
    "propensity without a range": Broken(
        "  column: outcome\n", "  column: outcome\n  propensity: amount\n", "propensity",
        "label.propensity", "needs a range within 0 and 1",
    ),
    "capacity without an instalment": Broken(
        "policy: {app", "policy: {capacity: {income: amount, at_most: 0.4, "
        "text: {en: a, fr: b, sw: c}}, app", "capacity", "policy.capacity",
        "needs terms.instalment, or an annuity",
    ),
    "capacity of no feature": Broken(
        "policy: {app", "policy: {capacity: {income: incme, at_most: 0.4, "
        "text: {en: a, fr: b, sw: c}}, app", "incme", "policy.capacity.income",
        "'incme' is not a feature",
    ),
    "capacity of a category": Broken(
        "policy: {app", "policy: {capacity: {income: purpose, at_most: 0.4, "
        "text: {en: a, fr: b, sw: c}}, app", "capacity", "policy.capacity.income",
        "'purpose' is not a number",
    ),
    "annuity without a term": Broken(
        "policy: {app", "terms: {amount: amount}\n\npolicy: {capacity: {income: amount, "
        "at_most: 0.4, annuity: {rate: 0.2}, text: {en: a, fr: b, sw: c}}, app", "annuity",
        "policy.capacity.annuity", "needs terms.amount and terms.term",
    ),
}  # fmt: skip
