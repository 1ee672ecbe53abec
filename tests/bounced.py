"""Mails that come back, as servers, providers and programs write them."""

TO = "bounces@hub.example.org"


def notice(
    recipient: str = "alice@example.org", status: str = "5.1.1", diagnostic: str = "smtp; 550 5.1.1 No such user", *, to: str = TO,
    action: str = "failed", number: int = 1, original: str = "", text: str = "Your mail could not be delivered.",
) -> bytes:  # fmt: skip
    """RFC 3464, as Postfix writes it."""
    said = f"Diagnostic-Code: {diagnostic}\r\n" if diagnostic else ""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net (Mail Delivery System)\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"To: {to}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nMessage-Id: <{number}@mx.example.net>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\r\n\r\nThis is a MIME-encapsulated message.\r\n\r\n'
        f"--=_b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n\r\n"
        "--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n{said}\r\n"
        f"--=_b\r\nContent-Type: message/rfc822\r\n\r\n{original or a_mail(recipient)}\r\n--=_b--\r\n"
    ).encode()


def complaint(
    recipient: str = "alice@example.org", *, sent_under: str = "", kind: str = "abuse", number: int = 1, original: str = ""
) -> bytes:  # fmt: skip
    """RFC 5965, as a provider sends it to the address that was agreed on."""
    under = f"Original-Mail-From: <{sent_under}>\r\n" if sent_under else ""
    named = f"Original-Rcpt-To: <{recipient}>\r\n" if recipient else ""
    return (
        f"From: feedback@provider.example\r\nTo: complaints@hub.example.org\r\nSubject: FW: News\r\nMessage-ID: <c{number}@provider.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nThis is a report of abuse.\r\n\r\n"
        f"--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nUser-Agent: P/1.0\r\nVersion: 1\r\n{under}{named}\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\n{original or a_mail(recipient)}\r\n--x--\r\n"
    ).encode()


def a_mail(to: str, message_id: str = "<1@elsewhere.example>", body: str = "Hello") -> str:
    """A mail of ours, as it is brought back."""
    return f"From: letters@hub.example.org\r\nTo: {to}\r\nSubject: News\r\nMessage-ID: {message_id}\r\n\r\n{body}\r\n"


def letter(text: str, sender: str = "Alice <alice@example.org>", subject: str = "Re: News", **head: str) -> bytes:
    """What a person, or a program in their name, writes."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    return f"From: {sender}\r\nTo: {TO}\r\nSubject: {subject}\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
