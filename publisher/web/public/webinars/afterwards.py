"""What is left of a date: its recording with what is said in it, papers, a confirmation of attendance, and a few questions."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from publisher import languages
from publisher.errors import BadInput, NotFound
from publisher.languages import N_, direction
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.podcasts.models import Transcript
from publisher.web.forms import Filled, Sent
from publisher.web.page import Page, changing, looking
from publisher.web.public.spoken import spoken
from publisher.web.public.webinars import finding
from publisher.web.public.webinars.finding import Found
from publisher.web.public.webinars.pages import left_of
from publisher.web.public.webinars.showing import card, people
from publisher.web.public.webinars.when import when_of
from publisher.webinars import booking, certificates, feedback
from publisher.webinars.certificates import Certificate
from publisher.webinars.models import Registration, Series, Webinar

NO_RECORDING = N_("There is no recording of this webinar.")
THANKS = N_("Thank you. What you say makes the next one better.")


def recording(request: Request, slug: str) -> Response:
    """GET /webinars/<slug>/recording: plays what is ours, and leads to what is elsewhere."""
    with looking(request) as page:
        found = finding.by_slug(page.session, slug)
        one = found.webinar
        if one is None:
            return page.go(found.path)
        media = page.session.get(MediaFile, one.recording_id) if one.recording_id else None
        papers = left_of(page, one)
        if media is None and not one.recording_url and not papers["handouts"] and not papers["questions"]:
            raise NotFound(NO_RECORDING)
        answer = page.show("web/public/webinar_recording.html", **_recorded(page, found, one, media), **papers)
        if not found.is_public:
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def attended(request: Request, token: str) -> Response:
    """GET /webinars/attended/<token>: to be printed, and compared by whoever is shown the paper."""
    with looking(request) as page:
        found = certificates.check(page.session, page.house, token, now=page.now, language=page.language)
        return page.show("web/public/webinar_attended.html", **_certificate(page, found))


def survey(request: Request, slug: str, token: str) -> Response:
    """GET /webinars/<slug>/feedback/<token>"""
    with looking(request) as page:
        _, series, webinar, page = _asked(page, slug, token)
        return _survey(page, series, webinar, token, Filled())


def answer(request: Request, slug: str, token: str, form: Sent) -> Response:
    """POST /webinars/<slug>/feedback/<token>: nobody learns who said what."""
    with changing(request) as page:
        registration, _, webinar, page = _asked(page, slug, token)
        given = {name.removeprefix("answer-"): form.one(name) for name in form.data if name.startswith("answer-")}
        try:
            feedback.give(page.session, page.house, registration, webinar, given, now=page.now)
        except BadInput as error:
            page.session.rollback()
            filled = Filled({f"answer-{k}": v for k, v in given.items()}, {error.field or "": page.why(error)})
            return _survey(page, *_anew(page, slug, token)[1:3], token, filled, 422)
        return page.show(
            "web/public/done.html",
            title=page.gettext("That has arrived"),
            sentence=page.gettext(THANKS),
            links=[{"text": page.gettext("Your own page of it"), "url": page.link(f"/webinars/mine/{token}")}],
        )


def _recorded(page: Page, found: Found, one: Webinar, media: MediaFile | None) -> dict[str, Any]:
    path = finding.webinar_path(one)
    return {
        "webinar": card(page, found),
        "when": when_of(page, one),
        "people": people(page, found),
        "url": one.recording_url,
        "file": {
            "kind": media.kind,
            "url": f"{path}/recording/{media.digest[:12]}.{media.extension}",
            "about": f"{media.extension.upper()}, {languages.file_size(media.length, page.language)}",
            "duration": languages.duration_in_words(round(media.duration), page.language) if media.duration else "",
        }
        if media
        else None,
        "transcript": _transcript(page, one),
        "captions_url": f"{path}/captions.vtt" if one.transcript else "",
    }


def _transcript(page: Page, one: Webinar) -> dict[str, Any] | None:
    if not one.transcript:
        return None
    text = Transcript(episode_id=0, language=one.transcript_language, type="text/vtt", text=one.transcript)
    language = one.transcript_language
    return {
        "paragraphs": spoken(text).paragraphs,
        "language": language,
        "direction": direction(language or "en"),
        "label": languages.language_name(language, page.language) if language else "",
    }


def _certificate(page: Page, found: Certificate) -> dict[str, Any]:
    if found.minutes < 60:
        together = page.gettext("Together: %(time)s") % {
            "time": languages.duration_in_words(found.minutes * 60, page.language)
        }
    else:
        together = page.gettext("Together: %(hours)s hours") % {"hours": languages.number(found.hours, page.language)}
    return {
        "name": found.name,
        "organisation": found.organisation,
        "title": found.title,
        "dates": [
            {
                "title": one.title if one.title != found.title else "",
                "day": when_of(page, one.webinar, found.zone)["day"],
                "minutes": languages.duration_in_words(one.minutes * 60, page.language),
            }
            for one in found.dates
        ],
        "together": together,
        "share": found.share,
        "code": found.code,
        "url": found.url,
        "organiser": _identity_name(page, found.series),
    }


def _identity_name(page: Page, series: Series) -> str:
    return page.session.get_one(Identity, series.identity_id).name


def _asked(page: Page, slug: str, token: str) -> tuple[Registration, Series, Webinar, Page]:
    registration, series, webinar = _anew(page, slug, token)
    feedback.must_be_asked(page.session, registration, webinar, now=page.now)
    return registration, series, webinar, page.preferring(registration.language)


def _anew(page: Page, slug: str, token: str) -> tuple[Registration, Series, Webinar]:
    registration = booking.open_registration(page.session, page.house, token, now=page.now)
    found = finding.by_slug(page.session, slug)
    if found.webinar is None or found.series.id != registration.series_id or not found.series.survey:
        raise NotFound(finding.NO_WEBINAR)
    return registration, found.series, found.webinar


def _survey(page: Page, series: Series, webinar: Webinar, token: str, form: Filled, status: int = 200) -> Response:
    found = finding.by_slug(page.session, webinar.slug)
    return page.show(
        "web/public/webinar_feedback.html",
        status,
        webinar=card(page, found),
        action=page.link(f"{finding.webinar_path(webinar)}/feedback/{token}"),
        form=form,
        questions=[_question(page, one) for one in series.survey],
    )


def _question(page: Page, one: Any) -> dict[str, Any]:
    kind = one.get("kind")
    if kind == "scale":
        options = [(n, n) for n in feedback.SCALE]
    else:
        options = [(str(option), str(option)) for option in one.get("options", [])]
    label = page.gettext(str(one.get("label", "")))  # the usual questions are ours, and translated
    return {"name": f"answer-{one['key']}", "label": label, "kind": kind, "options": options}
