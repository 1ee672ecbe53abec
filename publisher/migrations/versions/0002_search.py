"""The search index: an FTS5 table on SQLite, a generated tsvector on PostgreSQL, over the same folded texts."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, body, content='search_document', content_rowid='text_id', tokenize='unicode61')",
    """CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN
         INSERT INTO search_index(rowid, title, body) VALUES (new.text_id, new.title, new.body);
       END""",
    """CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN
         INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.text_id, old.title, old.body);
       END""",
    """CREATE TRIGGER search_document_changed AFTER UPDATE ON search_document BEGIN
         INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.text_id, old.title, old.body);
         INSERT INTO search_index(rowid, title, body) VALUES (new.text_id, new.title, new.body);
       END""",
)
POSTGRESQL = (
    """ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS
         (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')) STORED""",
    "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
