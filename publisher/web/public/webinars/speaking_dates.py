"""The dates of a speaker as their page shows them: when, the rehearsal, the way in for who leads, slides, live questions."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher.errors import NotFound
from publisher.media.models import MediaFile
from publisher.web.page import Page
from publisher.web.public.webinars.finding import NO_WEBINAR, webinar_path
from publisher.web.public.webinars.when import in_words, moments, when_of
from publisher.webinars import addresses, entrances, handouts, questions, times, words
from publisher.webinars.models import Handout, Series, Speaker, Webinar, WebinarState

RENEWS = 20
"""Seconds after which the page of live questions looks again."""


def dates_of(session: Session, speaker: Speaker) -> list[Webinar]:
    """Where they speak, drafts too: they prepare before anything is announced."""
    which = select(Webinar).where(col(Webinar.series_id) == speaker.series_id)
    if speaker.webinar_id is not None:
        which = which.where(col(Webinar.id) == speaker.webinar_id)
    return list(session.exec(which.order_by(col(Webinar.starts_at), col(Webinar.id))))


def context_of_dates(page: Page, series: Series, speaker: Speaker, token: str) -> dict[str, Any]:
    dates = dates_of(page.session, speaker)
    brought = _brought(page.session, speaker)
    shown = [_date(page, series, speaker, one, brought.get(one.id or 0, []), token) for one in dates]
    ahead = [one for one in shown if one["is_ahead"]]
    return {"dates": ahead + [one for one in reversed(shown) if not one["is_ahead"]]}  # what is next stands first


def live(page: Page, speaker: Speaker, slug: str) -> dict[str, Any]:
    """The questions that a moderator lets be seen, what most want to know first."""
    webinar = next((one for one in dates_of(page.session, speaker) if one.slug == slug), None)
    if webinar is None:
        raise NotFound(NO_WEBINAR)
    series = page.session.get_one(Series, webinar.series_id)
    open_ones = questions.of(page.session, webinar, ("shown",))
    done = questions.of(page.session, webinar, ("answered",))
    return {
        "title": words.of_webinar(series, webinar, page.language).title,
        "questions": [
            {
                "text": one.text,
                "name": one.name,
                "language": one.language,
                "votes": one.votes,
                "votes_text": page.ngettext("%(number)s wants to know", "%(number)s want to know", one.votes),
            }
            for one in open_ones
        ],
        "answered_text": page.ngettext("%(number)s answered", "%(number)s answered", len(done)) if done else "",
        "renews": RENEWS,
        "now_text": in_words(page, page.now, speaker.zone),
    }


def _brought(session: Session, speaker: Speaker) -> dict[int, list[tuple[Handout, MediaFile]]]:
    """Their own slides, by date."""
    which = select(Handout, MediaFile).join(MediaFile, col(MediaFile.id) == col(Handout.media_id))
    found: dict[int, list[tuple[Handout, MediaFile]]] = {}
    for handout, media in session.exec(which.where(col(Handout.speaker_id) == speaker.id).order_by(col(Handout.id))):
        found.setdefault(handout.webinar_id, []).append((handout, media))
    return found


def _date(
    page: Page, series: Series, speaker: Speaker, one: Webinar, brought: list[tuple[Handout, MediaFile]], token: str
) -> dict[str, Any]:
    said, state = words.of_webinar(series, one, page.language), times.state_of(one, page.now)
    entrance = entrances.of_speaker(series, one, speaker, page.now)
    host = addresses.host(page.house, speaker, one).removeprefix(page.house.settings.url(""))
    return {
        "slug": one.slug,
        "title": said.title,
        "language": said.language,
        "when": when_of(page, one, speaker.zone),
        "state": state,
        "is_draft": one.state == WebinarState.DRAFT,
        "is_ahead": state in ("draft", "announced", "live"),
        "url": page.link(webinar_path(one)) if one.state != WebinarState.DRAFT else "",
        "rehearsal": _rehearsal(page, one, speaker),
        "room": entrance.state,
        "is_rehearsal": entrance.is_rehearsal,
        "join_url": page.link(host) if entrance.state in ("early", "open") else "",
        "opens_text": in_words(page, entrance.opens_at, speaker.zone) if entrance.state == "early" else "",
        "slides": [{"id": row.id, "title": handouts.name_of(row, media)} for row, media in brought],
        "live_url": page.link(f"/webinars/speaker/{token}/questions/{one.slug}"),
    }


def _rehearsal(page: Page, one: Webinar, speaker: Speaker) -> dict[str, Any] | None:
    if one.rehearsal_at is None or one.state == WebinarState.CANCELLED:
        return None
    ends = one.rehearsal_at + timedelta(minutes=one.rehearsal_minutes)
    return moments(page, one.rehearsal_at, ends, one.zone, speaker.zone) if ends > page.now else None
