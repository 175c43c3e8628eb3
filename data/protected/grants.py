"""Grants on PostgreSQL: the audit role may read and write, the scoring role may do nothing."""

from sqlalchemy import Connection, text

from data.errors import ProtectedError
from data.protected.tables import SCHEMA, VERSIONS, access_log, fingerprints, statements

_GRANTS = {
    statements.name: "SELECT, INSERT, UPDATE, DELETE",
    access_log.name: "SELECT, INSERT",
    fingerprints.name: "SELECT, INSERT",
    VERSIONS: "SELECT",
}
"""What the audit role needs, by table: the log of accesses only grows."""

_REACHES = """
SELECT has_schema_privilege(:role, :schema, 'USAGE')
    OR has_schema_privilege(:role, :schema, 'CREATE')
    OR EXISTS (
        SELECT FROM pg_class c
        WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND (
            has_table_privilege(
                :role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege(:role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            OR pg_has_role(:role, c.relowner, 'MEMBER')))
    OR pg_has_role(:role, :audit, 'MEMBER')
"""


def secure(connection: Connection, scoring_role: str, audit_role: str) -> None:
    """Grant ``audit_role`` what audits need and take everything from ``scoring_role``.

    Run as the owner of the schema. It ends with the proof: raises ProtectedError, and changes
    nothing, when ``scoring_role`` could still reach a table, as a superuser, as its owner or
    through a role that it may become, and when the database is not PostgreSQL.
    """
    if connection.dialect.name != "postgresql":
        raise ProtectedError("only PostgreSQL has roles; a SQLite file is kept apart by its folder")
    for role in (scoring_role, audit_role):
        known = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
        if not connection.execute(known, {"role": role}).scalar():
            raise ProtectedError("a role does not exist in this database; create both roles first")
    quote = connection.dialect.identifier_preparer.quote
    shut, audit = f"{quote(scoring_role)}, PUBLIC", quote(audit_role)
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {shut}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {shut}")
    run(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} REVOKE ALL ON TABLES FROM {shut}")
    run(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {audit}")
    for table, rights in _GRANTS.items():
        run(f"REVOKE ALL ON {SCHEMA}.{table} FROM {audit}")
        run(f"GRANT {rights} ON {SCHEMA}.{table} TO {audit}")
    names = {"role": scoring_role, "schema": SCHEMA, "audit": audit_role}
    if connection.execute(text(_REACHES), names).scalar():
        raise ProtectedError(
            f"the role {scoring_role} can still reach protected attributes: it is a superuser, "
            "an owner or a member of a role that may"
        )
