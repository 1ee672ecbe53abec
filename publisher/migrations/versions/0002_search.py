"""The search index: an FTS5 table on SQLite, generated tsvectors on PostgreSQL, over the same folded texts."""

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
    "INSERT INTO search_index(search_index) VALUES ('rebuild')",  # what was there before the index
)
POSTGRESQL = (
    """ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS
         (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')) STORED""",
    # Apart and small, so that whether a word is in a title is known without fetching the whole vector.
    """ALTER TABLE search_document ADD COLUMN title_vector tsvector
         GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED""",
    # What a search needs to know of the work, so that only those of the page itself are fetched.
    "ALTER TABLE search_document ADD COLUMN state text, ADD COLUMN published_on date",
    """CREATE FUNCTION search_document_from_work() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         SELECT work.state, work.published_on INTO new.state, new.published_on FROM work WHERE work.id = new.work_id;
         RETURN new;
       END $$""",
    """CREATE TRIGGER search_document_added BEFORE INSERT ON search_document
         FOR EACH ROW EXECUTE FUNCTION search_document_from_work()""",
    """CREATE FUNCTION work_to_search_document() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE search_document SET state = new.state, published_on = new.published_on WHERE work_id = new.id;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER work_changed AFTER UPDATE OF state, published_on ON work FOR EACH ROW
         WHEN ((old.state, old.published_on) IS DISTINCT FROM (new.state, new.published_on))
         EXECUTE FUNCTION work_to_search_document()""",
    """UPDATE search_document SET state = work.state, published_on = work.published_on
         FROM work WHERE work.id = search_document.work_id""",
    "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("Publisher does not go back; restore a backup instead.")
