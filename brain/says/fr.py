"""The brain's texts in French: only those about progress."""

from collections.abc import Mapping

IDLE = "Je ne travaille sur rien en ce moment."
DOING: Mapping[str, str] = {
    "thinking": "J'y réfléchis.",
    "documents": "Je regarde dans tes documents.",
    "writing": "J'écris dans tes documents.",
    "email": "Je regarde dans tes e-mails.",
    "sending": "J'envoie un e-mail.",
    "memory": "Je cherche ce que nous avons dit avant.",
    "other": "J'y travaille.",
}
JUST_BEGUN = "Je viens de commencer."


def began(ago: str) -> str:
    return f"J'ai commencé {ago}."


def at_step(number: int, ago: str) -> str:
    return f"C'est l'étape {number}, j'ai commencé {ago}."


def seconds(count: int) -> str:
    return f"il y a {count} {'secondes' if count > 1 else 'seconde'}"


def minutes(count: int) -> str:
    return f"il y a {count} {'minutes' if count > 1 else 'minute'}"


def percent_done(percent: int) -> str:
    return f"Environ {percent} pour cent sont faits."


def job_at(job: str, done: int, total: int, failed: int) -> str:
    without = f", {failed} sans succès" if failed else ""
    return f"« {job} » : {done} sur {total} {'terminé' if total == 1 else 'terminés'}{without}."
