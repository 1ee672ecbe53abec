"""`publisher issues correct`: a dated note on the page of an issue, and a letter to those it has reached."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.issues import Key, app, on_the_trail
from publisher.cli.options import AsJson, Limit, Now, moment
from publisher.cli.speaking import answer, listing
from publisher.cli.typed import by_language
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.newsletters.models import Correction, Issue

Texts = list[str] | None


@app.command()
def correct(
    issue: Key,
    notes: Annotated[Texts, typer.Option("--note", metavar="XX=TEXT", help="What was wrong, what is right. Once per language.")] = None,
    item: Annotated[int | None, typer.Option(metavar="ID", help="The resource it is about.")] = None,
    titles: Annotated[Texts, typer.Option("--title", metavar="XX=TEXT", help="Mend the item’s title on the page.")] = None,
    blurbs: Annotated[Texts, typer.Option("--blurb", metavar="XX=TEXT", help="Mend why it matters.")] = None,
    openings: Annotated[Texts, typer.Option("--opening", metavar="XX=TEXT", help="Mend the opening.")] = None,
    letter: Annotated[str, typer.Option(help="Draft a letter too: all (whom it has reached), item (who had the item), none.")] = "none",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put a dated note on the issue’s page; with --letter, draft a letter about it. “issues send” sends that."""
    from publisher.cli.opening import acting
    from publisher.newsletters import correcting, issues

    if letter not in ("all", "item", "none"):
        raise BadInput("A letter goes to all, item or none.")
    mended = correcting.Mended(*(by_language(given or [], "--title") for given in (titles, blurbs, openings)))
    at = moment(now)
    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        said = by_language(notes or [], "--note")
        made = correcting.note(session, found, said, now=at, work_id=item, mended=mended)
        draft = correcting.begin_letter(session, made, now=at, to_item=letter == "item") if letter != "none" else None
        on_the_trail(session, found, "corrected it", now)
        row = _row(session, found, made, draft, now)
    sentences = [f"The page of {row['issue']} says so now."]
    if draft is not None:
        sentences.append(f"{row['letter']} is a draft for {_people(row['people'])}. “issues send” sends it.")
    answer(row, as_json, *sentences)


@app.command()
def reached(
    issue: Key,
    item: Annotated[int | None, typer.Option(metavar="ID", help="Only those who had this resource by it.")] = None,
    limit: Limit = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Whom a correction of this issue would go to, or goes to: still readers, and it has reached them."""
    from itertools import islice

    from publisher.cli.opening import looking
    from publisher.newsletters import correcting, issues

    with looking() as (_house, session):
        found = issues.by_slug(session, issue)
        people = islice(correcting.each(session, found, now=moment(now), work_id=item), limit)
        rows = [
            {
                "subscriber": one.email,
                "title": one.name,
                "state": "reached",
                "language": language,
                "country": one.country,
            }
            for one, language in people
        ]
    listing(rows, as_json, "subscriber", "title", "language", empty="It has reached nobody who is still a reader.")


def _row(
    session: "Session", issue: "Issue", made: "Correction", draft: "Issue | None", now: str | None
) -> dict[str, Any]:
    from publisher.newsletters import correcting

    work_id = made.work_id if made.to_item else None
    numbers = correcting.reached(session, issue, now=moment(now), work_id=work_id)
    return {
        "issue": issue.slug,
        "correction": made.id,
        "item": made.work_id,
        "notes": made.notes,
        "letter": draft.slug if draft else None,
        "people": numbers.people,
        "suppressed": numbers.suppressed,
        "by_language": dict(numbers.by_language.most_common()),
    }


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
