"""The dates of a registration as its own page shows them: what comes next, with the way in, and all of them to choose from."""

from typing import Any

from publisher.languages import N_
from publisher.web.page import Page
from publisher.web.public.webinars.finding import webinar_path
from publisher.web.public.webinars.pages import handout
from publisher.web.public.webinars.showing import html
from publisher.web.public.webinars.when import in_words, when_of
from publisher.webinars import adding
from publisher.webinars.booking import BookedDate
from publisher.webinars.booking import Page as Booked
from publisher.webinars.models import RegistrationState
from publisher.webinars.questions import ASKED_AFTER

ATTENDED = {"yes": N_("You were there"), "probable": N_("You were there, it seems"), "no": N_("You were not there")}
SEATS = {"coming": N_("You come"), "recording": N_("You get the recording"), "away": N_("You do not come")}


def context_of_dates(page: Page, booked: Booked, token: str) -> dict[str, Any]:
    """`next`: the date that is on, or comes next, of those they come to; `dates`: all; `ahead`: those that can be chosen."""
    shown = [_date(page, booked, one, token) for one in booked.dates]
    coming = [one for one in shown if one["seat"] == "coming" and one["can_change"]]
    is_in = booked.registration.state == RegistrationState.REGISTERED
    return {
        "next": coming[0] if coming and is_in else None,
        "dates": shown,
        "ahead": [one for one in shown if one["can_change"]],
        "over": [one for one in shown if one["is_over"] or one["is_called_off"]],
        "asking": [one for one in shown if one["can_ask"] or one["questions"]] if is_in else [],
    }


def _date(page: Page, booked: Booked, one: BookedDate, token: str) -> dict[str, Any]:
    registration, webinar = booked.registration, one.webinar
    is_in = registration.state == RegistrationState.REGISTERED
    has_own = bool(webinar.title or webinar.texts) or booked.series.is_single
    parts = (page.house, booked.series, webinar, page.language)
    return {
        "id": webinar.id,
        "slug": webinar.slug,
        "title": one.words.title if has_own else page.gettext("Date %(number)s") % {"number": webinar.number},
        "language": one.words.language if has_own else page.language,
        "url": page.link(webinar_path(webinar)),
        "when": when_of(page, webinar, registration.zone),
        "line": in_words(page, webinar.starts_at, registration.zone),
        "seat": one.seat or "away",
        "seat_text": page.gettext(SEATS[one.seat or "away"]),
        "can_change": one.can_change,
        "is_over": one.is_over,
        "is_called_off": one.is_called_off,
        "is_full": one.is_full,
        "note": webinar.note if webinar.moved_from or one.is_called_off else "",
        "room": one.room if is_in else "",
        "join_url": one.join_url.removeprefix(page.house.settings.url("")) if is_in else "",
        "opens_text": in_words(page, one.opens_at, registration.zone) if one.opens_at and one.room == "early" else "",
        "calendars": {
            "file": booked.calendar_url,  # with their way in, which the file for everybody has not
            "google": adding.google(*parts),
            "outlook": adding.outlook(*parts),
            "office": adding.outlook(*parts, office=True),
        },
        "recording_url": page.link(f"{webinar_path(webinar)}/recording") if one.recording_url else "",
        "handouts": [handout(page, webinar, *pair) for pair in one.handouts],
        "attended_text": page.gettext(ATTENDED[one.attended]) if one.is_over and one.attended in ATTENDED else "",
        "feedback_url": _feedback(page, booked, one, token),
        "can_ask": is_in and one.seat in ("coming", "recording") and not one.is_called_off
        and page.now <= webinar.ends_at + ASKED_AFTER,
        "questions": [
            {
                "id": seen.question.id,
                "text": seen.question.text,
                "name": seen.question.name,
                "language": seen.question.language,
                "is_mine": seen.is_mine,
                "waits": seen.question.state == "new",
                "has_voted": seen.has_voted,
                "can_vote": seen.question.state == "shown" and is_in and one.seat in ("coming", "recording"),
                "votes": seen.question.votes,
                "votes_text": page.ngettext("%(number)s wants to know", "%(number)s want to know", seen.question.votes),
                "answer_html": html(seen.question.answer) if seen.question.is_published else "",
            }
            for seen in one.questions
        ],
    }  # fmt: skip


def _feedback(page: Page, booked: Booked, one: BookedDate, token: str) -> str:
    is_asked = one.is_over and one.seat in ("coming", "recording") and bool(booked.series.survey)
    if not is_asked or booked.registration.state != RegistrationState.REGISTERED:
        return ""
    return page.link(f"{webinar_path(one.webinar)}/feedback/{token}")
