"""Database servers for the length of a test, from the system's own packages."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "ge:heim@7"
QUOTED = "ge%3Aheim%407"  # as a URL has it


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server; its URL. Skips the test where none can be started."""
    pytest.importorskip("psycopg", reason="needs the extra: pip install -e '.[postgresql]'")
    places = ["", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]
    programs = os.pathsep.join([*places, os.environ["PATH"]])
    initdb = shutil.which("initdb", path=programs)
    if initdb is None:
        pytest.skip("needs a PostgreSQL server (Debian: apt-get install postgresql)")
    with _folder("postgres") as (folder, user):
        (folder / "password").write_text(PASSWORD)
        data, port = folder / "data", _free_port()
        command = [initdb, "-D", str(data), "-U", "charlab", "-A", "scram-sha-256", "-N"]
        _run([*command, f"--pwfile={folder / 'password'}"], user)
        command = [str(Path(initdb).with_name("postgres")), "-D", str(data), "-p", str(port)]
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            "fsync": "off",
        }
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with _server(command, folder, user, port):
            yield f"postgresql://charlab:{QUOTED}@127.0.0.1:{port}/postgres"


@contextmanager
def mysql() -> Iterator[str]:
    """A MariaDB server; its URL. Skips the test where none can be started."""
    pytest.importorskip("pymysql", reason="needs the extra: pip install -e '.[mysql]'")
    install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path=_ALL)
    if install is None or server is None:
        pytest.skip("needs a MariaDB server (Debian: apt-get install mariadb-server)")
    with _folder("mysql") as (folder, user):
        data, port, begin = folder / "data", _free_port(), folder / "begin.sql"
        _run([install, "--no-defaults", f"--datadir={data}", "--skip-test-db"], user)
        begin.write_text(
            "CREATE DATABASE charlab;\n"
            f"CREATE USER 'charlab'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO 'charlab'@'127.0.0.1';\n"
        )
        command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}"]
        command += ["--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"]
        command += [
            f"--init-file={begin}",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-name-resolve",
        ]
        with _server(command, folder, user, port):
            yield f"mysql://charlab:{QUOTED}@127.0.0.1:{port}/charlab"


KINDS: dict[str, Callable[[], "contextmanager[str]"]] = {"postgresql": postgresql, "mysql": mysql}
_ALL = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/libexec"])


@contextmanager
def _folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """A folder of the server's own account: root may run none."""
    folder = Path(tempfile.mkdtemp(prefix="charlab-server-"))
    user = None
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(account)
        except KeyError:
            pytest.skip(f"run by root, which may start no server, and there is no user {account}")
        user = account
        shutil.chown(folder, user)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(command: Sequence[str], folder: Path, user: str | None, port: int) -> Iterator[None]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, user=user)
    try:
        for _ in range(300):
            if _answers(port):
                break
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text())
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)  # without waiting for clients to leave
        process.wait(30)


def _run(command: Sequence[str], user: str | None) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
