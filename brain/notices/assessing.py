"""Decides which events the user is told about: by their rules, and by the model if a rule asks
for judgement.
"""

import asyncio
import logging
from collections.abc import Sequence

from brain.errors import ModelFault
from brain.events.model import Event
from brain.notices.deciding import notice_of
from brain.notices.judging import Judgement, judgement, judging_prompt
from brain.notices.model import Notice
from brain.notices.rules import ToJudge, Told, Worth, worth
from brain.notices.services import NoticeServices
from brain.preferences.flow import preferences_of
from brain.run.ports import Prompt
from brain.says.texts import Texts

JUDGE_S = 20.0  # seconds that the model has to judge an event
MOST_JUDGED = 20  # events judged at once; any others are announced without judgement

log = logging.getLogger(__name__)


async def notices_of(
    services: NoticeServices, user_id: str, events: Sequence[Event]
) -> tuple[Notice, ...]:
    """Make a notice of each event that the user should be told about.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    assessed = await _assess(services, user_id, events)
    notices = []
    for event, (told, words) in zip(events, assessed, strict=True):
        if told is None:
            log.info("notice: not announced, kind=%s", event.kind)
        else:
            notices.append(notice_of(event, urgent=told.urgent, words=words))
    return tuple(notices)


async def _assess(
    services: NoticeServices, user_id: str, events: Sequence[Event]
) -> list[tuple[Told | None, str]]:
    """Assess each event by the user's rules. The text is the model's words, or empty."""
    preferences = await preferences_of(services.preferences, user_id)
    rules = await services.rules.rules(user_id) if services.rules is not None else ()
    found = [worth(event, rules, preferences) for event in events]
    unsure = [i for i, one in enumerate(found) if isinstance(one, ToJudge)][:MOST_JUDGED]
    device = (await services.board.pending(user_id)).language if unsure else None
    texts = services.languages.chosen(preferences.language, device)
    judging = (_judge(services, events[i], found[i], texts) for i in unsure)
    judged = dict(zip(unsure, await asyncio.gather(*judging), strict=True))
    return [
        _told(events[i], one, judged.get(i, Judgement(speak=True))) for i, one in enumerate(found)
    ]


def _told(event: Event, found: Worth, judged: Judgement) -> tuple[Told | None, str]:
    if not isinstance(found, ToJudge):
        return found, ""
    if not judged.speak:
        return found.otherwise, ""
    urgent = event.urgent or any(rule.urgent for rule in found.rules)
    return Told(urgent=urgent), judged.words


async def _judge(services: NoticeServices, event: Event, found: Worth, texts: Texts) -> Judgement:
    """Ask the model. If it fails, announce the event, because the user's rule fits it."""
    rules = found.rules if isinstance(found, ToJudge) else ()
    prompt = Prompt(messages=judging_prompt(event, rules), tools=())
    try:
        answer = await services.model.answer(prompt, limit_s=JUDGE_S)
    except ModelFault as fault:
        log.warning("notice: not judged, reason=%s", fault)
        return Judgement(speak=True)
    return judgement(answer.text, texts)
