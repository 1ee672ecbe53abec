"""When this hub was last backed up: a small file in the data folder, written once a backup has been read back and found whole."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publisher.house import House

NAME = "last_backup.json"
#: A backup that is older is a warning.
OLD = timedelta(days=8)


@dataclass(frozen=True)
class LastBackup:
    """`made_at`: None where there never was one. `warning`: a sentence where it is missing or old, else empty. `file`: where it went."""

    made_at: datetime | None
    warning: str
    file: str = ""


def note_backup(data_dir: Path, made_at: datetime, file: Path) -> None:
    """Remember that a whole backup was made."""
    beside = data_dir / f"{NAME}.new"
    beside.write_text(json.dumps({"made_at": made_at.isoformat(), "file": str(file)}), encoding="utf-8")
    beside.replace(data_dir / NAME)


def last_backup(house: House, now: datetime) -> LastBackup:
    """Whether the backup of this hub is old or missing."""
    try:
        kept = json.loads((house.settings.data_dir / NAME).read_text(encoding="utf-8"))
        made_at, file = datetime.fromisoformat(kept["made_at"]), str(kept["file"])
    except (OSError, ValueError, KeyError, TypeError):
        return LastBackup(None, "This hub was never backed up. “publisher backup FILE” does it.")
    if now - made_at > OLD:
        return LastBackup(made_at, f"The last backup is {(now - made_at).days} days old.", file)
    return LastBackup(made_at, "", file)
