"""Every route on one page: what it answers, and why it is there. docs/routes.md says the same; a test compares them.

The studio's pages have the second half of it, with the role that each needs: `publisher.web.studio.routes`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from publisher.web import (
    assets,
    calendar_feeds,
    demo_sources,
    health,
    hot,
    mailbox,
    meeting_hooks,
    podcast_feeds,
    podcast_media,
    sitemap,
    webinar_media,
)
from publisher.web.api import podcasts as hearing
from publisher.web.api import reading, writing
from publisher.web.api import webinars as gatherings
from publisher.web.api.shapes import (
    EpisodeList,
    EpisodeWithNotes,
    IssueList,
    IssueWithItems,
    NewsletterOut,
    ProposalOut,
    Refusal,
    RegistrationOut,
    ResourceList,
    ResourceWithTexts,
    ShowOut,
    SubscriptionOut,
    TermOut,
    WebinarList,
    WebinarWithDates,
)
from publisher.web.podcast_feeds import InAThread
from publisher.web.podcast_media import Heard
from publisher.web.public import (
    beside,
    confirming,
    embedding,
    episodes,
    home,
    leaving,
    library,
    newsletters,
    own_podcasts,
    podcasts,
    preferences,
    sharing,
    short_pages,
    signing_up,
)
from publisher.web.public.webinars import afterwards, speaking, taking
from publisher.web.public.webinars import confirming as webinar_confirming
from publisher.web.public.webinars import embedding as webinar_embedding
from publisher.web.public.webinars import joining as webinar_joining
from publisher.web.public.webinars import own as own_webinars
from publisher.web.public.webinars import pages as webinars


@dataclass(frozen=True)
class Route:
    """One line of the table. GET answers HEAD too. `described`: how OpenAPI shows it (None: not at all).

    `plain`: the answer is an ASGI application, without the ceremony of a page. `hot`: it is answered in front of the pages
    (`publisher.web.front`); `is_open`: by then, any page in the world may read it.
    """

    method: str
    path: str
    answer: Callable[..., Any]
    meaning: str
    described: Mapping[str, Any] | None = None
    plain: bool = False
    hot: bool = False
    is_open: bool = False


def _hot(path: str, answer: Callable[..., Any], meaning: str, *, is_open: bool = True) -> Route:
    return Route("GET", path, answer, meaning, hot=True, is_open=is_open)


def _api(method: str, path: str, answer: Callable[..., Any], meaning: str, gives: Any, status: int = 200) -> Route:
    refusals = {code: {"model": Refusal, "description": why} for code, why in _REFUSALS.items()}
    shape = {"responses": {status: {"model": gives, "description": "As asked."}, **refusals}, "status_code": status}
    return Route(method, f"{reading.BASE}{path}", answer, meaning, shape)


_REFUSALS = {404: "There is none.", 422: "What was sent cannot be used.", 429: "Too often; see Retry-After."}

READERS = (
    Route("GET", "/", home.home, "The hub: what this is, the sign-up, what is new."),
    Route("GET", "/library", library.library, "Search and filters over the shelf."),
    Route("GET", "/library/feed.xml", partial(library.feed, form="feed.xml"), "The same filters as RSS."),
    Route("GET", "/library/feed.json", partial(library.feed, form="feed.json"), "The same filters as JSON Feed."),
    Route("GET", "/library/{ref}", library.resource, "One resource, by number; the words after it are for people."),
    Route("GET", "/share", sharing.share, "Propose a resource."),
    Route("POST", "/share", sharing.take, "Take a proposal in."),
    Route("GET", "/partners", sharing.our_partners, "Who shares with us, and what of theirs is here."),
    Route("GET", "/newsletters", newsletters.newsletters, "The newsletters anybody may have."),
    Route("GET", "/newsletters/{slug}", newsletters.newsletter, "One newsletter: sign-up and archive."),
    Route("GET", "/newsletters/{slug}/feed.xml", partial(newsletters.feed, form="feed.xml"), "The archive as RSS."),
    Route("GET", "/newsletters/{slug}/feed.atom", partial(newsletters.feed, form="feed.atom"), "The archive as Atom."),
    Route("GET", "/newsletters/{slug}/feed.json", partial(newsletters.feed, form="feed.json"), "The archive as JSON Feed."),
    Route("GET", "/newsletters/{slug}/{issue}", newsletters.past_issue, "One issue: the generic edition."),
    Route("GET", "/subscribe", signing_up.subscribe, "The sign-up form."),
    Route("POST", "/subscribe", signing_up.take, "Take a wish to subscribe; one mail asks whether it is true."),
    Route("GET", "/subscribe/done", signing_up.done, "What happens next, for whoever asks again."),
    Route("GET", "/subscribe/embed", signing_up.subscribe, "A hand-over that was reloaded: the form."),
    Route("POST", "/subscribe/embed", signing_up.hand_over, "From other people's pages: shows one button, changes nothing."),
    Route("GET", "/about", partial(short_pages.short_page, name="about"), "Who we are."),
    Route("GET", "/contact", partial(short_pages.short_page, name="contact"), "How to reach us."),
    Route("GET", "/privacy", short_pages.privacy, "What is kept about people, and why; `?version=` as it was."),
    Route("GET", "/accessibility", partial(short_pages.short_page, name="accessibility"), "What can be relied on, and whom to tell."),
    Route("GET", "/embed", signing_up.embedded, "The form that other pages may frame."),
)  # fmt: skip

PODCASTS = (
    Route("GET", "/podcasts", podcasts.podcasts, "The shows."),
    Route("GET", "/podcasts/opml.xml", podcasts.outline, "Every show, for apps that take a list of subscriptions."),
    Route("GET", "/podcasts/{show}", podcasts.podcast, "One show: how to follow it, and its episodes."),
    _hot("/podcasts/{show}/feed.xml", InAThread(podcast_feeds.feed), "Its feed; older pages by `?page=`."),
    _hot("/podcasts/{show}/live.xml", InAThread(podcast_feeds.live_feed), "The same with what is live."),
    _hot("/podcasts/{show}/audio/{name}", Heard(podcast_media.public_sound, is_private=False), "Sound, in ranges; counts a download."),
    Route("GET", "/podcasts/{show}/{episode}", episodes.episode, "One episode: player, notes, chapters, transcript."),
    Route("GET", "/podcasts/{show}/{episode}/embed", embedding.embed, "The player that other pages may frame."),
    Route("GET", "/podcasts/{show}/{episode}/chapters.json", beside.chapters, "Its chapters, for apps."),
    Route("GET", "/podcasts/{show}/{episode}/transcript.{language}.{form}", beside.transcript, "What is said: vtt, srt, json, txt or html."),
    Route("GET", "/oembed", embedding.oembed, "How to frame an episode, for programs."),
    _hot("/media/{name}", podcast_media.picture, "A picture or cover, as large as it came."),
    _hot("/media/{digest}/{name}", InAThread(podcast_media.smaller_picture), "The same for pages: 160, 320, 640 or 1072 pixels wide."),
)  # fmt: skip

WEBINARS = (
    Route("GET", "/webinars", webinars.webinars, "The webinars: to come, and over."),
    _hot("/webinars/calendar.ics", InAThread(calendar_feeds.everybody), "All of them, as a calendar to subscribe to."),
    _hot("/webinars/series/{slug}/calendar.ics", InAThread(calendar_feeds.series), "A series as a calendar."),
    _hot("/webinars/{slug}/event.ics", InAThread(calendar_feeds.date), "One date as a file to open."),
    Route("GET", "/webinars/mine", webinar_confirming.ask, "Asks for the address, to mail the links of one's registrations."),
    Route("POST", "/webinars/mine", webinar_confirming.mail_link, "Mails them, if there is somebody to mail them to."),
    Route("GET", "/webinars/series/{slug}", webinars.series, "A series: each of its dates, and the form."),
    Route("POST", "/webinars/series/{slug}", taking.register_for_series, "Registers for a series, or some of its dates."),
    Route("GET", "/webinars/{slug}", webinars.webinar, "One webinar, and the form; `?for=` fills it in for a reader."),
    Route("POST", "/webinars/{slug}", taking.register, "Registers; the same answer for everybody."),
    Route("GET", "/webinars/{slug}/embed", webinar_embedding.embed, "The same in a frame for other pages."),
    Route("GET", "/webinars/{slug}/recording", afterwards.recording, "What was recorded, said and handed out."),
    _hot("/webinars/{slug}/recording/{name}", webinar_media.recording, "The film or sound of it, in ranges."),
    _hot("/webinars/{slug}/captions.vtt", InAThread(webinar_media.captions), "What is said in it, as captions."),
    _hot("/webinars/{slug}/handouts/{name}", webinar_media.paper, "Slides and papers, once it was held."),
)  # fmt: skip

KEYS = (
    Route("GET", "/confirm/{token}", confirming.confirm, "Asks whether it is you."),
    Route("POST", "/confirm/{token}", confirming.confirm_now, "Confirms a subscription."),
    Route("GET", "/u/{token}", leaving.leave, "Asks whether to stop, and offers less instead."),
    Route("POST", "/u/{token}", leaving.leave_now, "Unsubscribes; one-click by RFC 8058."),
    Route("GET", "/undo/{token}", confirming.undo, "Asks whether it shall come again."),
    Route("POST", "/undo/{token}", confirming.undo_now, "Takes back having left."),
    Route("GET", "/address/{token}", confirming.address, "Asks whether this is the new address."),
    Route("POST", "/address/{token}", confirming.address_now, "Changes the address."),
    Route("GET", "/preferences", preferences.ask, "Asks for the address, to mail a link."),
    Route("POST", "/preferences", preferences.mail_link, "Mails the link, if there is somebody to mail it to."),
    Route("GET", "/preferences/{token}", preferences.show, "What a reader gets."),
    Route("POST", "/preferences/{token}", preferences.save, "Keeps what they chose."),
    Route("POST", "/preferences/{token}/pause", preferences.pause, "Pauses, or ends a pause."),
    Route("POST", "/preferences/{token}/fresh-link", preferences.fresh_link, "Mails a link that is valid one hour."),
    Route("POST", "/preferences/{token}/podcast", own_podcasts.mail_address, "Mails the address of a private feed."),
    Route("POST", "/preferences/{token}/leave", preferences.leave, "Leaves every list."),
    Route("POST", "/preferences/{token}/address", preferences.change_address, "Asks a new address; fresh links only."),
    Route("POST", "/preferences/{token}/data", preferences.download, "Everything held about them; fresh links only."),
    Route("GET", "/preferences/{token}/data.json", preferences.download, "The same, for programs."),
    Route("POST", "/preferences/{token}/erase", preferences.erase, "Forgets them; fresh links only."),
    _hot("/podcasts/{show}/private/{token}/feed.xml", InAThread(podcast_feeds.private_feed), "One person's feed of a private show.", is_open=False),
    _hot("/podcasts/{show}/private/{token}/audio/{name}", Heard(podcast_media.private_sound, is_private=True), "Its sound; counts a download.", is_open=False),
    Route("GET", "/podcasts/{show}/private/{token}/{episode}/chapters.json", beside.private_chapters, "Its chapters."),
    Route("GET", "/podcasts/{show}/private/{token}/{episode}/transcript.{language}.{form}", beside.private_transcript, "Its transcripts."),
    Route("GET", "/webinars/confirm/{token}", webinar_confirming.confirm, "Asks whether it is you who registers."),
    Route("POST", "/webinars/confirm/{token}", webinar_confirming.confirm_now, "Confirms a registration."),
    Route("GET", "/webinars/mine/{token}", own_webinars.show, "One's own page of a registration."),
    Route("POST", "/webinars/mine/{token}/{what}", own_webinars.press, "Its buttons: dates, settings, question, vote, quiet, cancel, back."),
    Route("GET", "/webinars/speaker/{token}", speaking.show, "A speaker's own page."),
    Route("POST", "/webinars/speaker/{token}/{what}", speaking.press, "Its buttons: about, picture, recording, slides."),
    Route("GET", "/webinars/speaker/{token}/questions/{slug}", speaking.questions, "What people want to know, while one speaks."),
    Route("GET", "/webinars/attended/{token}", afterwards.attended, "A confirmation of attendance, to print and to compare."),
    Route("GET", "/webinars/{slug}/feedback/{token}", afterwards.survey, "A few questions afterwards."),
    Route("POST", "/webinars/{slug}/feedback/{token}", afterwards.answer, "Keeps the answers, and not whose they are."),
    Route("GET", "/j/{token}", webinar_joining.door, "The way in: a button, or when it opens."),
    Route("POST", "/j/{token}", webinar_joining.enter, "Marks that they came, and leads to the room."),
    _hot("/webinars/mine/{token}.ics", InAThread(calendar_feeds.mine), "Somebody's own calendar, with their ways in.", is_open=False),
    _hot("/webinars/cohort/{token}.ics", InAThread(calendar_feeds.cohort), "The calendar of a cohort.", is_open=False),
    Route("POST", "/hooks/meeting/{token}/{what}", meeting_hooks.told, "The server of a meeting room tells who came, that it ended, that a recording is ready."),
    Route("GET", "/hooks/meeting/{token}/{what}", meeting_hooks.told_by_get, "The same for the end, which its protocol tells by GET."),
    Route("GET", "/c/{token}/{n}", hot.Click(), "Counts a click where a list says so, and leads on.", plain=True),
)  # fmt: skip

PROGRAMS = (
    _api("GET", "/resources", reading.resources, "Resources in the library", ResourceList),
    _api("GET", "/resources/{number}", reading.resource, "One resource", ResourceWithTexts),
    _api("POST", "/resources", writing.propose, "Propose a resource", ProposalOut, 202),
    _api("GET", "/newsletters", reading.newsletters, "Newsletters", list[NewsletterOut]),
    _api("GET", "/newsletters/{slug}/issues", reading.issues, "Issues of a newsletter", IssueList),
    _api("GET", "/issues/{slug}", reading.issue, "One issue", IssueWithItems),
    _api("GET", "/shows", hearing.shows, "Shows", list[ShowOut]),
    _api("GET", "/shows/{slug}/episodes", hearing.episodes, "Episodes of a show", EpisodeList),
    _api("GET", "/episodes/{number}", hearing.episode, "One episode", EpisodeWithNotes),
    _api("GET", "/webinars", gatherings.webinars, "Webinars", WebinarList),
    _api("GET", "/webinars/{slug}", gatherings.webinar, "One webinar, or a series with its dates", WebinarWithDates),
    _api("POST", "/webinars/{slug}/registrations", gatherings.register, "Register for a webinar", RegistrationOut, 202),
    _api("POST", "/subscriptions", writing.subscribe, "Subscribe an address", SubscriptionOut, 202),
    _api("GET", "/topics", reading.topics, "Topics", list[TermOut]),
    _api("GET", "/countries", reading.countries, "Countries", list[TermOut]),
    Route("GET", "/api/docs", reading.docs, "The API in words, over its OpenAPI document."),
)

OPERATORS = (
    Route("GET", "/health", health.health, "200, or 503 with what is wrong."),
    Route("GET", "/metrics", health.metrics, "Prometheus; this machine or a token."),
    Route("GET", "/brand.css", assets.brand, "The accent and what can be read on it."),
    Route("GET", "/static/{name:path}", assets.static, "Stylesheet, scripts, icon."),
    Route("GET", "/robots.txt", assets.robots, "What search engines may read."),
    Route(
        "GET", "/sitemap.xml", sitemap.sitemap, "Every page for search engines; of a large hub, the list of its parts."
    ),
    Route("GET", "/sitemap/{part}.xml", sitemap.part, "One part of it."),
    Route("GET", "/mailbox", mailbox.letters, "The built-in mailbox, while it is in use."),
    Route("GET", "/mailbox/{number}", mailbox.letter, "One letter."),
    Route("GET", "/mailbox/{number}/html", mailbox.letter_html, "Its HTML part, for a frame."),
    Route("GET", "/mailbox/{number}/text", mailbox.letter_text, "Its text part."),
    Route("GET", "/mailbox/{number}/source", mailbox.letter_source, "The whole mail, as a file."),
    Route("GET", "/mailbox/{number}/attached/{place}", mailbox.attachment, "A file that came with it."),
    Route("GET", "/demo/sources/{name}", demo_sources.demo_source, "Sources of the demo hub."),
)

ROUTES: tuple[Route, ...] = (*READERS, *PODCASTS, *WEBINARS, *KEYS, *PROGRAMS, *OPERATORS)
