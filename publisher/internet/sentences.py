"""What went wrong, in one plain sentence each."""

import re
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

import requests
import urllib3

from publisher.errors import FetchError
from publisher.internet.door import Door


def refusal(response: requests.Response, door: Door) -> FetchError:
    status, wait = response.status_code, _retry_after(response.headers)
    meaning = {
        401: ": it wants a login", 403: ": it does not let us in", 404: ": there is nothing at this address",
        410: ": the document was removed for good", 429: ": we ask too often",
    }.get(status, "")  # fmt: skip
    asks = f"; it asks to try again in {wait:.0f} seconds" if wait is not None else ""
    return FetchError(
        f"{door.name} answered {status}{meaning}{asks}.", permanent=status == 410, retry_after=wait, status=status
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, at most 30 days. A date counts from the server's own clock, so that nobody's clock need be right."""
    value = headers.get("Retry-After", "").strip()
    longest = 30 * 86_400.0
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), longest)
    try:
        until, at = (parsedate_to_datetime(v).replace(tzinfo=UTC) for v in (value, headers.get("Date", "")))
    except (ValueError, TypeError):
        return None
    return min(max((until - at).total_seconds(), 0.0), longest)


def explain(problem: Exception, door: Door) -> FetchError:
    """The sentence for what broke below us."""
    chain: list[BaseException] = []
    link: BaseException | None = problem
    while link is not None and link not in chain:
        chain.append(link)
        reason = getattr(link, "reason", None) or next((a for a in link.args if isinstance(a, BaseException)), None)
        link = reason if isinstance(reason, BaseException) else link.__cause__ or link.__context__
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _explain_certificate(link, door)
    if any(isinstance(link, TimeoutError | urllib3.exceptions.TimeoutError) for link in chain):
        return door.too_slow()
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return FetchError(f"{door.name} and we could not agree on an encrypted connection.")
    if any(isinstance(link, urllib3.exceptions.IncompleteRead | ConnectionError) for link in chain):
        return FetchError(f"{door.name} closed the connection before the document was complete.")
    return FetchError(f"{door.name} answered something that is not a web page or document.")


def _explain_certificate(problem: ssl.SSLCertVerificationError, door: Door) -> FetchError:
    """OpenSSL's verify codes (X509_V_ERR_*) in words."""
    whose = f"The certificate of {door.name}"
    if problem.verify_code == 10:
        return FetchError(f"{whose} expired{_expiry(door)}.")
    if problem.verify_code == 9:
        return FetchError(f"{whose} is not valid yet.")
    if problem.verify_code in (62, 64):
        return FetchError(f"{whose} belongs to another name.")
    return FetchError(f"{whose} is not vouched for by anyone we trust.")


def _expiry(door: Door) -> str:
    """“ on 3 November 2026”, read from the certificate itself at the address that was checked; empty if that fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        assert door.address
        with (
            socket.create_connection(door.address, min(5, door.remaining())) as sock,
            context.wrap_socket(sock, server_hostname=door.name) as tls,
        ):
            certificate = tls.getpeercert(binary_form=True) or b""
        # Validity is the first SEQUENCE of two times (UTCTime 0x17 or GeneralizedTime 0x18; RFC 5280 §4.1.2.5).
        found = re.search(
            rb"\x30.(?:\x17\x0d\d{12}Z|\x18\x0f\d{14}Z)(?:\x17\x0d(\d{6})|\x18\x0f(\d{8}))\d{6}Z", certificate, re.S
        )
        assert found
        digits = (found[2] or (b"19" if found[1] >= b"5" else b"20") + found[1]).decode()
        month = _MONTHS[int(digits[4:6]) - 1]
    except (OSError, FetchError, AssertionError, ValueError, IndexError):
        return ""
    return f" on {int(digits[6:8])} {month} {digits[:4]}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
