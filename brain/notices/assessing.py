"""Decides which events the user is told about: by their rules, and by the model if a rule asks
for judgement.
"""

import asyncio
import logging
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from brain.errors import ModelFault
from brain.events.model import Event
from brain.notices.deciding import notice_of
from brain.notices.judging import Judgement, are_data, by_author, judgement, judging_prompt
from brain.notices.model import Notice, Rule
from brain.notices.rules import ToJudge, Told, Worth, is_urgent, worth
from brain.notices.services import NoticeServices
from brain.preferences.flow import preferences_of
from brain.run.ports import Prompt
from brain.says.texts import Texts

JUDGE_S = 20.0  # seconds that the model has to judge an event
MOST_JUDGED = 20  # events judged at once; any others are announced without judgement

log = logging.getLogger(__name__)


class Assessed(Struct, frozen=True, kw_only=True):
    """Whether to tell the user about an event, and the model's words for it, or empty.

    `foreign`: others may have influenced the words.
    """

    told: Told | None
    words: str = ""
    foreign: bool = False


async def notices_of(
    services: NoticeServices, user_id: str, events: Sequence[Event]
) -> tuple[Notice, ...]:
    """Make a notice of each event that the user should be told about.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    notices = []
    for event, one in zip(events, await _assess(services, user_id, events), strict=True):
        if one.told is None:
            log.info("notice: not announced, kind=%s", event.kind)
        else:
            notice = notice_of(event, urgent=one.told.urgent, words=one.words)
            notices.append(replace(notice, foreign=notice.foreign or one.foreign))
    return tuple(notices)


async def _assess(
    services: NoticeServices, user_id: str, events: Sequence[Event]
) -> list[Assessed]:
    """Assess each event by the user's rules."""
    preferences = await preferences_of(services.preferences, user_id)
    rules = await services.rules.rules(user_id) if services.rules is not None else ()
    found = [worth(event, rules, preferences) for event in events]
    unsure = [(i, one) for i, one in enumerate(found) if isinstance(one, ToJudge)]
    device = (await services.board.pending(user_id)).language if unsure else None
    texts = services.languages.chosen(preferences.language, device)
    judging = (_judged(services, events[i], one, texts) for i, one in unsure[:MOST_JUDGED])
    judged = dict(zip((i for i, _ in unsure), await asyncio.gather(*judging), strict=False))
    return [judged.get(i) or _unjudged(events[i], one) for i, one in enumerate(found)]


def _unjudged(event: Event, found: Worth) -> Assessed:
    if not isinstance(found, ToJudge):
        return Assessed(told=found)
    return Assessed(told=Told(urgent=event.urgent or any(map(is_urgent, found.rules))))


async def _judged(services: NoticeServices, event: Event, found: ToJudge, texts: Texts) -> Assessed:
    """Judge the event by each group of rules. The first one that fits has the words."""
    groups = by_author(found.rules)
    judged = await asyncio.gather(*(_judge(services, event, group, texts) for group in groups))
    fit = [(group, one) for group, one in zip(groups, judged, strict=True) if one.speak]
    if not fit:
        return Assessed(told=found.otherwise)
    urgent = event.urgent or any(is_urgent(rule) for group, _ in fit for rule in group)
    group, first = fit[0]
    return Assessed(
        told=Told(urgent=urgent), words=first.words, foreign=are_data(group) and first.words != ""
    )


async def _judge(
    services: NoticeServices, event: Event, rules: Sequence[Rule], texts: Texts
) -> Judgement:
    """Ask the model. If it fails, announce the event, because the user's rule fits it."""
    prompt = Prompt(messages=judging_prompt(event, rules), tools=())
    try:
        answer = await services.model.answer(prompt, limit_s=JUDGE_S)
    except ModelFault as fault:
        log.warning("notice: not judged, reason=%s", fault)
        return Judgement(speak=True)
    return judgement(answer.text, texts)
