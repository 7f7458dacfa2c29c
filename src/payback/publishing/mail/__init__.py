"""The results as a mail: short enough to be read in the preview, whole in the file that is attached."""

from payback.publishing.mail.body import MailBody, mail_body

__all__ = ["MailBody", "mail_body"]
