"""The operator's letter: one when something stays bad, one when it is well again, never a storm.

The row is the truth: `Trouble` says since when, and whether that was told. The row changes and its letters are written in one transaction,
so a kill in between leaves neither, and two processes that look at once write one letter. Owners of the hub get it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, update
from sqlmodel import Session, col, select

from publisher.database import insert_into
from publisher.desk.models import Trouble
from publisher.desk.vital import Sign, examine
from publisher.house import House
from publisher.languages import moment_in_words
from publisher.mail.identities import hub
from publisher.mail.models import Identity
from publisher.mail.post import post
from publisher.staff import accounts, roles
from publisher.staff.models import Member

WELL_FOR = timedelta(minutes=15)
"""So long something must be well before that is told."""
BETWEEN = timedelta(hours=6)
"""Between two letters about the beginning of the same trouble."""
_TROUBLE: Table = Trouble.__table__  # type: ignore[attr-defined]
WELL = {
    "timetable": "The timetable ticks again.",
    "mail": "Mail leaves again.",
    "disk": "There is room on the disk again.",
    "backup": "There is a fresh backup.",
}


def watch(house: House, now: datetime, *, ticking: bool) -> list[str]:
    """Look, note what changed, and write what is to be told; the keys of what was told. Harmless to call at any time.

    `ticking`: the timetable itself calls, which therefore runs.
    """
    with house.database.session() as session:
        if session.exec(select(Identity.id).limit(1)).first() is None:
            return []
        signs = _one_each(examine(session, house, now, ticking=ticking).signs)
        _note(session, signs, now)
        return [*_tell_of_bad(session, house, signs, now), *_tell_of_well(session, house, now)]


def troubles(session: Session) -> list[Trouble]:
    """What is wrong at this moment, the oldest first."""
    wrong = select(Trouble).where(col(Trouble.since).is_not(None)).order_by(col(Trouble.since), col(Trouble.key))
    return list(session.exec(wrong))


def is_own_hub(session: Session) -> bool:
    """Whether this hub is somebody's own, and not the demo: that has staff of its own."""
    return session.exec(select(Member.id).where(col(Member.is_demo).is_(True)).limit(1)).first() is None


def _one_each(signs: Iterable[Sign]) -> dict[str, Sign]:
    found: dict[str, Sign] = {}
    for sign in signs:
        if sign.key not in found or sign.level == "bad":
            found[sign.key] = sign
    return found


def _note(session: Session, signs: dict[str, Sign], now: datetime) -> None:
    """What turned bad begins an episode, or goes on with one that had not been well for long; what is gone is well from now on."""
    for key, sign in signs.items():
        fresh = {"key": key, "episode": 0, "sentence": ""}
        session.execute(insert_into(session, _TROUBLE).values(**fresh).on_conflict_do_nothing())
        row = _TROUBLE.c.key == key
        begins = {"since": now, "told_at": None, "episode": _TROUBLE.c.episode + 1}
        session.execute(update(_TROUBLE).where(row, _TROUBLE.c.since.is_(None)).values(**begins))
        session.execute(update(_TROUBLE).where(row).values(sentence=sign.sentence, well_since=None))
    gone = (_TROUBLE.c.since.is_not(None), _TROUBLE.c.well_since.is_(None), _TROUBLE.c.key.not_in(list(signs)))
    session.execute(update(_TROUBLE).where(*gone).values(well_since=now))


def _tell_of_bad(session: Session, house: House, signs: dict[str, Sign], now: datetime) -> list[str]:
    own = is_own_hub(session)
    told = []
    for row in troubles(session):
        sign = signs.get(row.key)
        if (
            sign is None
            or row.told_at
            or row.since is None
            or now - row.since < sign.patience
            or (sign.own_hub_only and not own)
        ):
            continue
        if row.last_told_at is not None and now - row.last_told_at < BETWEEN:
            continue
        if _take(session, row, now, told_at=now, last_told_at=now):
            _write(session, house, row, "Something needs you", [sign.sentence, _since(row.since)], "bad", now)
            told.append(row.key)
    return told


def _tell_of_well(session: Session, house: House, now: datetime) -> list[str]:
    """The end of an episode; it is told only where its beginning was."""
    told = []
    for row in troubles(session):
        if row.well_since is None or now - row.well_since < WELL_FOR:
            continue
        before, since, until, said = row.told_at, row.since, row.well_since, row.sentence
        if (
            _take(session, row, now, since=None, well_since=None, told_at=None)
            and before is not None
            and since is not None
        ):
            lasted = f"It was so from {_moment(since)} to {_moment(until)}: {said}"
            _write(
                session, house, row, "All is well again", [WELL.get(row.key, "That is mended."), lasted], "well", now
            )
            told.append(row.key)
    return told


def _take(session: Session, row: Trouble, now: datetime, **values: datetime | None) -> bool:
    """Change the row as it was seen; False where somebody else has been here before."""
    seen = (
        _TROUBLE.c.key == row.key,
        _TROUBLE.c.episode == row.episode,
        _same("told_at", row.told_at),
        _same("since", row.since),
    )
    return session.execute(update(_TROUBLE).where(*seen).values(**values).returning(_TROUBLE.c.key)).first() is not None


def _same(name: str, value: datetime | None) -> ColumnElement[bool]:
    column = _TROUBLE.c[name]
    return column.is_(None) if value is None else column == value


def _write(
    session: Session, house: House, row: Trouble, title: str, paragraphs: list[str], what: str, now: datetime
) -> None:
    name = hub(session).name
    for member in roles.owners(session):
        post(
            session,
            house,
            kind="notice",
            to=accounts.address_of(session, member),
            language="en",
            context={
                "title": f"{name}: {title[:1].lower()}{title[1:]}",
                "paragraphs": paragraphs,
                "button_label": "Open the doctor’s page",
                "why": "You get this because you are an owner of this hub. There is one letter when something stays wrong, and one when it is well.",
            },
            values={"action": house.settings.url("/studio/doctor"), "name": member.name},
            occasion=f"operator:{row.key}:{row.episode}:{what}",
            now=now,
            to_name=member.name,
            zone=member.zone,
        )  # fmt: skip


def _since(since: datetime) -> str:
    return f"It has been so since {_moment(since)}."


def _moment(moment: datetime) -> str:
    return moment_in_words(moment, "UTC", "en")
