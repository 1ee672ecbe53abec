"""Who speaks, hosts and interprets: added, written, invited, taken off; and what is still missing of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.errors import BadInput, NotFound
from publisher.languages import join_list
from publisher.mail.models import Address
from publisher.media.models import MediaFile
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import pictures
from publisher.web.studio.webinars.finding import date_at, date_url
from publisher.webinars import preparing, speakers
from publisher.webinars.models import Series, Speaker, Webinar
from publisher.webinars.speakers import SpeakerShape

ROLES = [("speaker", "Speaks"), ("host", "Hosts"), ("interpreter", "Interprets")]
#: What is missing, as it is said of somebody rather than to them.
MISSING = {
    preparing.BIO: "a few lines about them",
    preparing.PICTURE: "a picture",
    preparing.RECORDING: "their answer about the recording",
    preparing.SLIDES: "slides",
}


def change(desk: Desk, slug: str, number: int) -> Response:
    """POST /studio/webinars/<slug>/dates/<id>/speakers (multipart): verb add|save|invite|remove; speaker."""
    series, webinar = date_at(desk.session, slug, number)
    here, verb = f"{date_url(series, webinar)}#speakers", desk.form.one("verb")
    if verb == "add":
        return _add(desk, series, webinar, here)
    speaker = _speaker(desk, series)
    match verb:
        case "save":
            before = speakers.shape_of(desk.session, speaker)
            said = _shape(desk, before)
            speakers.edit(desk.session, desk.house, speaker, said, now=desk.now)
            _picture(desk, speaker)
            desk.note(f"series:{slug}", f"Wrote about {speaker.name}.")
            return desk.go(here, f"Saved.{_stopped(before, said)}")
        case "invite":
            speakers.invite(desk.session, desk.house, speaker, now=desk.now)
            desk.note(f"series:{slug}", f"Invited {speaker.name}.")
            return desk.go(here, f"The invitation to {speaker.name} is on its way.")
        case "remove":
            name = speaker.name
            speakers.remove(desk.session, desk.house, speaker, now=desk.now)
            desk.note(f"series:{slug}", f"Took {name} off.")
            return desk.go(here, f"{name} is not on the page any more.")
    raise BadInput("There is nothing of that kind to be done with a speaker.")


def of_page(desk: Desk, series: Series, webinar: Webinar) -> dict[str, Any]:
    """For the page of a date: everybody who is there, each with a form, and the form for one more."""
    here = f"{date_url(series, webinar)}/speakers"
    several = speakers.of(desk.session, series, webinar)
    kept = _beside(desk, several)  # asked once; each form finds its own among them
    lacks = preparing.missing_of(desk.session, series, several, now=desk.now)
    blank = {
        "name": "",
        "email": "",
        "role": "speaker",
        "organisation": "",
        "at": "date" if series.is_single else "all",
    }
    return {
        "speakers": [_shown(desk, one, here, lacks[one.id or 0], kept) for one in several],
        "speaker_form": desk.filled(blank, here, verb="add"),
        "roles": ROLES,
        "speaker_languages": words.language_options(series.language, *(one.language for one in several)),
        "zone_names": [name for name, _ in words.zones()] if several else [],
    }


def who_rehearses(desk: Desk, series: Series, webinar: Webinar) -> str:
    """Who hears when a rehearsal is set, moved or called off."""
    invited = [one for one in speakers.of(desk.session, series, webinar) if one.invited_at and one.address_id]
    if not invited:
        return "Nobody is invited to speak yet: who is invited later gets it with the invitation."
    number = words.counted(len(invited), "person", "people").capitalize()
    return f"{number} who {'speaks' if len(invited) == 1 else 'speak'} or {'helps' if len(invited) == 1 else 'help'} {'gets' if len(invited) == 1 else 'get'} one mail, and it stands in their calendar."


def _add(desk: Desk, series: Series, webinar: Webinar, here: str) -> Response:
    form = desk.form
    only = webinar if form.one("at") == "date" and not series.is_single else None
    shape = SpeakerShape(
        name=form.one("name"),
        email=form.one("email"),
        role=form.one("role", "speaker"),
        organisation=form.one("organisation"),
        position=len(speakers.of(desk.session, series)),
    )
    speaker = speakers.add(desk.session, desk.house, series, shape, now=desk.now, webinar=only)
    said = f"{speaker.name} is on the page."
    desk.note(f"series:{series.slug}", f"Added {speaker.name}.")
    if not form.ticked("invite"):
        return desk.go(here, said)
    speakers.invite(desk.session, desk.house, speaker, now=desk.now)
    return desk.go(here, f"{said} The invitation is on its way.")


def _shown(
    desk: Desk, one: Speaker, here: str, lacks: Sequence[str], kept: dict[str, dict[int, Any]]
) -> dict[str, Any]:
    address = kept["addresses"].get(one.address_id or 0)
    media = kept["pictures"].get(one.picture_id or 0)
    values = {
        "name": one.name, "email": address.email if address else "", "role": one.role, "organisation": one.organisation,
        "bio": one.bio, "language": one.language, "zone": one.zone, "picture": "",
    }  # fmt: skip
    missing = [MISSING.get(each, each) for each in lacks]
    return {
        "id": one.id,
        "name": one.name,
        "picture": pictures.small(media),
        "initial": one.name[:1],
        "note": " · ".join(filter(None, [dict(ROLES).get(one.role, one.role).lower(), one.organisation])),
        "everywhere": one.webinar_id is None,
        "missing": missing,
        "missing_text": f"Missing: {join_list(missing, 'en')}." if missing else "Everything is here.",
        "invited": desk.moment(one.invited_at),
        "reminded": desk.moment(one.reminded_at),
        "recording": {"yes": "May be recorded.", "no": "Does not want to be recorded."}.get(one.recording_answer, ""),
        "can_invite": one.address_id is not None,
        "invite_text": f"One mail to {address.email}: the page by which they bring what is missing, their way in, and the dates for their calendar."
        if address
        else "Write an address first.",
        "remove_text": f"{one.name} goes from the page, and the link they have stops. {'They are not told: write to them.' if one.invited_at else 'They know nothing of it yet.'}",
        "form": desk.filled(values, here, verb="save", speaker=one.id),
    }  # fmt: skip


def _beside(desk: Desk, several: Sequence[Speaker]) -> dict[str, dict[int, Any]]:
    """Addresses and pictures of them all, by their ids."""
    addresses = select(Address).where(col(Address.id).in_([one.address_id for one in several if one.address_id]))
    media = select(MediaFile).where(col(MediaFile.id).in_([one.picture_id for one in several if one.picture_id]))
    return {
        "addresses": {one.id or 0: one for one in desk.session.exec(addresses)},
        "pictures": {one.id or 0: one for one in desk.session.exec(media)},
    }


def _speaker(desk: Desk, series: Series) -> Speaker:
    given = desk.form.one("speaker")
    found = desk.session.get(Speaker, int(given)) if given.isdecimal() and len(given) < 10 else None
    if found is None or found.series_id != series.id:
        raise NotFound("There is no such speaker.")
    return found


def _shape(desk: Desk, before: SpeakerShape) -> SpeakerShape:
    form = desk.form
    said: dict[str, Any] = {
        name: form.one(name) for name in ("name", "email", "role", "organisation", "language", "zone")
    }
    return replace(before, **said, bio=form.whole("bio"))


def _picture(desk: Desk, speaker: Speaker) -> None:
    with pictures.given(desk, "picture") as found:
        if found is not None:
            path, name = found
            speakers.take_picture(desk.session, desk.house, speaker, path, name=name, now=desk.now)
    if desk.form.ticked("no_picture"):
        speakers.set_picture(desk.session, speaker, None)


def _stopped(before: SpeakerShape, said: SpeakerShape) -> str:
    moved = before.email and said.email.strip().lower() != before.email.lower()
    return " The link that went to the former address stops; invite them again." if moved else ""
