"""Staff: invitations that can be sent anew, the desk letter; readers found by folded names"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from publisher.languages import folded

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_member") as table:
        table.add_column(sa.Column("invited_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        table.add_column(sa.Column("letter_hour", sa.Integer(), nullable=True))
        table.add_column(sa.Column("letter_day", sa.Date(), nullable=True))
    op.execute("UPDATE staff_member SET letter_hour = 7 WHERE role <> 'viewer'")
    op.create_index(op.f("ix_trail_who"), "trail", ["who"])
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=sa.text("''"))
        )
    _fold_names()


def _fold_names() -> None:
    """Names that are there already, a thousand at a time."""
    connection, last = op.get_bind(), 0
    person = sa.table("person", sa.column("id"), sa.column("name"), sa.column("folded"))
    while rows := connection.execute(
        sa.select(person.c.id, person.c.name)
        .where(person.c.id > last, person.c.name != "")
        .order_by(person.c.id)
        .limit(1000)
    ).all():
        last = rows[-1].id
        connection.execute(
            person.update().where(person.c.id == sa.bindparam("which")).values(folded=sa.bindparam("text")),
            [{"which": row.id, "text": f" {folded(row.name)}"} for row in rows],
        )


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
