"""What can go wrong when a document is made or looked at. Known to the document processes too, so without Django."""


class DocumentRenderError(Exception):
    """A document could not be made; the message says why and what to do."""


class PdfLibrariesMissing(DocumentRenderError):
    """WeasyPrint or one of the system libraries that it needs is not installed."""


class AssetRefused(DocumentRenderError):
    """A template or a text asked for a file that is not one of the documents' own."""


class WorkerTimedOut(DocumentRenderError):
    """The work took longer than it may (or no process became free), and was stopped."""


class WorkerKilled(DocumentRenderError):
    """The process that did the work came to its end: out of memory, killed from outside, or unable to start."""
