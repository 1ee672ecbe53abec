"""What a domain asks receivers to do with mail that only pretends to be from it (DMARC, RFC 9989).

No list of public suffixes: the record is found by the tree walk of §4.10, from the domain up, at most eight questions. The tags
pct, rf and ri are gone; np (names that do not exist), psd and t (testing) are new.
"""

from dataclasses import dataclass, field

from publisher.mail.domains import Names

MOST_QUESTIONS = 8
POLICIES = ("none", "quarantine", "reject")
GONE = ("pct", "rf", "ri")


@dataclass(frozen=True)
class Record:
    """One record as it stands at a name. `policy` is `p`; `subdomains` is `sp`, `missing` is `np`, each with what it falls back to."""

    name: str
    policy: str
    subdomains: str
    missing: str
    psd: str = "u"
    testing: bool = False
    reports: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dmarc:
    """`record`: what applies to mail from the domain, None where nothing does. `policy`: what it asks for such mail.
    `organisation`: the domain that alignment is reckoned by. `faults`: why a record that is there does not count."""

    record: Record | None
    policy: str = ""
    organisation: str = ""
    faults: tuple[str, ...] = ()
    asked: tuple[str, ...] = field(default=(), compare=False)


def look(names: Names, domain: str) -> Dmarc:
    """`NoAnswer` where DNS says nothing."""
    walked: list[Record] = []
    faults: list[str] = []
    asked = []
    for name in walk(domain):
        asked.append(name)
        record, fault = _at(names, name)
        faults += [fault] if fault else []
        if record is not None:
            walked.append(record)
            if record.psd in ("y", "n"):
                break
    home = organisation(domain, walked)
    found = next((r for wanted in (domain, home, _above(home)) for r in walked if r.name == wanted), None)
    if found is None:
        return Dmarc(None, "", home, tuple(faults), tuple(asked))
    return Dmarc(found, _policy_for(names, found, domain), home, tuple(faults), tuple(asked))


def walk(domain: str) -> list[str]:
    """The names whose `_dmarc` is asked for, in order (§4.10): after the domain itself at most the last seven labels, then fewer."""
    labels = domain.lower().rstrip(".").split(".")
    rest = labels[1:] if len(labels) < MOST_QUESTIONS else labels[-(MOST_QUESTIONS - 1) :]
    return [".".join(labels), *(".".join(rest[n:]) for n in range(len(rest)))]


def organisation(domain: str, walked: list[Record]) -> str:
    """The organisational domain, by what the walk found (§4.10.2)."""
    for record in walked:
        if record.psd == "n":
            return record.name
        if record.psd == "y" and record.name != domain:
            depth = record.name.count(".") + 2
            return ".".join(domain.split(".")[-depth:])
    return min((record.name for record in walked), key=lambda name: name.count("."), default=domain)


def read(name: str, text: str) -> Record | str:
    """A record, or why receivers pass it over."""
    tags = _tags(text)
    reports = tuple(uri.strip() for uri in tags.get("rua", "").split(",") if uri.strip().lower().startswith("mailto:"))
    faults = tuple(f"{tag}={tags[tag]}" for tag in ("p", "sp", "np") if tags.get(tag, "none").lower() not in POLICIES)
    policy = tags.get("p", "").lower()
    if policy not in POLICIES or faults:
        if not reports:
            return f"the record at _dmarc.{name} has no policy that receivers know"
        policy = "none"
        tags = {k: v for k, v in tags.items() if k not in ("sp", "np")}
    subdomains = tags.get("sp", policy).lower()
    psd = tags.get("psd", "u").lower()
    return Record(
        name,
        policy,
        subdomains,
        tags.get("np", subdomains).lower(),
        psd if psd in ("y", "n") else "u",
        tags.get("t", "n").lower() == "y",
        reports,
        tuple(tag for tag in GONE if tag in tags),
        faults,
    )


def _at(names: Names, name: str) -> tuple[Record | None, str]:
    texts = [text for text in names.texts(f"_dmarc.{name}") if _is_dmarc(text)]
    if len(texts) > 1:
        return None, f"there are {len(texts)} DMARC records at _dmarc.{name}, and receivers then use none"
    found = read(name, texts[0]) if texts else ""
    return (None, found) if isinstance(found, str) else (found, "")


def _policy_for(names: Names, record: Record, domain: str) -> str:
    if record.name == domain:
        asked = record.policy
    else:
        asked = record.subdomains if names.exists(domain) else record.missing
    # t=y asks receivers to treat mail one step more gently (§4.7).
    return POLICIES[max(0, POLICIES.index(asked) - 1)] if record.testing else asked


def _above(domain: str) -> str:
    return domain.partition(".")[2]


def _is_dmarc(text: str) -> bool:
    """`v=DMARC1` comes first, and in these letters; blanks around the sign do not matter (§4.8)."""
    name, _, value = text.partition(";")[0].partition("=")
    return name.strip().lower() == "v" and value.strip() == "DMARC1"


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}
