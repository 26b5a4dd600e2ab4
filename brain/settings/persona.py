"""What this deployment wants its brain to be called and to be like."""

from brain.chat.notes import INSTRUCTIONS, OPERATOR, framed, manner
from brain.errors import SettingMissing
from brain.settings.variables import Env

MOST_NAME = 80  # characters
MOST_INSTRUCTIONS = 8_000  # characters, about 2,000 tokens in every request


def persona(env: Env) -> tuple[str, str]:
    """Read the name and the instructions that this deployment gives the brain; may be empty."""
    name, own = (env.get(f"BRAIN_{one}", "").strip() for one in ("NAME", "INSTRUCTIONS"))
    for variable, text, most in (
        ("BRAIN_NAME", name, MOST_NAME),
        ("BRAIN_INSTRUCTIONS", own, MOST_INSTRUCTIONS),
    ):
        if len(text) > most:
            raise SettingMissing(f"{variable} must have at most {most} characters")
    return " ".join(name.split()), own


def instructions(env: Env) -> str:
    """Return the fixed rules for the model, and after them what this deployment adds."""
    added = framed(OPERATOR, manner(*persona(env)))
    return f"{INSTRUCTIONS}\n\n{added}" if added else INSTRUCTIONS
