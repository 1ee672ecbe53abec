"""A restore that was killed in its last step: the database is of the backup already, and its secret key is not there yet."""

from publisher.errors import Conflict
from publisher.settings import Settings

MARK = "restore.unfinished"


def refuse(settings: Settings) -> None:
    """`Conflict`, in a sentence, until the restore was run again."""
    if (settings.data_dir / MARK).exists():
        raise Conflict("A restore was cut off in its last step. Run “publisher restore” with the same backup again.")
