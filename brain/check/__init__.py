"""Checks a deployment from the outside: `python -m brain.check URL`.

It knows only what is promised in docs/reference/routes.md and docs/reference/roads.md, and nothing
of the code behind the address. It must be honest with a real model: it never expects any words.
"""
