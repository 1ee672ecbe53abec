"""`publisher issues`: from a growing draft to what became of every mail."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, octets
from publisher.cli.speaking import answer, counted, details, listing, progress, stamp
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.newsletters.models import Issue

NAME = "issues"
app = noun("Issues of the newsletters, named by their slug or number.")

Key = Annotated[str, typer.Argument(metavar="ISSUE")]
Resource = Annotated[int, typer.Argument(metavar="ID", help="A resource.")]


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
        row = _row(session, issue)
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
        rows = [_row(session, issue) for issue in issues.all_of(session, of)[:limit]]
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
        row = _row(session, found) | more
    details(row | {"items": items}, as_json)


@app.command()
def rehearse(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Who would get what at this moment. Nothing is written, nothing is mailed."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues, rehearsal

    with looking() as (_house, session):
        found = issues.by_slug(session, issue)
        numbers, contents = rehearsal.rehearse(session, found, now=moment(now))
        details(rehearsal.as_json(found, numbers, contents), as_json)


@app.command()
def preview(
    issue: Key,
    reader: Annotated[str | None, typer.Option("--for", metavar="EMAIL", help="As this reader gets it.")] = None,
    form: Annotated[str, typer.Option("--as", help="eml, html or text.")] = "text",
    language: Annotated[str | None, typer.Option(metavar="XX", help="The generic edition in this language.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Print the mail of one reader, or the generic edition with everything in it."""
    from publisher.cli.opening import looking
    from publisher.mail.models import Identity
    from publisher.newsletters import issues, rehearsal
    from publisher.newsletters.models import Newsletter

    if form not in ("eml", "html", "text"):
        raise BadInput("A preview is one of eml, html, text.")
    at = moment(now)
    with looking() as (house, session):
        found = issues.by_slug(session, issue)
        made = rehearsal.preview(session, house, found, now=at, email=reader, language=language)
        slug = found.slug
        identity = session.get_one(Identity, session.get_one(Newsletter, found.newsletter_id).identity_id)
        if form == "eml":
            data = made.eml(domain=identity.domain, now=at)
        else:
            data = (made.html() if form == "html" else made.text()).encode()
    if as_json:
        answer({"issue": slug, "subscriber": reader, "as": form, "content": data.decode("utf-8", "replace")}, True)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@app.command("test")
def mail_test(
    issue: Key, to: Annotated[str, typer.Option(metavar="EMAIL")], now: Now = None, as_json: AsJson = False
) -> None:
    """Mail the issue to one address, marked as a test; the next sender carries it."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues, rehearsal

    with acting() as (house, session):
        found = issues.by_slug(session, issue)
        row = rehearsal.send_test(session, house, found, to, now=moment(now))
    answer({"issue": found.slug, "to": to, "state": row.state if row else "cancelled"}, as_json, f"A test to {to} waits to be sent.")  # fmt: skip


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
        _on_the_trail(session, found, f"scheduled it for {stamp(when)}", now)
        row = _row(session, found)
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
        _on_the_trail(session, found, "paused it", now)
        details(issues.status(session, found), as_json)


@app.command()
def resume(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Go on where it was paused."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        issues.resume(session, found, now=moment(now))
        _on_the_trail(session, found, "resumed it", now)
        details(issues.status(session, found), as_json)


@app.command()
def cancel(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Nothing more of it leaves; what was not sent does not count as had."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        issues.cancel(session, found, now=moment(now))
        _on_the_trail(session, found, "cancelled it", now)
        details(issues.status(session, found), as_json)


@app.command()
def status(issue: Key, as_json: AsJson = False) -> None:
    """What became of every mail; the ten counts add up to what was prepared."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues

    with looking() as (_house, session):
        details(issues.status(session, issues.by_slug(session, issue)), as_json)


@app.command()
def why(issue: Key, email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Each item of the issue for one reader: in or out, and the reason."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues, rehearsal

    with looking() as (house, session):
        items = rehearsal.why(session, house, issues.by_slug(session, issue), email, now=moment(now))
    if as_json:
        answer({"subscriber": email, "items": items}, True)
    else:
        listing(items, False, "id", "title", "included", "reason", empty="There is nothing in this issue.")


@app.command()
def write(
    issue: Key,
    language: Annotated[str, typer.Option(metavar="XX")] = "en",
    subject: Annotated[str | None, typer.Option()] = None,
    preheader: Annotated[str | None, typer.Option(help="What mail programs show beside the subject.")] = None,
    opening: Annotated[Path | None, typer.Option(metavar="FILE", help="Markdown; - reads standard input.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write an issue’s subject, preheader and opening in one language."""
    from publisher.cli.opening import acting
    from publisher.languages import normalise
    from publisher.newsletters import drafting, issues

    text = octets(opening, 1_000_000).decode("utf-8", "replace") if opening else None
    code = normalise(language)
    if code is None:
        raise BadInput(f"“{language}” is not a language. Use a code such as fr.")
    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        drafting.write(session, found, code, subject=subject, preheader=preheader, opening=text)
        row = _row(session, found)
    answer(row, as_json, f"{row['issue']}: {row['title']}")


@app.command()
def put(issue: Key, resource: Resource, now: Now = None, as_json: AsJson = False) -> None:
    """Put a resource of the shelf into an issue, whatever its age."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.put_in(session, found, resource, now=moment(now)))


@app.command()
def drop(issue: Key, resource: Resource, as_json: AsJson = False) -> None:
    """Leave a resource out of this issue; it does not flow in again."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.drop(session, found, resource))


@app.command()
def pin(issue: Key, resource: Resource, as_json: AsJson = False) -> None:
    """Put a resource at the head of its section."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.pin(session, found, resource))


@app.command()
def correct(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Draft a correction to those an issue has reached. Write its opening, then send it."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        row = _row(session, issues.correct(session, issues.by_slug(session, issue), now=moment(now)))
    answer(row, as_json, f"{row['issue']} is a draft. Write its opening with “issues write”.")


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
            _on_the_trail(session, found, "let it out", now)
            details(issues.status(session, found), as_json)


def _arrange(key: str, as_json: bool, change: Any) -> None:
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, key)
        change(session, found)
        session.flush()
        row = _row(session, found)
    answer(row, as_json, f"{row['issue']} has {counted(row['items'], 'item')}.")


def _on_the_trail(session: "Session", issue: "Issue", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"issue:{issue.id}", what, moment(now))


def _row(session: "Session", issue: "Issue") -> dict[str, Any]:
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
