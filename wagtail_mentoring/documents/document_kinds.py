"""Kinds of documents; apart from the models, so that a sheet can be imported before Django is set up."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """What a document is. A file names its kind in its metadata (XMP dc:type) by the same value.

    ``agreement_signed`` and ``agreement_sealed`` are versions of an agreement or supplement, whose own metadata stay as
    they were certified.
    """

    AGREEMENT = "agreement", _("Ethics agreement")
    SUPPLEMENT = "supplement", _("Supplement to an ethics agreement")
    AGREEMENT_SIGNED = "agreement_signed", _("Agreement, signed in the file")
    AGREEMENT_SEALED = "agreement_sealed", _("Agreement, closed by the union")
    SIGNING_RECORD = "signing_record", _("Signing record")
    PARTICIPATION = "participation", _("Certificate of participation")
    THANKS = "thanks", _("Certificate of thanks")
    GUIDE = "guide", _("Guide for a meeting")
    EXPORT = "export", _("Personal data, exported")
