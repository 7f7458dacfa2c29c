"""Send a mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Literal

from payback.errors import ConfigurationError, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Security = Literal["starttls", "tls", "none"]
_TIMEOUT = 30.0
_ATTACHMENT_MB = 20
"""Most mail servers refuse more."""


@dataclass(frozen=True)
class Mailbox:
    """Where mail is handed in.

    Parameters
    ----------
    host, port : str, int
        The SMTP server.
    user, password : str, optional
        What it asks for.
    sender : str
        Address of the sender.
    security : {"starttls", "tls", "none"}
        Encryption: after a greeting in the clear, from the first byte, or none. A certificate that does not fit the
        host is refused.
    timeout : float
        Seconds to wait for an answer.
    certificates : Path, optional
        PEM file of the certificates to trust, where the server's is not signed by a public authority.
    """

    host: str
    port: int = 587
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str = ""
    security: Security = "starttls"
    timeout: float = _TIMEOUT
    certificates: Path | None = None


def compose(
    mailbox: Mailbox,
    recipients: Sequence[str],
    subject: str,
    text: str,
    html: str = "",
    *,
    images: Mapping[str, bytes] | None = None,
    attachments: Mapping[str, bytes] | None = None,
) -> EmailMessage:
    """Return a message: plain text, the same as HTML, its images, and files.

    Parameters
    ----------
    mailbox : Mailbox
        Its sender is the message's.
    recipients : sequence of str
        Addresses.
    subject, text, html : str
        What is said; the HTML names its images ``cid:name``.
    images : mapping of str to bytes, optional
        PNG images by name.
    attachments : mapping of str to bytes, optional
        HTML files by file name.

    Raises
    ------
    ConfigurationError
        There is no recipient, or something is no address.
    """
    if not recipients:
        raise ConfigurationError("there is nobody to send the mail to", hint="set email.recipients, or say --to")
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mailbox.sender, "email.sender")
    message["To"] = tuple(_address(one, "email.recipients") for one in recipients)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain or None)
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
        part = message.get_payload()[-1]  # type: ignore[index]
        for name, content in (images or {}).items():
            part.add_related(content, "image", "png", cid=f"<{name}>", filename=f"{name}.png")  # type: ignore[union-attr]
    for name, content in (attachments or {}).items():
        message.add_attachment(content, "text", "html", filename=name)
    return message


def send(mailbox: Mailbox, message: EmailMessage) -> None:
    """Hand a message in.

    Raises
    ------
    DeliveryError
        The server cannot be reached, refuses the password, the sender or a recipient, or the message is too large.
    """
    size = len(message.as_bytes())
    if size > _ATTACHMENT_MB * 10**6:
        raise DeliveryError(
            "the mail is too large",
            got=f"{size / 10**6:.1f} MB",
            allowed=f"{_ATTACHMENT_MB} MB, which most mail servers take",
            hint="send it without the file: email.attach: false",
        )
    try:
        with _connection(mailbox) as server:
            if mailbox.user:
                server.login(mailbox.user, mailbox.password or "")
            refused = server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise _translated(error, mailbox) from error
    if refused:
        raise DeliveryError(
            f"the mail server took the mail, but not for {len(refused)} of the recipients",
            where=f"{mailbox.host}:{mailbox.port}",
            hint="check email.recipients",
        )


def _connection(mailbox: Mailbox) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=mailbox.certificates)
    if mailbox.security == "tls":
        return smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=mailbox.timeout, context=context)
    server = smtplib.SMTP(mailbox.host, mailbox.port, timeout=mailbox.timeout)
    try:
        if mailbox.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _address(text: str, where: str) -> Address:
    """Return an address, or say which setting holds none; the text itself is a person's."""
    name, bracket, rest = text.partition("<")
    plain = rest.rstrip("> ").strip() if bracket else text.strip()
    try:
        return Address(display_name=name.strip(' "') if bracket else "", addr_spec=plain)
    except (ValueError, IndexError) as error:
        raise ConfigurationError(
            "this is no mail address", where=where, allowed="name@example.com or Name <name@example.com>"
        ) from error


_CAUSES: tuple[tuple[type[Exception], str, str], ...] = (
    (smtplib.SMTPAuthenticationError, "the mail server refuses user or password",
     "check email.user and PAYBACK_EMAIL__PASSWORD; many services want a password of their own for programs"),
    (smtplib.SMTPSenderRefused, "the mail server refuses the sender", "check email.sender; or it wants email.user"),
    (smtplib.SMTPRecipientsRefused, "the mail server refuses every recipient", "check email.recipients, or email.user"),
    (smtplib.SMTPNotSupportedError, "the mail server cannot do what is asked",
     "email.security: tls (port 465) or none, or leave email.user empty"),
    (ssl.SSLError, "the connection to the mail server cannot be encrypted",
     "check email.host and email.security: starttls (port 587) or tls (port 465); email.certificates trusts your own"),
    (smtplib.SMTPException, "the mail server refused or broke off", "try again, or ask who runs it"),
    (OSError, "the mail server cannot be reached", "check email.host, email.port and the network"),
)  # fmt: skip
"""Kind of failure, the first that fits: what it means and what to do."""


def _translated(error: Exception, mailbox: Mailbox) -> DeliveryError:
    message, hint = next((words, way) for kind, words, way in _CAUSES if isinstance(error, kind))
    # What a server answers may hold addresses; its code says enough.
    code = getattr(error, "smtp_code", None)
    got = f"answer {code}" if code else getattr(error, "strerror", None) or type(error).__name__
    return DeliveryError(message, where=f"{mailbox.host}:{mailbox.port}", got=got, hint=hint)
