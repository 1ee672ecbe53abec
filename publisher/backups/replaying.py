"""What happened after the backup, from the send log: who was reached, who left, who complained, who was erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from publisher.audience import leaving
from publisher.database import insert_into
from publisher.desk import person as desk
from publisher.errors import Conflict
from publisher.house import House
from publisher.mail import addresses, claiming, restored
from publisher.mail.models import Address, OutboxState, Restored, Suppression
from publisher.mail.outbox import OUTBOX
from publisher.newsletters import told
from publisher.webinars import changing, quiet

#: Suppressions that say something about a person's wish or address; the others belong to a form that was being filled in.
REPLAYED = ("bounced", "complained", "undeliverable", "staff", "lifted")
PIECE = 500


def replay(
    session: Session, house: House, manifest: dict[str, Any], lines: Sequence[list[str]] | None, now: datetime
) -> dict[str, Any]:
    """Bring the restored database up to what the log knows, and hold all mail until somebody has looked."""
    mails = restored.settle(lines or ())
    for begin in range(0, len(mails), PIECE):
        part = list(mails.items())[begin : begin + PIECE]
        rows = [{"key": key, "state": state} for key, (state, _row) in part]
        session.execute(insert_into(session, restored.REACHED).on_conflict_do_nothing(), rows)
    _in_flight(session, house, mails, lines or ())
    people = _people(session, house, lines or (), now)
    states = [state for state, _row in mails.values()]
    last = max((int(parts[2]) for parts in lines or () if parts[0] in "FAN"), default=0)
    restored.give_none_again(session, last)
    told.keep(session, lines or ())
    found = {
        "backup_made_at": manifest["made_at"],
        "log_found": lines is not None,
        "accepted_since": states.count(OutboxState.ACCEPTED),
        "uncertain_since": states.count(OutboxState.UNCERTAIN),
        "last_row": last,
        **people,
    }
    made_at = datetime.fromisoformat(manifest["made_at"])
    session.add(Restored(backup_made_at=made_at, restored_at=now, findings=found))
    session.flush()
    return found


def _in_flight(session: Session, house: House, mails: dict[str, tuple[str, int]], lines: Sequence[list[str]]) -> None:
    """Rows that were on their way when the backup was made: taken or not as the log says, else in doubt."""
    refused = {parts[3] for parts in lines if parts[0] == "N"}
    ids = list(session.execute(select(OUTBOX.c.id).where(OUTBOX.c.state == OutboxState.IN_FLIGHT)).scalars())
    for row_id, name in claiming.names_of(session, ids).items():
        key = restored.key_of(house.tokens, *name)
        known = key in mails or key in refused
        state = OutboxState.QUEUED if known else OutboxState.UNCERTAIN
        values = {"state": state, "worker": None, "lease_until": None}
        session.execute(update(OUTBOX).where(OUTBOX.c.id == row_id).values(values))


def _people(session: Session, house: House, lines: Sequence[list[str]], now: datetime) -> dict[str, int]:
    """Wishes in the order in which they came. Of leaving and coming back only the last word counts, list by list."""
    counts = {"unsubscribed": 0, "cancelled": 0, "came_back": 0, "suppressed": 0, "erased": 0, "unknown_addresses": 0}
    wishes = [parts for parts in lines if parts[0] in "SUR"]
    last = {(parts[2], parts[3]): parts for parts in wishes if parts[0] in "UR"}
    unknown: set[str] = set()
    for parts in wishes:
        if parts[0] in "UR" and last[parts[2], parts[3]] is not parts:
            continue
        address = session.scalars(select(Address).where(col(Address.hash) == parts[2])).first()
        if address is None:
            unknown.add(parts[2])
        elif parts[0] == "S":
            _suppression(session, house, address, parts[3], parts[4], now, counts)
        else:
            _last_word(session, house, address, parts[0] == "U", parts[3], now, counts)
    return counts | {"unknown_addresses": len(unknown)}


def _last_word(
    session: Session, house: House, address: Address, left: bool, place: str, now: datetime, counts: dict[str, int]
) -> None:
    """Somebody left, or came back to, a list, a webinar, or the mail about one."""
    what = "unsubscribed" if left else "came_back"
    if place.startswith(quiet.WEBINAR):
        counts[what] += quiet.again(session, address, place.removeprefix(quiet.WEBINAR), muted=left, now=now)
    elif place.startswith(changing.REGISTRATION):
        slug = place.removeprefix(changing.REGISTRATION)
        counts["cancelled" if left else "came_back"] += changing.again(
            session, house, address, slug, left=left, now=now
        )
    else:
        again = leaving.leave_again if left else leaving.come_back_again
        counts[what] += again(session, address, place, now)


def _suppression(
    session: Session, house: House, address: Address, scope: str, why: str, now: datetime, counts: dict[str, int]
) -> None:
    if why == "erased":
        if address.email:
            try:
                counts["erased"] += desk.erase_address(session, house, address.email, now)
            except Conflict:  # a member of staff by now: an owner removes the account first
                addresses.suppress(session, address, Suppression.BULK, "staff", now=now)
    elif why in REPLAYED:
        if why == "lifted":
            if address.email:  # who was erased and asked for mail again has to ask once more: nobody knows the address
                addresses.lift(session, address)
        elif why == "complained":
            leaving.complaint(session, address, now)
            counts["suppressed"] += 1
        else:
            addresses.suppress(session, address, Suppression(scope), why, now=now)
            counts["suppressed"] += 1
