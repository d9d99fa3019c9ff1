"""Database servers as storages: their URLs, and what goes wrong with them in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from charlab.errors import ConfigError

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_SECRETS = ("password", "passwd", "sslpassword")  # of a URL's query


def with_driver(url: str) -> str:
    """A URL that names the driver which charlab's extras install, unless it names another."""
    kind, _, rest = url.partition("://")
    return f"{_DRIVERS.get(kind, kind)}://{rest}"


def without_password(url: str) -> str:
    """A URL that may be written down."""
    from sqlalchemy.engine import URL, make_url

    parsed = make_url(url).difference_update_query(_SECRETS)
    bare = URL.create(  # set(password=None) would leave it
        parsed.drivername,
        parsed.username,
        host=parsed.host,
        port=parsed.port,
        database=parsed.database,
        query=parsed.query,
    )
    return bare.render_as_string()


@contextmanager
def one_line_errors(url: str) -> Iterator[None]:
    """Turns what opening a storage raises into a :class:`ConfigError` without the URL's password.

    Args:
        url: the storage's.
    """
    import optuna
    import sqlalchemy

    try:
        yield
    except ImportError as error:
        extra = "postgresql" if url.startswith("postgresql") else "mysql"
        raise ConfigError(
            f"sweep.storage: the driver of this database is not installed ({_line(error)}); "
            f"pip install -e '.[{extra}]'"
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        cause = error.__cause__ if isinstance(error, optuna.exceptions.OptunaError) else None
        raise ConfigError(f"sweep.storage cannot be used: {_line(cause or error)}") from error


def _line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
