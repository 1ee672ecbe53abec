"""A sender: takes due rows, hands their mails to the relay over connections it keeps, and writes down every answer.

It works in turns. In one turn each connection carries one mail; a single commit marks those mails in flight and writes the
answers of the turn before. So a kill leaves at most one mail in doubt per connection, and a commit is paid for by many
mails. This is the one place in the room that manages its own transactions: what is claimed must be committed before the
network is touched.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from publisher import sendlog
from publisher.errors import BadInput, TransportError
from publisher.house import House
from publisher.mail import claiming, relays, restored, verdicts
from publisher.mail.building import Builder, Mail
from publisher.mail.claiming import Claimed
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.mailbox import built_in_mailbox
from publisher.mail.models import OutboxState, Relay
from publisher.mail.smtp import Connection, Outcome, RelayAddress, parse_relay_url

log = logging.getLogger(__name__)

BATCH = 200
HEARTBEAT = 15.0  # seconds
IDLE = 1.0  # seconds between looks at an empty queue
MOST_LINES = 64  # connections of one sender, whatever a relay's settings say
CONNECT_PAUSES = (0.5, 1.0, 2.0)  # seconds; after these a draining sender gives up
LONGEST_CONNECT_PAUSE = timedelta(minutes=5)
REFUSED_PAUSE = timedelta(minutes=30)
"""A relay that refuses our log-in or shows a bad certificate is asked twice an hour: often enough that mail leaves by itself once it
is mended there, seldom enough that no account is locked."""


@dataclass
class Sender:
    """One sending process. `present` is the time of what is due, `wall` that of leases and heartbeats.

    `relay_url` overrides the relay of the database, without its limits. Use as a context manager.
    """

    house: House
    present: Callable[[], datetime]
    wall: Callable[[], datetime]
    relay_url: str | None = None
    on_progress: Callable[[int], None] = lambda _number: None
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.stop = threading.Event()
        self.accepted = 0
        self._builder = Builder(self.house.settings, self.house.tokens)
        self._tally = verdicts.Tally()
        self._waiting: list[Claimed] = []
        self._answers: list[tuple[Mail, Outcome]] = []
        self._lines: list[Connection] = []
        self._keys: dict[int, str] = {}  # row to the name of its mail in the send log
        self._unlogged: list[str] = []  # answers that the send log does not have yet
        self._failures = 0
        self._given_up = 0  # rows that came to an end without being sent, in this turn
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> "Sender":
        with self.house.database.session() as session:
            claiming.sign_on(session, worker=self.worker, wall=self.wall())
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._heart.join()
        with self.house.database.session() as session:
            self._write_answers(session, self.present())
            claiming.sign_off(session, worker=self.worker)
        if self.house.database.log is not None:
            self.house.database.log.append_late(self._unlogged)
        for line in self._lines:
            line.close()
        if self._pool is not None:
            self._pool.shutdown()

    def drain(self) -> None:
        """Carry until nothing is due, then return. `TransportError` when the relay cannot be reached; `Conflict` after a
        restore that nobody has confirmed."""
        with self.house.database.reading() as session:
            restored.refuse(session)
        while not self.stop.is_set():
            if self._turn():
                continue
            with self.house.database.reading() as session:
                if not claiming.held_by_others(session, worker=self.worker):
                    return
            self.stop.wait(IDLE)  # another sender's rows: it ends, or its leases do

    def serve(self) -> None:
        """Carry for ever, until `stop` is set. Trouble with the relay is noted, waited out and tried again."""
        while not self.stop.is_set():
            try:
                if self._resting() or not self._turn():
                    self.stop.wait(IDLE)
            except TransportError as problem:
                self._note_trouble(problem)
            except Exception:
                log.exception("the sender met something unexpected and goes on")
                self.stop.wait(IDLE * 5)

    def _turn(self) -> bool:
        """One turn: False when there was nothing to do. The answers of the turn before are written first."""
        now = self.present()
        self._given_up = 0
        with self.house.database.session() as session:
            relay, where = self._relay(session)
            self._write_answers(session, now)
            if not self._waiting:
                claiming.recover(session, now=now, wall=self.wall())
                self._waiting = self._take(session, relay, now)
            wanted = min(relay.max_connections, len(self._waiting))
            ready = sum(line.usable and line.relay == where for line in self._lines) >= wanted
            mails = self._begin(session, relay, wanted, now) if ready else []
        if not ready:
            self._after_failures()
            self._open_lines(where, wanted)
            with self.house.database.session() as session:
                mails = self._begin(session, relay, wanted, now)
        self._log(mails)
        self._answers = self._carry(mails)
        return bool(mails or self._waiting or self._given_up)

    def _take(self, session: Session, relay: Relay, now: datetime) -> list[Claimed]:
        """Claim the next batch: personal letters from all of what the relay may get, others from their part of it."""
        if restored.waiting(session) is not None:
            return []
        self._builder.look_again()
        room = relays.allowance(session, relay, now)
        rows: list[Claimed] = []
        for ranks, left in (((0,), room.personal), ((1, 2), room.bulk)):
            most = BATCH - len(rows) if left is None else min(BATCH, left) - len(rows)
            if most > 0:
                rows += claiming.take(session, worker=self.worker, now=now, wall=self.wall(), most=most, ranks=ranks)
        return self._without_reached(session, rows, now)

    def _without_reached(self, session: Session, rows: list[Claimed], now: datetime) -> list[Claimed]:
        """Mails that had left before a restore are not sent again: their rows say so and end here."""
        names = claiming.names_of(session, [row.id for row in rows])
        keys = {row_id: restored.key_of(self.house.tokens, *name) for row_id, name in names.items()}
        self._keys = keys
        reached = restored.states_of(session, list(keys.values()))
        gone = {row_id: reached[key] for row_id, key in keys.items() if key in reached}
        changes = [restored.as_change(row_id, state, now) for row_id, state in gone.items()]
        claiming.write_back(session, changes, worker=self.worker)
        self._given_up += len(gone)
        return [row for row in rows if row.id not in gone]

    def _log(self, mails: list[Mail]) -> None:
        """One writing per turn, before DATA: the answers of the turn before, and what begins now."""
        begun = [sendlog.line("F", self.wall(), mail.row.id, self._keys[mail.row.id]) for mail in mails]
        if self.house.database.log is not None:
            try:
                self.house.database.log.append([*self._unlogged, *begun])
            except OSError as problem:  # nothing leaves that could not be remembered
                self._answers = [(mail, Outcome("unsent", None, str(problem))) for mail in mails]
                raise TransportError(f"The send log cannot be written: {problem.strerror or problem}.") from problem
        self._unlogged = []

    def _log_answer(self, row: Claimed, outcome: Outcome) -> None:
        if outcome.verdict != "uncertain":
            what = "A" if outcome.verdict == "accepted" else "N"
            self._unlogged.append(sendlog.line(what, self.wall(), row.id, self._keys[row.id]))

    def _begin(self, session: Session, relay: Relay, wanted: int, now: datetime) -> list[Mail]:
        """Build the next mails and mark them in flight: after this commit, and only then, DATA may be said."""
        self._lines = [line for line in self._lines if line.usable]
        number = relays.reserve(session, relay, min(wanted, len(self._lines)), now)
        if number == 0:
            self._put_back(session)
            return []
        mails = self._build(session, number, now, smtputf8=self._lines[0].smtputf8)
        going, stopped = claiming.begin(session, [m.row for m in mails.values()], worker=self.worker, wall=self.wall())
        for row_id, why in stopped.items():
            if why == "suppressed":
                self._give_up(session, row_id, OutboxState.SUPPRESSED, "The address gets no mail.", now)
            elif why == "waits":
                claiming.write_back(session, [{"id": row_id, "state": OutboxState.QUEUED}], worker=self.worker)
        return [mails[row_id] for row_id in going]

    def _build(self, session: Session, number: int, now: datetime, *, smtputf8: bool) -> dict[int, Mail]:
        """The next `number` mails; rows with nothing left to say, or that this relay cannot take, end here."""
        mails: dict[int, Mail] = {}
        while self._waiting and len(mails) < number:
            row = self._waiting.pop(0)
            try:
                mail = self._builder.build(session, row, now=now, smtputf8=smtputf8)
            except BadInput as problem:
                self._give_up(session, row.id, OutboxState.REJECTED, str(problem), now)
                continue
            if mail is None:
                self._give_up(session, row.id, OutboxState.EXPIRED, "Nothing in it was still to come.", now)
            else:
                mails[row.id] = mail
        return mails

    def _give_up(self, session: Session, row_id: int, state: OutboxState, why: str, now: datetime) -> None:
        change = {"id": row_id, "state": state, "reply": why, "done_at": now}
        claiming.write_back(session, [change], worker=self.worker)
        self._given_up += 1

    def _put_back(self, session: Session) -> None:
        """Nothing may leave for now: what was claimed goes back, for whoever comes when there is room."""
        for row in self._waiting:
            claiming.write_back(session, [{"id": row.id, "state": OutboxState.QUEUED}], worker=self.worker)
        self._waiting = []

    def _carry(self, mails: list[Mail]) -> list[tuple[Mail, Outcome]]:
        """One mail per connection, all at once; every mail comes back with its outcome."""
        if len(mails) < 2:
            return [(mail, self._say(0, mail)) for mail in mails]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=MOST_LINES)
        return list(zip(mails, self._pool.map(self._say, range(len(mails)), mails), strict=True))

    def _say(self, number: int, mail: Mail) -> Outcome:
        line = self._lines[number]
        return line.send(mail.mail_from, mail.recipient, mail.data, proven=True)

    def _write_answers(self, session: Session, now: datetime) -> None:
        answers, self._answers = self._answers, []
        good: list[dict[str, Any]] = []
        for mail, outcome in answers:
            self._log_answer(mail.row, outcome)
            if outcome.verdict == "accepted" and outcome.reply is not None:
                self._tally.answers[mail.row.letter_id] += 1
                text = outcome.reply.text[: verdicts.KEPT_REPLY]
                good.append({"row_id": mail.row.id, "its_code": outcome.reply.code, "its_reply": text, "at": now})
            else:
                change = verdicts.apply(session, mail.row, outcome, self._tally, now=now)
                claiming.write_back(session, [change], worker=self.worker)
        claiming.write_accepted(session, good, worker=self.worker)
        if good:
            self.accepted += len(good)
            self.on_progress(len(good))
        if any(outcome.verdict != "unsent" for _, outcome in answers):
            self._failures = 0
            if self.relay_url is None:
                relays.well_again(session, default_relay(session).id)
        elif answers:
            self._failures += 1

    def _relay(self, session: Session) -> tuple[Relay, RelayAddress]:
        if self.relay_url is not None:
            return Relay(slug="given", url=self.relay_url, created_at=self.wall()), parse_relay_url(self.relay_url)
        relay = default_relay(session)
        if relay.url == MAILBOX:
            return relay, RelayAddress("127.0.0.1", built_in_mailbox(self.house.database, self.wall).port, tls="none")
        return relay, parse_relay_url(relay.url)

    def _resting(self) -> bool:
        """Whether the relay is known to be in trouble, and it is not yet time to try it again."""
        if self.relay_url is not None:
            return False
        with self.house.database.reading() as session:
            relay = default_relay(session)
            return relay.state == "paused" and (relay.paused_until is None or relay.paused_until > self.wall())

    def _open_lines(self, where: RelayAddress, number: int) -> None:
        """Have `number` usable connections, or fewer where the relay wants fewer; `TransportError` if it takes none."""
        self._lines = [line for line in self._lines if line.usable and line.relay == where]
        while len(self._lines) < min(number, MOST_LINES):
            line = Connection(where, ehlo_name=self._ehlo_name())
            try:
                line.open()
            except TransportError as problem:
                if self._lines:
                    return
                self._failures += 1
                if problem.permanent:
                    raise
                self._after_failures(problem)
                continue
            self._lines.append(line)

    def _after_failures(self, problem: TransportError | None = None) -> None:
        """Wait a little longer after each failure in a row; give up after a few."""
        if self._failures == 0:
            return
        if self._failures > len(CONNECT_PAUSES) or self.stop.is_set():
            raise problem or TransportError("The relay hangs up before it has taken a mail.")
        self.stop.wait(CONNECT_PAUSES[self._failures - 1])

    def _note_trouble(self, problem: TransportError) -> None:
        log.warning("the relay cannot be used: %s", problem)
        growing = min(timedelta(seconds=5) * 2 ** min(self._failures, 8), LONGEST_CONNECT_PAUSE)
        pause = REFUSED_PAUSE if problem.permanent else growing
        with self.house.database.session() as session:
            self._write_answers(session, self.present())
            self._put_back(session)
            if self.relay_url is None:
                relays.in_trouble(session, default_relay(session).id, str(problem), self.wall() + pause)

    def _ehlo_name(self) -> str:
        host = self.house.settings.public_host
        return host if host[0].isalnum() and ":" not in host else "localhost"

    def _beat(self) -> None:
        while not self.stop.wait(HEARTBEAT):
            try:
                with self.house.database.session() as session:
                    claiming.hold_on(session, worker=self.worker, wall=self.wall())
            except Exception:
                log.exception("a heartbeat could not be written")
