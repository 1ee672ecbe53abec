"""Every route of the studio on one page: the role it needs, what it answers, and which page is drawn again when it refuses."""

from typing import Any

from fastapi import APIRouter
from starlette.routing import Route as PlainRoute

from publisher.web.studio import (
    account,
    agenda,
    backups,
    before,
    bringing_in,
    correcting,
    design,
    doctor,
    downloads,
    editing,
    entering,
    episode,
    episode_saving,
    feed_check,
    files,
    imports,
    issues,
    library,
    lists,
    members,
    newsletters,
    other,
    people,
    person,
    pictures,
    podcast,
    podcasts,
    private_feeds,
    reach,
    relays,
    resource,
    returns,
    rooms,
    settings,
    show_settings,
    sound,
    sources,
    steps,
    today,
    trail,
    uploads,
    vocabulary,
)
from publisher.web.studio.answering import ANYBODY, Route, endpoint
from publisher.web.studio.webinars import (
    afterwards,
    afterwards_saving,
    announcing,
    dates_to_be,
    deciding,
    exported,
    live,
    messaging,
    registrations,
)
from publisher.web.studio.webinars import date as webinar_date
from publisher.web.studio.webinars import dates as webinar_dates
from publisher.web.studio.webinars import index as webinars
from publisher.web.studio.webinars import new as new_webinar
from publisher.web.studio.webinars import papers as webinar_papers
from publisher.web.studio.webinars import series as webinar_series
from publisher.web.studio.webinars import settings as webinar_settings
from publisher.web.studio.webinars import speakers as webinar_speakers

_L, _N, _P, _S = "/studio/library", "/studio/newsletters", "/studio/people", "/studio/settings"
_I = f"{_N}/{{slug}}/issues/{{key}}"
_C, _G = "/studio/podcasts", "/studio/pictures"
_B = "/studio/webinars"
_R, _D = f"{_B}/{{slug}}", f"{_B}/{{slug}}/dates/{{number:int}}"
_O, _E = f"{_C}/{{slug}}", f"{_C}/{{slug}}/episodes/{{number:int}}"
_W, _X, _Y = f"{_L}/{{work_id:int}}", f"{_P}/{{person_id:int}}", f"{_P}/others/{{address_id:int}}"

ENTERING = (
    Route("GET", "/studio", ANYBODY, today.door, "Today; signed out, the log-in."),
    Route("POST", "/studio/steps/{key}/skip", "editor", steps.skip, "Leave a step of the beginning out."),
    Route("POST", "/studio/steps/{key}/back", "editor", steps.take_up, "Take it up again."),
    Route("GET", "/studio/login", ANYBODY, entering.login, "The log-in."),
    Route("POST", "/studio/login", ANYBODY, entering.sign_in, "Sign in; throttled."),
    Route("POST", "/studio/logout", "viewer", entering.sign_out, "Sign out."),
    Route("GET", "/studio/invitation/{token}", ANYBODY, entering.invitation, "An invitation."),
    Route("POST", "/studio/invitation/{token}", ANYBODY, entering.accept, "Take it up."),
    Route("GET", "/studio/reset", ANYBODY, entering.ask_reset, "Ask for a new password."),
    Route("POST", "/studio/reset", ANYBODY, entering.mail_reset, "Mail the link, if there is somebody to mail it to."),
    Route("GET", "/studio/reset/{token}", ANYBODY, entering.reset, "Choose a new password."),
    Route("POST", "/studio/reset/{token}", ANYBODY, entering.set_password, "Set it."),
    Route("GET", "/studio/account", "viewer", account.show, "One's own account."),
    Route("POST", "/studio/account", "viewer", account.save, "Name, zone, desk letter.", account.show),
    Route("POST", "/studio/account/password", "viewer", account.change_password, "A new password.", account.show),
    Route(
        "POST",
        "/studio/account/sessions",
        "viewer",
        account.end_session,
        "Sign out there, or everywhere else.",
        account.show,
    ),
    Route("GET", "/studio/design", "viewer", design.show, "Every component, live."),
)

LIBRARY = (
    Route("GET", _L, "viewer", library.inbox, "What waits for review."),
    Route("GET", f"{_L}/shelf", "viewer", library.shelf, "What readers find."),
    Route("GET", f"{_L}/aside", "viewer", library.aside, "What was rejected or withdrawn."),
    Route("GET", f"{_L}/look-alikes", "viewer", library.look_alikes, "Pairs that may be one resource."),
    Route("POST", f"{_L}/look-alikes", "editor", library.decide, "The same or different.", library.look_alikes),
    Route("POST", f"{_L}/bulk", "editor", library.bulk, "Decide about several at once.", library.inbox),
    Route("POST", f"{_L}/reopen", "editor", library.reopen, "Take a decision back.", library.inbox),
    Route("GET", f"{_L}/new", "editor", resource.new, "Add a resource by hand."),
    Route("POST", f"{_L}/new", "editor", resource.create, "Put it on the shelf.", resource.new),
    Route("GET", f"{_L}/import", "editor", files.show, "Import a file."),
    Route("POST", f"{_L}/import", "editor", files.take, "Take a file in.", files.show, upload=True),
    Route("GET", f"{_L}/vocabulary", "viewer", vocabulary.show, "Topics, sectors, audiences."),
    Route("POST", f"{_L}/vocabulary", "editor", vocabulary.save, "Name, add or retire a term.", vocabulary.show),
    Route("GET", f"{_L}/sources", "viewer", sources.index, "Where resources come from."),
    Route("GET", f"{_L}/sources/new", "editor", sources.new, "A new source."),
    Route("POST", f"{_L}/sources/new", "editor", sources.create, "Look at it; let it in.", sources.new, own=True),
    Route("GET", f"{_L}/sources/{{slug}}", "viewer", sources.show, "One source."),
    Route("POST", f"{_L}/sources/{{slug}}", "editor", sources.save, "Settings; look now; stop; remove.", sources.show, own=True),
    Route("GET", _W, "viewer", resource.show, "One resource."),
    Route("POST", _W, "editor", resource.save, "Edit it, or decide about it.", resource.show),
    Route("POST", f"{_W}/text", "editor", resource.write_text, "Its text in one language.", resource.show),
    Route("POST", f"{_W}/sharer", "editor", resource.name_sharer, "How whoever shared it is named among the partners.", resource.show),
)  # fmt: skip

NEWSLETTERS = (
    Route("GET", _N, "viewer", newsletters.index, "All newsletters."),
    Route("GET", f"{_N}/new", "editor", newsletters.new, "A new one."),
    Route("POST", f"{_N}/new", "editor", newsletters.create, "Make it.", newsletters.new),
    Route("GET", f"{_N}/special", "editor", editing.special_form, "A special issue."),
    Route("POST", f"{_N}/special", "editor", editing.special, "Begin it.", editing.special_form),
    Route("GET", f"{_N}/{{slug}}", "viewer", newsletters.show, "One newsletter."),
    Route("POST", f"{_N}/{{slug}}", "editor", newsletters.save, "Its settings.", newsletters.show),
    Route("POST", f"{_N}/{{slug}}/sections", "editor", newsletters.save_section, "Its sections.", newsletters.show),
    Route("POST", f"{_N}/{{slug}}/draft", "editor", newsletters.draft, "The next issue, now.", newsletters.show),
    Route("GET", _I, "viewer", issues.show, "One issue, from growing draft to sent."),
    Route("POST", f"{_I}/items", "editor", editing.items, "Pin, drop, move, rewrite, add.", issues.show),
    Route("GET", f"{_I}/add", "editor", editing.add, "Something from the shelf."),
    Route("POST", f"{_I}/grow", "editor", editing.grow, "Take in what is new.", issues.show),
    Route("POST", f"{_I}/opening", "editor", editing.opening, "Subject, preheader, opening.", issues.show),
    Route("POST", f"{_I}/reader", "viewer", before.choose_reader, "Whose mail to look at.", before.read),
    Route("GET", f"{_I}/read", "viewer", before.read, "As a reader gets it: mail, text, source."),
    Route("GET", f"{_I}/preview", "viewer", before.preview, "The HTML alone, for a frame."),
    Route("GET", f"{_I}/preview.eml", "viewer", before.source, "The whole mail, as a file."),
    Route("GET", f"{_I}/rehearse", "viewer", before.rehearse, "Who would get it, in numbers."),
    Route("GET", f"{_I}/why", "viewer", before.why, "Why a reader gets what they get."),
    Route("GET", f"{_I}/send", "editor", before.send, "What to know before it goes out."),
    Route("POST", f"{_I}/send", "editor", editing.send, "Send it now.", before.send, own=True),
    Route("POST", f"{_I}/test", "editor", editing.test, "A test to one address.", before.send),
    Route("POST", f"{_I}/schedule", "editor", editing.schedule, "Send it at a time.", before.send),
    Route("POST", f"{_I}/unschedule", "editor", editing.unschedule, "Back to draft.", issues.show),
    Route("POST", f"{_I}/pause", "editor", editing.pause, "Pause the sending.", issues.show),
    Route("POST", f"{_I}/resume", "editor", editing.resume, "Go on.", issues.show),
    Route("POST", f"{_I}/cancel", "editor", editing.cancel, "Stop it for good.", issues.show),
    Route("GET", f"{_I}/correct", "editor", correcting.show, "Correct what was sent."),
    Route(
        "POST",
        f"{_I}/correct",
        "editor",
        correcting.save,
        "A dated note on its page; a letter to those reached.",
        correcting.show,
    ),
    Route("GET", f"{_I}/reached", "editor", correcting.who, "Who they are."),
)

PODCASTS = (
    Route("GET", _C, "viewer", podcasts.index, "All shows."),
    Route("GET", f"{_C}/new", "editor", show_settings.new, "A new show."),
    Route("POST", f"{_C}/new", "editor", show_settings.create, "Make it.", show_settings.new, upload=True),
    Route("GET", f"{_C}/check", "viewer", feed_check.page, "Check any feed."),
    Route("POST", f"{_C}/check", "viewer", feed_check.check, "Check it; nothing is kept.", feed_check.page, own=True, upload=True),
    Route("GET", f"{_C}/import", "editor", bringing_in.page, "Bring a show from elsewhere."),
    Route("POST", f"{_C}/import", "editor", bringing_in.begin, "Bring it in.", bringing_in.page, own=True, upload=True),
    Route("POST", f"{_C}/sounds/{{number:int}}", "editor", sound.take, "A sound in one piece, without scripts.", sound.again, own=True, upload=True),
    Route("GET", _O, "viewer", podcast.show, "One show."),
    Route("GET", f"{_O}/settings", "viewer", show_settings.settings, "What is decided about it."),
    Route("POST", f"{_O}/settings", "editor", show_settings.save, "Change it; archive it.", show_settings.settings, upload=True),
    Route("POST", f"{_O}/move", "editor", show_settings.move, "Send everybody on to another feed.", show_settings.settings),
    Route("POST", f"{_O}/members", "editor", private_feeds.change, "Give feeds of a private show, take them back.", podcast.show),
    Route("GET", f"{_O}/numbers", "viewer", downloads.show, "Downloads, and what was left out."),
    Route("GET", f"{_O}/numbers.csv", "viewer", downloads.export, "The same as a table."),
    Route("GET", f"{_O}/episodes/new", "editor", episode.new, "A new episode."),
    Route("POST", f"{_O}/episodes/new", "editor", episode_saving.create, "Begin it.", episode.new),
    Route("GET", _E, "viewer", episode.show, "One episode."),
    Route("POST", _E, "editor", episode_saving.save, "Save, schedule, publish.", episode.show, own=True, upload=True),
    Route("POST", f"{_E}/step", "editor", episode_saving.step, "Withdraw, bring back, back to draft, remove.", episode.show),
    Route("POST", f"{_E}/sound", "editor", sound.change, "Fetch or mend its sound.", episode.show, own=True),
)  # fmt: skip

WEBINARS = (
    Route("GET", _B, "viewer", webinars.index, "Dates to come, series, drafts, what was held."),
    Route("GET", f"{_B}/new", "editor", new_webinar.new, "A new webinar or series."),
    Route("POST", f"{_B}/new", "editor", new_webinar.create, "Draft it, publish it, announce it.", new_webinar.new),
    Route("GET", f"{_B}/dates", "editor", dates_to_be.preview, "The dates that a form comes to."),
    Route("GET", _R, "viewer", webinar_series.show, "One series: its dates."),
    Route("POST", f"{_R}/dates", "editor", webinar_dates.change, "Publish; add, move, call off dates.", webinar_series.show),
    Route("GET", f"{_R}/settings", "viewer", webinar_settings.show, "All that is decided about it."),
    Route("POST", f"{_R}/settings", "editor", webinar_settings.save, "Change it.", webinar_settings.show, upload=True),
    Route("GET", _D, "viewer", webinar_date.show, "One date: words, agenda, speakers, rehearsal, papers."),
    Route("POST", _D, "editor", webinar_date.save, "Its words, agenda and room.", webinar_date.show),
    Route("POST", f"{_D}/rehearsal", "editor", webinar_date.rehearse, "Set, move or call off its rehearsal.", webinar_date.show),
    Route("POST", f"{_D}/speakers", "editor", webinar_speakers.change, "Add, write, invite, take off.", webinar_date.show, upload=True),
    Route("POST", f"{_D}/handouts", "editor", webinar_papers.change, "Bring papers, take them away.", webinar_date.show, upload=True),
)  # fmt: skip

WEBINARS_TOO = (
    Route("GET", f"{_R}/registrations", "viewer", registrations.show, "Who registered, in a list and in numbers."),
    Route("POST", f"{_R}/registrations", "viewer", registrations.find, "Somebody by name or address.", registrations.show),
    Route("POST", f"{_R}/registrations/decide", "editor", deciding.decide, "Let in, decline, cancel, take back.", registrations.show, own=True),
    Route("POST", f"{_R}/registrations/add", "editor", deciding.add, "Register somebody who asked for it.", registrations.show),
    Route("GET", f"{_R}/registrations.csv", "editor", exported.export, "The same people as a table."),
    Route("GET", f"{_R}/announce", "editor", announcing.show, "Announce it to a list."),
    Route("POST", f"{_R}/announce", "editor", announcing.save, "Count whom it goes to; send it.", announcing.show, own=True),
    Route("GET", f"{_R}/announce/preview", "editor", announcing.preview, "The mail as it stands, for a frame."),
    Route("POST", f"{_R}/announce/preview", "editor", announcing.preview, "The mail as it is written, for a frame.", own=True),
    Route("GET", f"{_R}/message", "editor", messaging.show, "Write to who registered."),
    Route("POST", f"{_R}/message", "editor", messaging.save, "Count whom it goes to; send it.", messaging.show, own=True),
    Route("GET", f"{_R}/message/preview", "editor", messaging.preview, "The mail as it stands, for a frame."),
    Route("POST", f"{_R}/message/preview", "editor", messaging.preview, "The mail as it is written, for a frame.", own=True),
    Route("POST", f"{_R}/letters", "editor", announcing.letters, "Stop a letter to many, or try it again.", announcing.show, own=True),
    Route("GET", f"{_D}/live", "viewer", live.show, "The hour itself: who is there, what is asked."),
    Route("POST", f"{_D}/live", "editor", live.moderate, "Show, hide, answer, publish a question.", live.show),
    Route("GET", f"{_D}/afterwards", "viewer", afterwards.show, "Recording, who came, letters, what people said."),
    Route("POST", f"{_D}/afterwards/further", "editor", afterwards_saving.take_further, "Take it further, by one press.", afterwards.show, own=True),
    Route("POST", f"{_D}/afterwards/recording", "editor", afterwards_saving.give_recording, "Give it a recording.", afterwards.show, own=True, upload=True),
    Route("POST", f"{_D}/afterwards/transcript", "editor", afterwards_saving.give_transcript, "Give it a transcript.", afterwards.show, upload=True),
    Route("POST", f"{_D}/afterwards/attendance", "editor", afterwards_saving.take_list, "Take in a list of who was there.", afterwards.show, upload=True),
    Route("POST", f"{_D}/afterwards/letters", "editor", afterwards_saving.write_letters, "Write the letters afterwards; send them.", afterwards.show, own=True),
    Route("GET", f"{_D}/afterwards/preview", "editor", afterwards_saving.preview_letter, "A letter afterwards as it stands, for a frame."),
    Route("POST", f"{_D}/afterwards/preview", "editor", afterwards_saving.preview_letter, "One of them as it is written, for a frame.", own=True),
    Route("GET", "/studio/reach", "viewer", reach.show, "A quarter in numbers."),
    Route("GET", "/studio/reach.csv", "viewer", reach.export, "The same as a table, for a funder."),
    Route("GET", "/studio/agenda", "viewer", agenda.show, "Everything that is planned, month by month."),
    Route("GET", f"{_S}/bounces", "owner", returns.show, "What comes back, and where it is read."),
    Route("POST", f"{_S}/bounces", "owner", returns.save, "Set, try, read or take away a mailbox.", returns.show, own=True),
    Route("GET", f"{_S}/rooms", "owner", rooms.show, "Meeting servers, and mailboxes for answers."),
    Route("POST", f"{_S}/rooms", "owner", rooms.save, "Add, ask, remove them.", rooms.show, own=True),
)  # fmt: skip

PEOPLE = (
    Route("GET", _P, "viewer", people.index, "Everybody, by list, state or rule."),
    Route("POST", _P, "viewer", people.find, "Somebody by name or address.", people.index),
    Route("GET", f"{_P}/export.csv", "editor", people.export, "The same people as a file."),
    Route("GET", f"{_P}/lists", "viewer", lists.show, "Lists and cohorts."),
    Route("POST", f"{_P}/lists", "editor", lists.save, "Make, change, archive; invite.", lists.show),
    Route("GET", f"{_P}/import", "editor", imports.show, "Bring readers in."),
    Route("POST", f"{_P}/import", "editor", imports.take, "Try a file, then import it.", imports.show, upload=True),
    Route("GET", _Y, "viewer", other.show, "Somebody who is no reader: registered, shared or speaks."),
    Route("POST", f"{_Y}/erase", "owner", other.erase, "Forget them for good.", other.show),
    Route("GET", f"{_Y}/data.json", "editor", other.data, "Everything held about them."),
    Route("GET", _X, "viewer", person.show, "One person."),
    Route("POST", _X, "editor", person.save, "Their choices, on their behalf.", person.show),
    Route("POST", f"{_X}/pause", "editor", person.pause, "Pause, or end a pause.", person.show),
    Route("POST", f"{_X}/subscription", "editor", person.leave, "End a subscription.", person.show),
    Route("POST", f"{_X}/join", "editor", person.join, "Put them on a list they agreed to.", person.show),
    Route("POST", f"{_X}/address", "editor", person.move, "Ask a new address.", person.show),
    Route("POST", f"{_X}/suppress", "editor", person.suppress, "Stop newsletters to the address, or let them.", person.show),
    Route("POST", f"{_X}/erase", "owner", person.erase, "Forget them for good.", person.show),
    Route("GET", f"{_X}/data.json", "editor", person.data, "Everything held about them."),
)  # fmt: skip

PICTURES = (
    Route("GET", _G, "viewer", pictures.index, "The library of pictures; choosing one."),
    Route(
        "POST",
        _G,
        "editor",
        pictures.add,
        "Take one in, from a file or an address.",
        pictures.index,
        own=True,
        upload=True,
    ),
    Route("POST", f"{_G}/use", "editor", pictures.use, "Show one somewhere, or none.", pictures.index),
    Route("GET", f"{_G}/{{number:int}}", "viewer", pictures.show, "One picture, and what shows it."),
    Route("POST", f"{_G}/{{number:int}}", "editor", pictures.save, "Describe it, or take it out.", pictures.show),
)

SETTINGS = (
    Route("GET", _S, "viewer", settings.show, "The hub, senders, this installation."),
    Route("POST", _S, "owner", settings.save, "The hub.", settings.show),
    Route("POST", f"{_S}/identities", "owner", settings.save_identity, "Who letters come from.", settings.show),
    Route("GET", f"{_S}/relay", "owner", relays.show, "How mail leaves."),
    Route("POST", f"{_S}/relay", "owner", relays.save, "Set, test, or go back to the mailbox.", relays.show, own=True),
    Route("GET", f"{_S}/backups", "owner", backups.show, "The last backup; after a restore, what happened since."),
    Route("POST", f"{_S}/backups", "owner", backups.let_go, "Let mail leave again.", backups.show),
    Route("GET", "/studio/doctor", "viewer", doctor.show, "Is the hub well, and what to do."),
    Route(
        "POST",
        "/studio/doctor",
        "editor",
        doctor.look,
        "Ask relay, DNS and the public address now.",
        doctor.show,
        own=True,
    ),
    Route("GET", f"{_S}/staff", "viewer", members.show, "Who works here."),
    Route(
        "POST",
        f"{_S}/staff",
        "owner",
        members.save,
        "Invite, roles, sign out, close an account.",
        members.show,
        own=True,
    ),
    Route("GET", f"{_S}/trail", "viewer", trail.show, "Who did what, by hand, room and day."),
)

ROUTES: tuple[Route, ...] = (
    *ENTERING,
    *LIBRARY,
    *NEWSLETTERS,
    *PODCASTS,
    *WEBINARS,
    *WEBINARS_TOO,
    *PEOPLE,
    *PICTURES,
    *SETTINGS,
)


#: (method, path, role, application or function, meaning): answered without the ceremony of a page.
PLAIN: tuple[tuple[str, str, str, Any, str], ...] = (
    *((method, path, "editor", answer, meaning) for method, path, answer, meaning in uploads.PLAIN),
    *((method, path, "viewer", answer, meaning) for method, path, answer, meaning in sound.PLAIN),
)


def add_to(made: APIRouter) -> None:
    """The studio, among the routes of the application."""
    for method, path, _, plain, _ in PLAIN:  # before {slug}
        made.routes.append(PlainRoute(path, plain, methods=[method]))
    for route in ROUTES:
        made.add_api_route(
            route.path, endpoint(route), methods=[route.method], include_in_schema=False, response_model=None
        )
