"""The pages of webinars: when it is by every clock, what strangers find, what search engines are told, what leaves no trace."""

import json
import re
from datetime import datetime

from lxml import html as markup
from met_stage import LEADING, PLAY, text_of, webinar
from sqlmodel import select
from webinars.webinar_stage import a_webinar

from publisher.webinars import scheduling, seats
from publisher.webinars.models import Series, Speaker

PATHS = ("/webinars", PLAY, LEADING, "/webinars/leading-2", "/webinars/first-steps", f"{PLAY}/embed", "/webinars/leading/embed", "/webinars/first-steps/recording", "/webinars/mine")  # fmt: skip


def structured(answer) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S)[1])


def test_what_is_to_come_and_what_has_been(web, met):
    answer = web.get("/webinars")
    said = text_of(answer)
    assert said.index("Play and care") < said.index("Leading together") < said.index("What has been")
    assert said.index("What has been") < said.index("First steps")
    assert "and 4 more dates" in said  # of six one is called off, one stands here
    for hidden in ("Among ourselves", "Half planned", "Not listed"):
        assert hidden not in answer.text, hidden
    assert '<a href="/webinars" aria-current="page">Webinars</a>' in answer.text
    assert 'href="/webinars/first-steps/recording"' in answer.text
    assert "webcal://hub.example.org/webinars/calendar.ics" in answer.text
    assert "Leading together" not in text_of(web.get("/webinars?language=sw")).partition("To come")[0]
    french = text_of(web.get("/webinars?language=fr"))
    assert "Play and care" in french  # interpreted
    assert "First steps" not in french


def test_a_hub_without_webinars_does_not_promise_any(web):
    assert 'href="/webinars' not in web.get("/").text
    assert "Nothing is planned at the moment" in web.get("/webinars").text


def test_the_first_page_names_what_comes_next(web, met):
    said = text_of(web.get("/"))
    assert "Coming webinars Thursday 3 December 2026, 15:00 (Nairobi) Play and care" in said
    assert said.count("Leading together") == 1


def test_a_time_is_said_by_the_organisers_clock_and_by_utc_without_scripts(web, met):
    said = text_of(web.get(PLAY))
    assert "Thursday 3 December 2026 15:00–16:30 in Nairobi 12:00–13:30 UTC" in said
    times = markup.fromstring(web.get(PLAY).text).xpath("//div[@class='clocks']//time/@datetime")
    assert times == ["2026-12-03T15:00+03:00", "2026-12-03T12:00+00:00"]
    assert "en Nairobi" not in said
    french = text_of(web.get(f"{PLAY}?lang=fr"))
    assert "15\xa0h\xa000" in web.get(f"{PLAY}?lang=fr").text
    assert "jeudi 3 décembre 2026" in french


def test_where_the_day_is_another_by_utc_it_is_said(web, hub, house, now):
    with house.database.session() as session:
        a_webinar(
            session, house, now, "early", starts=datetime(2026, 12, 4, 8, 0), zone="Pacific/Kiritimati", minutes=60
        )
        a_webinar(session, house, now, "long", starts=datetime(2026, 12, 4, 9, 0), zone="UTC", minutes=2 * 24 * 60)
    assert "Friday 4 December 2026 8:00–9:00 in Kiritimati 18:00–19:00 UTC · Thursday 3 December" in text_of(web.get("/webinars/early"))  # fmt: skip
    assert "9:00 – Sunday 6 December 2026, 9:00 UTC" in text_of(web.get("/webinars/long"))


def test_a_webinar_says_what_one_needs_to_know(web, met):
    answer = web.get(PLAY)
    said = text_of(answer)
    for words in ("Why play is work.", "We look at three short films", "15:10 What play does Amara Diallo", "Has worked with families for twenty years.", "Ines Moreau Host Garden Row", "Karim Haddad Interpreter", "Captions English and French", "Interpretation French and Arabic", "Access Slides come the day before", "Length 90 min", "This webinar is recorded, and the recording is shared.", "99 places left", "What do you need to take part?"):  # fmt: skip
        assert words in said, words
    for link in ("https://calendar.google.com/calendar/render?", "https://outlook.live.com/calendar/", "https://outlook.office.com/calendar/", "https://hub.example.org/webinars/play/event.ics"):  # fmt: skip
        assert link in answer.text, link
    for way_in in ("meet.example.net", "+254 20 000 0000"):  # for those who registered
        assert way_in not in answer.text


def test_it_is_told_in_the_languages_it_is_described_in(web, met):
    french, arabic = web.get(f"{PLAY}?lang=fr"), web.get(f"{PLAY}?lang=ar")
    assert '<h1 lang="fr" dir="auto">Jouer et prendre soin</h1>' in french.text
    assert "Les enfants apprennent en jouant." in french.text
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert '<h1 lang="ar" dir="auto">اللعب والرعاية</h1>' in arabic.text
    assert '<h1 lang="en" dir="auto">Leading together</h1>' in web.get(f"{LEADING}?lang=ar").text  # never translated


def test_every_date_of_a_series_has_its_own_line(web, met):
    answer = web.get(LEADING)
    said = text_of(answer)
    assert "6 dates, 3 December 2026 to 7 January 2027" in said
    lines = [" ".join(" ".join(one.itertext()).split()) for one in markup.fromstring(answer.text).xpath("//li[starts-with(@class,'gathering')]")]  # fmt: skip
    assert len(lines) == 6
    assert "Moved. It was planned for Thursday 10 December 2026, 15:00 in Nairobi." in lines[1]
    assert "Friday 11 December 2026 9:00–10:00 in Nairobi 6:00–7:00 UTC" in lines[1]
    assert "Called off" in lines[3]
    assert "A public holiday." in lines[3]
    boxes = markup.fromstring(answer.text).xpath("//input[@name='date']")
    assert [box.get("checked") is not None for box in boxes] == [
        True
    ] * 5  # all by default, what was called off is not offered
    date = markup.fromstring(web.get("/webinars/leading-3").text)
    assert [box.get("checked") is not None for box in date.xpath("//input[@name='date']")] == [False, False, True, False, False]  # fmt: skip
    assert "3 of 6" in date.text_content()


def test_each_thing_has_one_address(web, met):
    assert web.get("/webinars/leading").headers["location"] == "/webinars/series/leading"
    assert web.get("/webinars/leading?lang=fr").headers["location"] == "/webinars/series/leading?lang=fr"
    assert web.get("/webinars/series/play").headers["location"] == "/webinars/play"
    assert f'<link rel="canonical" href="https://hub.example.org{PLAY}">' in web.get(PLAY).text
    assert f'<link rel="canonical" href="https://hub.example.org{PLAY}?lang=fr">' in web.get(f"{PLAY}?lang=fr").text


def test_a_date_that_was_called_off_takes_nobody(web, met):
    said = text_of(web.get("/webinars/leading-4"))
    assert "This webinar has been called off." in said
    assert "A public holiday." in said
    assert 'name="email"' not in web.get("/webinars/leading-4").text
    assert "event.ics" not in web.get("/webinars/leading-4").text


def test_drafts_leave_no_trace(web, met):
    nothing = web.get("/webinars/nothing").text
    for end in ("", "/embed", "/recording"):
        assert web.get(f"/webinars/draft{end}").status_code == 404
    assert web.get("/webinars/draft").text.replace("draft", "nothing") == nothing
    assert web.get("/webinars/series/draft").status_code == 404
    assert web.post("/webinars/draft", data={"email": "dora@example.org"}).status_code == 404


def test_what_is_not_for_everybody_answers_who_has_its_address_and_is_in_no_list(web, met):
    for path in ("/webinars/quiet-one", "/webinars/series/inner", "/webinars/inner-1"):
        answer = web.get(path)
        assert answer.status_code == 200
        assert answer.headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in web.get(PLAY).headers
    assert "For members" in web.get("/webinars/series/inner").text


def test_search_engines_and_quoting_pages_are_told(web, met):
    answer = web.get(PLAY)
    said = structured(answer)
    assert (said["@type"], said["startDate"], said["endDate"]) == ("EducationEvent", "2026-12-03T15:00+03:00", "2026-12-03T16:30+03:00")  # fmt: skip
    assert said["eventAttendanceMode"].endswith("OnlineEventAttendanceMode")
    assert said["location"] == {"@type": "VirtualLocation", "url": "https://hub.example.org/webinars/play"}
    assert (said["offers"]["price"], said["isAccessibleForFree"], said["inLanguage"]) == (
        0,
        True,
        ["en", "fr", "ar"],
    )  # spoken, and interpreted
    assert said["eventStatus"].endswith("EventScheduled")
    assert said["workPerformed"]["accessibilityFeature"] == ["captions"]
    assert said["performer"] == [{"@type": "Person", "name": "Amara Diallo"}]
    properties = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)"', answer.text))
    assert properties["og:title"] == "Play and care"
    assert properties["og:image"] == said["image"][0]
    assert web.get(properties["og:image"].removeprefix("https://hub.example.org")).status_code == 200
    series = structured(web.get(LEADING))
    assert series["@type"] == "EventSeries"
    states = [one["eventStatus"].rpartition("/Event")[2] for one in series["subEvent"]]
    assert states == ["Scheduled", "Rescheduled", "Scheduled", "Cancelled", "Scheduled", "Scheduled"]
    assert series["subEvent"][1]["previousStartDate"] == "2026-12-10T15:00+03:00"


def test_other_pages_may_frame_it_and_nothing_else(web, met):
    for path in (f"{PLAY}/embed", "/webinars/leading/embed"):
        answer = web.get(f"{path}?theme=dark")
        assert "frame-ancestors *" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        assert 'data-theme="dark"' in answer.text
        assert 'target="_blank"' in answer.text
    assert "and 4 more dates" in text_of(web.get("/webinars/leading/embed"))
    assert "frame-ancestors 'none'" in web.get(PLAY).headers["content-security-policy"]


def test_what_staff_and_speakers_wrote_cannot_break_out(web, met, house, now):
    evil = "</script><script>alert(1)</script>\" onload='x' {{ 7*7 }}"
    with house.database.session() as session:
        series, one = a_webinar(session, house, now, "evil", title=evil, summary=evil, description=f"<b onclick='x'>{evil}</b>", access_note=evil, questions=[{"key": "a", "label": evil, "kind": "choice", "options": [evil, "b"], "required": False}])  # fmt: skip
        scheduling.reschedule(session, house, one, starts=datetime(2026, 12, 5, 15, 0), note=evil, now=now)
        one.agenda = [{"minute": 0, "title": evil, "by": evil}]
        session.add(Speaker(series_id=series.id, key="evil", name=evil, organisation=evil, bio=evil, created_at=now))
    for path in ("/webinars/evil", "/webinars/evil/embed", "/webinars", "/"):
        answer = web.get(path)
        assert answer.status_code == 200
        page = markup.fromstring(answer.text)
        assert {script.get("src", "").partition("?")[0] or script.get("type") for script in page.xpath("//script")} <= {"/static/page.js", "/static/webinar-times.js", "application/ld+json"}  # fmt: skip
        assert not page.xpath("//*[@onload or @onclick]")
        assert "49" not in {one.strip() for one in page.itertext()}
    assert structured(web.get("/webinars/evil"))["name"].startswith("</script>")


def test_every_page_speaks_every_language(web, met):
    for path in PATHS:
        for language, direction in (("fr", "ltr"), ("ar", "rtl")):
            answer = web.get(f"{path}?lang={language}")
            assert answer.status_code == 200, path
            assert f'<html lang="{language}" dir="{direction}"' in answer.text


def test_nonsense_in_an_address_is_passed_over(web, met):
    for path in ("/webinars?language=%00", "/webinars?page=x", f"{PLAY}?for=nonsense", f"{PLAY}?for=a.b", f"{PLAY}/embed?theme=x"):  # fmt: skip
        assert web.get(path).status_code == 200, path
    assert web.get("/webinars/%00").status_code in (404, 422)
    for path in ("/webinars/%00/event.ics", "/webinars/series/a%00/calendar.ics", "/webinars/%00/captions.vtt", "/podcasts/%00/feed.xml"):  # fmt: skip
        assert web.get(path).status_code == 404, path


def test_one_that_is_on_now_still_takes_people(web, met, house, wall):
    with house.database.reading() as session:
        wall.now = webinar(session, "play")[1].starts_at
    said = text_of(web.get(PLAY))
    assert "On now" in said
    assert "It is on now. Register, and the mail brings the way in." in said


def test_speakers_of_one_date_stand_on_the_page_of_that_date(web, met, house, now):
    with house.database.session() as session:
        series = session.exec(select(Series).where(Series.slug == "leading")).one()
        for slug, name in (("leading-1", "First Guest"), ("leading-2", "Second Guest")):
            _, one = webinar(session, slug)
            session.add(Speaker(series_id=series.id, webinar_id=one.id, key=name, name=name, created_at=now))
    assert "Second Guest" not in web.get("/webinars/leading-1").text
    assert "First Guest" in web.get("/webinars/leading-1").text
    assert all(name in web.get(LEADING).text for name in ("First Guest", "Second Guest"))


def test_the_list_says_where_only_a_place_on_the_waiting_list_is_left(web, met, house):
    assert "Join the waiting list" not in text_of(web.get("/webinars"))
    with house.database.session() as session:
        series, date = webinar(session, "play")
        series.capacity = seats.taken(session, [date.id])[date.id]
        assert series.capacity > 0
    assert "Join the waiting list" in text_of(web.get("/webinars"))
