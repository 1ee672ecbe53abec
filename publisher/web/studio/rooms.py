"""Rooms: the servers that make them, and the mailboxes where calendar programs answer to invitations. Secrets are never shown."""

from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput, NotFound
from publisher.mail.models import Identity
from publisher.web.studio import mailbox_form, words
from publisher.web.studio.visit import Desk
from publisher.webinars import reply_mailbox
from publisher.webinars.models import MeetingServer, ReplyMailbox, Series
from publisher.webinars.rooms import servers

PATH = "/studio/settings/rooms"


def show(desk: Desk) -> Response:
    """GET /studio/settings/rooms"""
    used = dict(
        desk.session.exec(select(Series.server_id, func.count()).where(col(Series.server_id).is_not(None)).group_by(col(Series.server_id))).all()
    )  # fmt: skip
    boxes = {one.identity_id: one for one in desk.session.exec(select(ReplyMailbox))}
    identities = desk.session.exec(select(Identity).order_by(col(Identity.id)))
    return desk.show(
        "settings/rooms.html",
        "settings",
        here=PATH,
        servers=[_server(desk, one, int(used.get(one.id, 0))) for one in servers.listed(desk.session)],
        new_form=desk.filled({"slug": "", "url": "", "secret": ""}, PATH, verb="add"),
        boxes=[_box(desk, one, boxes.get(one.id or 0)) for one in identities],
        tls=mailbox_form.TLS,
    )


def save(desk: Desk) -> Response:
    """POST /studio/settings/rooms: server: verb add|save|check|remove (slug, url, secret) · mailbox: verb give|look|take (identity,
    host, port, tls, user, password, folder). Servers are asked at once, outside of any transaction."""
    match desk.form.one("verb"):
        case "add" | "save" as verb:
            return _keep(desk, verb)
        case "check":
            return _said_of(desk, desk.form.one("slug"))
        case "remove":
            with desk.changing() as inner:
                slug = desk.form.one("slug")
                servers.remove(inner.session, servers.by_slug(inner.session, slug))
                inner.note("settings", f"Removed the meeting server {slug}.")
            return desk.go(PATH, f"{slug} is removed. What was recorded there stays there.")
        case "give" | "look" | "take" as verb:
            return _mailbox(desk, verb)
    raise BadInput("There is nothing of that kind to be done here.")


def rooms_line(desk: Desk) -> str:
    """What there is, in a few words."""
    number = int(desk.session.exec(select(func.count()).select_from(MeetingServer)).one())
    boxes = int(desk.session.exec(select(func.count()).select_from(ReplyMailbox)).one())
    return f"{words.counted(number, 'meeting server')}, {'answers are read' if boxes else 'answers are not read'}"


def _keep(desk: Desk, verb: str) -> Response:
    form, slug = desk.form, desk.form.one("slug")
    with desk.changing() as inner:
        if verb == "add":
            slug = servers.add(inner.session, slug, form.one("url"), form.one("secret"), now=desk.now).slug
        else:
            row = servers.by_slug(inner.session, slug)
            servers.edit(inner.session, row, url=form.one("url"), secret=form.one("secret"))
        inner.note("settings", f"{'Added' if verb == 'add' else 'Changed'} the meeting server {slug}.")
    return _said_of(desk, slug, "Kept. ")


def _said_of(desk: Desk, slug: str, before: str = "") -> Response:
    """Ask it, keep the answer, and say it."""
    with desk.house.database.reading() as session:
        row = servers.by_slug(session, slug)
        session.expunge(row)
    trouble = servers.check(desk.house, row)
    with desk.changing() as inner:
        servers.note(inner.session, row.id or 0, trouble)
    said = f"{before}It does not answer as it should: {trouble}" if trouble else f"{before}{slug} answers, and takes our signature."  # fmt: skip
    return desk.go(PATH, said, "warn" if trouble else "good")


def _mailbox(desk: Desk, verb: str) -> Response:
    number = desk.form.one("identity")
    if verb == "take":
        with desk.changing() as inner:
            identity = _identity(inner, number)
            reply_mailbox.take_away(inner.session, identity)
            inner.note("settings", f"Answers to invitations of {identity.from_name} are read no more.")
        return desk.go(PATH, "Answers are read no more, and invitations do not ask for them.")
    with desk.changing() as inner:
        identity = _identity(inner, number)
        before = reply_mailbox.given(inner.session, identity)
        url = (
            mailbox_form.url_of(desk, before.url if before else None)
            if verb == "give"
            else before.url
            if before
            else ""
        )
        if verb == "give":
            reply_mailbox.give(inner.session, identity, url)
            inner.note("settings", f"Gave {identity.from_name} a mailbox for answers.")
        name = identity.from_name
    if not url:
        raise NotFound("There is no such mailbox.")
    trouble = reply_mailbox.check(url)
    _remember(desk, number, trouble)
    said = (
        f"It does not open: {trouble}" if trouble else f"It opens. Invitations of {name} ask for an answer from now on."
    )
    return desk.go(PATH, f"Kept. {said}" if verb == "give" else said, "warn" if trouble else "good")


def _remember(desk: Desk, number: str, trouble: str) -> None:
    with desk.changing() as inner:
        box = reply_mailbox.given(inner.session, _identity(inner, number))
        if box is not None:
            box.state, box.error = "failing" if trouble else "ok", trouble[:300]
            inner.session.add(box)


def _identity(desk: Desk, number: str) -> Identity:
    found = desk.session.get(Identity, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise NotFound("There is no such sender.")
    return found


def _server(desk: Desk, row: MeetingServer, used: int) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "url": row.url,
        "state": row.state,
        "state_label": "Answers" if row.state == "ok" else "In trouble",
        "error": row.error,
        "used": used,
        "used_text": f"{words.counted(used, 'series', 'series')} meet there" if used != 1 else "1 series meets there",
        "form": desk.filled({"url": row.url, "secret": ""}, PATH, slug=row.slug, verb="save"),
    }


def _box(desk: Desk, identity: Identity, box: ReplyMailbox | None) -> dict[str, Any]:
    values = mailbox_form.values_of(box.url if box else None, identity.from_address)
    return {
        "identity": identity.id,
        "name": identity.from_name,
        "given": box is not None,
        "state": box.state if box else "",
        "state_label": ("In trouble" if box.state == "failing" else "Read every few minutes") if box else "",
        "note": mailbox_form.note_of(box.url) if box else "invitations ask for no answers",
        "error": box.error if box else "",
        "checked": desk.moment(box.checked_at) if box else None,
        "form": desk.filled(values, PATH, identity=identity.id, verb="give"),
    }
