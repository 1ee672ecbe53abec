"""Is everything as it should be? Each look at the hub is one finding in plain words, with what to do where something is not.

Nothing is changed and nothing is mailed, and no finding keeps anybody from sending. What the network is asked is asked all at
once, outside of any transaction, with a short deadline; the answers are kept with their time, for pages.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from sqlmodel import Session

from publisher.desk.doctor import outside
from publisher.desk.doctor.findings import Finding, Level, from_json
from publisher.desk.doctor.hub import hub
from publisher.desk.doctor.letters import templates
from publisher.desk.doctor.machine import machine
from publisher.desk.doctor.outside import Outside
from publisher.desk.models import DoctorLook
from publisher.errors import PublisherError
from publisher.house import House
from publisher.mail.identities import MAILBOX, default_relay

__all__ = ["Finding", "Level", "at_home", "before_sending", "last_look", "look", "renew"]

ALTOGETHER = 20.0
"""Seconds for everything that the network is asked."""
RENEWED = timedelta(days=1)
"""How old a look may become before the timetable looks again."""
THE_ROW = 1
#: What would be held against a mail, in the order of the summary before it goes out.
BEFORE_SENDING = (
    "sender",
    "relay",
    "TLS",
    "SPF",
    "DKIM",
    "DMARC",
    "address",
    "clock",
    "templates",
    "disk",
    "schema",
    "secret key",
)

_ASKED: tuple[tuple[str, Callable[[Outside, datetime], Iterator[Finding]]], ...] = (
    ("relay", outside.relay),
    ("SPF, DKIM, DMARC", outside.belief),
    ("address", outside.address),
    ("clock", outside.clock),
)


def look(house: House, now: datetime) -> list[Finding]:
    """Everything, the network included, and keep it. Manages its own transactions: none is open while others are asked."""
    with house.database.reading() as session:
        home = at_home(session, house, now)
        try:
            asked = outside.prepare(session, house)
        except PublisherError:  # said by the look at the senders
            return home
    findings = [*home, *abroad(asked, now)]
    with house.database.session() as session:
        row = session.get(DoctorLook, THE_ROW) or DoctorLook(id=THE_ROW, at=now)
        row.at, row.findings = now, [one.as_json() for one in findings]
        session.merge(row)
    return findings


def at_home(session: Session, house: House, now: datetime) -> list[Finding]:
    """What can be seen without asking anybody."""
    return [*machine(session, house, now), *hub(session, now), *templates(house)]


def abroad(asked: Outside, now: datetime, *, seconds: float = ALTOGETHER) -> list[Finding]:
    """What others answer; who has not answered in time is said to be silent, and not waited for."""
    pool = ThreadPoolExecutor(max_workers=len(_ASKED), thread_name_prefix="doctor")
    try:
        running = [(name, pool.submit(lambda ask=ask: list(ask(asked, now)))) for name, ask in _ASKED]  # type: ignore[misc]
        wait([future for _, future in running], timeout=seconds)
        return [finding for name, future in running for finding in _answer(name, future)]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def last_look(session: Session) -> tuple[datetime, list[Finding]] | None:
    """When everything was last looked at, and what was found."""
    row = session.get(DoctorLook, THE_ROW)
    return None if row is None else (row.at, [from_json(one) for one in row.findings])


def renew(house: House, now: datetime) -> bool:
    """For the timetable: look again where a look has grown old. The first is somebody's own wish: a hub that nobody has asked
    about speaks to no servers. Whether it looked."""
    with house.database.reading() as session:
        kept = last_look(session)
    if kept is None or now - kept[0] < RENEWED:
        return False
    look(house, now)
    return True


def before_sending(session: Session, house: House, now: datetime) -> list[str]:
    """What to know before a mail goes to many, a sentence each; empty where all is well or nothing leaves this machine."""
    if default_relay(session).url == MAILBOX:
        return []
    kept = last_look(session)
    home = at_home(session, house, now)
    fresh = {one.check for one in home}
    findings = [*home, *(one for one in (kept[1] if kept else []) if one.check not in fresh)]
    wrong = [one for one in findings if one.level != "good" and one.check in BEFORE_SENDING]
    wrong.sort(key=lambda one: BEFORE_SENDING.index(one.check))
    said = [f"{one.message} {one.advice}".strip() for one in wrong if one.check != "sender" or one.level == "bad"]
    if kept is None:
        said.append("Nobody has looked yet whether receivers will believe mail from here. Press “Look now” under Doctor in the settings.")  # fmt: skip
    return said


def _answer(name: str, future: "Future[list[Finding]]") -> list[Finding]:
    if not future.done():
        return [Finding(name, "warn", f"Nobody answered in time about {name}.", "Look again in a while.")]
    try:
        return future.result()
    except Exception as problem:  # a look that fails must not hide what the others saw
        said = (
            str(problem)
            if isinstance(problem, PublisherError)
            else f"This could not be looked at ({type(problem).__name__})."
        )
        return [Finding(name, "warn", said, "Look again in a while.")]
