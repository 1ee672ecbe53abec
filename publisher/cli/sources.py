"""`publisher sources`: where new resources come from."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import answer, details, listing, note
from publisher.errors import BadInput, FetchError

if TYPE_CHECKING:
    from publisher.library.models import Source

NAME = "sources"
app = noun("Where new resources come from: feeds, repositories, sitemaps, tables.")


@app.command()
def add(
    url: str,
    kind: Annotated[str, typer.Option(help="auto, feed, oai-pmh, sitemap, json or csv.")] = "auto",
    language: Annotated[str | None, typer.Option(metavar="XX", help="What it is in, where it does not say.")] = None,
    title: Annotated[str, typer.Option(help="What staff call it; by default what it calls itself.")] = "",
    trust: Annotated[str, typer.Option(help="review: a person looks first. shelf: straight to the shelf.")] = "review",
    news: Annotated[bool, typer.Option("--news/--shelf-only", help="Whether what is new there is news.")] = True,
    every: Annotated[int | None, typer.Option(metavar="MINUTES", help="How often to look.")] = None,
    include: Annotated[list[str] | None, typer.Option(metavar="WORD", help="A record must have one of these.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="WORD", help="A record must have none of these.")] = None,
    oai_set: Annotated[str | None, typer.Option("--set", help="The set of an OAI-PMH repository.")] = None,
    only_preview: Annotated[bool, typer.Option("--preview", help="Only say what it would bring.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Let a source in. It is recognised by itself, and checked for the first time at the next tick."""
    from publisher.cli.opening import opened
    from publisher.library import sources
    from publisher.staff import trail

    at = moment(now)
    with opened() as house:
        try:
            found = sources.recognise(house, url, kind, now=at)
        except FetchError as problem:
            raise BadInput(str(problem)) if problem.permanent else problem from problem
        if oai_set:
            found = replace(found, options={**found.options, "set": oai_set})
        brings = sources.preview_of(house, found, now=at)
        if only_preview:
            details(
                {"url": found.url, "kind": found.kind, "title": found.title, "records": brings.records,
                 "this_month": brings.this_month, "complete": brings.complete, "samples": list(brings.samples),
                 "problems": list(brings.problems)}, as_json)  # fmt: skip
            return
        settings: dict[str, Any] = {"trust": trust, "news": news}
        settings |= {"every_minutes": every} if every is not None else {}
        settings |= {"include": "\n".join(include)} if include else {}
        settings |= {"exclude": "\n".join(exclude)} if exclude else {}
        with house.database.session() as session:
            source = sources.add(
                session, house, url, kind, now=at, language=language, title=title, recognised=found, **settings
            )
            trail.note(session, WHO, f"source:{source.slug}", f"let in “{source.title}”", at)
            row = _row(source, at)
    more = {"records": brings.records, "this_month": brings.this_month}
    answer(row | more, as_json, f"{row['source']}: {row['title']} ({row['kind']}), {brings.in_words()}.")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every source and how it is."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.library.models import Source

    now = moment(None)
    with looking() as (_house, session):
        wanted = select(Source).where(col(Source.kind) != "builtin").order_by(col(Source.id)).limit(limit)
        rows = [_row(source, now) for source in session.exec(wanted)]
    listing(rows, as_json, "source", "title", "kind", "state", "health", empty="There are no sources yet.")


@app.command()
def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Sources; all active ones if none.")] = None,
    now: Now = None,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Look now what sources have. Exit code 1 where one failed."""
    from publisher.cli.opening import opened
    from publisher.library import harvesting, sources

    with opened() as house:
        with house.database.reading() as session:
            wanted = [_to_check(sources.by_name(session, name)) for name in ids or ()]
        note("Checking …")
        found = harvesting.check(house, wanted if ids else None, moment(now), pause=pause)
        results = [result.as_json() for result in found]
    columns = ("source", "status", "new", "updated", "deleted", "error")
    listing(results, as_json, *columns, empty="There are no sources yet.")
    if any(result["status"] in ("failed", "gone") for result in results):
        raise typer.Exit(1)


def _to_check(source: "Source") -> int:
    if source.kind == "builtin":
        raise BadInput(f"“{source.slug}” is our own; there is nothing to check.")
    return source.id or 0


def _row(source: "Source", now: datetime) -> dict[str, Any]:
    from publisher.library.sources import health

    return {
        "source": source.slug,
        "title": source.title,
        "state": source.state,
        "kind": source.kind,
        "url": source.url,
        "language": source.language,
        "trust": source.trust,
        "news": source.news,
        "every_minutes": source.every_minutes,
        "health": health(source, now),
        "last_checked_at": source.last_checked_at,
        "next_check_at": source.next_check_at,
    }
