"""Accounts of staff: invitations, signing in, passwords. What they may do, and that there is always an owner: `roles`."""

import ipaddress
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher import budgets
from publisher.clock import zone as check_zone
from publisher.errors import BadInput, BadToken, Conflict, Forbidden, NotFound, TooMany
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Identity
from publisher.staff import letters, passwords, roles, sessions
from publisher.staff.models import ROLES, Member
from publisher.staff.sessions import SignedIn
from publisher.tokens import EXPIRED, FORGED, Purpose

INVITE_LIVES = timedelta(days=3)
RESET_LIVES = timedelta(hours=1)
FIRST_OWNER = "first-owner"
FIRST_HOUR = 7  # of the desk letter, until they choose another
HAS_OWNER = "This hub has an owner. Ask them for an invitation."

QUARTER = timedelta(minutes=15)
TRIES_PER_ADDRESS, TRIES_PER_NETWORK, RESETS_AN_HOUR = 10, 60, 3


def add(
    session: Session,
    house: House,
    email: str,
    role: str,
    now: datetime,
    *,
    name: str = "",
    invite: bool = True,
    by: str = "",
) -> Member:
    """A new member of staff, and the letter that invites them (`by`: what who invites is called). `Conflict` where they are
    one already."""
    address = addresses.find_or_make(session, house.tokens, email, now=now)
    if not address.email:
        addresses.return_of(session, house.tokens, address, email)
    if of_address(session, address) is not None:
        raise Conflict(f"{address.email} is a member of staff already.")
    role = roles.named(role)
    hour = None if role == "viewer" else FIRST_HOUR  # a viewer waits for nothing
    member = Member(address_id=address.id or 0, name=name.strip()[:120], role=role, created_at=now, letter_hour=hour)
    session.add(member)
    session.flush()
    if invite:
        send_invitation(session, house, member, now, by=by)
    return member


def send_invitation(session: Session, house: House, member: Member, now: datetime, *, by: str = "") -> None:
    """Mail the invitation (again). It holds for three days and for one use, and the links of earlier ones stop."""
    if member.password_hash:
        raise Conflict("They have taken up their invitation already.")
    letters.withdraw(session, address_of(session, member), now=now)
    member.invited_at = now
    session.add(member)
    session.flush()
    token = house.tokens.make(Purpose.INVITE, _invited(house, member), now=now, lives=INVITE_LIVES)
    letters.invitation(session, house, address_of(session, member), member, token, now=now, by=by)


def take_back(session: Session, member: Member, now: datetime) -> None:
    """Take an invitation back: its link opens nothing, and what has not left is not sent. `Conflict` once it was taken up."""
    if member.password_hash:
        raise Conflict("They have taken up their invitation already. Close the account instead.")
    letters.withdraw(session, address_of(session, member), now=now)
    session.delete(member)
    session.flush()


def look_invitation(session: Session, house: House, token: str, now: datetime) -> Member:
    """Whom an invitation is for; changes nothing. `BadToken` where it was used, is too old, or forged."""
    return _holder(session, house, Purpose.INVITE, token, now)


def holds_until(member: Member) -> datetime | None:
    """Until when the link of an open invitation works; None where there is no link."""
    return None if member.password_hash or member.invited_at is None else member.invited_at + INVITE_LIVES


def accept(
    session: Session, house: House, token: str, password: str, now: datetime, *, name: str = "", zone: str = ""
) -> Member:
    """Take an invitation up with a password of one's own."""
    member = look_invitation(session, house, token, now)
    if name.strip():
        member.name = name.strip()[:120]
    if zone.strip():
        member.zone = check_zone(zone.strip()).key
    set_password(session, member, password, now)
    return member


def first_owner_token(session: Session, house: House, now: datetime) -> str | None:
    """What the console prints on a hub without an owner: whoever reads it may become the first. None where there is one."""
    if has_owner(session, house):
        return None
    return house.tokens.make(Purpose.INVITE, FIRST_OWNER, now=now, lives=INVITE_LIVES)


def become_first_owner(
    session: Session, house: House, token: str, email: str, password: str, now: datetime, *, name: str = ""
) -> Member:
    """Make the first owner. `Forbidden` where the hub has one: the token is of no use any more."""
    if house.tokens.open(Purpose.INVITE, token, now=now) != FIRST_OWNER:
        raise BadToken(FORGED)
    if has_owner(session, house, locked=True):
        raise Forbidden(HAS_OWNER)
    passwords.check(password, email)
    address = addresses.find_or_make(session, house.tokens, email, now=now)
    member = of_address(session, address) or add(session, house, email, "owner", now, name=name, invite=False)
    member.role, member.disabled_at = "owner", None
    set_password(session, member, password, now)
    return member


def sign_in(
    session: Session,
    house: House,
    email: str,
    password: str,
    now: datetime,
    *,
    ip: str = "",
    user_agent: str = "",
    by_own_name: bool = True,
) -> SignedIn | None:
    """A session for whoever knows the password; None otherwise, for every reason alike and after the same time.

    None, not an error: the try is counted in this transaction, which must be kept. `TooMany` after ten tries for an address
    or sixty from a network within a quarter of an hour. `by_own_name`: this machine was asked for as itself, by nobody
    else's name.
    """
    _spend(session, house, "sign-in-address", _one_spelling(email), TRIES_PER_ADDRESS, now)
    if network := _network(ip):
        _spend(session, house, "sign-in-network", network, TRIES_PER_NETWORK, now)
    member = _find(session, house, email)
    allowed = member is not None and _may_sign_in(house, member, ip, by_own_name=by_own_name)
    if not passwords.fits(password, member.password_hash if member is not None and allowed else None):
        return None
    assert member is not None
    return sessions.begin(session, member, now=now, ip=ip, user_agent=user_agent)


def request_reset(session: Session, house: House, email: str, now: datetime) -> None:
    """Mail a link for a new password (one hour, one use). The answer is the same whether the address is known or not."""
    addresses.normalise(email)
    key = house.tokens.keyed_hash("budget", addresses.normalise(email))
    tries = budgets.count(session, "reset", key, now=now, window=timedelta(hours=1), add=1)
    member = _find(session, house, email)
    if member is not None and not member.disabled_at and tries <= RESETS_AN_HOUR:
        token = house.tokens.make(Purpose.RESET, _subject(house, member), now=now, lives=RESET_LIVES)
        letters.reset(session, house, address_of(session, member), member, token, now=now)
    else:
        letters.as_if(session, house)


def reset_link(session: Session, house: House, member: Member, now: datetime) -> str:
    """The same link for somebody at the machine, who hands it on: where no mail leaves, or the last owner is locked out."""
    if member.disabled_at:
        raise Conflict("This account is closed. Open it again first.")
    token = house.tokens.make(Purpose.RESET, _subject(house, member), now=now, lives=RESET_LIVES)
    return house.settings.url(f"/studio/reset/{token}")


def look_reset(session: Session, house: House, token: str, now: datetime) -> Member:
    """Whose password a link would set; changes nothing."""
    return _holder(session, house, Purpose.RESET, token, now)


def reset(session: Session, house: House, token: str, password: str, now: datetime) -> Member:
    """Set a new password by the link in the mail; every session ends."""
    member = look_reset(session, house, token, now)
    set_password(session, member, password, now)
    return member


def change_password(session: Session, member: Member, old: str, new: str, now: datetime) -> None:
    """A new password by who knows the old one; every session ends."""
    if not passwords.fits(old, member.password_hash):
        raise BadInput("That is not your present password.", field="old")
    set_password(session, member, new, now)


def set_password(session: Session, member: Member, password: str, now: datetime) -> None:
    """Set it and end every session. `BadInput` where it is too weak."""
    passwords.check(password, address_of(session, member).email)
    member.password_hash, member.password_set_at = passwords.hashed(password), now
    session.add(member)
    session.flush()
    sessions.revoke_all(session, member)


def every(session: Session) -> list[tuple[Member, Address]]:
    """All members of staff with their addresses, owners first."""
    rows = session.exec(
        select(Member, Address).join(Address, col(Address.id) == col(Member.address_id)).order_by(col(Member.id))
    )
    return sorted([(row[0], row[1]) for row in rows], key=lambda row: -ROLES.index(row[0].role))


def has_owner(session: Session, house: House, *, locked: bool = False) -> bool:
    """Whether somebody can own this hub. The demo's owner can where only this machine reaches it, and nowhere else.

    `locked`: two who open the same link at once come one after the other.
    """
    if locked:
        session.exec(select(Identity.id).where(col(Identity.slug) == "hub").with_for_update()).first()
    return any(house.settings.is_local or not owner.is_demo for owner in roles.owners(session))


def get(session: Session, house: House, email: str) -> Member:
    """A member by address; `NotFound` where they are none."""
    member = _find(session, house, email)
    if member is None:
        raise NotFound(f"{email.strip()[:80]} is not a member of staff.")
    return member


def of_address(session: Session, address: Address) -> Member | None:
    return session.exec(select(Member).where(col(Member.address_id) == address.id)).first()


def address_of(session: Session, member: Member) -> Address:
    return session.get_one(Address, member.address_id)


def _find(session: Session, house: House, email: str) -> Member | None:
    try:
        address = addresses.find(session, house.tokens, email)
    except BadInput:
        return None
    return of_address(session, address) if address is not None and address.email else None


def _one_spelling(email: str) -> str:
    """What tries are counted by: one address has many spellings, and each would begin a count of its own."""
    try:
        return addresses.normalise(email)
    except BadInput:
        return email.strip().casefold()[:320]


def _may_sign_in(house: House, member: Member, ip: str, *, by_own_name: bool) -> bool:
    """The demo's log-ins are printed on pages, so they work only where nobody else can reach them."""
    if member.disabled_at:
        return False
    return not member.is_demo or (house.settings.is_local and by_own_name and (not ip or _is_loopback(ip)))


def _is_loopback(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False


def _network(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip.strip().partition("%")[0])
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _spend(session: Session, house: House, name: str, key: str, limit: int, now: datetime) -> None:
    try:
        budgets.spend(session, name, house.tokens.keyed_hash("budget", key), now=now, limit=limit, window=QUARTER)
    except TooMany as problem:
        raise TooMany(
            "That was tried too often. Wait a quarter of an hour, then try again.", retry_after=problem.retry_after
        ) from problem


def _subject(house: House, member: Member) -> str:
    """Names a member and the password they have at this moment: once it is another one, the link is used up."""
    present = house.tokens.keyed_hash("password", member.password_hash or "none")
    return f"{member.id}:{present}"


def _invited(house: House, member: Member) -> str:
    """As `_subject`, and which of their invitations it is."""
    sent = int(member.invited_at.timestamp() * 1_000_000) if member.invited_at else 0
    return f"{_subject(house, member)}:{sent:x}"


def _holder(session: Session, house: House, purpose: Purpose, token: str, now: datetime) -> Member:
    subject = house.tokens.open(purpose, token, now=now)
    number = subject.partition(":")[0]
    member = session.get(Member, int(number)) if number.isdecimal() else None
    named = _invited if purpose == Purpose.INVITE else _subject
    if member is None or member.disabled_at or subject != named(house, member):
        raise BadToken(EXPIRED)
    return member
