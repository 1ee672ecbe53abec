"""Whose fault a refusal is: the reader's mailbox, the letter, or us. Sentences as servers of many makers word them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.replies import Action, Kind, classify
from publisher.mail.smtp import Reply, Stage

BOUNCE = ("invalid_recipient", "bounce")
INACTIVE = ("inactive", "bounce_later")
QUOTA = ("quota", "soft")
TRANSIENT = ("transient", "retry")
WAIT = ("policy", "retry")
POLICY = ("policy", "pause")
UNSIGNED = ("authentication", "pause")
SENDER = ("sender", "pause")
MESSAGE = ("message", "stop_message")
STAGES: tuple[Stage, ...] = ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT")


def verdict(code: int, enhanced: str | None, text: str, stage: Stage = "RCPT") -> tuple[Kind, Action]:
    judged = classify(Reply(code, enhanced, text, stage))
    return judged.kind, judged.action


@pytest.mark.parametrize("enhanced", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.7.17", "5.7.18"])
def test_codes_that_say_the_address_is_wrong_bounce_at_once(enhanced: str) -> None:
    assert verdict(550, enhanced, "Rejected") == BOUNCE


@pytest.mark.parametrize(
    "text",
    [
        "User unknown", "Unknown user", "No such user here", "no such mailbox", "Recipient address rejected: User unknown",
        "<bob@readers.test>: Recipient address rejected: User unknown in virtual mailbox table", "Invalid recipient",
        "The email account that you tried to reach does not exist.", "bob@readers.test: user does not exist",
        "Mailbox not found", "mailbox bob@readers.test not found", "Recipient unknown", "unknown local part bob in <bob@x>",
        "Unrouteable address", "No mailbox here by that name", "sorry, no mailbox here by that name. (#5.1.1)",
        "Not our customer", "There is no such user", "This user doesn't have an account: unknown user",
        "Address unknown", "Account is invalid", "The recipient does not exist", "Domain not found", "Unknown domain",
        "Domain readers.test does not accept mail (nullMX)", "User is no longer with the company",
        "Requested action not taken: mailbox does not exist", "user unknown; see https://spam.example.org/blocked",
        "User unknown. Questions: abuse@spam.example.org",
    ],
)  # fmt: skip
def test_words_that_say_so_bounce_whatever_the_code(text: str) -> None:
    assert verdict(550, None, text) == BOUNCE
    assert verdict(550, "5.0.0", text) == BOUNCE
    assert verdict(554, "5.7.1", text) == BOUNCE


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "expected"),
    [
        (550, "5.2.1", "Rejected", INACTIVE),
        (550, "5.7.13", "no", INACTIVE),
        (554, None, "This account has been disabled", INACTIVE),
        (550, None, "mailbox is inactive", INACTIVE),
        (550, "5.2.1", "The email account that you tried to reach is disabled", INACTIVE),
        (550, None, "Requested action not taken: mailbox unavailable", INACTIVE),
        (550, "5.5.0", "Requested action not taken: mailbox unavailable", INACTIVE),
        (550, "5.4.1", "Recipient address rejected: Access denied", INACTIVE),
        (552, "5.2.2", "Over quota", QUOTA),
        (452, "4.2.2", "The email account is over quota", QUOTA),
        (452, "4.3.1", "Insufficient system storage", QUOTA),
        (552, None, "Mailbox full", QUOTA),
        (550, None, "bob@readers.test mailbox is full", QUOTA),
        (450, None, "quota exceeded", QUOTA),
    ],
)
def test_mailboxes_that_are_off_or_full(
    code: int, enhanced: str | None, text: str, expected: tuple[Kind, Action]
) -> None:
    assert verdict(code, enhanced, text) == expected


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("code", "enhanced", "text", "expected"),
    [
        (550, "5.7.1", "Message rejected due to content restrictions", POLICY),
        (554, "5.7.1", "Service unavailable; Client host [192.0.2.1] blocked using bl.example.net", POLICY),
        (550, "5.1.1", "blocked by reputation: user unknown", POLICY),
        (550, None, "Your IP is blacklisted", POLICY),
        (550, None, "This message looks like spam", POLICY),
        (550, None, "Relay access denied", POLICY),
        (550, "5.4.5", "Daily sending quota exceeded", POLICY),
        (454, "4.7.0", "Your daily sending limit is reached", POLICY),
        (550, "5.7.1", "You have exceeded your hourly sending limit", POLICY),
        (550, "5.7.26", "This mail is unauthenticated", UNSIGNED),
        (550, "5.7.515", "Access denied, sending domain does not meet the required level", UNSIGNED),
        (550, None, "rejected by the DMARC policy of hub.test", UNSIGNED),
        (421, "4.7.26", "sender is unauthenticated", UNSIGNED),
        (550, "5.1.8", "Bad address", SENDER),
        (553, "5.1.7", "no", SENDER),
        (550, None, "Sender address rejected: not owned by user hub", SENDER),
        (554, None, "Message rejected: Email address is not verified", SENDER),
    ],
)  # fmt: skip
def test_what_is_ours_is_never_the_readers_fault(
    code: int, enhanced: str | None, text: str, expected: tuple[Kind, Action], stage: Stage
) -> None:
    assert verdict(code, enhanced, text, stage) == expected


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "stage", "expected"),
    [
        (451, "4.7.1", "Greylisted, please try again", "RCPT", TRANSIENT),
        (450, "4.2.0", "Recipient address rejected: Greylisted", "RCPT", TRANSIENT),
        (451, "4.3.0", "local problem", "MAIL", TRANSIENT),
        (451, None, "requested action aborted", "DOT", TRANSIENT),
        (450, None, "User unknown in local table", "RCPT", TRANSIENT),
        (452, "4.5.3", "Too many recipients", "RCPT", TRANSIENT),
        (552, None, "Too many recipients", "RCPT", TRANSIENT),
        (550, None, "Host unknown", "RCPT", BOUNCE),
        (554, None, "delivery error: This user doesn't have a mail account", "RCPT", BOUNCE),
        (421, "4.7.28", "rate limited: unusual rate of mail", "RCPT", WAIT),
        (421, "4.7.0", "Too many connections", "MAIL", WAIT),
        (421, "4.7.0", "message temporarily deferred", "DOT", WAIT),
        (421, "4.3.2", "shutting down", "CONNECT", TRANSIENT),
        (554, "5.7.1", "listed by bl.example.net", "CONNECT", WAIT),
        (535, "5.7.8", "bad password", "AUTH", UNSIGNED),
        (454, "4.7.0", "temporary authentication failure", "AUTH", ("authentication", "retry")),
        (552, "5.3.4", "Message size exceeds limit", "MAIL", MESSAGE),
        (552, None, "Message too large", "DOT", MESSAGE),
        (552, None, "exceeded", "DOT", MESSAGE),
        (554, "5.6.0", "Lone CR or LF in body", "DOT", MESSAGE),
        (550, "5.5.2", "bad line end", "DOT", MESSAGE),
        (554, None, "Transaction failed", "DOT", MESSAGE),
        (554, None, "Transaction failed", "DATA", ("unknown", "retry")),
        (550, None, "no", "MAIL", SENDER),
        (550, "5.7.1", "no", "MAIL", POLICY),
        (550, "5.7.1", "no", "RCPT", POLICY),
        (550, None, "no", "RCPT", ("unknown", "soft")),
        (554, "5.4.6", "routing loop", "RCPT", ("transient", "soft")),
        (556, None, "domain takes nothing", "RCPT", BOUNCE),
        (250, None, "fine", "DOT", ("unknown", "retry")),
    ],
)  # fmt: skip
def test_every_other_refusal(
    code: int, enhanced: str | None, text: str, stage: Stage, expected: tuple[Kind, Action]
) -> None:
    assert verdict(code, enhanced, text, stage) == expected


@given(st.integers(400, 499), st.text(max_size=200), st.sampled_from(STAGES), st.sampled_from([None, "4.1.1", "4.7.1"]))
def test_a_temporary_refusal_never_bounces(code: int, text: str, stage: Stage, enhanced: str | None) -> None:
    assert verdict(code, enhanced, text + " user unknown", stage)[1] not in ("bounce", "bounce_later")


@given(st.integers(400, 599), st.text(max_size=200), st.sampled_from(("CONNECT", "EHLO", "AUTH", "MAIL")))
def test_before_a_reader_was_named_no_reader_is_charged(code: int, text: str, stage: Stage) -> None:
    assert verdict(code, None, text + " user unknown", stage)[1] in ("retry", "pause", "stop_message")
