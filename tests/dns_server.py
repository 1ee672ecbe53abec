"""A real DNS server on a free loopback port, for a handful of TXT records."""

import socket
import threading
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer:
    """Answers what `texts` says: {name: [text, …]}. A name above one that has records exists; everything else does not."""

    def __init__(self, texts: dict[str, list[str]], *, silent: bool = False) -> None:
        self.texts, self.silent, self.asked = texts, silent, []  # type: ignore[var-annotated]

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            octets, who = self._socket.recvfrom(4096)
            if not octets:
                return
            if not self.silent:
                self._socket.sendto(self._answer(octets), who)

    def _answer(self, octets: bytes) -> bytes:
        query = dns.message.from_wire(octets)
        answer = dns.message.make_response(query, recursion_available=True)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if found := self.texts.get(name):
            quoted = [" ".join(f'"{text[n : n + 200]}"' for n in range(0, len(text), 200)) for text in found]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *quoted))
        elif not any(known == name or known.endswith(f".{name}") for known in self.texts):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()
