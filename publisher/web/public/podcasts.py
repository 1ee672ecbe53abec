"""The shows, and a page for each: what it is, how to follow it, and its episodes."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from publisher.languages import own_name
from publisher.media.models import MediaFile
from publisher.podcasts import opml, shows, words
from publisher.podcasts.models import Episode, Show
from publisher.web.answers import OPEN, conditional
from publisher.web.page import Page, hub_of, looking, moment_of
from publisher.web.public import hearing, structured
from publisher.web.public.hearing import Newest
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.public.playing import CSP_FOR_ELSEWHERE, playable
from publisher.web.public.showing import (
    apps,
    cover,
    episode_line,
    episode_path,
    first_sentences,
    licence,
    people,
    places,
    season_label,
    show_card,
    show_path,
)

PATH = "/podcasts"
PER_PAGE = 30


def podcasts(request: Request) -> Response:
    """GET /podcasts"""
    with looking(request) as page:
        return page.show(
            "web/public/podcasts.html",
            shows=[_listed(page, one) for one in hearing.listed(page.session)],
            opml_url=page.link(f"{PATH}/opml.xml"),
        )


def outline(request: Request) -> Response:
    """GET /podcasts/opml.xml: every show, for apps that take a list of subscriptions."""
    with looking(request) as page:
        title = f"{hub_of(page.session, page.language)['name']} · {page.gettext('Podcasts')}"
        body = opml.write(page.house, [one.show for one in hearing.listed(page.session)], title=title)
    head = OPEN | {"Content-Disposition": 'inline; filename="podcasts.opml"', "Vary": "Accept-Language"}
    return conditional(request, body, "text/x-opml; charset=utf-8", headers=head)


def podcast(request: Request, show: str) -> Response:
    """GET /podcasts/<show>?season=&page="""
    with looking(request) as page:
        found = hearing.show_by_slug(page.session, show)
        page.counts("podcast")
        seasons = hearing.seasons_of(page.session, found)
        season, number = _asked_season(request, seasons), shown_page(request)
        total = hearing.count_of(page.session, found, season=season)
        last = max(1, -(-total // PER_PAGE))
        rows = hearing.episodes_of(page.session, found, season=season, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        artwork = hearing.media_by_id(page.session, [found.artwork_id]).get(found.artwork_id or 0)
        trailer = hearing.trailer_of(page.session, found) if number == 1 and season is None else None
        answer = page.show(
            "web/public/podcast.html",
            show=_about(page, found, artwork),
            apps=apps(page.house.settings.url(f"{show_path(found)}/feed.xml")),
            editions=_editions(page, found),
            seasons=_seasons(page, found, seasons, season),
            trailer=_trailer(page, found, trailer, artwork),
            episodes=_by_season(page, found, rows, {n: name for n, name, _ in seasons}),
            count_text=page.ngettext("%(number)s episode", "%(number)s episodes", total),
            pages=pages_of(page, number, more=number < last, last=last),
            feed_url=page.house.settings.url(f"{show_path(found)}/feed.xml"),
            feed_title=found.title,
            canonical=page.house.settings.url(show_path(found)),
            structured=structured.series(page, found, artwork),
            description=first_sentences(found),
        )
        if trailer is not None and trailer.audio_id is None:
            answer.headers["Content-Security-Policy"] = CSP_FOR_ELSEWHERE
        if found.state != "active" or found.block:  # what is in no list of ours is to be in nobody else's
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def _listed(page: Page, one: Newest) -> dict[str, Any]:
    card = show_card(page, one.show, one.cover)
    newest = one.episode
    return card | {
        "blurb": first_sentences(one.show),
        "count_text": page.ngettext("%(number)s episode", "%(number)s episodes", one.episodes) if one.episodes else "",
        "newest": {
            "title": newest.title,
            "url": page.link(episode_path(one.show, newest)),
            "moment": moment_of(newest.published_at, page.language),
        }
        if newest
        else None,
    }


def _about(page: Page, show: Show, artwork: MediaFile | None) -> dict[str, Any]:
    settings = page.house.settings
    return show_card(page, show, artwork) | {
        "description_html": Markup(words.description_html(show)),  # noqa: S704 - sanitised there
        "people": people(page, show.persons),
        "places": places(page, show.places),
        "licence": licence(show.licence, show.licence_url),
        "copyright": show.copyright,
        "funding": [{"url": one["url"], "text": one.get("text") or one["url"]} for one in show.funding],
        "often": str(show.update_frequency.get("text", "")),
        "website": show.link if not show.link.startswith(settings.url(show_path(show))) else "",
        "moved_to": show.moved_to or "",
        "archived": show.state == "archived",
        "complete": show.complete,
        "absolute_url": settings.url(show_path(show)),
        "picture_url": settings.url(f"/media/{artwork.digest}/640.jpg") if artwork else "",
    }


def _editions(page: Page, show: Show) -> list[dict[str, Any]]:
    """The show in each of its languages; nothing where there is only one."""
    others = [one for one in shows.editions_of(page.session, show) if one.list_id is None and not one.block]
    if not others:
        return []
    return [
        {
            "language": one.language,
            "label": own_name(one.language),
            "title": one.title,
            "url": page.link(show_path(one)),
            "absolute_url": page.house.settings.url(show_path(one)),
            "current": one.id == show.id,
        }
        for one in sorted([show, *others], key=lambda one: one.id or 0)
    ]


def _asked_season(request: Request, seasons: list[tuple[int, str, int]]) -> int | None:
    asked = request.query_params.get("season", "")
    return next((number for number, _, _ in seasons if str(number) == asked), None)


def _seasons(page: Page, show: Show, seasons: list[tuple[int, str, int]], chosen: int | None) -> list[dict[str, Any]]:
    """A tab for each, where there are several."""
    if len(seasons) < 2:
        return []
    everything = {"label": page.gettext("All"), "url": page.link(show_path(show)), "current": chosen is None}
    return [
        everything | {"count_text": ""},
        *(
            {
                "label": season_label(page, number, ""),
                "url": page.link(show_path(show), season=number),
                "current": chosen == number,
                "count_text": str(count),
            }
            for number, _, count in seasons
        ),
    ]


def _by_season(page: Page, show: Show, rows: list[Episode], names: dict[int, str]) -> list[dict[str, Any]]:
    """Episodes under the headings of their seasons, where it is a serial; else under none."""
    parts: list[dict[str, Any]] = []
    for row in rows:
        label = (
            season_label(page, row.season, names.get(row.season, "")) if show.type == "serial" and row.season else ""
        )
        if not parts or parts[-1]["label"] != label:
            parts.append({"label": label, "lines": []})
        parts[-1]["lines"].append(episode_line(page, show, row, in_season=bool(label)))
    return parts


def _trailer(page: Page, show: Show, trailer: Episode | None, artwork: MediaFile | None) -> dict[str, Any] | None:
    if trailer is None:
        return None
    sound = playable(page, show, trailer, hearing.sound_of(page.session, trailer), cover(artwork, show.title))
    return episode_line(page, show, trailer) | {"sound": sound} if sound else None
