"""Makes what plans need from what a deployment has."""

from brain import settings
from brain.documents.feature import documents_of
from brain.feature import Platform
from brain.jobs.plans.parts import Parts
from brain.jobs.plans.things import Profiles


def plan_parts(platform: Platform, profiles: Profiles) -> Parts:
    """Return what plans of jobs need."""
    documents = documents_of(platform)

    async def has_document(user_id: str, document_id: str) -> bool:
        return documents is not None and await documents.read(user_id, document_id) is not None

    def has_provider(name: str | None) -> bool:
        return name is None or settings.has_provider(platform.env, name)

    return Parts(profiles=profiles, has_provider=has_provider, has_document=has_document)
