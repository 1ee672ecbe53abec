"""One person: what they get, what happened, and what staff may do on their behalf."""

import json
from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience import leaving, lists, moving, preferences
from publisher.audience import people as persons
from publisher.audience.models import Consent, MailingList, Person, Subscription, SubscriptionState
from publisher.audience.preferences import Changes, Visit
from publisher.desk import person as whole
from publisher.desk import stories
from publisher.desk.whose import addresses_of
from publisher.errors import BadInput, NotFound
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.web.studio import words
from publisher.web.studio.people import PATH, STATES, state_of
from publisher.web.studio.telling import erase_text, history, letters_to
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import bookings

ENDED = {
    "bounced": "Mail to the address came back, so nothing is sent there.",
    "complained": "They complained, so nothing is sent there but what they ask for.",
    "undeliverable": "Mail cannot be delivered there, so nothing is sent.",
    "staff": "Somebody at this desk stopped all newsletters to the address.",
}


def show(desk: Desk, person_id: int) -> Response:
    """GET /studio/people/<id>"""
    person, address = _opened(desk, person_id)
    here, data = f"{PATH}/{person_id}", whole.data_of(desk.session, desk.house, person)
    mine, agreed = persons.subscriptions(desk.session, person), _agreed(desk, person)
    state, label = state_of(desk, person, address, [row.state for row, _ in mine])
    paused = person.paused_until if person.paused_until and person.paused_until > desk.now else None
    spoken = [*person.languages.split(","), "", "", ""]
    interests = persons.interests(desk.session, person)
    values: dict[str, Any] = {
        "name": person.name,
        "zone": person.zone,
        "country": person.country or "",
        **{f"language_{n}": spoken[n - 1] for n in (1, 2, 3)},
        **{facet: [key for f, key in interests if f == facet] for facet in ("topic", "sector", "audience")},
        "place": [f"{facet}:{key}" for facet, key in interests if facet in ("country", "region")],
    }
    not_on = [row for row in lists.every(desk.session) if row.id not in {m.id for s, m in mine if s.state == "active"}]
    return desk.show(
        "people/person.html",
        "people",
        person={
            "id": person_id,
            "name": person.name,
            "email": address.email,
            "address_state": state,
            "address_text": label,
            "state_text": ENDED.get(address.reason, "") if address.suppressed else (f"Until {desk.in_words(paused)}" if paused else ""),
            "paused": paused is not None,
            "suppressed": bool(address.suppressed),
        },
        subscriptions=[_subscription(desk, row, mailing_list, agreed.get(mailing_list.id)) for row, mailing_list in mine],
        history=history(desk, stories.story(desk.session, person)),
        bookings=bookings.of_address(desk, address),
        received=letters_to(desk, addresses_of(desk.session, person)),
        form=desk.filled(values, here, {"languages": "language_1", "interests": "topic"}),
        join_form=desk.filled({"list": "", "consent": ""}, f"{here}/join"),
        join_lists=[(row.slug, row.name) for row in not_on],
        move_form=desk.filled({"email": ""}, f"{here}/address"),
        country_options=[("", "not known"), *words.countries()],
        topics=words.vocabulary(desk.session, "topic"),
        sectors=words.vocabulary(desk.session, "sector"),
        audiences=words.vocabulary(desk.session, "audience"),
        places=words.chosen_first(words.places(desk.session), values["place"]),
        zones=words.zones(),
        language_options=words.language_options(*spoken, empty="nothing else"),
        erase_text=erase_text(data),
    )  # fmt: skip


def save(desk: Desk, person_id: int) -> Response:
    """POST /studio/people/<id>: name, zone, country, languages, interests; as they would on their own page."""
    person, _ = _opened(desk, person_id)
    form = desk.form
    pairs = {(facet, key) for facet in ("topic", "sector", "audience") for key in form.all(facet)}
    pairs |= {(facet, key) for facet, _, key in (value.partition(":") for value in form.all("place"))}
    changes = Changes(
        name=form.one("name"),
        languages=tuple(code for n in (1, 2, 3) if (code := form.one(f"language_{n}"))),
        zone=form.one("zone", "UTC"),
        country=form.one("country"),
        interests=frozenset(pairs),
    )
    preferences.change(desk.session, desk.house, Visit(person, fresh=False), changes, desk.now)
    return _done(desk, person_id, "Changed what they chose, on their behalf.", "Saved.")


def pause(desk: Desk, person_id: int) -> Response:
    """POST …/pause: weeks; 0 ends a pause."""
    person, _ = _opened(desk, person_id)
    weeks = desk.form.one("weeks", "4")
    number = int(weeks) if weeks.isdecimal() and len(weeks) < 3 else 4
    preferences.pause(desk.session, person, desk.now + timedelta(weeks=number) if number else None, desk.now)
    said = f"No newsletters for {words.counted(number, 'week')}." if number else "Newsletters come again."
    return _done(
        desk, person_id, f"Paused for {words.counted(number, 'week')}." if number else "Ended the pause.", said
    )


def leave(desk: Desk, person_id: int) -> Response:
    """POST …/subscription: list; they are told by mail, with a way back."""
    person, _ = _opened(desk, person_id)
    row = lists.get(desk.session, desk.form.one("list"))
    leaving.leave(desk.session, desk.house, person, [row], desk.now, "staff")
    return _done(desk, person_id, f"Ended {row.name}.", f"They are off {row.name}, and were told by mail.")


def join(desk: Desk, person_id: int) -> Response:
    """POST …/join: list, consent (how they agreed)."""
    person, _ = _opened(desk, person_id)
    row = lists.get(desk.session, desk.form.one("list"))
    lists.add_member(desk.session, row, person, how_they_agreed=desk.form.one("consent"), now=desk.now)
    return _done(desk, person_id, f"Put them on {row.name}.", f"They are on {row.name}.")


def move(desk: Desk, person_id: int) -> Response:
    """POST …/address: email. The new address is asked by mail; nothing moves before it says yes."""
    person, _ = _opened(desk, person_id)
    moving.ask(desk.session, desk.house, Visit(person, fresh=True), desk.form.one("email"), desk.now)
    return _done(
        desk, person_id, "Asked a new address.", "The new address was asked by mail. Nothing moves before it confirms."
    )


def suppress(desk: Desk, person_id: int) -> Response:
    """POST …/suppress: verb stop|lift."""
    _, address = _opened(desk, person_id)
    if desk.form.one("verb") == "lift":
        addresses.lift(desk.session, address)
        return _done(desk, person_id, "Let mail go there again.", "Mail goes there again.")
    addresses.suppress(desk.session, address, Suppression.BULK, "staff", now=desk.now)
    return _done(
        desk, person_id, "Stopped all newsletters to the address.", "No newsletters go there, also what is planned."
    )


def erase(desk: Desk, person_id: int) -> Response:
    """POST …/erase: sure=yes. Cannot be undone."""
    person, _ = _opened(desk, person_id)
    if not desk.form.ticked("sure"):
        raise BadInput("Tick the box if you mean it. It cannot be undone.", field="sure")
    whole.erase(desk.session, desk.house, person, desk.now)
    desk.note(f"person:{person_id}", "Erased a person.")
    return desk.go(PATH, "Erased. Nothing about them is left but counts and a fingerprint of the address.")


def data(desk: Desk, person_id: int) -> Response:
    """GET …/data.json: everything held about them."""
    person, _ = _opened(desk, person_id)
    text = json.dumps(whole.data_of(desk.session, desk.house, person), ensure_ascii=False, indent=1)
    head = {"Content-Disposition": f'attachment; filename="person-{person_id}.json"'}
    return Response(text, media_type="application/json", headers=head)


def _opened(desk: Desk, person_id: int) -> tuple[Person, Address]:
    person = desk.session.get(Person, person_id)
    address = desk.session.get(Address, person.address_id) if person else None
    if person is None or address is None or not address.email:
        raise NotFound("Nobody is here under that number. Perhaps they were erased.")
    return person, address


def _done(desk: Desk, person_id: int, noted: str, said: str) -> Response:
    desk.note(f"person:{person_id}", noted)
    return desk.go(f"{PATH}/{person_id}", said)


def _agreed(desk: Desk, person: Person) -> dict[int | None, Consent]:
    """The last consent to each list."""
    said = select(Consent).where(col(Consent.person_id) == person.id).order_by(col(Consent.id))
    return {one.list_id: one for one in desk.session.exec(said)}


def _subscription(desk: Desk, row: Subscription, mailing_list: MailingList, consent: Consent | None) -> dict[str, Any]:
    return {
        "list": mailing_list.slug,
        "title": mailing_list.name,
        "state": row.state,
        "state_label": STATES[row.state],
        "since": desk.moment(row.ended_at or row.active_since or row.created_at),
        "consent_text": f"Agreed: “{consent.wording}”" if consent and consent.wording else "",
        "can_end": row.state in (SubscriptionState.ACTIVE, SubscriptionState.PENDING),
    }
