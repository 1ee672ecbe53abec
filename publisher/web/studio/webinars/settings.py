"""What is decided about a series, all of it: words, for whom, room, letters, questions before and after."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.errors import BadInput
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.web.studio import words
from publisher.web.studio.said_in_lines import subjects_of
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import pictures
from publisher.web.studio.webinars.choices import (
    REMINDERS,
    audience_in,
    audience_of,
    audiences,
    languages_text,
    languages_typed,
    room_in,
    room_of,
    rooms,
)
from publisher.web.studio.webinars.finding import frame_of, series_at, series_url
from publisher.web.studio.webinars.said_in_lines import (
    questions_of,
    questions_text,
    texts_typed,
    texts_values,
    tongues_of,
)
from publisher.web.studio.webinars.tabs import tabs_of
from publisher.webinars import programme, series
from publisher.webinars.models import Registration, Series, WebinarState
from publisher.webinars.shapes import Shape

#: Fields of the form that the room calls otherwise.
NAMES = {
    "list_slug": "who",
    "server_slug": "room",
    "room_kind": "room",
    "identity_slug": "identity",
    "reminders": "remind",
    "subjects": "topic",
    "texts": "language",
}
CONFIRMS = [
    ("auto", "Where it is needed", "Where seats are limited and nothing proves the address yet."),
    ("always", "Always", "Everybody answers a mail first."),
    ("never", "Never", "Whoever types an address has a seat."),
]
_LINES = ("title", "summary", "language", "dial_in", "access_note", "confirm")
_NUMBERS = ("answers_days", "opens_before", "attended_share")
_TICKS = ("is_recorded", "needs_approval")
_LISTS = ("spoken", "captions", "interpreted")


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/webinars/<slug>/settings"""
    row = series_at(desk.session, slug)
    shape = series.shape_of(desk.session, row)
    tongues = tongues_of(row.language, row.texts)
    form = desk.filled(_values(shape, [code for code, _ in tongues]), f"{series_url(row)}/settings", NAMES)
    media = desk.session.get(MediaFile, row.picture_id) if row.picture_id else None
    return desk.show(
        "webinars/settings.html",
        "webinars",
        series=frame_of(row),
        tabs=tabs_of(desk, row, "settings"),
        form=form,
        tongues=tongues,
        picture=pictures.small(media),
        languages=words.language_options(row.language),
        more_languages=[("", "Choose one"), *(one for one in words.language_options() if one[0] not in _known(row, tongues))],
        audiences=audiences(desk.session),
        places=rooms(desk.session),
        identities=[(one.slug, f"{one.from_name} <{one.from_address}>") for one in desk.session.exec(select(Identity).order_by(col(Identity.id)))],
        is_out=any(one.state != WebinarState.DRAFT for one in programme.webinars_of(desk.session, row)),
        confirms=CONFIRMS,
        reminders=_reminders(form.values["remind"]),
        topics=words.vocabulary(desk.session, "topic"),
        countries=words.chosen_first(words.countries(), form.values["country"]),
        seats_hint=_seats_hint(desk.session, row),
        answers_hint=_answers_hint(desk.session, row),
    )  # fmt: skip


def save(desk: Desk, slug: str) -> Response:
    """POST /studio/webinars/<slug>/settings (multipart)."""
    row = series_at(desk.session, slug)
    before = series.shape_of(desk.session, row)
    changed = series.edit(desk.session, desk.house, row, _shape(desk, row, before), now=desk.now)
    changed = _take_picture(desk, row) or changed
    if changed:
        desk.note(f"series:{slug}", "Changed what is decided about it.")
    return desk.go(
        f"{series_url(row)}/settings", "Saved. Its page and calendars show it." if changed else "Nothing was different."
    )


def _values(said: Shape, tongues: list[str]) -> dict[str, Any]:
    subjects = [tuple(pair) for pair in said.subjects]
    return {
        **{name: getattr(said, name) for name in (*_LINES, "description", *_TICKS, "room_url")},
        **{name: str(getattr(said, name)) for name in _NUMBERS},
        **{name: languages_text(getattr(said, name)) for name in _LISTS},
        **texts_values(said.texts, tongues),
        "capacity": str(said.capacity or ""),
        "who": audience_in(said),
        "room": room_in(said),
        "identity": said.identity_slug or "",
        "remind": [str(one) for one in said.reminders],
        "questions": questions_text(said.questions),
        "survey": questions_text(said.survey),
        "topic": [key for facet, key in subjects if facet == "topic"],
        "country": [key for facet, key in subjects if facet == "country"],
        **dict.fromkeys(("picture", "picture_alt", "more_language", "title_more", "summary_more", "description_more"), ""),
    }  # fmt: skip


def _shape(desk: Desk, row: Series, before: Shape) -> Shape:
    form = desk.form
    said: dict[str, Any] = {name: form.one(name) for name in (*_LINES, *_NUMBERS)}
    said |= {name: form.ticked(name) for name in _TICKS}
    said |= {name: languages_typed(form.one(name), name) for name in _LISTS}
    said |= _same_number(before, said)
    return replace(
        before,
        **said,
        **audience_of(form.one("who")),
        **room_of(form.one("room"), form.one("room_url")),
        description=form.whole("description"),
        texts=_texts(desk, row),
        capacity=form.one("capacity") or None,  # type: ignore[arg-type]  # the room reads the number and says what is wrong
        identity_slug=form.one("identity") or before.identity_slug,
        reminders=[int(one) for one in form.all("remind") if one.isdecimal()],
        questions=questions_of(form.whole("questions"), before.questions),
        survey=questions_of(form.whole("survey"), before.survey),
        subjects=subjects_of(form, before.subjects),
    )


def _same_number(before: Shape, said: Mapping[str, Any]) -> dict[str, Any]:
    """A number that was typed as it is stays a number: what did not change is not judged again."""
    return {name: getattr(before, name) for name in _NUMBERS if said[name] == str(getattr(before, name))}


def _texts(desk: Desk, row: Series) -> dict[str, Any]:
    """The words in the other languages; one more where it was chosen."""
    codes = [code for code, _ in tongues_of(row.language, row.texts)]
    found: dict[str, Any] = dict(texts_typed(desk.form, codes))
    if said := texts_typed(desk.form, ["more"]).get("more"):
        if not desk.form.one("more_language"):
            raise BadInput("Choose the language of these words.", field="more_language")
        found[desk.form.one("more_language")] = said
    return found


def _take_picture(desk: Desk, row: Series) -> bool:
    media = pictures.picture(desk, "picture")
    if media is None and not desk.form.ticked("no_picture"):
        return False
    if media is not None and (alt := desk.form.one("picture_alt")):
        media.alt = alt[:300]
        desk.session.add(media)
    series.set_picture(desk.session, desk.house, row, media, now=desk.now)
    return True


def _known(row: Series, tongues: list[tuple[str, str]]) -> set[str]:
    return {row.language, *(code for code, _ in tongues)}


def _reminders(chosen: Any) -> words.Options:
    """Those that are usual, and whichever else there are."""
    minutes = {int(one) for one in chosen if str(one).isdecimal()} | set(REMINDERS)
    return [(str(one), REMINDERS.get(one, f"{one} minutes before")) for one in sorted(minutes, reverse=True)]


def _seats_hint(session: Session, row: Series) -> str:
    """Who moves up at once when there are more."""
    waiting = _count(session, row, col(Registration.state) == "waiting")
    if not waiting:
        return "Empty: no limit. Else a waiting list."
    return f"{words.counted(waiting, 'person', 'people').capitalize()} {'waits' if waiting == 1 else 'wait'}: with more seats the first have theirs, and a mail, at once."


def _answers_hint(session: Session, row: Series) -> str:
    answered = _count(session, row, col(Registration.answers_until).is_not(None))
    return f"{words.counted(answered, 'person', 'people').capitalize()} answered so far." if answered else ""


def _count(session: Session, row: Series, condition: Any) -> int:
    which = select(func.count()).select_from(Registration).where(col(Registration.series_id) == row.id, condition)
    return int(session.exec(which).one())
