"""What to do about a setting that is wrong, in the words for whoever runs the deployment."""

from brain.errors import SettingMissing

SET_IT = "set it in the deployment's settings, then redeploy."


def with_fix(error: SettingMissing) -> str:
    """Return what is wrong with a setting and what to do. The rule of a form says so itself."""
    text = str(error)
    return f"{text}: {SET_IT}" if text.endswith(" is missing") else text
