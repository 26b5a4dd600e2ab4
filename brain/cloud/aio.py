"""aiohttp, without the certificates that it loads when it is imported.

It loads the system's twice, which takes 36 ms of a cold start, into contexts for connections that
are given no certificates of their own. All of ours are: see `brain.cloud.http`. Those contexts then
trust nobody.
"""

import ssl
from threading import get_ident

_importing = get_ident()
_load = ssl.SSLContext.set_default_verify_paths


def _load_elsewhere(self: ssl.SSLContext) -> None:
    if get_ident() != _importing:  # another thread makes a context at this moment
        _load(self)


ssl.SSLContext.set_default_verify_paths = _load_elsewhere  # type: ignore[method-assign]
try:
    import aiohttp as aiohttp
    from aiohttp.http_exceptions import HttpProcessingError as HttpProcessingError
finally:
    ssl.SSLContext.set_default_verify_paths = _load  # type: ignore[method-assign]
