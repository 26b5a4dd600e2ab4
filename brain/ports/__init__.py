"""What the brain needs from the world. Each port has one adapter on the real service, and one kept
in memory.

Every method has a time limit of its own inside the adapter and raises only the errors named here.
"""

from brain.domain.answers import Delta
from brain.ports.board import Board, MemoryBlock
from brain.ports.documents import Document, Documents, Passage
from brain.ports.email import Emails, Mailbox, Post
from brain.ports.memory import Archive, Memory
from brain.ports.reminders import Reminders
from brain.ports.services import Bulletin, Channel, Clock, Model, News, Prompt, Queue
from brain.ports.state import StateStore
from brain.ports.tools import AskingTool, Deed, Errand, Given, Tool
from brain.ports.web import Page, Web
from brain.ports.wishes import Wishes

__all__ = [
    "Archive",
    "AskingTool",
    "Board",
    "Bulletin",
    "Channel",
    "Clock",
    "Deed",
    "Delta",
    "Document",
    "Documents",
    "Emails",
    "Errand",
    "Given",
    "Mailbox",
    "Memory",
    "MemoryBlock",
    "Model",
    "News",
    "Page",
    "Passage",
    "Post",
    "Prompt",
    "Queue",
    "Reminders",
    "StateStore",
    "Tool",
    "Web",
    "Wishes",
]
