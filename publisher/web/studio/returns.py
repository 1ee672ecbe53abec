"""What comes back to our mails: where it is read, how much of what came, and which letters are above a mark."""

from datetime import timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.desk import returns
from publisher.errors import BadInput, NotFound
from publisher.mail import inboxes
from publisher.mail.bounces import mailboxes, marks
from publisher.mail.bounces.models import BounceMailbox
from publisher.mail.models import Identity
from publisher.web.studio import mailbox_form, words
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/bounces"
KINDS = (
    ("hard", "No such address"), ("soft", "Did not arrive"), ("complaint", "Complaints"), ("left", "Left by mail"), ("auto_reply", "Automatic answers, ignored"),
    ("not_a_bounce", "Other mail, left alone"), ("forged", "About no mail of ours, not acted on"), ("again", "Read before"),
)  # fmt: skip
#: Somebody waits before a page.
QUICK = 20.0
#: What is older is no news.
FRESH = timedelta(days=7)


def show(desk: Desk) -> Response:
    """GET /studio/settings/bounces"""
    boxes = {box.identity_id: box for _, box in mailboxes.every(desk.session)}
    identities = desk.session.exec(select(Identity).order_by(col(Identity.id)))
    counted = mailboxes.counts(desk.session, desk.now)
    return desk.show(
        "settings/bounces.html",
        "settings",
        here=PATH,
        boxes=[_box(desk, one, boxes.get(one.id or 0), counted) for one in identities],
        tls=mailbox_form.TLS,
        marks=[{"title": one.title, "sentence": one.sentence, "is_grave": one.is_grave} for one in marks.marks(desk.session, desk.now)],
    )  # fmt: skip


def save(desk: Desk) -> Response:
    """POST /studio/settings/bounces: verb give|look|read|take (identity, address, host, port, tls, user, password, folder). The mail
    server is asked outside of any transaction."""
    verb, number = desk.form.one("verb"), desk.form.one("identity")
    if verb == "take":
        with desk.changing() as inner:
            identity = _identity(inner, number)
            mailboxes.take_away(inner.session, identity)
            inner.note("settings", f"What comes back to {identity.from_name} is read no more.")
        return desk.go(PATH, "It is read no more. What comes back goes to the sender's own address from now on.")
    if verb == "give":
        url = _give(desk, number)
    elif verb in ("look", "read"):
        url = _given(desk, number).url
    else:
        raise BadInput("There is nothing of that kind to be done here.")
    trouble = inboxes.check(url)
    _remember(desk, number, trouble)
    before = "Kept. " if verb == "give" else ""
    if trouble:
        return desk.go(PATH, f"{before}It does not open: {trouble}", "warn")
    if verb == "read":
        count = returns.read_due(desk.house, desk.now, anyway=True, seconds=QUICK)
        return desk.go(PATH, f"{words.counted(count, 'mail').capitalize()} read.")
    return desk.go(PATH, f"{before}It opens, and is read every few minutes.")


def returns_line(desk: Desk) -> str:
    """What there is, in a few words."""
    states = list(desk.session.exec(select(BounceMailbox.state)))
    if not states:
        return "what comes back is not read"
    return "a mailbox is in trouble" if "failing" in states else "read every few minutes"


def needs(desk: Desk) -> list[dict[str, Any]]:
    """For today: mailboxes that cannot be read, and letters of the last days of which too much came back."""
    url = PATH if desk.may("owner") else ""
    failing = [
        (f"What comes back to {identity.from_name} cannot be read", box.error, "failing")
        for identity, box in mailboxes.every(desk.session)
        if box.state == "failing"
    ]
    above = [
        (
            f"Too much came back: {one.title}" if one.what == "bounces" else f"Complaints: {one.title}",
            one.sentence,
            "held",
        )
        for one in marks.marks(desk.session, desk.now, within=FRESH)
    ]
    return [
        {"title": title, "url": url, "facts": [said], "state": state, "state_label": "Above the mark" if state == "held" else "", "moment": None}
        for title, said, state in [*failing, *above]
    ]  # fmt: skip


def _give(desk: Desk, number: str) -> str:
    with desk.changing() as inner:
        identity = _identity(inner, number)
        before = mailboxes.given(inner.session, identity)
        if not desk.form.one("address"):
            raise BadInput("Name the address that mails come back to.", field="address")
        url = mailbox_form.url_of(desk, before.url if before else None)
        try:
            mailboxes.give(inner.session, identity, url, desk.form.one("address"), now=desk.now)
        except BadInput as problem:
            raise BadInput(str(problem), field=problem.field or "address") from problem
        inner.note("settings", f"What comes back to {identity.from_name} is read.")
    return url


def _given(desk: Desk, number: str) -> BounceMailbox:
    with desk.house.database.reading() as session:
        found = mailboxes.given(session, _identity(desk, number))
        if found is None:
            raise NotFound("There is no such mailbox.")
        session.expunge(found)
        return found


def _remember(desk: Desk, number: str, trouble: str) -> None:
    with desk.changing() as inner:
        box = mailboxes.given(inner.session, _identity(inner, number))
        if box is not None:
            box.state, box.error = "failing" if trouble else "ok", trouble[:300]
            inner.session.add(box)


def _identity(desk: Desk, number: str) -> Identity:
    found = desk.session.get(Identity, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise NotFound("There is no such sender.")
    return found


def _box(
    desk: Desk, identity: Identity, box: BounceMailbox | None, counts: dict[int, dict[str, int]]
) -> dict[str, Any]:
    domain = identity.from_address.rpartition("@")[2]
    values = mailbox_form.values_of(box.url if box else None, f"bounces@{domain}")
    values["address"] = box.address if box else ""
    counted = counts.get(box.id or 0, {}) if box else {}
    return {
        "identity": identity.id,
        "name": identity.from_name,
        "given": box is not None,
        "state": box.state if box else "",
        "state_label": ("In trouble" if box.state == "failing" else "Read every few minutes") if box else "",
        "note": box.address if box else "not read",
        "example": f"bounces@{domain}",
        "error": box.error if box else "",
        "checked": desk.moment(box.checked_at) if box else None,
        "facts": [(label, words.figure(counted[what])) for what, label in KINDS if counted.get(what)],
        "form": desk.filled(values, PATH, identity=identity.id, verb="give"),
    }
