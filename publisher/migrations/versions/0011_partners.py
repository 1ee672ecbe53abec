"""Partners who agreed to be named"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "share", sa.Column("naming", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
