"""The history refuses to be changed."""

from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = """\
CREATE TRIGGER history_no_{event} BEFORE {event} ON history
BEGIN SELECT RAISE(ABORT, 'the history can only be added to'); END"""
POSTGRESQL = (
    """\
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the history can only be added to'; END $$""",
    """\
CREATE TRIGGER history_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON history
FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()""",
)


def upgrade() -> None:
    """Add the triggers."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    statements = [SQLITE.format(event=event) for event in ("update", "delete")] if is_sqlite else POSTGRESQL
    for statement in statements:
        op.execute(statement)
