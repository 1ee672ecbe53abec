"""Visits of reader pages: people's are counted, with nothing about them; programs', looks ahead and HEAD are not."""

import threading

from sqlmodel import select

from publisher.desk import visits
from publisher.desk.models import PageVisit

FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}


def counted(web, house) -> dict[tuple[str, str], int]:
    application = web.app
    while not hasattr(application, "site"):
        application = application.app
    application.site.visits.write(house)
    with house.database.reading() as session:
        return {(one.kind, one.country): one.count for one in session.exec(select(PageVisit))}


def test_people_are_counted_by_page_and_country(web, house, hub):
    study = f"/library/1-{hub['works'][0].slug}"
    for path in ("/", "/library", study, study, "/newsletters/monthly/monthly-2026-11", "/about", "/library/1-elsewhere", "/library/4-not-yet"):  # fmt: skip
        web.get(path, headers=FIREFOX)
    assert counted(web, house) == {
        ("home", ""): 1,
        ("library", ""): 1,
        ("resource", ""): 2,
        ("resource", "KE"): 2,
        ("issue", ""): 1,
        ("page", ""): 1,
    }


def test_a_process_that_serves_writes_by_itself(house, now, monkeypatch):
    monkeypatch.setattr(visits, "WAITS", 0.05)
    counting, written = visits.Visits(by_itself=True), threading.Event()
    write = counting.write
    monkeypatch.setattr(counting, "write", lambda house: (write(house), written.set()))
    counting.note(house, now.date(), "home")
    assert written.wait(20)
    with house.database.reading() as session:
        assert [one.count for one in session.exec(select(PageVisit))] == [1]


def test_programs_looks_ahead_and_head_are_not(web, house):
    for agent in ("Googlebot/2.1", "curl/8.5.0", "", "python-requests/2.32.3"):
        web.get("/", headers={"user-agent": agent})
    web.get("/", headers=FIREFOX | {"sec-purpose": "prefetch;prerender"})
    web.head("/", headers=FIREFOX)
    assert counted(web, house) == {}
