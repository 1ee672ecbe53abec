"""What an editor does with an issue: its items, its opening, a test, and its way out."""

from fastapi.responses import Response

from publisher import clock
from publisher.audience import lists
from publisher.errors import BadInput
from publisher.library.models import ON_THE_SHELF
from publisher.library.search import SearchQuery, search
from publisher.newsletters import drafting, issues, newsletters, rehearsal
from publisher.newsletters.newsletters import languages_of
from publisher.web.studio import words
from publisher.web.studio.issues import opened, title_of_issue, url_of
from publisher.web.studio.library import facts_of, title_of
from publisher.web.studio.visit import Desk

SAID = {
    "pin": "Pinned.", "unpin": "Unpinned.", "drop": "Dropped from this issue.", "restore": "It is back.", "up": "", "down": "",
    "section": "Moved.", "rewrite": "Saved your words.", "add": "It is in.",
}  # fmt: skip


def items(desk: Desk, slug: str, key: str) -> Response:
    """POST …/items: item, verb pin|unpin|drop|restore|up|down|section|rewrite|add."""
    newsletter, issue = opened(desk.session, slug, key)
    form, session = desk.form, desk.session
    work_id, verb = int(form.one("item", "0") or 0) if form.one("item").isdecimal() else 0, form.one("verb")
    match verb:
        case "pin" | "unpin":
            drafting.pin(session, issue, work_id, verb == "pin")
        case "drop":
            drafting.drop(session, issue, work_id)
        case "restore":
            drafting.restore(session, issue, work_id)
        case "up" | "down":
            drafting.move(session, issue, work_id, -1 if verb == "up" else 1)
        case "section":
            drafting.move(session, issue, work_id, 0, section=form.one("section"))
        case "add":
            drafting.put_in(session, issue, work_id, now=desk.now)
        case "rewrite":
            for code in languages_of(newsletter):
                title, blurb = form.one(f"title_{code}"), form.one(f"blurb_{code}")
                drafting.rewrite(session, issue, work_id, code, title=title, blurb=blurb)
        case _:
            raise BadInput("Choose what to do with it.")
    desk.note(f"issue:{issue.id}", f"{SAID[verb] or 'Moved an item.'}", work=work_id)
    url = url_of(newsletter, issue)
    if verb == "add":
        return desk.go(form.one("back") if form.one("back").startswith(url) else url, SAID[verb])
    return desk.go(f"{url}#item-{work_id}", SAID[verb])


def add(desk: Desk, slug: str, key: str) -> Response:
    """GET …/add?q=: something from the shelf."""
    newsletter, issue = opened(desk.session, slug, key)
    typed = desk.asked("q")[:200]
    states = tuple(state.value for state in ON_THE_SHELF)
    found = search(
        desk.session, SearchQuery(text=typed, states=states, limit=40, order="best" if typed else "added"), facets=()
    )
    inside = {i.work_id for i in drafting.items_of(desk.session, issue) if not i.dropped}
    return desk.show(
        "newsletters/add.html",
        "newsletters",
        issue={"url": url_of(newsletter, issue), "title": title_of_issue(newsletter, issue)},
        q=typed,
        sentence=words.counted(found.total, "resource")
        + (f" for “{typed}”" if typed else " on the shelf, the newest first"),
        resources=[
            {
                "id": item.work.id,
                "title": title_of(item)[0],
                "language": title_of(item)[1],
                "url": f"/studio/library/{item.work.id}",
                "facts": facts_of(item),
                "inside": item.work.id in inside,
            }
            for item in found.items
        ],
    )


def grow(desk: Desk, slug: str, key: str) -> Response:
    """POST …/grow: take in what became news since the last look."""
    newsletter, issue = opened(desk.session, slug, key)
    added = drafting.grow(desk.session, newsletter, issue, now=desk.now)
    said = f"Took in {words.counted(added, 'item')}." if added else "Nothing new since the last look."
    desk.note(f"issue:{issue.id}", said)
    return desk.go(url_of(newsletter, issue), said, "good" if added else "info")


def opening(desk: Desk, slug: str, key: str) -> Response:
    """POST …/opening: subject, preheader and opening of each language; who signs."""
    newsletter, issue = opened(desk.session, slug, key)
    form = desk.form
    named = issue.kind != "correction"  # a correction is called after what it corrects
    for code in languages_of(newsletter):
        drafting.write(
            desk.session,
            issue,
            code,
            subject=form.one(f"subject_{code}") if named else None,
            preheader=form.one(f"preheader_{code}") if named else None,
            opening=form.one(f"opening_{code}"),
            signed_by=form.one("signed_by"),
        )
    desk.note(f"issue:{issue.id}", "Wrote the opening.")
    return desk.go(url_of(newsletter, issue), "Saved the opening.")


def test(desk: Desk, slug: str, key: str) -> Response:
    """POST …/test: to"""
    newsletter, issue = opened(desk.session, slug, key)
    to = desk.form.one("to")
    rehearsal.send_test(desk.session, desk.house, issue, to, now=desk.now)
    desk.note(f"issue:{issue.id}", "Sent a test.")
    back = desk.form.one("back")
    url = url_of(newsletter, issue)
    return desk.go(back if back.startswith(url) else url, f"A test is on its way to {to}.")


def schedule(desk: Desk, slug: str, key: str) -> Response:
    """POST …/schedule: at (wall time in the newsletter's zone). That is a release."""
    newsletter, issue = opened(desk.session, slug, key)
    if not desk.form.one("at"):
        raise BadInput("Say when.", field="at")
    at = clock.parse_instant(desk.form.one("at"), newsletter.zone)
    issues.schedule(desk.session, issue, at, now=desk.now, who=desk.staff.called)
    desk.note(f"issue:{issue.id}", f"Released it for {desk.in_words(at, newsletter.zone)}.")
    return desk.go(url_of(newsletter, issue), f"It goes out {desk.in_words(at, newsletter.zone)}.")


def unschedule(desk: Desk, slug: str, key: str) -> Response:
    """POST …/unschedule"""
    newsletter, issue = opened(desk.session, slug, key)
    issues.unschedule(desk.session, issue)
    desk.note(f"issue:{issue.id}", "Took it back to draft.")
    return desk.go(url_of(newsletter, issue), "It is a draft again.")


def send(desk: Desk, slug: str, key: str) -> Response:
    """POST …/send: planned before this returns; the page afterwards shows how it goes."""
    newsletter, issue = opened(desk.session, slug, key)
    issues.release(desk.house, issue.id or 0, now=desk.now, who=desk.staff.called)
    with desk.changing() as inner:
        inner.note(f"issue:{issue.id}", "Sent it.")
    return desk.go(url_of(newsletter, issue), "It is on its way.")


def pause(desk: Desk, slug: str, key: str) -> Response:
    """POST …/pause"""
    newsletter, issue = opened(desk.session, slug, key)
    issues.pause(desk.session, issue, f"Paused by {desk.staff.called}.")
    desk.note(f"issue:{issue.id}", "Paused it.")
    return desk.go(url_of(newsletter, issue), "Paused. Letters on the way still arrive.")


def resume(desk: Desk, slug: str, key: str) -> Response:
    """POST …/resume"""
    newsletter, issue = opened(desk.session, slug, key)
    issues.resume(desk.session, issue, now=desk.now)
    desk.note(f"issue:{issue.id}", "Resumed it.")
    return desk.go(url_of(newsletter, issue), "It goes on.")


def cancel(desk: Desk, slug: str, key: str) -> Response:
    """POST …/cancel"""
    newsletter, issue = opened(desk.session, slug, key)
    stopped = issues.cancel(desk.session, issue, now=desk.now)
    desk.note(f"issue:{issue.id}", "Cancelled it.", stopped=stopped)
    said = f"Stopped {words.counted(stopped, 'letter')}." if stopped else "Cancelled. Nothing of it leaves."
    return desk.go(url_of(newsletter, issue), said)


def special_form(desk: Desk) -> Response:
    """GET /studio/newsletters/special"""
    rows = newsletters.all_of(desk.session)
    values = {"newsletter": rows[0].slug if rows else "", "list": ""}
    return desk.show(
        "newsletters/special.html",
        "newsletters",
        form=desk.filled(values, "/studio/newsletters/special"),
        newsletters=[(row.slug, row.name) for row in rows],
        lists=[("", "The newsletter’s own list"), *((row.slug, row.name) for row in lists.every(desk.session))],
    )


def special(desk: Desk) -> Response:
    """POST /studio/newsletters/special: an opening only, outside the cadence, to one list."""
    newsletter = newsletters.by_slug(desk.session, desk.form.one("newsletter"))
    issue = issues.special(desk.session, newsletter, desk.form.one("list") or None, now=desk.now, who=desk.staff.called)
    desk.note(f"issue:{issue.id}", "Began a special issue.")
    return desk.go(url_of(newsletter, issue), "Write it, look at it, send it.", "info")
