"""Announcing a webinar or a series to a list: to whom, when and in which words, with how many get it before it goes."""

from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience import lists, segments
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict, PublisherError
from publisher.languages import language_name
from publisher.web.forms import Filled
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import letters_sent, mail_preview, tongues
from publisher.web.studio.webinars.finding import (
    called,
    frame_of,
    series_at,
    series_url,
    shortly,
    typed_instant,
    zone_text,
)
from publisher.web.studio.webinars.tabs import tabs_of
from publisher.webinars import announcing, mailings, programme, times
from publisher.webinars.models import Series, Webinar


def show(desk: Desk, slug: str, typed: bool = False) -> Response:
    """GET …/announce?list=. `typed`: with what was typed, to see how many it goes to."""
    series = series_at(desk.session, slug)
    here = f"{series_url(series)}/announce"
    codes, several = tongues.codes_of(series), _lists(desk, series)
    first = desk.asked("list") if desk.asked("list") in {one.slug for one in several} else ""
    values: dict[str, Any] = {
        "list": first or (several[0].slug if several else ""),
        "what": "",
        "rule": "",
        "at": "",
        **tongues.values({}, codes),
    }
    blocked = _blocked(desk, series)
    form = Filled(values) if blocked else desk.filled(values, here)
    if typed:
        form = Filled({name: desk.form.whole(name) for name in values})
    numbers, trouble = _numbers(desk, series, form["values"])
    if trouble and not form["errors"]:
        form = Filled(form["values"], {"rule": trouble})
    return desk.show(
        "webinars/announce.html",
        "webinars",
        series=frame_of(series),
        tabs=tabs_of(desk, series, "announce"),
        here=here,
        form=form,
        lists=[(one.slug, one.name) for one in several],
        whats=_whats(desk, series),
        tongues=tongues.tongues(codes),
        zone_text=f"{zone_text(desk)} Empty: now.",
        segment_words=", ".join(segments.WORDS),
        preview_languages=[(code, language_name(code, "en")) for code in codes],
        numbers=numbers,
        blocked=blocked,
        letters=letters_sent.lines(desk, series, ("announcement",)),
        letters_url=f"{series_url(series)}/letters",
    )


def save(desk: Desk, slug: str) -> Response:
    """POST …/announce: list, what, rule, at, subject-xx, body-xx, counted; verb count|send."""
    if desk.form.one("verb") != "send":
        return show(desk, slug, typed=True)
    series = series_at(desk.session, slug)
    mailing_list = lists.get(desk.session, desk.form.one("list"))
    at = typed_instant(desk, "at")
    with desk.changing() as inner:
        row = inner.session.get_one(Series, series.id)
        _must_be_as_said(inner, row, mailing_list)
        announcing.announce(
            inner.session,
            desk.house,
            _what(inner, row),
            inner.session.get_one(MailingList, mailing_list.id),
            at=at,
            rule=desk.form.one("rule"),
            words=tongues.typed(desk.form, tongues.codes_of(row)),
            by=desk.staff.email,
            now=desk.now,
        )
        inner.note(f"series:{slug}", f"Announced it to {mailing_list.name}.")
    mailings.plan_due(desk.house, desk.now)
    later = at is not None and at > desk.now
    said = f"It goes to {mailing_list.name} {desk.in_words(at)}." if later and at else f"It is on its way to {mailing_list.name}."  # fmt: skip
    return desk.go(f"{series_url(series)}/announce", said)


def preview(desk: Desk, slug: str) -> Response:
    """GET ?list= and POST …/announce/preview: the same form and `look` (a language), answered into a frame; nothing is kept."""
    series = series_at(desk.session, slug)
    codes = tongues.codes_of(series)
    what, several = _what(desk, series), _lists(desk, series)
    wanted = desk.form.one("list") or desk.asked("list")
    named = next((one for one in several if one.slug == wanted), None)
    language = desk.form.one("look") if desk.form.one("look") in codes else series.language
    webinar = what if isinstance(what, Webinar) else programme.webinar_of_single(desk.session, series) if series.is_single else None  # fmt: skip
    if named is None:
        raise BadInput("Choose a list first.")
    said = tongues.typed(desk.form, codes)
    return mail_preview.framed(desk, "announcement", series, webinar, said, language, mailing_list=named)


def letters(desk: Desk, slug: str) -> Response:
    """POST …/letters: mailing, verb stop|retry, back: of any letter to many of this series."""
    series = series_at(desk.session, slug)
    back = desk.form.one("back")
    here = back if back.startswith(f"{series_url(series)}/") else f"{series_url(series)}/announce"
    with desk.changing() as inner:
        answer = letters_sent.act(inner, inner.session.get_one(Series, series.id), here)
    mailings.plan_due(desk.house, desk.now)
    return answer


def _lists(desk: Desk, series: Series) -> list[MailingList]:
    """Where it can be announced: a cohort's webinar to its cohort only. Open lists first."""
    every = lists.every(desk.session)
    if series.list_id is not None:
        return [one for one in every if one.id == series.list_id]
    return sorted(every, key=lambda one: one.kind != "open")


def _whats(desk: Desk, series: Series) -> list[tuple[str, str]]:
    """The whole, or one of its dates; nothing to choose of a one-off."""
    if series.is_single:
        return []
    ahead = [
        one
        for one in programme.webinars_of(desk.session, series)
        if times.state_of(one, desk.now) == "announced" and one.starts_at > desk.now
    ]
    return [("", "The whole series"), *((str(one.id), f"{shortly(desk, one)}  {called(series, one)}") for one in ahead)]


def _what(desk: Desk, series: Series, chosen: str | None = None) -> Webinar | Series:
    text = desk.form.one("what") if chosen is None else chosen
    if not text:
        return series
    wanted = (col(Webinar.series_id) == series.id, col(Webinar.id) == (int(text) if text.isdecimal() and len(text) < 10 else 0))  # fmt: skip
    found = desk.session.exec(select(Webinar).where(*wanted)).first()
    if found is None:
        raise BadInput("There is no such date. Choose one of those here.", field="what")
    return found


def _numbers(desk: Desk, series: Series, values: Any) -> tuple[dict[str, Any] | None, str]:
    """How many of the list get it, and how many do not and why; the sentence where its rule cannot be read."""
    chosen = lists.find(desk.session, str(values["list"]))
    if chosen is None:
        return None, ""
    try:
        what = _what(desk, series, str(values["what"]))
        count = announcing.count(desk.session, desk.house, what, chosen, rule=str(values["rule"]), now=desk.now)
    except PublisherError as problem:
        return None, str(problem)
    people = words.counted(count["recipients"], "person", "people")
    return {
        "list": chosen.name,
        "counted": str(count["recipients"]),
        "sentence": f"It goes to {people}.",
        "button": f"Announce it to {people}",
        "nobody": not count["recipients"],
        "facts": [
            ("Get it", words.figure(count["recipients"])),
            ("Registered already", words.figure(count["registered"]) if count["registered"] else ""),
            ("Had it already", words.figure(count["had_it"]) if count["had_it"] else ""),
            ("Suppressed", words.figure(count["suppressed"]) if count["suppressed"] else ""),
        ],
    }, ""


def _must_be_as_said(desk: Desk, series: Series, mailing_list: MailingList) -> None:
    """The button named a number. Where it is another by now, or another list or rule was chosen since, it is said first."""
    what = _what(desk, series)
    rule = desk.form.one("rule")
    number = announcing.count(desk.session, desk.house, what, mailing_list, rule=rule, now=desk.now)["recipients"]
    if number and desk.form.one("counted") != str(number):
        people = words.counted(number, "person", "people")
        raise Conflict(f"Nothing was sent yet. As it stands it goes to {people}. Press again if that is what you mean.")


def _blocked(desk: Desk, series: Series) -> str:
    """Why it cannot be announced at all."""
    ends = announcing.until(desk.session, series, None)
    if ends is None:
        return "Publish it first: nobody can register for a draft."
    return "" if ends > desk.now else "It has begun, so there is nothing left to announce."
