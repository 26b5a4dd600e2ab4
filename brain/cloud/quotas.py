"""Limits of a plan that are used up: the service refuses everything until they are renewed.

The words reach the caller, so that nobody tries again all day. They name the kind of service, not
the vendor.
"""

from brain.errors import Unreachable

TODAY = "The {}'s daily limit is used up. It may last until tomorrow."
PLAN = "The limit of the {}'s plan is used up. It may last until the plan's next period."


def used_up[E: Unreachable](error: E, service: str, *, daily: bool) -> E:
    """Return the error with words for the caller. `service` is `store`, `queue` or `database`."""
    error.used_up = (TODAY if daily else PLAN).format(service)
    return error
