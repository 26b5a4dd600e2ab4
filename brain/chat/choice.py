"""Which model answers, and how: the settings of one mind, as its profile has them."""

from typing import Literal

from msgspec import Struct

type Provider = Literal["openai", "openrouter"]


class ModelChoice(Struct, frozen=True, kw_only=True):
    """The model of one mind. None, or no `stop`, means what the deployment has.

    `temperature` is from 0 to 2. `max_tokens` is the most tokens of an answer. `stop` are texts
    that end an answer. Answers to the same request with the same `seed` are alike, if the provider
    can do this.
    """

    provider: Provider | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
