"""A MySQL server for the tests: started on a private port in a temporary folder, stopped at the end.

Where ``PAYBACK_TEST_MYSQL_URL`` is set, that server is used instead, and the tests that kill a server are left out.
``PAYBACK_TEST_MARIADB=1`` starts MariaDB, the second dialect, instead of MySQL.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from fetch_mysql import Programs, cache_folder, find_programs

GIVEN_URL = os.environ.get("PAYBACK_TEST_MYSQL_URL")
KIND = "mariadb" if os.environ.get("PAYBACK_TEST_MARIADB") == "1" else "mysql"
USER = "payback"
PASSWORD = "secret-&%/@:"  # noqa: S105 - of a server that only this test run reaches; signs that addresses must escape


class Server:
    """A running server.

    ``host``, ``port``, ``user`` and ``password`` are those of a user that may do everything; ``owned`` tells whether
    the tests may kill it.
    """

    owned = True

    def __init__(self, programs: Programs, folder: Path, *options: str) -> None:
        self.programs = programs
        self.folder = folder
        self.options = options
        self.host, self.user, self.password = "127.0.0.1", USER, PASSWORD
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; the first time, make its files and its user."""
        data = self.folder / "data"
        first = not data.exists()
        if first:
            self._copy_template(data)
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(self._command(data), stdout=log, stderr=log, start_new_session=True)
        log.close()
        self._wait()
        if first:
            self._make_user()

    def stop(self) -> None:
        """Stop it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power failure would."""
        self._end(signal.SIGKILL)

    def connect(self, **options):
        """Return a plain driver connection."""
        import pymysql

        settings = {"host": self.host, "port": self.port, "user": self.user, "password": self.password} | options
        return pymysql.connect(**settings)

    def execute(self, *statements: str, **options) -> list[tuple]:
        """Run statements and return the rows of the last."""
        connection = self.connect(autocommit=True, **options)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            connection.close()

    @property
    def is_mariadb(self) -> bool:
        """Tell which dialect the server speaks."""
        return "mariadb" in self.execute("select version()")[0][0].lower()

    def drop(self, name: str) -> None:
        """Drop a database; a session left in a transaction by a failed test would hold it, so it ends first."""
        import contextlib

        import pymysql

        others = "select id from information_schema.processlist where db = '{}' and id <> connection_id()"
        for (number,) in self.execute(others.format(name)):
            with contextlib.suppress(pymysql.Error):
                self.execute(f"kill {number}")
        self.execute("set session lock_wait_timeout = 30", f"drop database if exists `{name}`")

    def client(self, *arguments: str) -> list[str]:
        """Return the command line of the bare client."""
        login = [f"--host={self.host}", f"--port={self.port}", f"--user={self.user}", f"--password={self.password}"]
        return [*self.programs.client, "--no-defaults", *login, "--protocol=TCP", *arguments]

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
            self.process = None

    def _copy_template(self, data: Path) -> None:
        """Copy the freshly initialised files of the cache: making them takes eight seconds."""
        root = self.programs.root
        template = cache_folder() / f"{self.programs.kind}-data"
        if root is None or not (template / "complete").exists() or _is_older(template, root):
            fresh = self.folder / "template"
            self._initialise(fresh)
            (fresh / "complete").touch()
            if root is not None:
                # Several test processes may do this at once: each copies for itself, one of them puts its copy there.
                copy = template.with_name(f"{template.name}-{os.getpid()}")
                with suppress(OSError):
                    shutil.copytree(fresh, copy)
                    shutil.rmtree(template, ignore_errors=True)
                    copy.rename(template)
                shutil.rmtree(copy, ignore_errors=True)
            fresh.rename(data)
        else:
            shutil.copytree(template, data)
        (data / "complete").unlink()

    def _initialise(self, data: Path) -> None:
        if self.programs.kind == "mysql":
            command, words = [*self._common(data), "--initialize-insecure"], None
        elif self.programs.root:
            # MariaDB's own script cannot start a server that needs another C library: this is what it does.
            data.mkdir()
            command, words = [*self._common(data), "--bootstrap"], self._bootstrap()
        else:
            program = shutil.which("mariadb-install-db") or "mariadb-install-db"
            command = [program, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
            words = None
        done = subprocess.run(command, capture_output=True, input=words, check=False)
        if done.returncode:
            raise RuntimeError(f"the test server cannot be initialised:\n{done.stderr[-2000:].decode()}")

    def _bootstrap(self) -> bytes:
        """Return the statements that make MariaDB's system tables."""
        names = ("system_tables", "performance_tables", "system_tables_data")
        files = [self.programs.share / f"mariadb_{name}.sql" for name in names]
        begin = b"create database mysql;\nuse mysql;\nset @auth_root_socket = null;\nset @skip_auth_anonymous = 1;\n"
        return begin + b"\n".join(path.read_bytes() for path in files if path.exists())

    def _command(self, data: Path) -> list[str]:
        # Unix sockets have names of at most 107 signs.
        places = [f"--port={self.port}", f"--socket={self.folder / 's'}", f"--pid-file={self.folder / 'pid'}"]
        own = ["--performance-schema=ON", *([] if self.programs.kind == "mariadb" else ["--mysqlx=OFF"])]
        # A killed process loses nothing that the system has; only a power failure would.
        speed = ["--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0"]
        memory = ["--innodb-buffer-pool-size=256M", "--max-connections=60", *speed]
        loading = ["--local-infile=ON", "--bind-address=127.0.0.1"]
        return [*self._common(data), *places, *own, *memory, *loading, *self.options]

    def _common(self, data: Path) -> list[str]:
        options = ["--no-defaults", f"--datadir={data}", f"--secure-file-priv={self.folder}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--user=root")
        if root := self.programs.root:
            options += [
                f"--basedir={root / 'usr'}",
                f"--plugin-dir={root / 'usr/lib' / self.programs.kind / 'plugin'}",
                f"--lc-messages-dir={self.programs.share}",
                f"--character-sets-dir={self.programs.share / 'charsets'}",
            ]
        return [*self.programs.command, *options]

    def _wait(self, seconds: float = 60) -> None:
        assert self.process is not None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection((self.host, self.port), timeout=1) as talk:
                if talk.recv(1):
                    return
            time.sleep(0.05)
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the test server does not answer:\n{log[-3000:]}")

    def _make_user(self) -> None:
        import pymysql

        root = pymysql.connect(unix_socket=str(self.folder / "s"), user="root", password="", autocommit=True)
        with root.cursor() as cursor:
            cursor.execute(f"create user '{USER}'@'%%' identified by %s", [PASSWORD])
            cursor.execute(f"grant all on *.* to '{USER}'@'%' with grant option")
        root.close()


class GivenServer(Server):
    """The server of ``PAYBACK_TEST_MYSQL_URL``."""

    owned = False

    def __init__(self, url: str) -> None:
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(url)
        self.programs = Programs("mysql", (), client=("mysql",))
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 3306
        self.user, self.password = unquote(parts.username or "root"), unquote(parts.password or "")

    def stop(self) -> None:
        """Leave it running."""


def start_server(*options: str, kind: str = KIND) -> Server:
    """Return a running server; stop it with ``stop_server``."""
    if GIVEN_URL and not options:
        return GivenServer(GIVEN_URL)
    folder = Path(tempfile.mkdtemp(prefix="pb-"))
    server = Server(find_programs(kind), folder, *options)
    try:
        server.start()
    except BaseException:
        stop_server(server)
        raise
    return server


def stop_server(server: Server) -> None:
    """Stop a server and take away its folder."""
    server.stop()
    if server.owned:
        shutil.rmtree(server.folder, ignore_errors=True)


def fresh_name() -> str:
    """Return a name for a database of one test."""
    return f"payback_test_{secrets.token_hex(4)}"


def _is_older(template: Path, root: Path) -> bool:
    return (template / "complete").stat().st_mtime < (root / "complete").stat().st_mtime


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
