"""People: who reads, found by list, state or a rule; one by name or address; all of them as a file."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response, StreamingResponse
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from publisher.audience import exporting, lists, segments
from publisher.audience.models import Person, Subscription, SubscriptionState
from publisher.desk import finding
from publisher.desk.finding import Found, Other
from publisher.errors import BadInput
from publisher.languages import country_name, language_name
from publisher.mail.models import Address
from publisher.web.public.paging import shown_page
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/people"
PER_PAGE = 50
STATES = {
    "active": "Active",
    "pending": "Not confirmed",
    "unsubscribed": "Left",
    "bounced": "Bounced",
    "complained": "Complained",
    "paused": "Paused",
    "suppressed": "Suppressed",
}


def index(desk: Desk) -> Response:
    """GET /studio/people?list=&state=&rule=&page="""
    chosen = _chosen(desk)
    problem, where = "", None
    try:
        where = _where(desk, chosen)
    except BadInput as error:
        problem = str(error)
    number = shown_page(desk.page.request)
    total, found = (0, []) if problem else _page(desk.session, where, PER_PAGE, (number - 1) * PER_PAGE)
    pairs = list(chosen.items())
    return _drawn(
        desk,
        found,
        sentence=words.counted(total, "person", "people").capitalize() if not problem else "Nobody yet",
        chosen=_chips(desk, chosen),
        menus=_menus(desk, chosen),
        clear_url=PATH,
        rule=chosen.get("rule", ""),
        rule_error=problem,
        keep={name: value for name, value in chosen.items() if name != "rule"},
        pages=words.pages(PATH, pairs, number, total, PER_PAGE),
        export_url=f"{PATH}/export.csv?{urlencode(pairs)}" if pairs else f"{PATH}/export.csv",
    )


def find(desk: Desk) -> Response:
    """POST /studio/people: q. By POST, so that no address of ours holds somebody's address."""
    typed = desk.form.one("q")[:200]
    if not typed:
        return desk.go(PATH)
    found = finding.find(desk.session, desk.house, typed, limit=PER_PAGE)
    if only := _only(found):
        return desk.go(only)
    number = len(found.people) + len(found.others)
    return _drawn(
        desk,
        found.people,
        q=typed,
        others=[_other(one) for one in found.others],
        told=_told(desk, found),
        sentence=f"{words.counted(number, 'person', 'people').capitalize()} with “{typed}”",
        clear_url=PATH,
    )


def _only(found: Found) -> str:
    """The page of the one it can only be; empty where there is a choice, or something to be said first."""
    if found.erased_at or found.moved or len(found.people) + len(found.others) != 1:
        return ""
    return f"{PATH}/{found.people[0][0].id}" if found.people else f"{PATH}/others/{found.others[0].address.id}"


def _told(desk: Desk, found: Found) -> dict[str, str] | None:
    """What there is to say of an address that nobody has any more."""
    if found.erased_at:
        text = f"Whoever had this address was erased {desk.in_words(found.erased_at)}. Nothing about them is left but a fingerprint of the address, so that no import brings them back. They can sign up again themselves."
        return {"text": text, "url": ""}
    if found.moved:
        text = f"{found.moved.name or 'A reader'} had this address and has moved to another one."
        return {"text": text, "url": f"{PATH}/{found.moved.id}"}
    return None


def _other(one: Other) -> dict[str, Any]:
    return {
        "url": f"{PATH}/others/{one.address.id}",
        "name": one.name,
        "email": one.address.email,
        "facts": [one.known_by],
    }


def export(desk: Desk) -> Response:
    """GET /studio/people/export.csv, under the same filters."""
    where = _where(desk, _chosen(desk))
    database = desk.house.database

    def lines() -> Iterator[str]:
        with database.reading() as session:
            yield from exporting.export(session, where=where)

    head = {"Content-Disposition": 'attachment; filename="people.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=head)


def state_of(desk: Desk, person: Person, address: Address, states: Sequence[str]) -> tuple[str, str]:
    """How it stands with a person: a state, and its word."""
    if address.suppressed:
        return (
            address.reason if address.reason in ("bounced", "complained") else "suppressed"
        ), address.reason.capitalize()
    if person.paused_until and person.paused_until > desk.now:
        return "paused", "Paused"
    state = next((s for s in SubscriptionState if s in states and s in ("active", "pending")), None)
    state = state or next((s for s in SubscriptionState if s in states), None)
    return (state.value, STATES[state.value]) if state else ("", "On no list")


def _drawn(desk: Desk, found: Sequence[tuple[Person, Address]], **context: Any) -> Response:
    """The page; what a search does not have is empty."""
    readers = desk.session.exec(
        select(func.count(func.distinct(col(Subscription.person_id)))).where(col(Subscription.state) == "active")
    ).one()
    states = _states(desk.session, [person.id or 0 for person, _ in found])
    blank: dict[str, Any] = {
        "q": "",
        "others": [],
        "told": None,
        "chosen": [],
        "menus": [],
        "rule": "",
        "rule_error": "",
        "keep": {},
        "export_url": f"{PATH}/export.csv",
    }
    blank["pages"] = {"previous_url": "", "next_url": "", "text": ""}
    return desk.show(
        "people/list.html",
        "people",
        state_text=words.counted(int(readers), "reader").capitalize(),
        segment_words=", ".join(segments.WORDS),
        people=[_row(desk, person, address, states.get(person.id or 0, ())) for person, address in found],
        **(blank | context),
    )


def _row(desk: Desk, person: Person, address: Address, states: Sequence[str]) -> dict[str, Any]:
    state, label = state_of(desk, person, address, states)
    return {
        "url": f"{PATH}/{person.id}",
        "name": person.name,
        "email": address.email,
        "facts": [
            ", ".join(language_name(code, "en") for code in person.languages.split(",")[:2]),
            country_name(person.country, "en") if person.country else "",
        ],
        "state": state,
        "state_label": label,
        "moment": desk.moment(person.created_at),
    }


def _page(
    session: Session, where: ColumnElement[bool] | None, limit: int, offset: int
) -> tuple[int, list[tuple[Person, Address]]]:
    wanted = (
        select(Person, Address).join(Address, col(Address.id) == col(Person.address_id)).where(col(Address.email) != "")
    )
    count = select(func.count()).select_from(Person).join(Address, col(Address.id) == col(Person.address_id))
    count = count.where(col(Address.email) != "")
    if where is not None:
        wanted, count = wanted.where(where), count.where(where)
    rows = session.exec(wanted.order_by(col(Person.id).desc()).limit(limit).offset(offset))
    return int(session.exec(count).one()), [(row[0], row[1]) for row in rows]


def _states(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(Subscription.person_id, Subscription.state).where(col(Subscription.person_id).in_(ids))
    )
    for person_id, state in rows:
        found.setdefault(person_id, []).append(state)
    return found


def _chosen(desk: Desk) -> dict[str, str]:
    asked = {name: desk.asked(name)[:2000] for name in ("list", "state", "rule")}
    if asked["state"] not in STATES:
        asked["state"] = ""
    return {name: value for name, value in asked.items() if value}


def _where(desk: Desk, chosen: dict[str, str]) -> ColumnElement[bool] | None:
    """The filters as one rule: a list with its state, and what was typed."""
    slug, state = chosen.get("list", ""), chosen.get("state", "")
    parts: list[str] = []
    if slug:
        of_list = state if state in ("active", "pending", "unsubscribed", "bounced", "complained") else ""
        parts.append(f'list:"{slug}{"/" + of_list if of_list else ""}"')
        state = "" if of_list else state
    if state:
        parts.append(f"state:{state}")
    if rule := chosen.get("rule", ""):
        segments.parse(rule)  # so that a mistake is counted from the beginning of what was typed
        parts.append(f"({rule})")
    return segments.condition(desk.session, " and ".join(parts), now=desk.now) if parts else None


def _chips(desk: Desk, chosen: dict[str, str]) -> list[dict[str, str]]:
    names = {row.slug: row.name for row in lists.every(desk.session, archived=True)}
    said = {"list": names.get(chosen.get("list", "")), "state": STATES.get(chosen.get("state", ""), "").lower()}
    return [
        {"label": said.get(name) or value, "remove_url": _at({**chosen, name: ""})} for name, value in chosen.items()
    ]


def _menus(desk: Desk, chosen: dict[str, str]) -> list[dict[str, Any]]:
    numbers = lists.counts(desk.session, now=desk.now)
    on = [
        {"label": row.name, "url": _at({**chosen, "list": row.slug}), "current": chosen.get("list") == row.slug,
         "count_text": words.figure(numbers[row.id or 0].active)}
        for row in lists.every(desk.session)
    ]  # fmt: skip
    states = [
        {
            "label": label,
            "url": _at({**chosen, "state": state}),
            "current": chosen.get("state") == state,
            "count_text": "",
        }
        for state, label in STATES.items()
    ]
    return [{"label": "List", "options": on}, {"label": "State", "options": states}]


def _at(chosen: dict[str, str]) -> str:
    kept = [(name, value) for name, value in chosen.items() if value]
    return f"{PATH}?{urlencode(kept)}" if kept else PATH
