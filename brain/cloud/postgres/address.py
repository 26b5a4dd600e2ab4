"""The address of the database, as libpq is told it."""

from brain.errors import DatabaseRefused, SettingMissing
from brain.settings.variables import DATABASE_FORM


class DatabaseMisset(DatabaseRefused, SettingMissing):
    """The database's address cannot be read. Whoever can do without the database may go on."""


def readable(url: str) -> str:
    """Return what libpq is told. Raises DatabaseMisset if it cannot read it."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    told = understood(url)
    try:
        conninfo_to_dict(told)
    except ProgrammingError:
        raise DatabaseMisset(f"DATABASE_URL {DATABASE_FORM}") from None
    return told


def understood(url: str) -> str:
    """Remove URL parameters that libpq refuses; some providers add them for other clients."""
    from psycopg.pq import Conninfo

    if "://" not in url:
        return url  # libpq's other form, "host=… dbname=…"
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} | {"ssl"}
    address, _, options = url.partition("?")
    kept = [option for option in options.split("&") if option.partition("=")[0] in known]
    return f"{address}?{'&'.join(kept)}"
