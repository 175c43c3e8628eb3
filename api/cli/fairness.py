"""``microscore fairness``: audits of fairness, and the protected attributes they need."""

import typer

from api.cli import audit, protected

app = typer.Typer(
    help="Audit fairness; keep protected attributes apart from scoring.", no_args_is_help=True
)
app.command("audit")(audit.audit)
app.command("audit-schema")(audit.schema)
app.command("protect-import")(protected.protect_import)
app.command("protect-inbox")(protected.protect_inbox)
app.command("protect-erase")(protected.protect_erase)
app.command("protect-log")(protected.protect_log)
app.command("protect-grants")(protected.protect_grants)
