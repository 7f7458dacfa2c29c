"""Get a MySQL server for the tests, and say where it is.

Run by ``make test`` and, where it has not run, by the fixture of `mysql_server`. Nothing is installed: Debian's
packages are downloaded through this machine's own apt, unpacked into the user's cache folder and used from there, as
any user. A second call finds the folder and does nothing.

    python tests/fetch_mysql.py            # prints the folder or program that the tests will use
    python tests/fetch_mysql.py mariadb    # the same for MariaDB, the second dialect
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOW_TO = """the tests need a MySQL server and found none. One of these helps:
  - PAYBACK_TEST_MYSQL_URL=mysql+pymysql://user:password@host/ of a server whose user may create databases
  - a MySQL 8 or newer installed on this machine (mysqld on the PATH)
  - a machine with apt and a Debian mirror: the server is then fetched into the cache folder
  - MariaDB installed on this machine (mariadbd on the PATH), as a second best"""

PACKAGES = {
    "mysql": ("mysql-server-core", "mysql-client-core"),
    "mariadb": ("mariadb-server-core", "mariadb-client-core"),
}
_SERVERS = {"mysql": "usr/sbin/mysqld", "mariadb": "usr/sbin/mariadbd"}
_CLIENTS = {"mysql": "usr/bin/mysql", "mariadb": "usr/bin/mariadb"}

SUITE = "sid"
"""Debian's own MySQL is in unstable alone; whatever version it has is taken, for old ones vanish from mirrors."""

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class Programs:
    """How to start a server: the command before its options, and where its files are."""

    kind: str
    command: tuple[str, ...]
    root: Path | None = None
    client: tuple[str, ...] = ()

    @property
    def share(self) -> Path:
        """Folder of messages and character sets."""
        assert self.root is not None
        return self.root / "usr/share" / self.kind


def cache_folder() -> Path:
    """Return the folder of this user's cache where servers are kept."""
    chosen = os.environ.get("PAYBACK_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "payback-tests"


def find_programs(kind: str = "mysql") -> Programs:
    """Return the server programs to use, fetching them where that is possible.

    Parameters
    ----------
    kind : {"mysql", "mariadb"}
        ``mysql`` falls back to MariaDB where no MySQL can be had.

    Raises
    ------
    RuntimeError
        There is none and none can be had; the message says what to do.
    """
    found = _mariadb() if kind == "mariadb" else _mysql() or _mariadb()
    return found or _give_up()


def _mysql() -> Programs | None:
    return _installed("mysqld", "mysql") or _unpacked("mysql") or _fetched("mysql")


def _mariadb() -> Programs | None:
    return _installed("mariadbd", "mariadb") or _unpacked("mariadb") or _fetched("mariadb")


def _give_up() -> Programs:
    raise RuntimeError(HOW_TO)


def _installed(program: str, client: str) -> Programs | None:
    found = shutil.which(program, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if not found:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    kind = "mariadb" if "mariadb" in version.lower() else "mysql"
    # A link named mysqld may be MariaDB: it is taken only as the last resort.
    if kind != {"mysqld": "mysql", "mariadbd": "mariadb"}[program]:
        return None
    return Programs(kind, (found,), client=(shutil.which(client) or client,))


def _unpacked(kind: str) -> Programs | None:
    root = cache_folder() / kind
    if not (root / "complete").exists():
        return None
    # The packages need a newer C library than the machine may have, so their own loader starts them.
    loader = next(root.glob("usr/lib*/**/ld-linux-*.so.*"), None) or next(root.glob("lib*/**/ld-linux-*.so.*"))
    folders = sorted({str(path.parent) for path in root.rglob("*.so.*") if "plugin" not in path.parts})
    start = (str(loader), "--library-path", os.pathsep.join(folders))
    return Programs(kind, (*start, str(root / _SERVERS[kind])), root, (*start, str(root / _CLIENTS[kind])))


def _fetched(kind: str) -> Programs | None:
    mirror = _mirror()
    if mirror is None or not shutil.which("dpkg-deb"):
        return None
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        sys.stderr.write(f"fetching {kind} from the Debian mirror of this machine into {cache}" + "\n")
        try:
            _download(Path(work), mirror, PACKAGES[kind])
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"that failed: {error.stderr[-500:]}" + "\n")
            return None
        _unpack(Path(work), cache / kind)
    return _unpacked(kind)


def _mirror() -> str | None:
    """Return the address of the Debian archive that this machine's apt uses."""
    if not shutil.which("apt-get"):
        return None
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(RELEASE)|$(REPO_URI)|$(SITE)"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    for line in lines:
        origin, release, *addresses = line.split("|")
        if origin == "Debian" and "security" not in release:
            return next(address for address in addresses if "://" in address)
    return None


def _download(work: Path, mirror: str, packages: tuple[str, ...]) -> None:
    for folder in ("parts", "lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    signed = f"Signed-By: {_KEYRING}\n" if _KEYRING.exists() else ""
    source = f"Types: deb\nURIs: {mirror}\nSuites: {SUITE}\nComponents: main\n{signed}"
    (work / "parts/unstable.sources").write_text(source, encoding="utf-8")
    places = {
        "Dir::Etc::sourcelist": os.devnull,
        "Dir::Etc::sourceparts": work / "parts",
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
    }
    options = [part for name, value in places.items() for part in ("-o", f"{name}={value}")]
    for words in (["update"], ["install", "--yes", "--download-only", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *options, *words], check=True, capture_output=True, text=True)


def _unpack(work: Path, root: Path) -> None:
    fresh = work / "root"
    for package in sorted((work / "cache/archives").glob("*.deb")):
        if not re.match(r"perl|libperl|gcc-|libc-gconv", package.name):
            subprocess.run(["dpkg-deb", "-x", str(package), str(fresh)], check=True)
    (fresh / "complete").touch()
    if (root / "complete").exists():
        return  # another process was faster
    shutil.rmtree(root, ignore_errors=True)
    with suppress(OSError):
        fresh.rename(root)


if __name__ == "__main__":
    if os.environ.get("PAYBACK_TEST_MYSQL_URL"):
        sys.stdout.write("the server of PAYBACK_TEST_MYSQL_URL\n")
    else:
        try:
            programs = find_programs(*sys.argv[1:2])
        except RuntimeError as problem:
            sys.exit(str(problem))
        sys.stdout.write(f"{programs.kind} {programs.root or programs.command[-1]}\n")
