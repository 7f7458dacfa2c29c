"""Mail: what is said, how it is handed in, and what is said when that fails."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email.utils import parseaddr

import pytest

from mail_server import certificate, mail_server
from payback.errors import ConfigurationError, DeliveryError
from payback.operations.mail import Mailbox, compose, send
from payback.publishing.mail import mail_body
from payback.publishing.results import Results
from sample_results import summary

RIGHT, WRONG = "secret", "wrong-one"
HOSTILE = '<img src=x onerror="alert(1)"> & "Q"'


def box(port, **changes):
    """A mailbox on this machine."""
    known = {"host": "127.0.0.1", "port": port, "sender": "Payback <payback@example.com>", "security": "none"}
    return Mailbox(**known | changes)


def letter(mailbox, **changes):
    """A message with everything."""
    known = {"text": "Hello", "html": '<p>Hello <img src="cid:trend"></p>', "images": {"trend": b"\x89PNG"}}
    return compose(mailbox, ["team@example.com"], "ROI\nis 20 %", **known | changes)


def test_a_mail_arrives_with_text_pages_images_and_files():
    """Mail programs find each part where they look for it."""
    with mail_server() as (port, inbox):
        send(box(port), letter(box(port), attachments={"report.html": b"<p>whole</p>"}))

    message = inbox.messages[0]
    assert inbox.recipients == ["team@example.com"]
    assert message["Subject"] == "ROI is 20 %"
    assert parseaddr(message["From"])[1] == "payback@example.com"
    assert message.get_body(("plain",)).get_content().strip() == "Hello"
    assert "cid:trend" in message.get_body(("html",)).get_content()
    assert [part.get_content_type() for part in message.walk()].count("image/png") == 1
    assert [part.get_filename() for part in message.iter_attachments()] == ["report.html"]


def test_a_password_goes_over_an_encrypted_connection(tmp_path):
    """STARTTLS comes before the login; a certificate of one's own is trusted when it is named."""
    context, chain = certificate(tmp_path)
    with mail_server(tls=context, password=True) as (port, inbox):
        mailbox = box(port, security="starttls", certificates=chain, user="reports", password=RIGHT)
        send(mailbox, letter(mailbox))
    assert len(inbox.messages) == 1


def test_a_certificate_that_nobody_signed_is_refused(tmp_path):
    """A server that only claims to be the mail server gets neither password nor mail."""
    context, _ = certificate(tmp_path)
    with mail_server(tls=context) as (port, inbox):
        mailbox = box(port, security="starttls")
        with pytest.raises(DeliveryError, match="cannot be encrypted") as caught:
            send(mailbox, letter(mailbox))
    assert "email.security" in str(caught.value)
    assert inbox.messages == []


def test_a_wrong_password_is_told_without_it(tmp_path):
    """The message says which settings to look at and shows neither user nor password."""
    context, chain = certificate(tmp_path)
    with mail_server(tls=context, password=True) as (port, _):
        mailbox = box(port, security="starttls", certificates=chain, user="reports", password=WRONG)
        with pytest.raises(DeliveryError) as caught:
            send(mailbox, letter(mailbox))
    assert "refuses user or password" in str(caught.value)
    assert WRONG not in str(caught.value)
    assert WRONG not in repr(mailbox)


def test_a_server_that_is_not_there_is_an_error_that_says_where():
    """Nobody listens on the port of a server that has stopped."""
    with mail_server() as (port, _):
        pass
    with pytest.raises(DeliveryError, match="cannot be reached") as caught:
        send(box(port), letter(box(port)))
    assert f"127.0.0.1:{port}" in str(caught.value)


def test_recipients_that_the_server_refuses_are_an_error():
    """A mail that reached some is told too, without the addresses of the others."""
    with mail_server(refuse=["team@example.com"]) as (port, inbox):
        with pytest.raises(DeliveryError, match="refuses every recipient"):
            send(box(port), letter(box(port)))
        two = compose(box(port), ["team@example.com", "boss@example.com"], "S", "T")
        with pytest.raises(DeliveryError, match="not for 1 of the recipients") as caught:
            send(box(port), two)
    assert inbox.recipients == ["boss@example.com"]
    assert "team@" not in str(caught.value)


@pytest.mark.parametrize("address", ["team", "a b@example.com", "team@example.com\nBcc: other@example.com", ""])
def test_what_is_no_address_is_refused(address):
    """A line break in an address adds no header."""
    with pytest.raises(ConfigurationError, match="no mail address"):
        compose(box(25), [address], "S", "T")


def test_a_mail_needs_somebody_to_go_to():
    """The message names the setting and the option."""
    with pytest.raises(ConfigurationError, match=r"email\.recipients"):
        compose(box(25), [], "S", "T")


def test_a_mail_that_servers_would_refuse_is_not_sent():
    """The hint says how to send it without the file."""
    huge = letter(box(25), attachments={"report.html": b"x" * 21_000_000})
    with pytest.raises(DeliveryError, match="too large"):
        send(box(25), huge)


def results(**changes):
    """Two channels and their total, compared with the period before."""
    import pyarrow as pa

    total = {"currency": "EUR", "cost": 1000.0, "revenue": 1500.0, "profit": 500.0, "roi": 0.5, "roas": 1.5, "rows": 9}
    total |= {"verdict": "pays back", "cost_change": 0.25, "revenue_change": -0.1, "roi_change": -0.35, "cpa": 20.0}
    channels = [{**total, "channel": HOSTILE}, {**total, "channel": "Email", "cost": 12.0, "profit": 88.0}]
    tables = {"roi_total": [total | changes], "roi_by_channel": channels}
    return Results(summary(), {name: pa.Table.from_pylist(rows) for name, rows in tables.items()})


def test_the_body_says_what_happened_with_words_and_signs():
    """Change is told by arrow, sign and word; more cost is neither good nor bad."""
    body = mail_body(results())

    assert "▲ up 25.0%" in body.html
    assert "▼ down 10.0%" in body.html
    assert "▼ down 35.0 points" in body.html
    assert "€1,000 was spent" in body.text
    assert body.subject.startswith("Marketing ROI: €1,000 was spent")
    assert len(body.html.encode()) < 100_000


def test_every_figure_tells_its_change_and_against_what():
    """Profit, ROAS and CPA are compared with the totals of the days before; a loss is no base of a percentage."""
    import pyarrow as pa

    days = {"comparable": True, "previous_start": date(2026, 1, 1), "previous_end": date(2026, 1, 28)}
    told = results(**days)
    earlier = [{"currency": "EUR", "profit": 400.0, "roas": 2.0, "cpa": 16.0}]
    body = mail_body(replace(told, tables={**told.tables, "roi_before": pa.Table.from_pylist(earlier)}))
    loss = mail_body(
        replace(told, tables={**told.tables, "roi_before": pa.Table.from_pylist([{**earlier[0], "profit": -20.0}])})
    )

    assert "changes against 1 Jan 2026 to 28 Jan 2026" in body.text
    assert re.findall(r"^  (Profit|ROAS|CPA) +\S+, (.*)", body.text, re.MULTILINE) == [
        ("Profit", "▲ up 25.0%"), ("ROAS", "▼ down 25.0%"), ("CPA", "▲ up 25.0%"),
    ]  # fmt: skip
    assert "▲ up €520.00" in loss.text


def test_names_from_the_data_are_text_not_markup():
    """A campaign that calls itself a tag runs nothing in a mail program."""
    body = mail_body(results())
    assert HOSTILE not in body.html
    assert "&lt;img src=x onerror=" in body.html
    assert HOSTILE in body.text


def test_a_mail_without_data_says_so():
    """There is a mail even where there is nothing to tell."""
    body = mail_body(Results(summary(), {}))
    assert "no campaign data" in body.text
