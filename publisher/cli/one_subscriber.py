"""`publisher subscribers …`: one reader: found, changed, paused, moved."""

from datetime import timedelta
from typing import Annotated

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, words
from publisher.cli.speaking import answer, listing, note
from publisher.errors import BadInput


def find(text: str, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Readers whose name begins so, accents or not, or whose address contains it."""
    from publisher.audience import people
    from publisher.cli.opening import looking
    from publisher.desk import finding

    with looking() as (house, session):
        found = finding.find(session, house, text, limit=limit or 50)
        rows = [{"subscriber": a.email, "name": p.name, "known_by": "reader"} for p, a in found.people]
        rows += [{"subscriber": one.address.email, "name": one.name, "known_by": one.known_by} for one in found.others]
        moved = people.address_of(session, found.moved).email if found.moved else ""
    if found.erased_at:
        note("Whoever had this address was erased. Nothing about them is left but a fingerprint of the address.")
    if moved:
        note(f"Whoever had this address has moved to {moved}.")
    listing(rows, as_json, "subscriber", "name", "known_by", empty="Nobody here fits that.")


def change(
    email: str,
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA zone, such as Africa/Nairobi.")] = None,
    country: Annotated[str | None, typer.Option(help="Where they are; empty takes it away.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Languages in their order; several, or with commas.")
    ] = None,
    interest: Annotated[
        list[str] | None, typer.Option(help="All of their interests, as facet:key; none: an empty one.")
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Change name, zone, country, languages or interests on a reader's behalf."""
    from publisher.audience import people, preferences
    from publisher.audience.preferences import Changes, Visit
    from publisher.cli.opening import acting
    from publisher.staff import trail

    wanted = None if interest is None else frozenset(_pair(one) for one in words(interest) if one)
    given = None if language is None else words(language)
    changes = Changes(name=name, languages=given, zone=zone, country=country, interests=wanted)
    if changes == Changes():
        raise BadInput("Say what to change: --name, --zone, --country, --language or --interest.")
    at = moment(now)
    with acting() as (house, session):
        person = people.get(session, house.tokens, email)
        preferences.change(session, house, Visit(person, fresh=False), changes, at)
        trail.note(session, WHO, f"person:{person.id}", "Changed what they chose, on their behalf.", at)
        said = {
            "subscriber": people.address_of(session, person).email,
            "name": person.name,
            "languages": person.languages.split(","),
            "country": person.country,
            "zone": person.zone,
            "interests": sorted(f"{facet}:{key}" for facet, key in people.interests(session, person)),
        }
    answer(said, as_json, f"{said['subscriber']} is changed.")


def pause(
    email: str,
    weeks: Annotated[int, typer.Option(min=0, max=52, help="For how long; 0 ends a pause.")] = 4,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """No newsletters for some weeks, or again from now on."""
    from publisher.audience import people, preferences
    from publisher.cli.opening import acting
    from publisher.staff import trail

    at = moment(now)
    how_long = f"{weeks} week{'' if weeks == 1 else 's'}"
    with acting() as (house, session):
        person = people.get(session, house.tokens, email)
        preferences.pause(session, person, at + timedelta(weeks=weeks) if weeks else None, at)
        trail.note(session, WHO, f"person:{person.id}", f"Paused for {how_long}." if weeks else "Ended the pause.", at)
        until, address = person.paused_until, people.address_of(session, person).email
    said = f"No newsletters to {address} for {how_long}." if weeks else f"Newsletters go to {address} again."
    answer({"subscriber": address, "paused_until": until}, as_json, said)


def move(email: str, new_email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Ask a new address by mail whether it is theirs. Nothing moves before it says yes; history goes along."""
    from publisher.audience import moving, people
    from publisher.audience.preferences import Visit
    from publisher.cli.opening import acting
    from publisher.staff import trail

    at = moment(now)
    with acting() as (house, session):
        person = people.get(session, house.tokens, email)
        moving.ask(session, house, Visit(person, fresh=True), new_email, at)
        trail.note(session, WHO, f"person:{person.id}", "Asked a new address.", at)
    answer({"asked": True}, as_json, "The new address was asked by mail. Nothing moves before it confirms.")


def _pair(text: str) -> tuple[str, str]:
    facet, colon, key = text.partition(":")
    if not colon or not key:
        raise BadInput(f"“{text[:40]}” is no interest; write topic:nutrition or country:KE.", field="interest")
    return facet, key
