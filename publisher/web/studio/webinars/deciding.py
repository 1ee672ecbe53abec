"""What staff decide about registrations: let in, declined, cancelled, taken back; added by hand. Each in a transaction of its own,
so that one which cannot be does not keep the others."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput, PublisherError
from publisher.mail import addresses
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import registrations
from publisher.web.studio.webinars.finding import series_at, series_url
from publisher.webinars import approval, changing, registering
from publisher.webinars.models import Registration, RegistrationState, Series
from publisher.webinars.wishes import Wish

VERBS: dict[str, tuple[Callable[..., Any], str, str]] = {
    "approve": (approval.approve, "Let in", "let in"),
    "decline": (approval.decline, "Declined", "declined"),
    "cancel": (changing.cancel, "Cancelled", "cancelled"),
    "return": (changing.come_back, "Took back", "taken back"),
}
#: What cannot be taken back without somebody noticing is asked about first.
ASKED_ABOUT = {"decline": "Decline", "cancel": "Cancel"}
MOST = 500


def decide(desk: Desk, slug: str) -> Response:
    """POST …/registrations/decide: id (several), verb approve|decline|cancel|return; sure, where it was asked about."""
    series = series_at(desk.session, slug)
    ids, verb = _ids(desk), desk.form.one("verb")
    if verb not in VERBS:
        raise BadInput("There is nothing of that kind to be done with a registration.")
    if verb in ASKED_ABOUT and not desk.form.ticked("sure"):
        return registrations.show(desk, slug, _asking(desk, series, verb, ids))
    done, trouble = 0, Counter[str]()
    for number in ids:
        try:
            done += _do(desk, series, number, verb)
        except PublisherError as problem:
            trouble[str(problem)] += 1
    if done:
        with desk.changing() as inner:
            inner.note(f"series:{slug}", f"{VERBS[verb][1]} {words.counted(done, 'registration')}.")
    here = f"{series_url(series)}/registrations{_query(desk)}"
    return desk.go(here, _said(verb, done, trouble), "warn" if trouble else "good")


def add(desk: Desk, slug: str) -> Response:
    """POST …/registrations/add: email, name, organisation, country, language, zone, webinars, wants. Somebody asked for it: no
    question goes to the address, and the invitation comes at once."""
    series, form = series_at(desk.session, slug), desk.form
    addresses.normalise(form.one("email"))
    dates = None if series.is_single else _dates(desk, series)
    outcome = registering.register(
        desk.session,
        desk.house,
        series,
        Wish(
            email=form.one("email"),
            webinars=dates,
            name=form.one("name"),
            organisation=form.one("organisation"),
            country=form.one("country") or None,
            language=form.one("language"),
            zone=form.one("zone"),
            wants=form.one("wants", "coming"),
            source="staff",
        ),
        now=desk.now,
    )
    desk.note(f"series:{slug}", "Registered somebody.")
    said = {
        RegistrationState.REGISTERED: "They are registered, and the invitation is on its way.",
        RegistrationState.WAITING: "All places are taken: they are on the waiting list, and were told so.",
    }.get(RegistrationState(outcome.state), "It is kept.")
    if not outcome.is_new:
        said = "They were registered before; dates that were new are added, and how it stands is on its way to them."
    return desk.go(f"{series_url(series)}/registrations{_query(desk)}", said)


def _do(desk: Desk, series: Series, number: int, verb: str) -> int:
    with desk.changing() as inner:
        one = inner.session.get(Registration, number)
        if one is None or one.series_id != series.id:
            return 0
        return 0 if VERBS[verb][0](inner.session, desk.house, one, now=desk.now) is False else 1


def _ids(desk: Desk) -> list[int]:
    ids = [int(one) for one in desk.form.all("id")[:MOST] if one.isascii() and one.isdecimal() and len(one) < 10]
    if not ids:
        raise BadInput("Tick the ones you mean first.")
    return ids


def _asking(desk: Desk, series: Series, verb: str, ids: list[int]) -> dict[str, Any]:
    """What it would do, in numbers, before it is done."""
    mine = (col(Registration.series_id) == series.id, col(Registration.id).in_(ids))
    rows = desk.session.exec(select(Registration.state, func.count()).where(*mine).group_by(col(Registration.state)))
    states = {RegistrationState(state): int(number) for state, number in rows}
    placed = states.get(RegistrationState.REGISTERED, 0)
    asked = states.get(RegistrationState.ASKED, 0) + states.get(RegistrationState.WAITING, 0)
    unsure = states.get(RegistrationState.PENDING, 0)
    total = placed + asked + unsure
    parts = [_each(placed, "has a place", "have a place", "a mail that takes it from their calendars")]
    if verb == "decline":
        parts.append(_each(asked, "waits", "wait", "a mail that says no"))
        parts.append(
            f"{words.counted(unsure, 'address', 'addresses')} that never confirmed, without a mail" if unsure else ""
        )
    elif rest := asked + unsure:
        parts.append(f"{words.figure(rest)} without a place, without a mail")
    gone = len(ids) - total
    parts += [f"{words.figure(gone)} of them have left or were declined already" if gone else ""]
    said = "; ".join(part for part in parts if part)
    waiting = _waiting(desk, series) if placed and series.capacity is not None else 0
    tail = f" Whoever waits moves up: {words.figure(waiting)} on the waiting list." if waiting else ""
    return {
        "verb": verb,
        "ids": ids,
        "button": f"{ASKED_ABOUT[verb]} {words.counted(total, 'registration')}" if total else "",
        "text": f"{said[:1].upper()}{said[1:]}.{tail}",
    }  # fmt: skip


def _each(number: int, one: str, several: str, mail: str) -> str:
    """“3 people who wait get a mail that says no”."""
    if not number:
        return ""
    return (
        f"1 person who {one} gets {mail}" if number == 1 else f"{words.figure(number)} people who {several} get {mail}"
    )


def _waiting(desk: Desk, series: Series) -> int:
    which = (col(Registration.series_id) == series.id, col(Registration.state) == RegistrationState.WAITING)
    return int(desk.session.exec(select(func.count()).select_from(Registration).where(*which)).one())


def _said(verb: str, done: int, trouble: Counter[str]) -> str:
    said = f"{words.counted(done, 'registration').capitalize()} {VERBS[verb][2]}." if done or not trouble else ""
    rest = [f"{words.figure(number)} not: {why}" for why, number in trouble.most_common(2)]
    return " ".join([said, *rest]).strip()


def _dates(desk: Desk, series: Series) -> tuple[int, ...] | None:
    """The ticked ones; all of them mean the whole series, also dates that are added later."""
    given = tuple(int(one) for one in desk.form.all("webinars") if one.isascii() and one.isdecimal() and len(one) < 10)
    return None if desk.form.ticked("whole") else given


def _query(desk: Desk) -> str:
    query = desk.page.request.url.query
    return f"?{query}" if query else ""
