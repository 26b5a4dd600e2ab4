"""What the brain needs from the world. Each port has one adapter on the real service, and one kept
in memory.

Every method has a time limit of its own inside the adapter and raises only the errors named here.
"""

from brain.ports.documents import Document, Documents, Passage
from brain.ports.memory import Archive
from brain.ports.services import Bulletin, Channel, Clock, Delta, Model, News, Prompt, Queue
from brain.ports.state import StateStore
from brain.ports.tools import Errand, Tool

__all__ = [
    "Archive",
    "Bulletin",
    "Channel",
    "Clock",
    "Delta",
    "Document",
    "Documents",
    "Errand",
    "Model",
    "News",
    "Passage",
    "Prompt",
    "Queue",
    "StateStore",
    "Tool",
]
