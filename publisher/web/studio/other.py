"""Somebody who is no reader, but registered for a webinar, shared a resource or speaks: what happened, their data, erasing them."""

import json
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience.models import Person
from publisher.desk import finding, stories
from publisher.desk import person as whole
from publisher.errors import BadInput, NotFound
from publisher.mail.models import Address
from publisher.web.studio.people import PATH
from publisher.web.studio.telling import erase_text, history, letters_to
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import bookings


def show(desk: Desk, address_id: int) -> Response:
    """GET /studio/people/others/<number>"""
    address = _opened(desk, address_id)
    known = finding.known_by(desk.session, address)
    document = whole.data_of_address(desk.session, desk.house, address.email) or {}
    return desk.show(
        "people/other.html",
        "people",
        person={"id": address_id, "name": known.name, "email": address.email, "known_by": known.known_by, "suppressed": address.reason if address.suppressed else ""},
        history=history(desk, stories.story_of_address(desk.session, address)),
        bookings=bookings.of_address(desk, address),
        received=letters_to(desk, [address]),
        erase_text=erase_text(document),
    )  # fmt: skip


def erase(desk: Desk, address_id: int) -> Response:
    """POST …/erase: sure=yes. Cannot be undone."""
    address = _opened(desk, address_id)
    if not desk.form.ticked("sure"):
        raise BadInput("Tick the box if you mean it. It cannot be undone.", field="sure")
    whole.erase_address(desk.session, desk.house, address.email, desk.now)
    desk.note("erasure", "Erased somebody who is no reader.")
    return desk.go(PATH, "Erased. Nothing about them is left but counts and a fingerprint of the address.")


def data(desk: Desk, address_id: int) -> Response:
    """GET …/data.json: everything held about them."""
    document: dict[str, Any] | None = whole.data_of_address(desk.session, desk.house, _opened(desk, address_id).email)
    head = {"Content-Disposition": f'attachment; filename="somebody-{address_id}.json"'}
    return Response(json.dumps(document, ensure_ascii=False, indent=1), media_type="application/json", headers=head)


def _opened(desk: Desk, address_id: int) -> Address:
    address = desk.session.get(Address, address_id) if address_id < 2**31 else None
    reader = select(Person.id).where(col(Person.address_id) == address_id)
    if address is None or not address.email or desk.session.exec(reader).first() is not None:
        raise NotFound("Nobody is here under that number. Perhaps they were erased, or have become a reader.")
    return address
