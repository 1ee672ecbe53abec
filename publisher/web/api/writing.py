"""POST /api/v1: propose a resource, subscribe an address. The same gate as the forms; the same answer for all."""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from publisher.audience import gate, signup
from publisher.errors import BadInput
from publisher.library import sharing
from publisher.web.api.shapes import ProposalIn, ProposalOut, SubscriptionIn, SubscriptionOut
from publisher.web.page import changing
from publisher.web.site import client_of

RECEIVED = ProposalOut(message="An editor will read it, and write to you what came of it.", state="received")
ASKED = SubscriptionOut(
    message="If that address can get our mail, one letter is on its way that asks whether it was them."
)


def propose(request: Request, proposal: ProposalIn) -> Response:
    """Propose a resource for the library. An editor reads it before anybody sees it."""
    with changing(request) as page:
        network = gate.network_of(client_of(request))
        form = proposal.model_dump() | {"publisher": proposal.organisation, "credit": proposal.organisation}
        sharing.propose(page.session, page.house, form, now=page.now, network=network)
    return JSONResponse(RECEIVED.model_dump(), 202)


def subscribe(request: Request, wish: SubscriptionIn) -> Response:
    """Ask an address whether it wants a newsletter. It gets one mail a day at most, and nothing else until it says yes."""
    with changing(request) as page:
        signup.sign_up(page.session, page.house, _wish(request, wish), page.now)
    return JSONResponse(ASKED.model_dump(), 202)


def _wish(request: Request, wish: SubscriptionIn) -> signup.SignUp:
    return signup.SignUp(
        email=wish.email,
        lists=tuple(wish.lists),
        wording=wish.wording,
        language=wish.language,
        name=wish.name,
        interests=tuple(_pair(text) for text in wish.interests),
        zone=wish.zone,
        country=wish.country,
        page=wish.page or request.url.path,
        ip=client_of(request),
        user_agent=request.headers.get("user-agent", ""),
        how="api",
    )


def _pair(text: str) -> tuple[str, str]:
    facet, colon, key = text.partition(":")
    if not colon:
        raise BadInput(
            f"“{text[:60]}” is not an interest. Write it like topic:nutrition or country:KE.", field="interests"
        )
    return facet.strip(), key.strip()
