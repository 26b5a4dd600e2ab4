"""How the tests of the documents keep and find one."""

from uuid import uuid4

from brain.documents.ports import Documents


async def keep(documents: Documents, user_id: str, title: str, body: str) -> str:
    return (
        await documents.create(user_id, title=title, body=body, foreign=False, key=uuid4().hex)
    ).id


async def titles(documents: Documents, user_id: str, query: str, limit: int = 5) -> list[str]:
    found = await documents.search(user_id, query=query, limit=limit)
    return [passage.title for passage in found]
