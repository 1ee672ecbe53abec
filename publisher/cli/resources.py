"""`publisher resources`: what the library has, and what becomes of new things."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, octets, words
from publisher.cli.speaking import answer, details, listing
from publisher.errors import BadInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.library.search import SearchQuery
    from publisher.library.shelf import Shown

NAME = "resources"
app = noun("What the library has, and what becomes of new things.")

Ids = Annotated[list[int], typer.Argument(metavar="ID…")]
Many = list[str] | None
PAGE = 200


@app.command()
def add(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A file of resources, as for import.")] = None,
    title: Annotated[str, typer.Option(help="The title of one resource.")] = "",
    link: Annotated[str, typer.Option(help="Where to read it.")] = "",
    blurb: Annotated[str, typer.Option(help="Why it matters, in two sentences.")] = "",
    language: Annotated[str, typer.Option(metavar="XX")] = "en",
    kind: Annotated[str, typer.Option(help="report, country-brief, tool, article, webinar, …")] = "",
    topic: Annotated[Many, typer.Option(help="May be given several times, like the four below.")] = None,
    sector: Annotated[Many, typer.Option()] = None,
    audience: Annotated[Many, typer.Option()] = None,
    country: Annotated[Many, typer.Option(metavar="CC")] = None,
    author: Annotated[Many, typer.Option()] = None,
    publisher: Annotated[str, typer.Option()] = "",
    licence: Annotated[str, typer.Option()] = "",
    doi: Annotated[str, typer.Option()] = "",
    published_on: Annotated[str, typer.Option(metavar="DAY")] = "",
    starts_at: Annotated[str, typer.Option(metavar="ISO8601", help="Of an event or a webinar.")] = "",
    ends_at: Annotated[str, typer.Option(metavar="ISO8601", help="Of an event; the deadline of a call.")] = "",
    news: Annotated[bool, typer.Option("--news", help="It is news, whatever its date.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Put one resource on the shelf by hand, or those of a file."""
    if file is not None and not title:
        import_(file, news, now, as_json)
        return
    from publisher.cli.opening import acting
    from publisher.library import files, shelf
    from publisher.library.models import Source
    from publisher.library.news import is_news
    from publisher.staff import trail

    at = moment(now)
    form: dict[str, Any] = {
        "title": title, "link": link, "blurb": blurb, "language": language, "kind": kind, "authors": tuple(author or ()), "publisher": publisher, "licence": licence, "doi": doi,
        "published_on": published_on, "starts_at": starts_at, "ends_at": ends_at,
    }  # fmt: skip
    with acting() as (house, session):
        form |= {
            "topics": _terms(session, "topic", topic),
            "sectors": _terms(session, "sector", sector),
            "audiences": _terms(session, "audience", audience),
            "countries": _countries(country),
        }
        work = files.add_manually(session, house, form, now=at, who=WHO)
        source = Source(slug="manual", kind="builtin", title="", created_at=at)
        young = is_news(source, work.published_on, work.starts_at, work.ends_at, now=at, first=True)
        if work.first_seen == at:
            work.news_since = at if news or young else None
        elif news:
            work.news_since = work.news_since or at
        session.add(work)
        session.flush()
        trail.note(session, WHO, f"resource:{work.id}", f"added “{title[:200]}”", at)
        row = _row(shelf.work_by_id(session, work.id or 0))
    answer(row, as_json, f"Resource {row['resource']} is {row['state']}: {row['title']}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON, RSS or Atom.")],
    news: Annotated[bool, typer.Option("--news", help="New ones are news; else only what is younger than 14 days.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take in a file of resources. Rows that cannot be used are named and the rest comes in."""
    from publisher.cli.opening import acting
    from publisher.library import files

    data = octets(file)
    with acting() as (house, session):
        done = files.import_file(session, house, data, news=news, now=moment(now)).as_json()
    counts = ", ".join(f"{done[name]} {name}" for name in ("rows", "created", "updated", "unchanged", "skipped"))
    answer(done, as_json, f"{counts}.", *(f"Row {one['row']}: {one['reason']}" for one in done["errors"]))


@app.command("list")
def listed(
    query: Annotated[str, typer.Option(help="Words that must occur; the best matches first.")] = "",
    country: Annotated[Many, typer.Option(metavar="CC")] = None,
    topic: Annotated[Many, typer.Option()] = None,
    sector: Annotated[Many, typer.Option()] = None,
    kind: Annotated[Many, typer.Option()] = None,
    language: Annotated[Many, typer.Option(metavar="XX")] = None,
    state: Annotated[Many, typer.Option(help="new, approved, featured, rejected or withdrawn.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Everything the library has, whatever its state, or what fits."""
    from publisher.cli.opening import looking
    from publisher.languages import normalise
    from publisher.library.models import KINDS, WorkState
    from publisher.library.search import SearchQuery

    with looking() as (_house, session):
        wanted = SearchQuery(
            text=query,
            countries=_countries(country),
            topics=_terms(session, "topic", topic),
            sectors=_terms(session, "sector", sector),
            kinds=_one_of("kind", kind, KINDS),
            languages=tuple(normalise(code) or _unknown("language", code) for code in words(language or ())),
            states=_one_of("state", state, tuple(WorkState)),
        )
        rows = [_row(found) for found in _found(session, wanted, limit)]
    columns = ("resource", "title", "kind", "languages", "countries", "state")
    listing(rows, as_json, *columns, empty="Nothing in the library fits.")


@app.command()
def show(resource: Annotated[int, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Everything about one resource."""
    from publisher.cli.opening import looking
    from publisher.library import shelf

    with looking() as (_house, session):
        found = shelf.work_by_id(session, resource)
        work = found.work
        texts = {
            code: {"title": text.title, "blurb": text.blurb, "link": text.link} for code, text in found.texts.items()
        }
        more = {
            "texts": texts, "authors": list(work.authors), "publisher": work.publisher, "licence": work.licence,
            "doi": work.doi, "starts_at": work.starts_at, "ends_at": work.ends_at, "pages": work.pages,
            "sectors": list(found.keys("sector")), "audiences": list(found.keys("audience")),
            "regions": list(found.keys("region")), "first_seen": work.first_seen, "reviewed_by": work.reviewed_by,
            "reviewed_at": work.reviewed_at, "note": work.note,
        }  # fmt: skip
        details(_row(found) | more, as_json)


@app.command()
def approve(ids: Ids, now: Now = None, as_json: AsJson = False) -> None:
    """Put resources on the shelf; what is news is news from this moment."""
    _review("approve", ids, now, as_json)


@app.command()
def feature(ids: Ids, now: Now = None, as_json: AsJson = False) -> None:
    """Put resources on the shelf and show them first."""
    _review("feature", ids, now, as_json)


@app.command()
def reject(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why; a partner who shared it is told.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Not for this library. Later harvests do not bring it back."""
    _review("reject", ids, now, as_json, reason)


@app.command()
def partners(as_json: AsJson = False) -> None:
    """Organisations that are named among the partners, and what they shared."""
    from publisher.cli.opening import looking
    from publisher.library.partners import partners as named

    with looking() as (_house, session):
        rows = [{"partner": one.name, "resources": list(one.works)} for one in named(session)]
    listing(rows, as_json, "partner", "resources")


@app.command()
def sharer(
    resource: Annotated[int, typer.Argument(metavar="ID")],
    organisation: Annotated[str, typer.Option(help="As it is to be named.")] = "",
    named: Annotated[bool, typer.Option("--named/--not-named", help="Whether it stands among the partners.")] = True,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """How whoever shared a resource is named among the partners."""
    from publisher.cli.opening import acting
    from publisher.library import partners
    from publisher.staff import trail

    at = moment(now)
    with acting() as (_house, session):
        share = partners.last_share(session, resource)
        partners.name_as(session, resource, share.id or 0, organisation or share.organisation, named=named)
        trail.note(session, WHO, f"resource:{resource}", "Changed how who shared it is named.", at)
        row = {"resource": resource, "organisation": share.organisation, "named": share.naming == "named"}
    details(row, as_json)


def _review(verb: str, ids: list[int], now: str | None, as_json: bool, reason: str = "") -> None:
    from publisher.cli.opening import acting
    from publisher.library import review, sharing, shelf
    from publisher.staff import trail

    at = moment(now)
    with acting() as (house, session):
        found = {i: one for one in shelf.shown(session, ids) if (i := one.work.id)}
        if missing := [i for i in ids if i not in found]:
            raise NotFound(f"There is no resource {missing[0]}.")
        if verb == "reject":
            changed = review.reject(session, ids, who=WHO, now=at, note=reason)
            sharing.tell_declined(session, house, changed, now=at)
        else:
            changed = getattr(review, verb)(session, ids, who=WHO, now=at)
        for i in changed:
            trail.note(session, WHO, f"resource:{i}", verb, at)
        rows = [_row(one) | {"changed": one.work.id in changed} for one in shelf.shown(session, ids)]
    listing(rows, as_json, "resource", "title", "state")


def _found(session: "Session", query: "SearchQuery", limit: int | None) -> list["Shown"]:
    """Page by page: the best first where words are asked for, else in the order they came."""
    from dataclasses import replace

    from publisher.library.search import found_ids, search
    from publisher.library.shelf import shown

    found: list[Shown] = []
    if not query.text.strip():
        ids = found_ids(session, query)[:limit]
        for start in range(0, len(ids), PAGE):
            found += shown(session, ids[start : start + PAGE])
        return found
    while limit is None or len(found) < limit:
        page = search(session, replace(query, limit=PAGE, offset=len(found)), facets=()).items
        found += page
        if len(page) < PAGE:
            break
    return found[:limit]


def _row(found: "Shown") -> dict[str, Any]:
    from publisher.library.shelf import text_for

    work, text = found.work, text_for(found, ["en"])
    return {
        "resource": work.id,
        "title": text.title if text else work.slug,
        "state": work.state,
        "kind": work.kind,
        "language": work.language,
        "languages": list(found.texts),
        "countries": list(found.keys("country")),
        "topics": list(found.keys("topic")),
        "link": text.link if text else "",
        "published_on": work.published_on,
        "news_since": work.news_since,
    }


def _countries(given: Many) -> tuple[str, ...]:
    from publisher.languages import country_code

    return tuple(country_code(place) or _unknown("country", place) for place in words(given or ()))


def _terms(session: "Session", facet: str, given: Many) -> tuple[str, ...]:
    from publisher.vocabulary import terms

    found = [terms.recognise_in(session, facet, word) or _unknown(facet, word) for word in words(given or ())]
    return tuple(key for _, key in found)


def _one_of(name: str, given: Many, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word if word in known else _unknown(name, word) for word in words(given or ()))


def _unknown(name: str, word: str) -> Any:
    raise BadInput(f"There is no {name} “{word}”.")
