"""The setting of the deployment's language."""

from brain.errors import SettingMissing
from brain.says.choice import LANGUAGES, tag_in
from brain.settings.variables import Env


def language(env: Env) -> str | None:
    """Read the language for users whose settings and device name none; None means English."""
    tag = env.get("BRAIN_LANGUAGE") or None
    if tag is not None and (tag_in(tag) is None or tag.partition("-")[0].lower() not in LANGUAGES):
        raise SettingMissing(f"BRAIN_LANGUAGE must be {' or '.join(LANGUAGES)}")
    return tag
