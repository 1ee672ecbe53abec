"""Will receivers believe that mail of a domain is ours? SPF, DKIM and DMARC of one sender's domain, asked from DNS."""

from collections.abc import Iterator

from publisher.desk.doctor.findings import Finding
from publisher.mail import dkim_keys, dmarc, spf
from publisher.mail.dkim_keys import ENOUGH_BITS
from publisher.mail.domains import Names, NoAnswer


def believed(names: Names, domain: str) -> Iterator[Finding]:
    """Three findings, or more where more is to be said. Gmail, Yahoo and Microsoft ask all three of who sends to many."""
    for check, look in (("SPF", _spf), ("DKIM", _dkim), ("DMARC", _dmarc)):
        try:
            yield from look(names, domain)
        except NoAnswer as problem:
            yield Finding(
                check, "warn", str(problem), "Try again later, or ask another server by PUBLISHER_DNS_SERVER."
            )


def _spf(names: Names, domain: str) -> Iterator[Finding]:
    found = spf.look(names, domain)
    if found.record is None:
        advice = f"Publish a TXT record at {domain} that begins with v=spf1, as the provider of your relay says."
        yield Finding("SPF", "bad", f"{domain} does not say who may send in its name.", advice)
    elif found.fault:
        yield Finding("SPF", "bad", f"Receivers cannot use the SPF record of {domain}: {found.fault}.", "Mend the record.")  # fmt: skip
    elif found.ending == "+":
        said = f"The SPF record of {domain} lets the whole world send in its name."
        yield Finding("SPF", "bad", said, "End it with ~all or -all.")
    elif found.ending == "?" or (not found.ending and "redirect=" not in found.record.lower()):
        said = f"The SPF record of {domain} says nothing about everybody else."
        yield Finding("SPF", "warn", said, "End it with ~all or -all.")
    else:
        questions = f"{found.lookups} of {spf.MOST_LOOKUPS} questions"
        yield Finding("SPF", "good", f"{domain} says who may send in its name, in {questions}.")


def _dkim(names: Names, domain: str) -> Iterator[Finding]:
    keys = dkim_keys.look(names, domain)
    sound = [key for key in keys.found if not key.fault]
    weak = [key for key in sound if 0 < key.bits < ENOUGH_BITS]
    if weak and len(weak) == len(sound):
        said = f"The DKIM key “{weak[0].selector}” of {domain} is shorter than {ENOUGH_BITS} bits."
        yield Finding("DKIM", "warn", said, "Ask the provider of your relay for a longer one.")
    elif sound:
        called = ", ".join(f"“{key.selector}”" for key in sound[:3])
        yield Finding("DKIM", "good", f"{domain} has a key to check signatures by: {called}.")
    elif keys.found:
        first = keys.found[0]
        said = f"The DKIM key “{first.selector}” of {domain} proves nothing: {first.fault}."
        yield Finding("DKIM", "bad", said, "Publish the key that the provider of your relay gives you.")
    elif keys.any_at_all:
        said = f"{domain} has keys for signatures, under names of its own."
        yield Finding("DKIM", "good", said, "A test mail to yourself tells whether they fit: look for dkim=pass in its source.")  # fmt: skip
    else:
        advice = (
            f"Turn DKIM on at the provider of your relay, and publish the key it gives you under _domainkey.{domain}."
        )
        yield Finding("DKIM", "bad", f"{domain} has no key to check signatures by.", advice)


def _dmarc(names: Names, domain: str) -> Iterator[Finding]:
    found = dmarc.look(names, domain)
    if found.record is None:
        why = f": {found.faults[0]}" if found.faults else ""
        said = f"{domain} does not say what becomes of mail that only pretends to be from it{why}."
        yield Finding("DMARC", "bad", said, f"Publish v=DMARC1; p=none; rua=mailto:… as a TXT record at _dmarc.{domain}.")  # fmt: skip
        return
    record = found.record
    where = f"{domain} asks" if record.name == domain else f"{record.name} asks for {domain}"
    wish = {"none": "that receivers only tell of", "quarantine": "for the spam folder for", "reject": "to refuse"}
    said = f"{where} {wish[found.policy]} mail that pretends to be from it (p={found.policy})."
    if record.faults:
        yield Finding("DMARC", "warn", f"In the record at _dmarc.{record.name}, receivers do not know {record.faults[0]}.", "Write none, quarantine or reject.")  # fmt: skip
    elif record.gone:
        tags = " and ".join(record.gone)
        yield Finding("DMARC", "warn", f"{said[:-1]}; {tags} in the record mean nothing since RFC 9989.", f"Take {tags} out of the record.")  # fmt: skip
    elif record.testing:
        yield Finding("DMARC", "good", f"{said[:-1]}, while it is being tested (t=y).", "Take t=y out once the reports are clean.")  # fmt: skip
    elif not record.reports:
        yield Finding("DMARC", "good", said, "With rua=mailto:… receivers would tell you what they see.")
    else:
        yield Finding("DMARC", "good", said)
