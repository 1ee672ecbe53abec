"""What the timetable does for newsletters, through weeks, faults and outages: each issue once, and every hold with its reason."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from cast import a_newsletter, a_person
from issue_stage import Stage, text_of
from sqlmodel import col, select

from publisher.database import Database
from publisher.house import House
from publisher.mail.models import Address, Identity, Letter, Outbox
from publisher.newsletters import drafting, issues, newsletters, planning, tending
from publisher.newsletters.models import Issue, IssueItem, Newsletter
from publisher.staff.models import Member
from publisher.templating import Templates

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def a_weekly(house: House, now: datetime, release: str, **changes: object) -> Stage:
    """A newsletter due a week from now, every week at that time; two works, one reader, one editor."""
    values: dict[str, object] = {
        "cadence": "weekly on Monday at 9:00", "rule": "0 9 * * 1", "next_at": now + WEEK, "release": release,
    }  # fmt: skip
    stage = Stage(house, now, **(values | changes))
    stage.reader("alice@example.org", name="Alice")
    with house.database.session() as session:
        ines = a_person(session, "ines@hub.example.org", now)
        session.add(Member(address_id=ines.address_id, name="Ines", role="editor", password_hash="", created_at=now))
    return stage


def tick(stage: Stage, now: datetime) -> int:
    return tending.tend(stage.house, now)


def all_issues(stage: Stage) -> list[Issue]:
    with stage.house.database.session() as session:
        return list(session.exec(select(Issue).order_by(col(Issue.id))).all())


def story(stage: Stage) -> list[tuple[str, str]]:
    """State and what it is held for, of every issue."""
    return [(issue.state, issue.held_for) for issue in all_issues(stage)]


def titles(stage: Stage, issue: Issue) -> set[int]:
    with stage.house.database.reading() as session:
        return set(session.exec(select(IssueItem.work_id).where(col(IssueItem.issue_id) == issue.id)).all())


def bulk_rows(stage: Stage) -> int:
    with stage.house.database.reading() as session:
        rows = select(Outbox.id).join(Letter, col(Letter.id) == col(Outbox.letter_id)).where(Letter.kind == "issue")
        return len(session.exec(rows).all())


def test_by_hand_editors_hear_the_day_before_and_it_is_held_at_its_time(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-hand")
    stage.work("A report")
    tick(stage, now)
    tick(stage, now + 6 * DAY - timedelta(minutes=1))
    assert stage.carry(now + 6 * DAY) == {}
    tick(stage, now + 6 * DAY)
    tick(stage, now + 6 * DAY + timedelta(minutes=1))
    notices = stage.carry(now + 6 * DAY + timedelta(minutes=1))
    assert list(notices) == ["ines@hub.example.org"]
    assert "has 1 item" in text_of(notices["ines@hub.example.org"])
    assert "/studio/newsletters/monthly/issues/monthly-2026-11-30" in text_of(notices["ines@hub.example.org"])
    assert story(stage) == [("draft", "")]
    assert tick(stage, now + WEEK) == 0
    (issue,) = all_issues(stage)
    assert (issue.state, issue.held_for, issue.reason) == (
        "held", "release", "It waits for somebody to release it.",
    )  # fmt: skip
    issues.release(house, issue.id or 0, now=now + WEEK + DAY, who="Ines")
    assert sorted(stage.carry(now + WEEK + DAY)) == ["alice@example.org"]
    tick(stage, now + WEEK + DAY)
    assert story(stage) == [("sent", ""), ("draft", "")]
    assert all_issues(stage)[1].occurrence == now + 2 * WEEK


def test_by_itself_it_goes_out_once(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself")
    stage.work("A report")
    assert [tick(stage, now + n * DAY) for n in range(7)] == [0] * 7
    assert tick(stage, now + WEEK) == 1
    assert tick(stage, now + WEEK) == 0
    assert sorted(stage.carry(now + WEEK)) == ["alice@example.org"]
    assert story(stage) == [("sent", ""), ("draft", "")]
    first, second = all_issues(stage)
    assert (first.number, first.released_by) == (1, "the timetable")
    assert (second.occurrence, titles(stage, second)) == (now + 2 * WEEK, set())


def test_a_thin_week_is_held_and_its_items_go_on(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself", minimum_items=2)
    kept = stage.work("One report")
    dropped = stage.work("A dropped one")
    ending = stage.work("A call", kind="call", ends_at=now + 10 * DAY)
    with house.database.session() as session:
        newsletter = session.get_one(Newsletter, stage.newsletter.id)
        issue = drafting.draft(session, newsletter, now=now)
        for work in (dropped, ending):
            drafting.drop(session, issue, work)
    assert tick(stage, now + WEEK) == 0
    assert story(stage) == [("held", "thin"), ("draft", "")]
    first, second = all_issues(stage)
    assert first.reason == "1 new item, and it takes 2. What there is goes on to the next issue."
    assert kept in titles(stage, second)
    assert dropped not in titles(stage, second)
    stage.work("Another report", now=now + WEEK + DAY)
    assert tick(stage, now + 2 * WEEK) == 1
    (mail,) = stage.carry(now + 2 * WEEK).values()
    assert "One report" in text_of(mail)
    assert "Another report" in text_of(mail)
    assert "A dropped one" not in text_of(mail)
    assert "A call" not in text_of(mail)
    assert all_issues(stage)[1].number == 1, "a thin issue takes no number"


@pytest.mark.parametrize(
    ("name", "broken", "place"),
    [
        ("body.mjml", "<mjml>\n{% if %}", r"mail/issue/body\.mjml, line 2"),
        ("body.txt", "Hello\n\n{{ nobody_knows_this }}", r"mail/issue/body\.txt, line 3"),
        ("body.mjml", "<mjml><mj-body><mj-section></mj-body></mjml>", r"mail/issue/body\.mjml .*line 1"),
    ],
)
def test_a_broken_template_holds_the_issue_and_names_the_place(
    house: House, now: datetime, name: str, broken: str, place: str
) -> None:
    folder = house.settings.owner_templates / "mail" / "issue"
    folder.mkdir(parents=True)
    (folder / name).write_text(broken, "utf-8")
    stage = a_weekly(House(house.settings, house.database, house.tokens, Templates(house.settings.owner_templates)), now, "by-itself")  # fmt: skip
    stage.work("A report")
    assert tick(stage, now + WEEK) == 0
    assert tick(stage, now + WEEK + timedelta(minutes=1)) == 0
    (issue,) = all_issues(stage)
    assert (issue.state, issue.held_for, issue.number) == ("held", "fault", None)
    assert re.search(place, issue.reason), issue.reason
    assert stage.carry(now + WEEK) == {}
    (folder / name).unlink()
    stage.house = house
    issues.release(house, issue.id or 0, now=now + WEEK + DAY)
    assert sorted(stage.carry(now + WEEK + DAY)) == ["alice@example.org"]
    assert [issue.number for issue in all_issues(stage)] == [1]


def test_a_missing_postal_address_holds_the_issue(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself")
    stage.work("A report")
    with house.database.session() as session:
        session.get_one(Identity, stage.newsletter.identity_id).postal_address = " "
    assert tick(stage, now + WEEK) == 0
    (issue,) = all_issues(stage)
    assert (issue.state, issue.held_for) == ("held", "fault")
    assert "postal address" in issue.reason


def test_one_newsletter_in_trouble_does_not_keep_the_others(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself", rule="this is no rule", next_at=None)
    stage.work("A report")
    with house.database.session() as session:
        a_newsletter(session, stage.list, now, slug="other", next_at=now + WEEK, release="by-itself")
    tick(stage, now)
    assert tick(stage, now + WEEK) == 1
    assert sorted(stage.carry(now + WEEK)) == ["alice@example.org"]


def test_an_outage_of_three_weeks_is_caught_up_once(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself")
    stage.work("Before")
    tick(stage, now)
    for week in (1, 2, 3):
        stage.work(f"News of week {week}", now=now + week * WEEK - DAY)
    back = now + 3 * WEEK + timedelta(hours=5)
    assert [tick(stage, back + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    (mail,) = stage.carry(back).values()
    for title in ("Before", "News of week 1", "News of week 2", "News of week 3"):
        assert title in text_of(mail)
    tick(stage, back)
    assert story(stage) == [("sent", ""), ("draft", "")]
    assert all_issues(stage)[1].occurrence == now + 4 * WEEK


def test_a_scheduled_issue_goes_out_at_its_instant(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-hand")
    stage.work("A report")
    issue = stage.draft()
    at = now + 2 * DAY
    with house.database.session() as session:
        issues.schedule(session, session.get_one(Issue, issue.id), at, now=now, who="Ines")
    stage.work("A late report", now=at - timedelta(hours=1))
    assert tick(stage, at - timedelta(seconds=1)) == 0
    assert tick(stage, at) == 1
    (mail,) = [m for to, m in stage.carry(at).items() if to == "alice@example.org"]
    assert "A late report" in text_of(mail)
    assert all_issues(stage)[0].released_by == "Ines"


def test_a_scheduled_issue_that_cannot_go_is_held_with_the_reason(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-hand")
    work = stage.work("A report")
    issue = stage.draft()
    with house.database.session() as session:
        issues.schedule(session, session.get_one(Issue, issue.id), now + DAY, now=now)
        drafting.drop(session, session.get_one(Issue, issue.id), work)
    assert tick(stage, now + DAY) == 0
    (held,) = all_issues(stage)
    assert (held.state, held.held_for) == ("held", "fault")
    assert "no items" in held.reason


def test_two_processes_at_once_release_once(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself")
    for number in range(5):
        stage.work(f"Report {number}")
        stage.reader(f"reader{number}@example.org")
    others = [Database(house.settings.database_url) for _ in range(3)]
    houses = [House(house.settings, database, house.tokens, house.templates) for database in others]
    gate = threading.Barrier(len(houses))
    released: list[int] = []
    problems: list[Exception] = []

    def run(one: House, moment: datetime) -> None:
        gate.wait()
        try:
            released.append(tending.tend(one, moment))
        except Exception as problem:
            problems.append(problem)

    for moment in (now, now + WEEK):
        threads = [threading.Thread(target=run, args=(one, moment)) for one in houses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for database in others:
        database.close()
    assert problems == []
    assert sum(released) == 1
    assert bulk_rows(stage) == 6
    assert sorted(stage.carry(now + WEEK)) == ["alice@example.org", *(f"reader{n}@example.org" for n in range(5))]
    with house.database.reading() as session:
        editors = select(Outbox).join(Address, col(Address.id) == col(Outbox.address_id)).where(Address.email == "ines@hub.example.org")  # fmt: skip
        assert session.exec(editors).all() == []


def test_a_planning_that_another_process_finished_first_is_no_fault(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = a_weekly(house, now, "by-itself")
    stage.work("A report")
    for number in range(5):
        stage.reader(f"reader{number}@example.org")
    monkeypatch.setattr(planning, "CHUNK", 2)
    issue = stage.draft()
    met: list[int] = []

    def overtaken(_number: int) -> None:
        if not met:
            met.append(1)
            tending.finish_planning(house, now)

    issues.release(house, issue.id or 0, now=now, on_progress=overtaken)
    assert len(stage.carry(now)) == 6


def test_a_cut_off_planning_whose_template_broke_holds_that_issue_only(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-hand")
    stage.work("A report")
    issue = stage.draft()
    with house.database.session() as session:
        row = session.get_one(Issue, issue.id)
        row.state = "sending"
        planning.begin(session, row, now=now)
    folder = house.settings.owner_templates / "mail" / "issue"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text("{{ broken", "utf-8")
    broken = House(house.settings, house.database, house.tokens, Templates(house.settings.owner_templates))
    tending.tend(broken, now)
    (held,) = all_issues(stage)
    assert (held.state, held.held_for) == ("held", "fault")
    assert "mail/issue/body.txt" in held.reason


def test_cancelling_while_it_is_planned_leaves_nothing_waiting(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = a_weekly(house, now, "by-hand")
    stage.work("A report")
    for number in range(5):
        stage.reader(f"reader{number}@example.org")
    monkeypatch.setattr(planning, "CHUNK", 2)
    issue = stage.draft()
    met: list[int] = []

    def change_of_mind(_number: int) -> None:
        if not met:
            met.append(1)
            with house.database.session() as session:
                issues.cancel(session, session.get_one(Issue, issue.id), now=now)

    issues.release(house, issue.id or 0, now=now, on_progress=change_of_mind)
    assert stage.carry(now) == {}
    with house.database.reading() as session:
        status = issues.status(session, session.get_one(Issue, issue.id))
    assert (status["state"], status["queued"], status["prepared"]) == ("cancelled", 0, status["cancelled"])


def test_a_new_cadence_moves_the_draft_that_grows(house: House, now: datetime) -> None:
    stage = a_weekly(house, now, "by-itself")
    stage.work("A report")
    tick(stage, now)
    with house.database.session() as session:
        newsletter = session.get_one(Newsletter, stage.newsletter.id)
        shape = newsletters.Shape("The Weekly", "weekly on Thursday at 9:00", "Africa/Nairobi", "by-itself", 1)
        newsletters.edit(session, newsletter, shape, now=now + DAY)
    (draft,) = all_issues(stage)
    thursday = now + 3 * DAY
    assert draft.occurrence == thursday
    assert tick(stage, thursday - timedelta(minutes=1)) == 0
    assert tick(stage, thursday) == 1
    assert tick(stage, now + WEEK) == 0, "the old time is no time any more"
