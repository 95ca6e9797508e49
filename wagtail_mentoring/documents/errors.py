"""What can go wrong when a document is made."""


class DocumentRenderError(Exception):
    """A document could not be made; the message says why and what to do."""


class PdfLibrariesMissing(DocumentRenderError):
    """WeasyPrint or one of the system libraries that it needs is not installed."""


class AssetRefused(DocumentRenderError):
    """A template or a text asked for a file that is not one of the documents' own."""
