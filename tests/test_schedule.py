"""Lines for cron, systemd and the Windows task scheduler."""

from __future__ import annotations

import pytest

from payback.errors import UsageError
from payback.operations.schedule import schedule

RUN = ["/opt/pay back/payback", "--project", "/shops/50% off", "run"]
MAIL = ["/opt/pay back/payback", "report", "--email"]


def test_cron_line_quotes_what_the_shell_and_cron_would_change():
    """A percent sign ends a command of cron, and a blank parts words."""
    line = schedule([RUN], "6:05", ["Mon", "sunday"]).cron()
    assert line == r"5 6 * * 1,0 '/opt/pay back/payback' --project '/shops/50\% off' run"


def test_systemd_units_run_in_turn_and_make_up_for_lost_time():
    """The second command starts when the first one has ended well; a missed time is made up for."""
    units = schedule([RUN, MAIL], "23:30", ["Fri"], "shop").systemd()
    service = units["shop.service"]
    assert 'ExecStart="/opt/pay back/payback" --project "/shops/50%% off" run\n' in service
    assert service.index("run\n") < service.index("report --email")
    assert "OnCalendar=Fri *-*-* 23:30:00\nPersistent=true" in units["shop.timer"]


def test_windows_task_takes_two_commands():
    """The task scheduler starts one program: the command interpreter, with both."""
    line = schedule([["C:\\payback.exe", "run"], ["C:\\payback.exe", "report"]], "06:00").windows()
    assert (
        line
        == 'schtasks /Create /TN payback /SC DAILY /ST 06:00 /TR "cmd /c C:\\payback.exe run && C:\\payback.exe report"'
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": "24:00"}, "no time of day"),
        ({"at": "6"}, "no time of day"),
        ({"days": ["Feast"]}, "no day of the week"),
        ({"name": "a b"}, "no name of a task"),
        ({"commands": [["payback", "run"]]}, "whole path"),
    ],
)
def test_what_no_scheduler_would_understand_is_refused(change, message):
    """Better now than at six in the morning."""
    with pytest.raises(UsageError, match=message):
        schedule(**{"commands": [RUN], "at": "06:00"} | change)


def test_command_prints_lines_of_this_project(shop):
    """What is printed names the project and this very program."""
    shown = shop.run("schedule", "print", "--at", "07:15", "--mail")
    assert shown.code == 0
    assert "15 7 * * * " in shown.out
    assert str(shop.folder) in shown.out
    parts = shop.run("schedule", "print", "--json").json
    assert set(parts) == {"cron", "systemd", "windows"}


def test_command_says_what_is_wrong_with_a_time(shop):
    """Exit code 2: the call, not the machine, is wrong."""
    outcome = shop.run("schedule", "print", "--at", "noon")
    assert outcome.code == 2
    assert "HH:MM" in outcome.err
