"""`publisher podcasts feed`, `opml`, `move`, `private`: what listeners’ apps read, and where they find it."""

import sys
from typing import Annotated

import typer

from publisher.cli.options import AsJson, Now, moment
from publisher.cli.podcasts import Key, app, on_the_trail, row_of
from publisher.cli.speaking import answer, listing
from publisher.errors import BadInput


@app.command()
def feed(
    show: Key,
    page: Annotated[int | None, typer.Option(min=1, metavar="N", help="One of the older pages, 1 the oldest.")] = None,
    live: Annotated[bool, typer.Option("--live", help="The companion feed with what is live.")] = False,
) -> None:
    """Print the feed: the whole of it as XML, also of a show that is not finished."""
    from publisher.cli.opening import looking
    from publisher.podcasts.feed import Feeds

    with looking() as (house, session):
        feeds = Feeds()
        standing = feeds.standing(session, show)
        if page or live:
            document = feeds.document(session, house, standing, page=page, live=live)
        else:
            document = feeds.whole(session, house, standing)
    sys.stdout.buffer.write(document.body + b"\n")
    sys.stdout.buffer.flush()


@app.command()
def opml() -> None:
    """Print the public shows as OPML, which podcast apps take in."""
    from publisher.cli.opening import looking
    from publisher.podcasts import opml, shows

    with looking() as (house, session):
        body = opml.write(house, shows.public(session))
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


@app.command()
def move(
    show: Key,
    url: Annotated[str | None, typer.Argument(metavar="[URL]", help="The feed’s new address elsewhere.")] = None,
    back: Annotated[bool, typer.Option("--back", help="It has not moved after all.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Send listeners to another address for good: ours answers 301, and the feed says where it is."""
    from publisher.cli.opening import acting
    from publisher.podcasts import shows

    if bool(url) == back:
        raise BadInput("Say where the feed is now, or --back.")
    with acting() as (house, session):
        found = shows.by_slug(session, show)
        shows.move(session, house, found, url, now=moment(now))
        on_the_trail(session, found, f"moved its feed to {url}" if url else "took its feed back", now)
        row = row_of(session, house, found)
    answer(row, as_json, f"Listeners are sent to {url}." if url else "The feed answers here again.")


@app.command()
def private(
    show: Key,
    email: Annotated[str | None, typer.Argument(metavar="[EMAIL]", help="A member of the show’s list.")] = None,
    everybody: Annotated[bool, typer.Option("--list", help="Who has a feed of their own.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="EMAIL", help="Take this person’s feed back.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """The address of one person’s feed of a private show."""
    if sum((email is not None, everybody, revoke is not None)) != 1:
        raise BadInput("Name one person, or say --list or --revoke EMAIL.")
    if everybody:
        _who_has_feeds(show, as_json)
    elif revoke is not None:
        _take_back(show, revoke, now, as_json)
    else:
        _give(show, email or "", now, as_json)


def _give(show: str, email: str, now: str | None, as_json: bool) -> None:
    from publisher.audience import people
    from publisher.cli.opening import acting
    from publisher.podcasts import private, shows

    with acting() as (house, session):
        found = shows.by_slug(session, show)
        url = private.give(session, house, found, people.get(session, house.tokens, email), now=moment(now))
        on_the_trail(session, found, "gave somebody a feed of their own", now)
    answer({"show": show, "email": email, "feed": url}, as_json, url)


def _take_back(show: str, email: str, now: str | None, as_json: bool) -> None:
    from publisher.audience import people
    from publisher.cli.opening import acting
    from publisher.podcasts import private, shows

    with acting() as (house, session):
        found = shows.by_slug(session, show)
        person = people.get(session, house.tokens, email)
        theirs = [one for one, whose in private.of_show(session, found) if whose.id == person.id]
        for one in theirs:
            private.revoke(session, one, now=moment(now))
        if theirs:
            on_the_trail(session, found, "took somebody’s feed back", now)
    said = "Feed and sound have stopped." if theirs else "They have no feed of this show."
    answer({"show": show, "email": email, "revoked": len(theirs)}, as_json, said)


def _who_has_feeds(show: str, as_json: bool) -> None:
    from publisher.audience import people
    from publisher.cli.opening import looking
    from publisher.podcasts import addresses, private, shows

    with looking() as (house, session):
        rows = [
            {
                "email": people.address_of(session, person).email,
                "since": one.created_at,
                "feed": addresses.feed(house, found, token=private.token_of(house, one)),
            }
            for found in [shows.by_slug(session, show)]
            for one, person in private.of_show(session, found)
        ]
    listing(rows, as_json, "email", "since", "feed", empty="Nobody has a feed of their own yet.")
