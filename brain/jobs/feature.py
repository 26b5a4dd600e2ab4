"""Many minds: helpers, talks, rehearsals and rooms that work in the background."""

from brain.feature import Feature, Platform, Resources


def feature(platform: Platform) -> Feature:
    """The owner's tools and routes for jobs."""

    def resources() -> Resources:
        from brain.jobs.assist_http import assisting

        return {"assist": {"POST": assisting(platform)}}

    return Feature(resources=resources)
