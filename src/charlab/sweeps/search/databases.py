"""Databases as storages: their URLs, and what goes wrong with them in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from charlab.errors import CharlabError, ConfigError
from charlab.sweeps.search.retries import first_line

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_SECRETS = ("password", "passwd", "sslpassword")  # of a URL's query
# Options of a URL that only say where a server is, who asks, and how the connection is secured.
# Others can have files sent to the server (local_infile), read here or run statements.
_POSTGRESQL = {
    *("host", "port", "user", "dbname", "password", "application_name", "connect_timeout"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "channel_binding"),
    *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    *("tcp_user_timeout", "target_session_attrs", "gssencmode", "krbsrvname"),
}
_MYSQL = {
    *("unix_socket", "charset", "password", "passwd", "connect_timeout", "read_timeout"),
    *("write_timeout", "ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_disabled", "ssl_verify_cert"),
    *("ssl_verify_identity", "ssl_check_hostname"),
}
_OPTIONS: dict[str, set[str]] = {
    "sqlite": set(),
    "postgresql+psycopg": _POSTGRESQL,
    "postgresql+psycopg2": _POSTGRESQL,
    "mysql+pymysql": _MYSQL,
    "mariadb+pymysql": _MYSQL,
}


def with_driver(url: str) -> str:
    """A URL that names the driver which charlab's extras install, unless it names another.

    Raises:
        ConfigError: if it is no URL, of another kind of database, or has options that could do
            more than connect.
    """
    kind, _, rest = url.partition("://")
    url = f"{_DRIVERS.get(kind, kind)}://{rest}"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(
            "the storage must be the URL of a database, as "
            "postgresql+psycopg://user:password@host/database"
        ) from error
    known = _OPTIONS.get(parsed.drivername)
    if known is None:
        raise ConfigError(
            f"the storage's kind {parsed.drivername} is not known; there are "
            f"{', '.join(sorted(_OPTIONS))}"
        )
    unknown = sorted(set(parsed.query) - known)
    if unknown:
        raise ConfigError(
            f"the storage's URL has the option {unknown[0]}, which is not accepted; "
            f"{parsed.drivername} has {', '.join(sorted(known)) or 'none'}"
        )
    return url


def without_password(url: str) -> str:
    """A URL that may be written down."""
    parsed = make_url(url).difference_update_query(_SECRETS)
    return parsed._replace(password=None).render_as_string()  # set(password=None) would leave it


def file_of(url: str) -> Path | None:
    """The file that an SQLite storage is; None for a server or a study in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database).removeprefix("file:"))


def describe(url: str) -> str:
    """What cannot be used, as the beginning of a line about it."""
    if url.startswith("sqlite"):
        return f"the sweep's storage {file_of(url)} cannot be used"
    return "sweep.storage cannot be used"


@contextmanager
def one_line_errors(url: str) -> Iterator[None]:
    """Turns what opening a storage raises into a :class:`ConfigError` without its password."""
    try:
        yield
    except CharlabError:
        raise
    except ImportError as error:
        extra = "postgresql" if url.startswith("postgresql") else "mysql"
        raise ConfigError(
            f"sweep.storage: the driver of this database is not installed ({first_line(error)}); "
            f"pip install -e '.[{extra}]'"
        ) from error
    except Exception as error:  # what a damaged or foreign database raises is any of a dozen
        cause = error.__cause__ if type(error).__name__ == "StorageInternalError" else None
        raise ConfigError(f"{describe(url)}: {first_line(cause or error)}") from error
