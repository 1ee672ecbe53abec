"""One's own page of a registration: what it shows, what its buttons do, and that all of it can be taken back."""

import re

import pytest
from met_stage import link_to, mails_to, registration, text_of, webinar
from webinars.webinar_stage import dates_of

from publisher.webinars import questions, registering, scheduling, seats
from publisher.webinars.models import Seat
from publisher.webinars.programme import by_slug
from publisher.webinars.wishes import Wish


@pytest.fixture
def mine(house, met) -> str:
    return link_to(house, "mine", met.alice)


@pytest.fixture
def all_six(house, met, now) -> tuple[str, str]:
    """(path, key): somebody on Kiritimati who registered for the whole series."""
    with house.database.session() as session:
        wish = Wish(email="dora@example.org", name="Dora", zone="Pacific/Kiritimati", source="staff")
        key = registering.register(session, house, by_slug(session, "leading"), wish, now=now).registration.key
    return link_to(house, "mine", key), key


def test_it_shows_ones_own_time_first_and_a_masked_address(web, mine, house):
    answer = web.get(mine)
    said = text_of(answer)
    assert "Thursday 3 December 2026 17:45–19:15 your time, in Kathmandu 15:00–16:30 in Nairobi 12:00–13:30 UTC" in said
    assert "The room opens Thursday 3 December 2026, 17:30 in Kathmandu." in said
    assert "a•••@e•••.org" in said
    assert "alice@example.org" not in answer.text
    assert "By phone +254 20 000 0000, code 123" in said
    assert re.search(
        r'href="https://hub\.example\.org/webinars/mine/[^"/]+\.ics">Apple, Outlook and others', answer.text
    )
    for link in ("calendar.google.com", "outlook.live.com", "outlook.office.com", "webcal://hub.example.org/webinars/mine/"):  # fmt: skip
        assert link in answer.text, link
    assert "event.ics" not in answer.text  # a file for everybody has no way in
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"], answer.headers["x-robots-tag"]) == ("private, no-store", "no-referrer", "noindex")  # fmt: skip


def test_where_the_day_is_another_it_is_said(web, all_six):
    said = text_of(web.get(all_six[0]))
    assert (
        "Friday 4 December 2026 2:00–3:00 your time, in Kiritimati 15:00–16:00 in Nairobi · Thursday 3 December" in said
    )


def test_several_dates_are_chosen_in_one_step_and_with_one_letter(web, house, all_six):
    path, key = all_six
    with house.database.reading() as session:
        ids = [one.id for one in dates_of(session, by_slug(session, "leading"))]
    before = len(mails_to(house, "dora@example.org"))
    form = {f"date-{ids[0]}": "coming", f"date-{ids[1]}": "recording", f"date-{ids[2]}": "away"}
    assert web.post(f"{path}/dates", data=form).headers["location"] == f"{path}?said=dates"
    assert "a new invitation is on its way" in text_of(web.get(f"{path}?said=dates"))
    assert len(mails_to(house, "dora@example.org")) == before + 1
    with house.database.reading() as session:
        mine = seats.of(session, registration(session, key))
        assert [mine[one].state for one in ids[:3]] == ["coming", "recording", "away"]
    web.post(f"{path}/dates", data={f"date-{ids[2]}": "coming"})  # and back
    with house.database.reading() as session:
        assert seats.of(session, registration(session, key))[ids[2]].state == "coming"


def test_a_date_that_filled_up_meanwhile_is_not_given(web, house, mine, met, now):
    with house.database.session() as session:
        series, one = webinar(session, "play")
        play = one.id
    web.post(f"{mine}/dates", data={f"date-{play}": "away"})
    with house.database.session() as session:
        series, _ = webinar(session, "play")
        series.capacity = 1
        registering.register(session, house, series, Wish(email="erin@example.org", source="staff"), now=now)
    assert "disabled" in web.get(mine).text
    answer = web.post(f"{mine}/dates", data={f"date-{play}": "coming"})
    assert answer.status_code == 409
    assert "All places of that date are taken." in text_of(answer)


def test_cancelling_is_one_button_and_can_be_taken_back(web, house, mine, met):
    assert web.post(f"{mine}/cancel").headers["location"] == f"{mine}?said=cancelled"
    said = text_of(web.get(f"{mine}?said=cancelled"))
    assert "This registration is cancelled." in said
    assert "Register again" in said
    assert "Put it into your calendar" not in said
    assert mails_to(house, "alice@example.org")[-1] == "webinar-cancellation"
    assert web.post(f"{mine}/back").status_code == 303
    with house.database.reading() as session:
        assert registration(session, met.alice).state == "registered"


def test_zone_and_reminders_are_theirs_to_choose(web, house, mine, met):
    web.post(f"{mine}/settings", data={"zone": "America/St_Johns", "reminded_by": "calendar"})
    said = text_of(web.get(f"{mine}?said=settings"))
    assert "8:30–10:00 your time, in St. John’s" in said
    with house.database.reading() as session:
        assert registration(session, met.alice).reminded_by == "calendar"
    wrong = web.post(f"{mine}/settings", data={"zone": "Mars/Olympus", "reminded_by": "mail"})
    assert wrong.status_code == 422
    assert 'id="f-zone-error"' in wrong.text


def test_mail_about_it_stops_and_comes_again(web, house, mine, met):
    web.post(f"{mine}/quiet")
    assert "Send them again" in text_of(web.get(mine))
    web.post(f"{mine}/quiet", data={"again": "yes"})
    with house.database.reading() as session:
        assert registration(session, met.alice).muted_at is None


def test_questions_are_asked_seen_and_voted_on(web, house, mine, met, now):
    with house.database.session() as session:
        series, play = webinar(session, "play")
        erin = registering.register(session, house, series, Wish(email="erin@example.org", name="Erin", source="staff"), now=now).registration  # fmt: skip
        for text, state in (("How much is <b>enough</b>?", "shown"), ("Not polite", "hidden")):
            questions.moderate(session, questions.ask(session, erin, play, text, now=now), state)
    assert web.post(f"{mine}/question", data={"date": "play", "text": "Is there a list?", "anonymous": "yes"}).status_code == 303  # fmt: skip
    answer = web.get(mine)
    said = text_of(answer)
    assert "How much is <b>enough</b>? Erin" in said
    assert "&lt;b&gt;enough" in answer.text
    assert "Is there a list? yours waits for the moderator" in said
    assert "Not polite" not in answer.text
    with house.database.reading() as session:
        number = questions.of(session, webinar(session, "play")[1], ("shown",))[0].id
    web.post(f"{mine}/vote", data={"date": "play", "question": number})
    assert "1 wants to know" in text_of(web.get(mine))
    web.post(f"{mine}/vote", data={"date": "play", "question": number, "not": "yes"})
    assert "wants to know" not in text_of(web.get(mine))
    empty = web.post(f"{mine}/question", data={"date": "play", "text": " "})
    assert (empty.status_code, "Write your question first." in empty.text) == (422, True)


def test_buttons_of_other_things_are_refused_with_a_sentence(web, mine, now):
    for what, form in (("nonsense", {}), ("question", {"date": "leading-1", "text": "x"}), ("question", {"date": "nothing", "text": "x"}), ("vote", {"date": "play", "question": "x"}), ("vote", {"date": "play", "question": "99"}), ("dates", {"date-99": "coming"}), ("dates", {"date-1": "perhaps"}), ("back", {})):  # fmt: skip
        assert web.post(f"{mine}/{what}", data=form).status_code in (303, 404, 409, 422), what
    assert web.get(mine[:-4]).status_code == 404
    assert web.post(f"{mine[:-4]}/cancel").status_code == 404
    assert web.post(f"{mine}/cancel", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_once_it_is_over_the_page_has_what_is_left(web, house, mine, met, wall, now):
    with house.database.session() as session:
        _, play = webinar(session, "play")
        wall.now = play.ends_at
        play.recording_url, play.recording_found_at = "https://video.example.net/play", play.ends_at
        seat = session.get_one(Seat, (registration(session, met.alice).id, play.id))
        seat.attended, seat.minutes = "yes", 80
    said = text_of(web.get(mine))
    assert "You were there" in said
    page = web.get(mine).text
    for link in ("/webinars/play/recording", "/webinars/play/feedback/", "/webinars/attended/"):
        assert link in page, link
    assert f"{mine}/cancel" not in page


def test_a_date_called_off_is_said_with_the_reason(web, house, all_six, now):
    with house.database.session() as session:
        scheduling.cancel(session, house, dates_of(session, by_slug(session, "leading"))[4], note="Elections.", now=now)
    said = text_of(web.get(all_six[0]))
    assert "called off" in said
    assert "Elections." in said
