"""The brain's texts in Spanish: only those about progress."""

from collections.abc import Mapping

IDLE = "Ahora mismo no estoy haciendo nada."
DOING: Mapping[str, str] = {
    "thinking": "Lo estoy pensando.",
    "documents": "Estoy mirando en tus documentos.",
    "writing": "Estoy escribiendo en tus documentos.",
    "email": "Estoy mirando en tus correos.",
    "sending": "Estoy enviando un correo.",
    "memory": "Estoy buscando lo que dijimos antes.",
    "other": "Estoy en ello.",
}
JUST_BEGUN = "Acabo de empezar."


def began(ago: str) -> str:
    return f"Empecé {ago}."


def at_step(number: int, ago: str) -> str:
    return f"Voy por el paso {number}, empecé {ago}."


def seconds(count: int) -> str:
    return f"hace {count} {'segundo' if count == 1 else 'segundos'}"


def minutes(count: int) -> str:
    return f"hace {count} {'minuto' if count == 1 else 'minutos'}"


def percent_done(percent: int) -> str:
    return f"Llevo más o menos el {percent} por ciento."


def job_at(job: str, done: int, total: int, failed: int) -> str:
    without = f", {failed} sin éxito" if failed else ""
    return f"«{job}»: {done} de {total} {'terminado' if total == 1 else 'terminados'}{without}."
