"""The demo's webinars, made by the same verbs that staff and registrants use, at moments that have passed.

What happened is a line of happenings in the order of time. Between them goes out what was due: reminders, updates, follow-ups.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

from sqlmodel import Session, col, func, select

from publisher.audience import lists
from publisher.demo import content, gatherings, meetings, posted
from publisher.demo.gatherings import Date, Question, Registration, Webinar
from publisher.house import House
from publisher.languages import LANGUAGES
from publisher.mail.building import Builder
from publisher.webinars import (
    announcing,
    changing,
    mailings,
    preparing,
    programme,
    questions,
    registering,
    scheduling,
    shelf,
    wishes,
)
from publisher.webinars.models import Mailing
from publisher.webinars.models import Question as Asked
from publisher.webinars.models import Registration as Registered
from publisher.webinars.models import Webinar as Held

#: A moderator looks at a question this long after it was asked.
MODERATED_AFTER = timedelta(minutes=35)
#: Nothing happened in the last minutes before the demo was filled.
LATEST = timedelta(minutes=12)


class Deed(Protocol):
    def __call__(self, session: Session, house: House, /, *, at: datetime) -> object: ...


@dataclass(frozen=True)
class Happening:
    """Something that somebody did, and when."""

    at: datetime
    do: Deed


def install(house: House, *, now: datetime) -> None:
    """All of it at once: for a hub that has no other history to tell in between."""
    happen(house, until=now, now=now)


def happen(house: House, *, until: datetime, now: datetime, since: datetime | None = None) -> None:
    """Let happen what had happened by `until`, and not by `since` yet, in the order of history; and what went out meanwhile.

    `now`: the demo's today. In transactions of its own, since letters to many are planned in theirs.
    """
    builder = Builder(house.settings, house.tokens)
    coming = deque(one for one in history(now) if (since is None or one.at > since) and one.at <= until)
    while coming:
        _send_due(house, builder, coming[0].at, today=now)
        with house.database.session() as session:
            _together(session, house, coming)
            posted.deliver(session, house, builder, today=now)
    if until == now:
        preparing.remind_missing(house, now - LATEST)
    _send_due(house, builder, until, today=now)


def move(session: Session, house: House, *, now: datetime) -> None:
    """The hub answers under another address: the shelf says the new one."""
    for slug in gatherings.slugs():
        series = programme.by_slug(session, slug)
        shelf.put_many(session, house, series, programme.webinars_of(session, series), now=now)


def history(now: datetime) -> list[Happening]:
    """Everything that happened before `now`, in order."""
    return sorted((one for about in gatherings.webinars() for one in _about(about, now)), key=lambda one: one.at)


def _together(session: Session, house: House, coming: deque[Happening]) -> None:
    """What happens until a letter to many is due: one transaction."""
    while coming:
        one = coming.popleft()
        one.do(session, house, at=one.at)
        if coming and (due := _next_due(session)) is not None and due <= coming[0].at:
            return


def _next_due(session: Session) -> datetime | None:
    return session.exec(select(func.min(Mailing.due_at)).where(col(Mailing.state) == "waiting")).one()


def _send_due(house: House, builder: Builder, until: datetime, *, today: datetime) -> None:
    """Send what was due by then, each at its own moment."""
    sent: datetime | None = None
    while True:
        with house.database.session() as session:
            posted.deliver(session, house, builder, today=today)
            due = _next_due(session)
        if due is None or due > until or due == sent:
            return
        mailings.plan_due(house, due)
        sent = due


def _about(about: Webinar, now: datetime) -> Iterator[Happening]:
    begins = about.announced(now)
    yield Happening(begins, partial(meetings.found, about=about, now=now))
    yield Happening(begins + timedelta(minutes=9), partial(meetings.invite, about=about))
    if about.announce is not None:
        yield Happening(about.announced_to_list(now), partial(_announce, about=about))
    for one in about.registrations:
        yield Happening(one.at(now), partial(_register, about=about, one=one))
        if one.away is not None:
            later = timedelta(days=one.days_ago - one.away["days_ago"])
            yield Happening(one.at(now) + later, partial(_opt_out, about=about, one=one))
    for said in about.asked:
        yield from _asked(about, said, now)
    for date in about.dates:
        yield from _became(about, date, now)


def _asked(about: Webinar, said: Question, now: datetime) -> Iterator[Happening]:
    date = about.dates[said.date - 1]
    at = date.starts(now) - timedelta(days=said.days_before, minutes=50 + len(said.text))
    asked = min(at, now - LATEST - MODERATED_AFTER)
    yield Happening(asked, partial(_ask, about=about, said=said))
    if said.state != "new":
        yield Happening(asked + MODERATED_AFTER, partial(_moderate, said=said))
    if said.votes:
        yield Happening(min(date.starts(now), now) - LATEST, partial(_vote, about=about, said=said))
    if said.answer:
        yield Happening(date.after(now, 1) + timedelta(hours=2), partial(_answer, said=said))


def _became(about: Webinar, date: Date, now: datetime) -> Iterator[Happening]:
    """What became of a date: it was held and followed up, moved, or called off."""
    if date.moved is not None:
        yield Happening(date.told(date.moved, now), partial(_move, about=about, date=date, now=now))
    if date.called_off is not None:
        yield Happening(date.told(date.called_off, now), partial(_call_off, about=about, date=date))
    over = date.starts(now) + timedelta(minutes=about.minutes + 70)
    if over < now:
        yield Happening(over, partial(meetings.count, about=about, date=date))
    if date.recording is not None:
        yield Happening(date.after(now, 1), partial(meetings.keep, about=about, date=date, now=now))
    if date.follow_up is not None:
        yield Happening(date.after(now, 2), partial(meetings.follow_up, about=about, date=date))
        yield Happening(date.after(now, 3), partial(meetings.hear, about=about, date=date))


def _announce(session: Session, house: House, /, *, about: Webinar, at: datetime) -> None:
    assert about.announce is not None
    series = programme.by_slug(session, about.slug)
    announcing.announce(session, house, series, lists.get(session, about.announce["list"]), by=_editor(), now=at)


def _register(session: Session, house: House, /, *, about: Webinar, one: Registration, at: datetime) -> None:
    who = gatherings.everybody()[one.email]
    wish = wishes.Wish(
        email=one.email,
        name=who.name,
        organisation=one.organisation or who.organisation,
        country=who.country,
        language=next((one for one in who.languages if one in LANGUAGES), "en"),  # of the page they were on
        zone=who.zone,
        answers=one.answers,
        wants=one.wants,
        reminded_by=one.reminded_by,
        source="demo",
        recording_notice=meetings.NOTICE if about.is_recorded else "",
    )
    registering.register(session, house, programme.by_slug(session, about.slug), wish, now=at)


def _opt_out(session: Session, house: House, /, *, about: Webinar, one: Registration, at: datetime) -> None:
    assert one.away is not None
    registration = meetings.registered(session, about)[one.email]
    changing.opt_out(session, house, registration, meetings.held(session, about, one.away["date"]), now=at)


def _move(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime, now: datetime) -> None:
    assert date.moved is not None
    webinar, note = meetings.held(session, about, date.number), date.moved["note"]
    starts, minutes = date.moved_to(now), date.moved["minutes"]
    scheduling.reschedule(session, house, webinar, starts=starts, minutes=minutes, note=note, now=at, by=_editor())


def _call_off(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime) -> None:
    assert date.called_off is not None
    webinar = meetings.held(session, about, date.number)
    scheduling.cancel(session, house, webinar, note=date.called_off["note"], now=at, by=_editor())


def _ask(session: Session, _house: House, /, *, about: Webinar, said: Question, at: datetime) -> None:
    registration = meetings.registered(session, about)[said.by]
    webinar: Held = meetings.held(session, about, said.date)
    questions.ask(session, registration, webinar, said.text, now=at, is_anonymous=not said.named)


def _vote(session: Session, _house: House, /, *, about: Webinar, said: Question, at: datetime) -> None:
    """As many as it says, the same ones every time, of those who come; nobody votes for their own."""
    chance = Random(said.text)  # noqa: S311  # people, not secrets
    here = meetings.registered(session, about)
    others = (one for one in about.registrations if one.email != said.by and not one.is_away(said.date))
    willing: list[Registered] = [here[one.email] for one in others]
    question = _question(session, said)
    for registration in chance.sample(willing, said.votes):
        questions.vote(session, registration, question)


def _moderate(session: Session, _house: House, /, *, said: Question, at: datetime) -> None:
    questions.moderate(session, _question(session, said), "hidden" if said.state == "hidden" else "shown")


def _answer(session: Session, _house: House, /, *, said: Question, at: datetime) -> None:
    question = _question(session, said)
    questions.answer(session, question, said.answer, said.answered_by, now=at)
    questions.publish(session, question)


def _question(session: Session, said: Question) -> Asked:
    return session.exec(select(Asked).where(col(Asked.text) == said.text)).one()


def _editor() -> str:
    return content.hub().staff[1].email
