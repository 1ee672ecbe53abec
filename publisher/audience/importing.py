"""Importing readers from a table: streamed, in bulk, and never against anybody's will.

Nobody comes back by an import: who left, complained, bounced, was suppressed or erased is skipped, with the reason. What
readers set themselves is not overwritten: an import fills what is empty, and adds lists.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from sqlmodel import Session

from publisher.audience import columns, lists
from publisher.audience.columns import Reader, Refused
from publisher.audience.models import MailingList
from publisher.audience.taking_in import Known, TakingIn
from publisher.errors import BadInput
from publisher.house import House

AT_ONCE = 1000
FORMATS = ("auto", "csv")


@dataclass
class Imported:
    """What became of the rows; `rows` is the sum of the four counts. `errors` also names what was left out of a row."""

    format: str = "csv"
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, email: str, reason: str) -> None:
        self.skipped += 1
        self.note(row, email, reason)

    def note(self, row: int, email: str, reason: str) -> None:
        self.errors.append({"row": row, "email": email, "reason": reason})

    def as_json(self) -> dict[str, Any]:
        """As the contract of `subscribers import` has it."""
        return {
            "format": self.format,
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "errors": self.errors,
        }


def import_file(
    session: Session,
    house: House,
    file: BinaryIO,
    *,
    now: datetime,
    mailing_list: MailingList | None = None,
    consent: str | None = None,
    dry_run: bool = False,
    file_format: str = "auto",
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Take in a table of readers. With `consent` (how they agreed) new ones are active at once and get no mail; without,
    they are pending and get a confirmation. `dry_run`: everything is done and taken back. `progress` hears of each part.

    `BadInput` where the table, its format, or the list it is for cannot be used.
    """
    if file_format not in FORMATS:
        raise BadInput(f"“{file_format}” is not a format that can be imported. Use auto or csv.")
    target = mailing_list or _only_list(session)
    if target is not None and target.archived:
        raise BadInput(f"The list “{target.slug}” is archived.")
    result = Imported()
    attempt = session.begin_nested()
    try:
        taking = TakingIn(session, house, now, (consent or "").strip(), target)
        rows = columns.read(session, file)
        while part := list(islice(rows, AT_ONCE)):
            _take_part(taking, part, result)
            if progress is not None:
                progress(result.rows)
    except BaseException:
        attempt.rollback()
        raise
    if dry_run:
        attempt.rollback()
        session.expire_all()
    else:
        attempt.commit()
    return result


def _take_part(taking: TakingIn, part: list[Reader | Refused], result: Imported) -> None:
    result.rows += len(part)
    readers: dict[str, Reader] = {}
    for row in part:
        if isinstance(row, Refused):
            result.refuse(row.row, row.email, row.reason)
        elif row.normalised in readers:
            result.unchanged += 1
            result.note(row.row, row.email, f"The same address is in row {readers[row.normalised].row}.")
        else:
            readers[row.normalised] = row
    for reader, outcome in taking.take(list(readers.values())):
        for note in reader.notes:
            result.note(reader.row, reader.email, note)
        _count(result, reader, outcome)


def _count(result: Imported, reader: Reader, outcome: Known) -> None:
    if outcome.refused and not outcome.changed:
        result.refuse(reader.row, reader.email, outcome.refused)
        return
    if outcome.refused:
        result.note(reader.row, reader.email, outcome.refused)
    if outcome.is_new:
        result.created += 1
    elif outcome.changed:
        result.updated += 1
    else:
        result.unchanged += 1


def _only_list(session: Session) -> MailingList | None:
    """Where nobody says which list, and there is but one, it is that; else the table must have a column “lists”."""
    every = lists.every(session)
    return every[0] if len(every) == 1 else None
