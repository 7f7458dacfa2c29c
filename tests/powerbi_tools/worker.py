"""A tool in a process of its own that answers one JSON line for each it is given."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile


class ToolError(Exception):
    """A tool that judges could not be started, or gave up."""


class Worker:
    """Start a tool when it is first asked, and stop it at the end.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    """

    def __init__(self, command):
        self.command = command
        self._process = None
        self._talk = None

    def ask(self, **question):
        """Return the answer to one question."""
        process = self._started()
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            process.wait(timeout=30)
            self._talk.seek(0)
            raise ToolError(f"{' '.join(self.command)} gave up:\n{self._talk.read()[-3000:]}\n{MISSING}")
        return json.loads(line)

    def close(self):
        """End the process, if it was started."""
        if self._process:
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait(timeout=30)
            self._talk.close()

    def _started(self):
        if self._process is None:
            self._talk = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed in close()
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._talk,
                encoding="utf-8",
                env=os.environ | {"PYTHONUTF8": "1"},
            )
        return self._process


MISSING = "the judging tools are installed by `make .venv/ready-test`; leave these tests out with -m 'not powerbi'"
