"""A message to people who registered: to whom, in which words, and to how many before it goes."""

from typing import Any

from fastapi.responses import Response

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
from publisher.webinars import mailings, messages, programme
from publisher.webinars import words as words_of
from publisher.webinars.messages import OF_A_DATE, WHO
from publisher.webinars.models import Series, Webinar, WebinarState


def show(desk: Desk, slug: str, typed: bool = False) -> Response:
    """GET …/message?date=&who=. `typed`: with what was typed, to see how many it goes to."""
    series = series_at(desk.session, slug)
    here, dates = f"{series_url(series)}/message", _dates(desk, series)
    counts = tongues.read_by(desk.session, series, tongues.codes_of(series))
    codes = [code for code in counts if counts[code] or code in words_of.languages_of(series)]
    who = desk.asked("who")
    values: dict[str, Any] = {
        "who": who if who in WHO else "registered",
        "date": desk.asked("date") if desk.asked("date") in {str(one.id) for one in dates} else "",
        "at": "",
        **tongues.values({}, codes),
    }
    form = desk.filled(values, here)
    if typed:
        form = Filled({name: desk.form.whole(name) for name in values})
    numbers, trouble = _numbers(desk, series, form["values"])
    if trouble and not form["errors"]:
        form = Filled(form["values"], {"who": trouble})
    return desk.show(
        "webinars/message.html",
        "webinars",
        series=frame_of(series),
        tabs=tabs_of(desk, series, "message"),
        here=here,
        form=form,
        whos=list(WHO.items()),
        dates=[("", "All dates"), *((str(one.id), f"{shortly(desk, one)}  {called(series, one)}") for one in dates)] if not series.is_single else [],
        tongues=tongues.tongues(codes, counts, series.language),
        zone_text=f"{zone_text(desk)} Empty: now.",
        preview_languages=[(code, language_name(code, "en")) for code in codes],
        numbers=numbers,
        letters=letters_sent.lines(desk, series, ("message",)),
        letters_url=f"{series_url(series)}/letters",
    )  # fmt: skip


def save(desk: Desk, slug: str) -> Response:
    """POST …/message: who, date, at, subject-xx, body-xx, counted; verb count|send."""
    if desk.form.one("verb") != "send":
        return show(desk, slug, typed=True)
    series = series_at(desk.session, slug)
    at, who = typed_instant(desk, "at"), desk.form.one("who")
    with desk.changing() as inner:
        row = inner.session.get_one(Series, series.id)
        webinar = _date(inner, row, desk.form.one("date"), who)
        number = messages.count(inner.session, row, webinar, who, now=desk.now)
        if number and desk.form.one("counted") != str(number):
            people = words.counted(number, "person", "people")
            raise Conflict(
                f"Nothing was sent yet. As it stands it goes to {people}. Press again if that is what you mean."
            )
        codes = tongues.codes_of(row)
        said = tongues.typed(desk.form, codes)
        messages.send(inner.session, desk.house, row, webinar, said, who, at=at, by=desk.staff.email, now=desk.now)
        inner.note(f"series:{slug}", f"Wrote to {words.counted(number, 'registrant')}.")
    mailings.plan_due(desk.house, desk.now)
    people = words.counted(number, "person", "people")
    said_ = f"It goes to {people} {desk.in_words(at)}." if at and at > desk.now else f"It is on its way to {people}."
    return desk.go(f"{series_url(series)}/message", said_)


def preview(desk: Desk, slug: str) -> Response:
    """GET and POST …/message/preview: the same form and `look` (a language), answered into a frame; nothing is kept."""
    series = series_at(desk.session, slug)
    codes = tongues.codes_of(series)
    language = desk.form.one("look") if desk.form.one("look") in codes else series.language
    who = desk.form.one("who", "registered")
    webinar = _date(desk, series, desk.form.one("date"), who)
    said = tongues.typed(desk.form, codes)
    return mail_preview.framed(desk, "message", series, webinar, said, language, data={"who": who})


def _dates(desk: Desk, series: Series) -> list[Webinar]:
    rows = programme.webinars_of(desk.session, series)
    return [one for one in rows if one.state == WebinarState.ANNOUNCED]


def _date(desk: Desk, series: Series, chosen: str, who: str) -> Webinar | None:
    """The date it is about. Of a one-off, its date where that matters."""
    if series.is_single:
        return programme.webinar_of_single(desk.session, series)
    found = next((one for one in _dates(desk, series) if str(one.id) == chosen), None)
    if chosen and found is None:
        raise BadInput("There is no such date. Choose one of those here.", field="date")
    if found is None and who in OF_A_DATE:
        raise BadInput(f"“{WHO[who]}” needs a date: choose one.", field="date")
    return found


def _numbers(desk: Desk, series: Series, values: Any) -> tuple[dict[str, Any] | None, str]:
    """To how many it goes; the sentence where that cannot be said."""
    try:
        webinar = _date(desk, series, str(values["date"]), str(values["who"]))
        number = messages.count(desk.session, series, webinar, str(values["who"]), now=desk.now)
    except PublisherError as problem:
        return None, str(problem)
    people = words.counted(number, "person", "people")
    return {
        "counted": str(number),
        "sentence": f"It goes to {people}.",
        "button": f"Send it to {people}",
        "nobody": not number,
    }, ""
