"""The door of a telephone call: who calls, and whether it is the telephone company."""

from starlette.types import Scope

from brain.codec import Json
from brain.errors import Unreachable
from brain.http.edge import problem_of
from brain.http.socket import NOT_ALLOWED, RESTART, HangUp, Socket
from brain.routes.telephone import Telephone
from brain.run.turn import Invocation
from brain.settings.variables import public_url
from brain.texts.ids import is_mind_id
from brain.voice.relay.redis import RedisTickets
from brain.voice.relay.signed import addresses_of, is_signed
from brain.voice.settings import twilio_token
from brain.wiring import Wiring

MAX_CALL_CHARS = 256
NO_TICKET = "a ticket is required"


async def pick_up(
    setup: Json, scope: Scope, socket: Socket, wiring: Wiring, invocation: Invocation
) -> Telephone:
    """Begin a call. The ticket says who calls, and Twilio's signature that it is Twilio, where its
    token is set. Raises HangUp.
    """
    if not _is_signed(scope, wiring):
        raise HangUp(NOT_ALLOWED, "the signature is missing or wrong")
    parameters = setup.get("customParameters")
    ticket = parameters.get("ticket") if isinstance(parameters, dict) else None
    call = _call_of(setup) or wiring.clock.new_id()
    user_id = None
    if isinstance(ticket, str):
        try:
            user_id = await RedisTickets(wiring.redis).take(ticket, wiring.clock.new_id())
        except Unreachable as error:
            raise HangUp(RESTART, problem_of(error).title) from None
    if user_id is None or is_mind_id(user_id):
        raise HangUp(NOT_ALLOWED, NO_TICKET)
    socket.stop_heartbeat()
    return Telephone(wiring, socket, user_id, call, invocation)


def _is_signed(scope: Scope, wiring: Wiring) -> bool:
    """Whether Twilio has signed the upgrade, or it need not."""
    token = twilio_token(wiring.env)
    if token is None:
        return True
    headers = {name.lower(): value for name, value in scope.get("headers") or ()}
    signature = headers.get(b"x-twilio-signature", b"").decode("latin-1")
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    addresses = addresses_of(public_url(wiring.env), str(scope.get("path") or ""), query)
    return is_signed(token, addresses, signature)


def _call_of(setup: Json) -> str:
    """Return the call's id: Twilio's, Telnyx's, or the connection's."""
    names = ("callSid", "callControlId", "sessionId")
    ids = (setup.get(name) for name in names)
    found = next((id for id in ids if isinstance(id, str) and id.strip()), "")
    return found.strip()[:MAX_CALL_CHARS]
