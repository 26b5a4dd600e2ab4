"""Many minds: helpers, talks, rehearsals and rooms that work in the background."""

from brain.feature import Feature, Platform


def feature(platform: Platform) -> Feature:
    """The owner's tools and routes for jobs."""
    return Feature()
