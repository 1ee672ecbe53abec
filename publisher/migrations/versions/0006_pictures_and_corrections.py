"""Pictures and corrections"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: In SQL that both databases read: Alembic would copy the whole table on SQLite, and lose what hangs on it.
PICTURE = "ALTER TABLE {table} ADD COLUMN picture_id INTEGER REFERENCES media_file (id)"


def upgrade() -> None:
    op.add_column("media_file", sa.Column("alts", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("media_file", sa.Column("decorative", sa.Boolean(), nullable=True))
    op.add_column("media_file", sa.Column("source_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("media_file", sa.Column("shelved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index("ix_media_file_shelved_at", "media_file", ["shelved_at"], unique=False)
    op.add_column("identity", sa.Column("logo", sa.JSON(none_as_null=True), nullable=True))
    for table in ("work", "issue_item"):
        op.execute(PICTURE.format(table=table))
        op.create_index(f"ix_{table}_picture_id", table, ["picture_id"], unique=False)
    op.execute("ALTER TABLE issue ADD COLUMN corrects_work_id INTEGER REFERENCES work (id)")
    op.create_table(
        "issue_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("letter_issue_id", sa.Integer(), nullable=True),
        sa.Column("to_item", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"]),
        sa.ForeignKeyConstraint(["letter_issue_id"], ["issue.id"]),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("letter_issue_id"),
    )
    op.create_index("ix_issue_correction_issue_id", "issue_correction", ["issue_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
