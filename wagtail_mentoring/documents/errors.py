"""What can go wrong when a document is made or looked at. Known to the document processes too, so without Django."""


class DocumentRenderError(Exception):
    """A document could not be made; the message says why and what to do."""


class PdfLibrariesMissing(DocumentRenderError):
    """WeasyPrint or one of the system libraries that it needs is not installed."""


class AssetRefused(DocumentRenderError):
    """A template or a text asked for a file that is not one of the documents' own."""


class GlyphsMissing(DocumentRenderError):
    """No font on this machine draws some characters of a name or text; ``characters`` are they, each once."""

    def __init__(self, message: str, characters: str = "") -> None:
        super().__init__(message)
        self.characters = characters or message


class ForeignField(DocumentRenderError):
    """A template has a form field that is no place for a signature, or two of the same name."""


class WorkerTimedOut(DocumentRenderError):
    """The work took longer than it may (or no process became free), and was stopped."""


class WorkerBusy(WorkerTimedOut):
    """The work has not begun: all processes had other work. Nothing is said of the file."""


class WorkerKilled(DocumentRenderError):
    """The process that did the work came to its end: out of memory, killed from outside, or unable to start."""
