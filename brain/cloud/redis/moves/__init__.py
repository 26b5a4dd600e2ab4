"""The atomic moves on a user's state: a module each, and its script beside it.

A module gives the script its keys and arguments, and reads its answer. Each script may be sent
twice: the second sending changes nothing and gives the first one's answer.
"""
