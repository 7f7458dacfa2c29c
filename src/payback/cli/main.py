"""The command ``payback``: its options, its exit codes, and the one place where an error becomes a message.

Exit codes: 0 done, 1 failed, 2 usage or configuration. An expected failure never shows a traceback.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payback import __version__
from payback.errors import PaybackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payback.config import Settings
    from payback.data_loader import DataLoader

click.rich_click.TEXT_MARKUP = "rich"
click.rich_click.SHOW_ARGUMENTS = True
click.rich_click.STYLE_OPTIONS_TABLE_BOX = "SIMPLE"
click.rich_click.COMMAND_GROUPS = {
    "payback": [
        {"name": "Start", "commands": ["demo", "init", "doctor", "config", "db"]},
        {"name": "Work", "commands": ["load", "ga4", "run"]},
        {"name": "Look", "commands": ["roi", "segments", "rejected", "runs"]},
        {"name": "Share", "commands": ["report", "serve", "powerbi", "alerts", "schedule"]},
        {"name": "Keep", "commands": ["backup", "restore", "maintain"]},
    ]
}

_MODULES = {
    "demo": "start", "init": "start", "doctor": "start", "config": "start", "db": "database",
    "load": "work", "ga4": "ga4", "run": "work",
    "roi": "look", "segments": "look", "rejected": "look", "runs": "look",
    "report": "share", "serve": "share", "powerbi": "powerbi", "alerts": "deliver", "schedule": "deliver",
    "backup": "keep", "restore": "keep", "maintain": "keep",
}  # fmt: skip
"""Commands and the module that holds each; it is imported when the command is used."""


class LazyGroup(click.RichGroup):
    """A group whose commands are imported when they are asked for: `--help` and completion answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name."""
        del ctx
        from importlib import import_module

        if cmd_name not in _MODULES:
            return None
        module = import_module(f"payback.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


_STOPPED = "stopped; what was committed stays, and the next run goes on from there"


@dataclass
class Project:
    """What the commands work on: the folder, its settings and its warehouse, each opened at first use."""

    folder: Path
    verbose: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """Settings of the project; logging starts with them."""
        from payback.cli.logs import set_up_logging
        from payback.config import load_settings

        if not self.folder.is_dir():
            from payback.errors import UsageError

            raise UsageError(
                "the project folder does not exist",
                where="--project",
                got=str(self.folder),
                hint=f'make it: payback --project "{self.folder}" init',
            )
        settings = load_settings(self.folder, self.overrides)
        set_up_logging(self.folder, settings, verbose=self.verbose)
        return settings

    def loader(self, *, only_look: bool = False) -> DataLoader:
        """Return a data loader of the project; close it."""
        from payback.data_loader import DataLoader

        return DataLoader(self.folder, settings=self.settings, only_look=only_look)

    @contextmanager
    def looking(self) -> Iterator[DataLoader]:
        """Give a data loader for commands that only look, and say what there is to know of its answers."""
        from payback.cli.printing import say_note

        with self.loader(only_look=True) as loader:
            yield loader
            for note in loader.notes:
                say_note(note)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="current folder",
    help="Folder of the project: its config folder, its data, its database.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show the log on the console, and tracebacks of defects.")
@click.version_option(__version__, prog_name="payback")
@click.pass_context
def payback(ctx: click.Context, project: Path, verbose: bool) -> None:
    """Tell what each marketing campaign pays back, and who the customers are.

    Try it: payback demo. Use it: payback init, put files into data/raw, payback run.
    """
    ctx.obj = Project(project.resolve(), verbose)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # Windows consoles and pipes default to old encodings; the product writes UTF-8 everywhere.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = sys.argv[1:] if arguments is None else arguments
    try:
        _answer(arguments, words)
    except PaybackError as error:
        _fail(str(error), error.exit_code, type(error).__name__, words)
    except KeyboardInterrupt:
        _fail(_STOPPED, 130, "Stopped", words)
    except BrokenPipeError:
        # Somebody closed the pipe (`| head`): not a failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(_refusal(error), 1, type(error).__name__, words)
    except Exception as error:
        # A defect of ours: one line for the person, the traceback in the log for whoever mends it.
        if logging.getLogger().handlers:
            logging.getLogger("payback").exception("defect")
        if {"-v", "--verbose"} & set(words):
            raise
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        message = f"this is a defect of Payback, please report it\n  got: {text}\n  hint: --verbose shows where"
        _fail(message, 1, "Defect", words)


def _answer(arguments: list[str] | None, words: list[str]) -> None:
    """Let Click read the words; a script that asked for JSON gets it for a wrong option too."""
    try:
        code = payback.main(args=arguments, prog_name="payback", standalone_mode="--json" not in words)
    except click.ClickException as error:
        hint = f"\n  hint: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        _fail(error.format_message() + hint, error.exit_code, type(error).__name__, words)
    except click.Abort:
        _fail(_STOPPED, 130, "Stopped", words)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _refusal(error: OSError) -> str:
    """Return the message of what the system refused: a folder without permission, a full disk."""
    where = f"\n  where: {error.filename}" if error.filename else ""
    hint = "allow reading and writing there, free some space, or name another folder with --project"
    return f"the system refused to work with a file or folder{where}\n  got: {error.strerror or error}\n  hint: {hint}"


def _fail(message: str, code: int, reason: str, words: list[str]) -> None:
    """Say what went wrong, to a script that asked for JSON too, and leave."""
    from payback.cli.printing import print_json, say_error

    if "--json" in words:
        print_json({"error": message, "reason": reason, "exit_code": code})
    say_error(message)
    sys.exit(code)
