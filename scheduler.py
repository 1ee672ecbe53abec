"""The timetable: every recurring job of the house, one line each, and the process that keeps it.

APScheduler gives the ticks, in memory and by interval only; what is due is a column in a table, and every job is idempotent,
so that two processes, a kill in the middle or an outage of a week change nothing but the hour. One process keeps the
timetable at a time: it holds the lease `timetable`, and another takes over when it stops.

`publisher tick` runs the whole timetable once; `python scheduler.py` and `publisher serve` keep it.
"""

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from publisher import budgets, clock, leases
from publisher.audience import upkeep
from publisher.desk import desk_letter, doctor, moving, operator, returns
from publisher.house import House, open_house
from publisher.library import harvesting
from publisher.mail import mailbox, relays
from publisher.media import uploads
from publisher.newsletters import tending
from publisher.podcasts import pings, publishing, taking
from publisher.podcasts.downloads import counting, forgetting
from publisher.settings import Settings
from publisher.staff import sessions
from publisher.webinars import audit, mailings, preparing, reply_mailbox
from publisher.webinars import forgetting as webinar_forgetting
from publisher.webinars.rooms import watching

log = logging.getLogger("publisher.scheduler")

#: A keeper that is silent for so long has lost the timetable to another.
LEASE = timedelta(seconds=60)
KEPT_BUDGETS = timedelta(days=2)

Job = Callable[[House, datetime], object]


@dataclass(frozen=True)
class Every:
    """A line of the timetable: how often, what, and why in a few words. `due`: a look at whether there is anything to do, for
    what must not wait and so is asked every second."""

    name: str
    seconds: int
    job: Job
    why: str
    due: Callable[[House, datetime], object] | None = None


def harvest(house: House, now: datetime) -> object:
    results = harvesting.check_due(house, now)
    return {
        "checked": len(results),
        "new": sum(r.new for r in results),
        "failed": sum(r.status == "failed" for r in results),
    }


def tend_newsletters(house: House, now: datetime) -> object:
    return {"let_out": tending.tend(house, now)}


def follow_suppressions(house: House, now: datetime) -> object:
    with house.database.session() as session:
        return upkeep.follow_suppressions(session, now)


def expire_pending(house: House, now: datetime) -> object:
    with house.database.session() as session:
        return upkeep.expire_pending(session, house, now)


def publish_episodes(house: House, now: datetime) -> object:
    results = publishing.publish_due(house, now)
    return {"published": sum(not r.error for r in results), "failed": [r.error for r in results if r.error]}


def tell_of_feeds(house: House, now: datetime) -> object:
    return {"told": pings.send_due(house, now)}


def take_sound(house: House, now: datetime) -> object:
    return {"taken": len(taking.take_due(house, now))}


def count_downloads(house: House, now: datetime) -> object:
    return {"weighed": counting.settle(house, now)}


def write_of_webinars(house: House, now: datetime) -> object:
    return {"let_out": mailings.plan_due(house, now)}


def audit_clocks(house: House, now: datetime) -> object:
    return {"moved": len(audit.run(house, now))}


def remind_speakers(house: House, now: datetime) -> object:
    return {"written": preparing.remind_missing(house, now)}


def watch_rooms(house: House, now: datetime) -> object:
    return watching.look(house, now)


def read_replies(house: House, now: datetime) -> object:
    return {"read": reply_mailbox.read_due(house, now)}


def read_returns(house: House, now: datetime) -> object:
    return {"read": returns.read_due(house, now)}


def write_desk_letters(house: House, now: datetime) -> object:
    return {"written": desk_letter.write_due(house, now)}


def watch_over(house: House, now: datetime) -> object:
    return {"told": operator.watch(house, now, ticking=True)}


def look_again(house: House, now: datetime) -> object:
    return {"looked": doctor.renew(house, now)}


def follow_move(house: House, now: datetime) -> object:
    with house.database.session() as session:
        return {"renewed": moving.follow(session, house, now)}


def forget(house: House, now: datetime) -> object:
    with house.database.session() as session:
        upkeep.truncate_ips(session, now)
        present = min(now, clock.now())  # what the wall clock stamped, a simulated year must not throw away
        mailbox.forget(session, now=present)
        relays.forget_use(session, now)
        budgets.forget(session, before=now - KEPT_BUDGETS)
        sessions.forget_old(session, present)
        uploads.forget_old(session, house, now=present)
        forgetting.forget_secrets(session, present)
        webinar_forgetting.forget(session, house, now)
    return None


TIMETABLE = (
    Every("harvest", 60, harvest, "check sources whose time has come"),
    Every("episodes", 1, publish_episodes, "let episodes appear at their instant", publishing.due),
    Every("pings", 1, tell_of_feeds, "tell hubs and podping that a feed has changed", pings.waiting),
    Every("sound", 30, take_sound, "fetch the sound of shows that were brought in", taking.waiting),
    Every("downloads", 60, count_downloads, "weigh what was served: is it a download, and whose"),
    Every("newsletters", 20, tend_newsletters, "grow drafts, release what is due, close what was sent"),
    Every("calendar rules", 3600, audit_clocks, "move what new rules of clocks move, and tell whom it concerns"),
    Every(
        "webinars", 1, write_of_webinars, "reminders, announcements, changes and follow-ups at their time", mailings.due
    ),
    Every("rooms", 60, watch_rooms, "see who is in a room, take recordings, settle attendance"),
    Every("replies", 300, read_replies, "read what calendar programs answer to invitations"),
    Every("bounces", 300, read_returns, "read what comes back: bounces, complaints, wishes to leave"),
    Every("speakers", 3600, remind_speakers, "remind speakers of what is missing before their date"),
    Every("desk letter", 300, write_desk_letters, "tell each member of staff in their morning what waits for them"),
    Every("address", 3600, follow_move, "say the present address where a former one was written down"),
    Every("suppressions", 60, follow_suppressions, "bring subscriptions in line with bounces and complaints"),
    Every("operator", 60, watch_over, "write to owners when something stays bad, and when it is well again"),
    Every(
        "doctor",
        3600,
        look_again,
        "look anew at relay, domains and address, once a day, where somebody has looked before",
    ),
    Every("pending", 3600, expire_pending, "forget sign-ups nobody confirmed within seven days"),
    Every(
        "forget",
        3600,
        forget,
        "old addresses of machines, mails in the mailbox, budgets, sessions, uploads, secrets of counting, answers of registrants",
    ),
)


@dataclass(frozen=True)
class Ran:
    """What one job did in a tick: its answer, or the error that stopped it (the others ran all the same)."""

    job: str
    result: object = None
    error: str | None = None


def tick(house: House, now: datetime) -> list[Ran]:
    """Every job once, in the order of the timetable. One that fails does not keep the others from running."""
    ran: list[Ran] = []
    for line in TIMETABLE:
        try:
            ran.append(Ran(line.name, line.job(house, now)))
        except Exception as problem:
            log.exception("the job “%s” failed", line.name)
            ran.append(Ran(line.name, error=str(problem) or type(problem).__name__))
    note_tick(house, now)
    return ran


def note_tick(house: House, now: datetime) -> None:
    """Remember when the timetable last ran: `/health` looks at it. A lease that is never held serves as the note."""
    with house.database.session() as session:
        leases.lead(session, "last tick", holder=socket.gethostname(), now=now, lasts=timedelta(0))


class Timekeeper:
    """Keeps the timetable in this process while it holds the lease. `start()` returns at once; `stop()` waits."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ticks = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for line in TIMETABLE:
            self._ticks.add_job(self._run, "interval", seconds=line.seconds, args=[line], next_run_time=clock.now())

    def start(self) -> None:
        self._ticks.start()

    def stop(self) -> None:
        self._ticks.shutdown(wait=True)
        with self._house.database.session() as session:
            leases.release(session, "timetable", holder=self._me, now=clock.now())

    def _run(self, line: Every) -> None:
        now = clock.now()
        try:
            if line.due is not None and not line.due(self._house, now):
                return
            with self._house.database.session() as session:
                if not leases.lead(session, "timetable", holder=self._me, now=now, lasts=LEASE):
                    return
            line.job(self._house, now)
            note_tick(self._house, now)
        except Exception:
            log.exception("the job “%s” failed", line.name)


def main() -> None:
    """Keep the timetable until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    house = open_house(Settings.from_environment())
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    keeper = Timekeeper(house)
    keeper.start()
    stop.wait()
    keeper.stop()
    house.close()


if __name__ == "__main__":
    main()
