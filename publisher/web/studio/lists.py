"""Lists: what people can sign up for, and cohorts whose members staff invite."""

import io
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience import importing, lists
from publisher.audience.lists import ListCount
from publisher.audience.models import MailingList
from publisher.audience.spreadsheets import line_of
from publisher.errors import BadInput
from publisher.languages import LANGUAGES
from publisher.mail.models import Identity
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/people/lists"


def show(desk: Desk) -> Response:
    """GET /studio/people/lists"""
    numbers = lists.counts(desk.session, now=desk.now)
    rows = lists.every(desk.session, archived=True)
    identities = list(desk.session.exec(select(Identity).order_by(col(Identity.id))))
    blank = {
        "slug": "",
        "name": "",
        "about": "",
        "kind": "open",
        "identity": str(identities[0].id) if identities else "",
    }
    return desk.show(
        "people/lists.html",
        "people",
        lists=[
            _line(desk, row, numbers.get(row.id or 0, ListCount())) for row in sorted(rows, key=lambda r: r.archived)
        ],
        new_form=desk.filled({**blank, "count_clicks": False}, PATH, {"description": "about"}, verb="add"),
        identities=[(str(row.id), f"{row.from_name} <{row.from_address}>") for row in identities],
        languages=[(code, name) for code, name in LANGUAGES.items() if code != "en"],
    )


def save(desk: Desk) -> Response:
    """POST /studio/people/lists: slug; verb add|save|archive|reopen|invite."""
    form, verb, slug = desk.form, desk.form.one("verb"), desk.form.one("slug")
    if verb == "add":
        identity = _identity(desk)
        row = lists.add(
            desk.session, slug, form.one("name"), now=desk.now, kind=form.one("kind", "open"), identity=identity,
            description=form.one("about"),
        )  # fmt: skip
        lists.edit(desk.session, row, counts_clicks=form.ticked("count_clicks"))
        return _done(desk, row.slug, "Made it.", "The list is made.")
    row = lists.get(desk.session, slug)
    match verb:
        case "archive":
            lists.archive(desk.session, row)
            return _done(
                desk, slug, "Archived it.", "Archived: nobody joins it, nothing goes to it. Its history stays."
            )
        case "reopen":
            lists.reopen(desk.session, row)
            return _done(desk, slug, "Opened it again.", "It is open again.")
        case "invite":
            return _invite(desk, row)
    identity = _identity(desk)
    others = [code for code in LANGUAGES if code != "en"]
    lists.edit(
        desk.session,
        row,
        name=form.one("name"),
        description=form.one("about"),
        kind=form.one("kind", row.kind),
        counts_clicks=form.ticked("count_clicks"),
        names={**row.names, **{code: form.one(f"name_{code}") for code in others}},
        descriptions={**row.descriptions, **{code: form.one(f"about_{code}") for code in others}},
        **({"identity_id": identity.id} if identity else {}),
    )
    return _done(desk, slug, "Changed it.", "Saved.")


def _invite(desk: Desk, row: MailingList) -> Response:
    """Members for a list: pasted addresses go the way of an import, so nobody who left comes back by it."""
    consent = desk.form.one("consent")
    given = [
        part.strip()
        for part in desk.form.one("emails").replace(",", "\n").replace(";", "\n").splitlines()
        if part.strip()
    ]
    if not given:
        raise BadInput("Paste at least one address.", field="emails")
    if not consent:
        raise BadInput("Say how they agreed.", field="consent")
    table = "".join([line_of(["email"]), *(line_of([email]) for email in given)])
    result = importing.import_file(
        desk.session, desk.house, io.BytesIO(table.encode()), now=desk.now, mailing_list=row, consent=consent
    )
    came = result.created + result.updated
    desk.note(f"list:{row.slug}", f"Put {words.counted(came, 'person', 'people')} on it.")
    left_out = "; ".join(f"{error['email']}: {error['reason']}" for error in result.errors[:3])
    said = f"{words.counted(came, 'person', 'people').capitalize()} joined {row.name}."
    return desk.go(PATH, f"{said} {left_out}".strip(), "warn" if left_out else "good")


def _line(desk: Desk, row: MailingList, number: ListCount) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": row.name,
        "about": row.description,
        "kind": row.kind,
        "identity": str(row.identity_id),
        "count_clicks": row.counts_clicks,
    }
    for code in LANGUAGES:
        values |= {f"name_{code}": row.names.get(code, ""), f"about_{code}": row.descriptions.get(code, "")}
    return {
        "slug": row.slug,
        "title": row.name,
        "archived": row.archived,
        "facts": [
            "cohort" if row.kind == "cohort" else "open",
            words.counted(number.active, "reader"),
            f"{words.figure(number.pending)} not confirmed" if number.pending else "",
            "archived" if row.archived else "",
        ],
        "form": desk.filled(values, PATH, {"description": "about"}, slug=row.slug, verb="save"),
        "invite_form": desk.filled({"emails": "", "consent": ""}, PATH, slug=row.slug, verb="invite"),
    }


def _identity(desk: Desk) -> Identity | None:
    number = desk.form.one("identity")
    return desk.session.get(Identity, int(number)) if number.isdecimal() else None


def _done(desk: Desk, slug: str, noted: str, said: str) -> Response:
    desk.note(f"list:{slug}", noted)
    return desk.go(PATH, said)
