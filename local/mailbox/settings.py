"""The settings of the local account, for the functions."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from local.environment import Env, stored_secret
from local.mailbox.control import notifier
from local.mailbox.server import LocalMailbox

EVENT_ROUTE = "/api/eventToBrain"
EMAIL_USER = "owner"  # the mailbox belongs to the user who comes in without a key


def mail_settings(
    mailbox: LocalMailbox, data_dir: Path, public_url: str, asked: Mapping[str, str]
) -> Env:
    """Return the settings of the local account, unless `asked` names one of the user's own.

    The mailbox then reports each email that arrives to the brain.
    """
    secret = stored_secret(data_dir, "event-secret")
    signing = f"whsec_{base64.b64encode(secret.encode()).decode()}"
    event_secret = asked.get("BRAIN_EVENT_SECRET") or signing
    if asked.get("BRAIN_IMAP_URL") or asked.get("BRAIN_SMTP_URL"):
        return {"BRAIN_EVENT_SECRET": event_secret}
    user_id = asked.get("BRAIN_EMAIL_USER") or EMAIL_USER
    mailbox.on_arrival = notifier(f"{public_url}{EVENT_ROUTE}", event_secret, user_id=user_id)
    return {
        "BRAIN_IMAP_URL": mailbox.imap_url,
        "BRAIN_SMTP_URL": mailbox.smtp_url,
        "BRAIN_EVENT_SECRET": event_secret,
    }
