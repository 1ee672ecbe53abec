"""`publisher issues`: from a growing draft to what became of every mail."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import answer, counted, details, listing, progress, stamp

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.newsletters.models import Issue

NAME = "issues"
app = noun("Issues of the newsletters, named by their slug or number.")

Key = Annotated[str, typer.Argument(metavar="ISSUE")]


@app.command()
def draft(
    newsletter: Annotated[str, typer.Argument(metavar="NEWSLETTER")],
    special: Annotated[bool, typer.Option("--special", help="Outside the cadence: an opening only.")] = False,
    list_slug: Annotated[str | None, typer.Option("--list", metavar="SLUG", help="With --special: to this list.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """The growing draft of a newsletter, begun if there is none, with everything that is news by now."""
    from publisher.cli.opening import acting
    from publisher.newsletters import drafting, issues, newsletters

    at = moment(now)
    with acting() as (_house, session):
        of = newsletters.by_slug(session, newsletter)
        if special:
            issue = issues.special(session, of, list_slug, now=at, who=WHO)
        else:
            issue = drafting.draft(session, of, now=at)
        row = row_of(session, issue)
    answer(row, as_json, f"{row['issue']} is {row['state']} and has {counted(row['items'], 'item')}.")


@app.command("list")
def listed(
    newsletter: Annotated[str | None, typer.Option(help="Of this newsletter only.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Every issue, the newest first."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues, newsletters

    with looking() as (_house, session):
        of = newsletters.by_slug(session, newsletter) if newsletter else None
        rows = [row_of(session, issue) for issue in issues.all_of(session, of)[:limit]]
    listing(rows, as_json, "issue", "title", "state", "items", "due_at", "sent_at", empty="There are no issues yet.")


@app.command()
def show(issue: Key, as_json: AsJson = False) -> None:
    """One issue and what is in it, dropped items too."""
    from publisher.cli.opening import looking
    from publisher.library.shelf import shown, text_for
    from publisher.newsletters import drafting, issues

    with looking() as (_house, session):
        found = issues.by_slug(session, issue)
        listings = drafting.items_of(session, found)
        works = {one.work.id: one for one in shown(session, [listing.work_id for listing in listings])}
        items: list[dict[str, Any]] = []
        for listing in listings:
            text = text_for(works[listing.work_id], ["en"])
            items.append(
                {"id": listing.work_id, "title": text.title if text else "", "pinned": listing.pinned, "dropped": listing.dropped}
            )  # fmt: skip
        more = {"subjects": found.subjects, "preheaders": found.preheaders, "openings": found.openings}
        row = row_of(session, found) | more
    details(row | {"items": items}, as_json)


@app.command()
def schedule(
    issue: Key,
    at: Annotated[str, typer.Option(metavar="ISO8601", help="Without an offset: in the newsletter’s zone.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Send it at that moment. That is a release."""
    from publisher.cli.opening import acting
    from publisher.clock import parse_instant
    from publisher.newsletters import issues
    from publisher.newsletters.models import Newsletter

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        when = parse_instant(at, session.get_one(Newsletter, found.newsletter_id).zone)
        issues.schedule(session, found, when, now=moment(now), who=WHO)
        on_the_trail(session, found, f"scheduled it for {stamp(when)}", now)
        row = row_of(session, found)
    answer(row, as_json, f"{row['issue']} goes out at {stamp(when)}.")


@app.command()
def send(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Send it now: every mail is prepared and let out before this returns."""
    _release(issue, now, as_json)


@app.command()
def release(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Let an issue go that waits for a person; the same as sending it."""
    _release(issue, now, as_json)


@app.command()
def pause(issue: Key, reason: Annotated[str, typer.Option()] = "", now: Now = None, as_json: AsJson = False) -> None:
    """Begin no further mail of it."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        issues.pause(session, found, reason)
        on_the_trail(session, found, "paused it", now)
        details(issues.status(session, found), as_json)


@app.command()
def resume(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Go on where it was paused."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        issues.resume(session, found, now=moment(now))
        on_the_trail(session, found, "resumed it", now)
        details(issues.status(session, found), as_json)


@app.command()
def cancel(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Nothing more of it leaves; what was not sent does not count as had."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        issues.cancel(session, found, now=moment(now))
        on_the_trail(session, found, "cancelled it", now)
        details(issues.status(session, found), as_json)


@app.command()
def status(issue: Key, as_json: AsJson = False) -> None:
    """What became of every mail; the ten counts add up to what was prepared."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues

    with looking() as (_house, session):
        details(issues.status(session, issues.by_slug(session, issue)), as_json)


def _release(key: str, now: str | None, as_json: bool) -> None:
    from publisher.cli.opening import opened
    from publisher.newsletters import issues

    at = moment(now)
    with opened() as house:
        with house.database.reading() as session:
            number = issues.by_slug(session, key).id or 0
        with progress("Preparing") as on_progress:
            issues.release(house, number, now=at, who=WHO, on_progress=on_progress)
        with house.database.session() as session:
            found = issues.by_slug(session, str(number))
            on_the_trail(session, found, "let it out", now)
            details(issues.status(session, found), as_json)


def on_the_trail(session: "Session", issue: "Issue", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"issue:{issue.id}", what, moment(now))


def row_of(session: "Session", issue: "Issue") -> dict[str, Any]:
    """What lists and answers say of an issue."""
    from publisher.newsletters import issues
    from publisher.newsletters.drafting import items_of
    from publisher.newsletters.letter import title_of
    from publisher.newsletters.models import Newsletter

    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    return {
        "issue": issue.slug,
        "title": title_of(newsletter, issue, newsletter.languages.split(",")[0]),
        "state": issues.shown_state(session, issue),
        "kind": issue.kind,
        "newsletter": newsletter.slug,
        "number": issue.number,
        "items": sum(not item.dropped for item in items_of(session, issue)),
        "due_at": issue.occurrence,
        "send_at": issue.send_at,
        "sent_at": issue.sent_at,
        "reason": issue.reason,
    }
