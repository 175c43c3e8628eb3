"""``microscore fairness``: audits of fairness, and the protected attributes they need."""

import typer

from api.cli import audit, audits, protected, search

app = typer.Typer(
    help="Audit fairness; keep protected attributes apart from scoring.", no_args_is_help=True
)
app.command("audit")(audit.audit)
app.command("audit-schema")(audit.schema)
app.command("audits")(audits.audits)
app.command("audit-show")(audits.audit_show)
app.command("accept")(audits.accept)
app.command("search")(search.search)
app.command("search-schema")(search.schema)
app.command("protect-import")(protected.protect_import)
app.command("protect-inbox")(protected.protect_inbox)
app.command("protect-erase")(protected.protect_erase)
app.command("protect-log")(protected.protect_log)
app.command("protect-grants")(protected.protect_grants)
