"""Passwords: argon2id as `pwdlib` recommends it, and what may be one."""

from functools import cache

from pwdlib import PasswordHash

from publisher.errors import BadInput

SHORTEST, LONGEST = 10, 1024

_TRIED_FIRST = """
password password1 password12 password123 password1234 passw0rd12 p@ssw0rd12 p@ssword123 1234567890 0123456789
12345678910 1234567891 123456789a a123456789 1111111111 0000000000 1q2w3e4r5t qwertyuiop qwerty12345 qwerty123456
qwertyuiop1 asdfghjkl1 zaq12wsxcde 1qaz2wsx3edc letmein123 letmein1234 welcome123 welcome1234 iloveyou12 iloveyou123
changeme123 changeme1234 administrator admin12345 admin123456 adminadmin rootroot12 football123 baseball123
sunshine123 princess123 superman123 trustno1trustno1 abcdefghij abcdefghijk abc1234567 abcd123456 motdepasse
motdepasse1 azertyuiop azerty12345 contraseña contrasena1 newsletter newsletter1 publisher1 publisher123
"""
_COMMON = frozenset(_TRIED_FIRST.split())


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    return _hasher().hash("a password that nobody has")


def check(password: str, email: str) -> None:
    """`BadInput` with the reason where this must not be the password of that member."""
    if len(password) < SHORTEST:
        raise BadInput(f"A password has at least {SHORTEST} characters.", field="password")
    if len(password) > LONGEST:
        raise BadInput(f"A password has at most {LONGEST} characters.", field="password")
    plain = password.casefold().strip()
    address = email.casefold()
    if plain in (address, address.partition("@")[0]) or plain.startswith(address):
        raise BadInput("A password must not be the address.", field="password")
    if plain in _COMMON or len(set(plain)) < 4:
        raise BadInput("This password is one of those that are tried first. Choose another.", field="password")


def hashed(password: str) -> str:
    return _hasher().hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Takes as long where there is none to compare with."""
    if len(password) > LONGEST:
        password = ""
    found = _hasher().verify(password, password_hash or _nobodys())
    return found and password_hash is not None
