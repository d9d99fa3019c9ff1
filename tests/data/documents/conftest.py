"""A web server of one's own, which can be good and bad; no test reaches further."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from charlab.data.documents.files import download


class Site:
    """What the server holds and how it behaves.

    ``files`` by path; ``statuses`` answers an error; ``breaks`` says how many times the
    connection to a path breaks off in the middle.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.statuses: dict[str, list[int]] = {}
        self.breaks: Counter[str] = Counter()
        self.asked: list[str] = []
        self.during: Callable[[], None] = lambda: None
        self.address = ""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the base class's name
            site.asked.append(self.path)
            statuses = site.statuses.get(self.path, [])
            if statuses:
                self.send_error(statuses.pop(0))
                return
            if self.path not in site.files:
                self.send_error(404)
                return
            data = site.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            half = len(data) // 2
            self.wfile.write(data[:half])
            self.wfile.flush()
            site.during()
            if site.breaks[self.path] > 0:
                site.breaks[self.path] -= 1
                self.close_connection = True
                return
            self.wfile.write(data[half:])

        def log_message(self, format: str, *arguments: object) -> None:
            return

    return Handler


@pytest.fixture
def site(monkeypatch, tmp_path) -> Iterator[Site]:
    """A server on this machine, an empty cache folder and no waiting between attempts."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    monkeypatch.setenv("CHARLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download.time, "sleep", lambda seconds: None)
    yield site
    server.shutdown()
    server.server_close()
    thread.join()
