"""What issues told of since the backup that this hub was restored from.

The send log names each issue that was let out and, by keyed hashes, what stood in it. A work that a backup does not have comes
in again under another number; by its DOI or address it is still known to those who had that issue by mail.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Table, select
from sqlmodel import Session, col

from publisher import sendlog
from publisher.database import insert_into
from publisher.library.merging import standing_for
from publisher.library.models import Work
from publisher.mail import restored
from publisher.mail.models import Address
from publisher.newsletters.models import Issue, Newsletter, Told
from publisher.tokens import Tokens

TOLD: Table = Told.__table__  # type: ignore[attr-defined]


def origin_of(newsletter: Newsletter, issue: Issue) -> str:
    """What the issue is, whatever number its row has: after a restore it is drafted again for the same occurrence."""
    if issue.occurrence is not None:
        return f"issue:{newsletter.slug}:{issue.occurrence.astimezone(UTC).isoformat()}"
    return f"issue:{newsletter.slug}:{issue.slug}:{issue.created_at.astimezone(UTC).isoformat()}"


def note(session: Session, tokens: Tokens, origin: str, work_ids: Sequence[int], *, now: datetime) -> None:
    """A line for the send log about an issue that is let out with what this session commits."""
    names = sorted({name for some in _names(session, tokens, work_ids).values() for name in some})
    if names:
        sendlog.note(session, sendlog.line("T", now, origin, ",".join(names)))


def keep(session: Session, lines: Sequence[list[str]]) -> None:
    """After a restore: what the log says about issues since the backup."""
    for _what, _when, origin, names in (parts for parts in lines if parts[0] == "T"):
        rows = [{"origin": origin, "work": name} for name in names.split(",")]
        session.execute(insert_into(session, TOLD).on_conflict_do_nothing(), rows)


def had(
    session: Session, tokens: Tokens, address_ids: Sequence[int], work_ids: Sequence[int], *, but_not: Issue
) -> dict[int, set[int]]:
    """Address to those of these works that it had before the restore, by another issue than this one."""
    if session.execute(select(TOLD.c.origin).limit(1)).first() is None:
        return {}
    brought = _brought_by(session, tokens, work_ids)
    brought.pop(origin_of(session.get_one(Newsletter, but_not.newsletter_id), but_not), None)
    if not brought:
        return {}
    found: dict[int, set[int]] = {}
    hashes = session.execute(select(col(Address.id), col(Address.hash)).where(col(Address.id).in_(address_ids))).all()
    for origin, works in brought.items():
        keys = {restored.key_of(tokens, origin, hashed, ""): address_id for address_id, hashed in hashes}
        for key in restored.states_of(session, list(keys)):
            found.setdefault(keys[key], set()).update(works)
    return found


def _brought_by(session: Session, tokens: Tokens, work_ids: Sequence[int]) -> dict[str, set[int]]:
    """Issue to those of these works that it had told of."""
    of_name: dict[str, set[int]] = {}
    for work_id, names in _names(session, tokens, work_ids).items():
        for name in names:
            of_name.setdefault(name, set()).add(work_id)
    brought: dict[str, set[int]] = {}
    for row in session.execute(select(TOLD.c.origin, TOLD.c.work).where(TOLD.c.work.in_(list(of_name)))):
        brought.setdefault(row.origin, set()).update(of_name[row.work])
    return brought


def _names(session: Session, tokens: Tokens, work_ids: Sequence[int]) -> dict[int, set[str]]:
    """Each work with the names it is known by, also those of works that were merged into it; its title where it has no other."""
    standing = {one: work for work, all_ids in standing_for(session, work_ids).items() for one in all_ids}
    names: dict[int, set[str]] = {}
    wanted = select(col(Work.id), col(Work.doi), col(Work.canonical_url), col(Work.title_key))
    for work_id, doi, url, title in session.execute(wanted.where(col(Work.id).in_(list(standing)))):
        for name in [part for part in (doi, url) if part] or ([title] if title else []):
            names.setdefault(standing[work_id], set()).add(tokens.keyed_hash("told", name))
    return names
