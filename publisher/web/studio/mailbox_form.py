"""The form of a mailbox that is read: server, user, folder. Its password is kept and never shown."""

from urllib.parse import quote

from publisher.errors import BadInput
from publisher.mail import mailbox_line
from publisher.web.studio.visit import Desk

TLS = [("implicit", "TLS from the start, port 993"), ("starttls", "STARTTLS, port 143"), ("none", "None")]


def values_of(url: str | None, user: str) -> dict[str, str]:
    """What the form shows of a mailbox; of none, the user that it may have."""
    known = mailbox_line.parse(url) if url else None
    return {
        "host": known.host if known else "",
        "port": str(known.port) if known else "",
        "tls": known.tls if known else "implicit",
        "user": known.user if known else user,
        "password": "",
        "folder": known.folder if known else "INBOX",
    }


def note_of(url: str) -> str:
    """Whose mailbox it is, in a line."""
    known = mailbox_line.parse(url)
    return f"{known.user} at {known.host}"


def url_of(desk: Desk, before: str | None) -> str:
    """The address of a mailbox of what was typed; a password left empty keeps the one there is, for the same user and server."""
    form = desk.form
    host, port, user, password = form.one("host"), form.one("port"), form.one("user"), form.one("password")
    for field, value in (("host", host), ("user", user)):
        if not value:
            raise BadInput("Name the server." if field == "host" else "Name the user.", field=field)
    known = mailbox_line.parse(before) if before else None
    if not password and known and (known.host, known.user) == (host.lower(), user):
        password = known.password
    if not password:
        raise BadInput("This user needs a password.", field="password")
    if port and not (port.isascii() and port.isdecimal() and len(port) < 6):
        raise BadInput("A port is a number, such as 993.", field="port")
    tls = form.one("tls", "implicit")
    scheme, query = ("imaps", "") if tls == "implicit" else ("imap", f"?tls={'none' if tls == 'none' else 'starttls'}")
    place = f"[{host}]" if ":" in host else host
    folder = quote(form.one("folder") or "INBOX", safe="")
    url = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{place}{f':{port}' if port else ''}/{folder}{query}"
    try:
        mailbox_line.parse(url)
    except BadInput as problem:
        raise BadInput(str(problem), field="host") from problem
    return url
