"""What a mail is: a failure, hard or soft; a complaint; an automatic answer; or none of these. Whatever octets come, there is an answer."""

import base64
import json
import time
from pathlib import Path

import pytest
from bounced import a_mail, complaint, letter, notice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.mail.bounces import files, opening
from publisher.mail.bounces.reading import read
from publisher.mail.bounces.values import Verdict


@pytest.mark.parametrize(
    ("status", "said", "verdict", "kind"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <alice@example.org>: Recipient address rejected: User unknown", "hard", "invalid_recipient"),
        ("5.0.0", "smtp; 550 No such user here", "hard", "invalid_recipient"),
        ("5.5.0", "smtp; 550 Invalid recipient", "hard", "invalid_recipient"),
        ("5.1.2", "", "hard", "invalid_recipient"),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", "hard", "invalid_recipient"),
        ("5.2.1", "smtp; 550 5.2.1 The account is disabled", "soft", "inactive"),
        ("5.2.0", "smtp; 550 User unknown", "soft", "unknown"),  # the code speaks of a mailbox that exists
        ("5.7.1", "smtp; 550 5.7.1 User unknown", "soft", "policy"),
        ("5.1.1", "smtp; 554 5.7.1 Your IP is on a blocklist", "soft", "policy"),  # the last server comes first
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", "soft", "quota"),
        ("4.2.2", "smtp; 452 4.2.2 Over quota", "soft", "quota"),
        ("4.4.7", "", "soft", "transient"),
        ("5.4.4", "smtp; 550 5.4.4 Host not found", "hard", "invalid_recipient"),
        ("5.4.4", "smtp; 550 5.4.4 No route", "soft", "inactive"),
        ("5.7.26", "smtp; 550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", "soft", "authentication"),
        ("5.1.8", "smtp; 553 5.1.8 Sender address rejected", "soft", "sender"),
        ("5.3.4", "smtp; 552 5.3.4 Message too large", "soft", "message"),
        ("failed", "smtp; no idea", "soft", "unknown"),
    ],
)  # fmt: skip
def test_failures_are_hard_where_there_is_no_such_address(status: str, said: str, verdict: str, kind: str) -> None:
    found = read(notice(status=status, diagnostic=said))
    assert (found.verdict, found.recipients, found.failures[0].kind) == (verdict, ["alice@example.org"], kind)
    assert found.failures[0].counts is (kind in ("inactive", "unknown", "quota", "transient") and verdict == "soft")


def test_what_is_late_or_has_arrived_is_no_bounce() -> None:
    assert read(notice(status="4.4.1", action="delayed", diagnostic="")).verdict == "not_a_bounce"
    assert read(notice(status="2.0.0", action="delivered", diagnostic="smtp; 250 OK")).verdict == "not_a_bounce"
    assert read(notice(status="4.4.7", action="delayed", diagnostic="")).verdict == "soft"  # its time is up


def test_of_several_recipients_the_gravest_counts_and_each_keeps_its_own() -> None:
    raw = notice().replace(b"\r\n--=_b\r\nContent-Type: message/rfc822", b"\r\nFinal-Recipient: rfc822; Ines@example.net\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--=_b\r\nContent-Type: message/rfc822")  # fmt: skip
    found = read(raw)
    assert (found.verdict, found.recipients) == ("hard", ["alice@example.org", "Ines@example.net"])
    about = found.about("ines@example.net")
    assert about is not None
    assert (about.verdict, about.kind, about.status) == ("soft", "quota", "5.2.2")


def test_words_for_people_help_where_there_are_none_for_programs() -> None:
    found = read(notice(status="5.0.0", diagnostic="", text="alice@example.org: Domain does not exist"))
    assert found.verdict == "hard"


def test_a_notice_that_was_forwarded_is_found_inside() -> None:
    inside = notice().decode()
    outer = 'From: bob@example.org\r\nSubject: Fwd: Undelivered\r\nContent-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\n\r\nSee below.\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n'  # fmt: skip
    found = read(f"{outer}{inside}\r\n--o--\r\n".encode())
    assert (found.verdict, found.recipients) == ("hard", ["alice@example.org"])


def test_a_notice_is_read_however_its_fields_are_written() -> None:
    plain = notice()
    fields = b"Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; alice@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    start = plain.index(b"Reporting-MTA")
    end = plain.index(b"--=_b\r\nContent-Type: message/rfc822")
    head = plain[:start].removesuffix(b"\r\n") + b"Content-Transfer-Encoding: base64\r\n\r\n"
    encoded = head + base64.encodebytes(fields).replace(b"\n", b"\r\n") + b"\r\n" + plain[end:]
    in_text = (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=gone\r\n\r\nYour mail:\r\n\r\n" + fields
    )
    for raw in (encoded, in_text, plain.replace(b"\r\n", b"\n"), plain.replace(b"\r\n", b"\r")):
        assert (read(raw).verdict, read(raw).recipients) == ("hard", ["alice@example.org"])


def test_a_complaint_is_one_and_other_reports_are_none() -> None:
    found = read(complaint(sent_under="bounces+1-00@hub.example.org"))
    assert (found.verdict, found.recipients) == ("complaint", ["alice@example.org"])
    assert any("bounces+1-00@" in trace for trace in found.traces)
    nameless = complaint("", original=a_mail("carol@example.org"))
    assert read(nameless).recipients == ["carol@example.org"]  # as the mail says that it brings back
    for kind in ("not-spam", "auth-failure"):
        assert read(complaint(kind=kind)).verdict == "not_a_bounce"


@pytest.mark.parametrize(
    "raw",
    [
        letter("Back on Monday.", subject="Out of Office: News"),
        letter("Je reviens lundi.", subject="=?utf-8?q?R=C3=A9ponse_automatique_=3A_News?="),
        letter("…", subject="رد تلقائي: أخبار"),
        letter("Thank you for your mail.", Auto_Submitted="auto-replied (vacation)"),
        letter("Ticket 12 was opened.", Auto_Submitted="auto-generated"),
        letter("…", X_Autoreply="yes"),
        letter("…", Precedence="auto_reply"),
        b"From: ann@example.org\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\n\n--x\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n\n--x--\n",
    ],
)  # fmt: skip
def test_answers_of_programs_are_no_bounces(raw: bytes) -> None:
    assert read(raw).verdict == "auto_reply"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe",
        b"no mail at all",
        letter("I am out of office in my next life. Thank you for the letter."),
        letter("When a mail bounces its delivery-status is 5.1.1, message/delivery-status."),
        letter("All well.", Auto_Submitted="no"),
        letter("User unknown", sender="MAILER-DAEMON@mx.example.net", subject="Returned mail"),
        notice().replace(b"message/delivery-status", b"text/plain").replace(b"report-type=delivery-status; ", b""),
    ],
)
def test_what_is_no_bounce_is_not_counted(raw: bytes) -> None:
    found = read(raw)
    assert (found.verdict, found.failures) == ("not_a_bounce", ())
    assert found.reason.endswith(".")


WORDS = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", b"Content-Type: message/delivery-status\n", b"\n", b"--x\n", b"--x--\n", b"Content-Type: message/rfc822\n",
        b"Content-Type: message/feedback-report\n", b"Feedback-Type: abuse\n", b"Final-Recipient: rfc822; a@b.example\n", b"Action: failed\n", b"Status: 5.1.1\n", b"Diagnostic-Code: smtp; 550 ", b"From: ", b"To: ",
        b"Subject: =?utf-8?q?=FF?=\n", b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/plain; charset=", b"Content-Type: multipart/mixed; boundary*0*=x''%FF; boundary=x\n", b"=?", b"\r", b"\0", b"\xff\xfe", b"Received: for <",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=2000), st.lists(st.one_of(WORDS, st.binary(max_size=20)), max_size=60).map(b"".join))
)
def test_whatever_octets_come_there_is_a_verdict(raw: bytes) -> None:
    found = read(raw)
    assert found.verdict in Verdict
    assert all(text.isprintable() for text in (found.reason, found.subject, found.sender, *found.recipients))
    assert all(one.words.isprintable() and len(one.words) <= 400 for one in found.failures)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_notice_with_damage_is_read_or_passed_over(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([notice(), complaint(), letter("STOP")])))
    for _ in range(data.draw(st.integers(0, 12))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    assert read(bytes(raw)).verdict in Verdict


def nested(depth: int, kind: str) -> bytes:
    if kind == "mail":
        return b"Content-Type: message/rfc822\n\n" * depth + notice()
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)) + notice()


@pytest.mark.parametrize(
    "raw",
    [
        nested(5_000, "mail"), nested(5_000, "parts"), nested(25, "parts"), b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n" + b"--x\n" * 60_000,
        notice(original=a_mail("a@b.example", body="x" * 70 + "\r\n") * 100_000), b"X: " + b"y" * 3_000_000, notice().replace(b"\r\n\r\n--=_b--", b"A: b\r\n" * 100_000),
        b"To: " + b"a@b.example, " * 100_000, b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 20_000,
    ],
)  # fmt: skip
def test_large_and_deep_mails_take_no_time(raw: bytes) -> None:
    began = time.process_time()
    assert read(raw).verdict in Verdict
    assert time.process_time() - began < 4


def test_a_mail_that_is_brought_back_whole_costs_nothing_more() -> None:
    raw = notice(original=a_mail("alice@example.org", body="x" * 60 + "\r\n") * 2_000)
    message = opening.parsed(raw)
    assert message is not None
    assert sum(len(opening.text_of(part)) for part in opening.parts(message)) < 2_000
    assert read(raw).verdict == "hard"


def test_the_real_bounces_that_follow_a_standard_get_their_labelled_verdict(corpora: Path) -> None:
    labels = json.loads((corpora / "bounces/sisimai-labels.json").read_text())
    wrong, seen = [], 0
    for path in sorted((corpora / "bounces/sisimai").iterdir()):
        raw = path.read_bytes()
        found, parts = read(raw).verdict, labels[path.name]
        if not any(word in raw.lower() for word in (b"delivery-status", b"feedback-report")):
            assert found in ("not_a_bounce", "auto_reply"), path.name  # no standard: not counted
            continue
        due = (
            "complaint"
            if any(p["feedbacktype"] for p in parts)
            else "hard"
            if any(p["hardbounce"] for p in parts)
            else "soft"
        )
        seen += 1
        if found != due:
            wrong.append((path.name, found.value, due))
    assert (wrong, seen > 40) == ([], True)


def test_of_the_other_real_mails_those_without_a_standard_are_not_counted(corpora: Path) -> None:
    for folder in ("flufl.bounce", "sisimai-not-bounce", "arf"):
        found = {name: read(raw).verdict for name, raw in files.mails(corpora / "bounces" / folder)}
        counted = [name for name, verdict in found.items() if verdict in ("hard", "soft", "complaint")]
        raws = [Path(name.partition("#")[0]).read_bytes().lower() for name in counted]
        assert all(b"delivery-status" in raw or b"feedback-report" in raw for raw in raws)
        assert bool(counted) is (folder != "sisimai-not-bounce")
