"""Which addresses belong to the public internet: the IANA special-purpose registries (RFC 6890 and its updates)."""

import ipaddress


def is_public(address: str) -> bool:
    """Whether an IP address, as text, belongs to a machine on the public internet. Anything unreadable does not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 4:
        return not any(ip in network for network in _NOT_PUBLIC_4)
    # Only 2000::/3 is given out: mapped, compatible, NAT64, unique local, link-local and multicast lie outside of it.
    return not getattr(ip, "scope_id", None) and ip in _GIVEN_OUT_6 and not any(ip in n for n in _NOT_PUBLIC_6)


_NOT_PUBLIC_4 = [
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
_GIVEN_OUT_6 = ipaddress.ip_network("2000::/3")
# Protocol assignments with Teredo and benchmarking, documentation (twice), 6to4.
_NOT_PUBLIC_6 = [ipaddress.ip_network(n) for n in ("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16")]
