"""Messages, dead letters, events and callbacks in the names and shapes of QStash's API."""

from __future__ import annotations

import base64
from typing import Any

from local.qstash.flow import read_limits
from local.qstash.message import QueueMessage
from local.qstash.retry import Answer
from local.qstash.schedule import Schedule
from local.qstash.store import DeadLetter


def message_view(message: QueueMessage) -> dict[str, Any]:
    view = {
        "messageId": message.id,
        "url": message.url,
        "method": message.method,
        "header": _lists(message.headers),
        "maxRetries": message.max_retries,
        "retried": message.retried,
        "notBefore": message.not_before_ms,
        "createdAt": message.created_ms,
        "callback": message.callback,
        "callbackHeader": _lists(message.callback_headers),
        "failureCallback": message.failure_callback,
        "failureCallbackHeader": _lists(message.failure_callback_headers),
        "queueName": message.queue,
        "retryDelayExpression": message.retry_delay,
        "timeout": None if message.timeout_s is None else int(message.timeout_s),
        "label": message.label,
        "scheduleId": message.schedule_id,
        **_flow_control(message),
        **_body(message.body, "body"),
    }
    return _without_empty(view)


# Fields of a message that a schedule does not have.
OF_A_MESSAGE = frozenset({"messageId", "url", "maxRetries", "retried", "notBefore", "createdAt"})


def schedule_view(schedule: Schedule, *, due_ms: int) -> dict[str, Any]:
    message = schedule.message(due_ms, now_ms=schedule.created_ms)
    view = {
        "destination": schedule.destination,
        "cron": schedule.cron,
        "createdAt": schedule.created_ms,
        "isPaused": schedule.is_paused,
        "retries": message.max_retries,
        "delay": (message.not_before_ms - message.created_ms) // 1000 or None,
        "lastScheduleTime": schedule.last_ms,
        "nextScheduleTime": due_ms,
    }
    shared = {k: v for k, v in message_view(message).items() if k not in OF_A_MESSAGE}
    return shared | _without_empty(view)


def dead_letter_view(letter: DeadLetter) -> dict[str, Any]:
    answer = letter.answer
    body = answer.body or (answer.error or "").encode()
    return message_view(letter.message) | {
        "dlqId": letter.id,
        "responseStatus": answer.status,
        "responseHeader": _lists(answer.headers),
        **_body(body, "responseBody"),
    }


def event(
    state: str,
    message: QueueMessage,
    *,
    now_ms: int,
    answer: Answer | None = None,
    next_delivery_ms: int | None = None,
) -> dict[str, Any]:
    view = {
        "time": now_ms,
        "messageId": message.id,
        "state": state,
        "url": message.url,
        "method": message.method,
        "queueName": message.queue,
        "label": message.label,
        "scheduleId": message.schedule_id,
        "maxRetries": message.max_retries,
        "retryDelayExpr": message.retry_delay,
        "nextDeliveryTime": next_delivery_ms,
        "error": answer.error if answer else None,
        "responseStatus": answer.status if answer else None,
    }
    return _without_empty(view)


def callback_report(
    message: QueueMessage, answer: Answer, *, dlq_id: str | None = None
) -> dict[str, Any]:
    """Return the body of a callback; with `dlq_id`, of a failure callback."""
    report = {
        "status": answer.status,
        "header": _lists(answer.headers),
        "body": _base64(answer.body or (answer.error or "").encode()),
        "retried": message.retried,
        "maxRetries": message.max_retries,
        "sourceMessageId": message.id,
        "url": message.url,
        "method": message.method,
        "sourceHeader": _lists(message.headers),
        "sourceBody": _base64(message.body),
        "notBefore": message.not_before_ms,
        "createdAt": message.created_ms,
        "dlqId": dlq_id,
    }
    return _without_empty(report)


def _flow_control(message: QueueMessage) -> dict[str, Any]:
    if message.flow_control_key is None:
        return {}
    limits = read_limits(message.flow_control_value or "")
    return {
        "flowControlKey": message.flow_control_key,
        "parallelism": limits.parallelism,
        "rate": limits.rate,
        "period": limits.period_s,
    }


def _body(body: bytes, name: str) -> dict[str, str]:
    try:
        return {name: body.decode()}
    except UnicodeDecodeError:
        return {f"{name}Base64": _base64(body)}


def _base64(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")


def _lists(headers: dict[str, str]) -> dict[str, list[str]]:
    return {name.title(): [value] for name, value in headers.items()}


def _without_empty(view: dict[str, Any]) -> dict[str, Any]:
    """Drop the empty values, which the vendor leaves out."""
    return {name: value for name, value in view.items() if value is not None}
