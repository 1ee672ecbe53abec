"""What issues had told of before a restore"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("work", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "work"),
    )
    op.create_index("ix_told_work", "told", ["work"])


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
