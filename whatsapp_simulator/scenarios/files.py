"""Scenarios of a file on its way: from the attach menu to the end of its upload."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class MenuWithoutTestIds(Scenario):
    """The items of the attach menu bear labels and no test ids (§10.8, §12.1: so in one build of August
    2026).
    """


class SlowPreview(Scenario):
    """Files are prepared for `ms`; the send button is disabled until then (§12.6)."""

    ms: int = Field(3000, ge=0)


class FileRefused(Scenario):
    """The page does not take a file, says so in a line at its foot, and shows no preview (§12.6)."""

    why: Literal["not_supported", "too_large", "empty", "failed_to_load", "not_added"] = "not_supported"


class DialogOverPreview(Scenario):
    """A dialog comes over the preview: one that is known, or one in words that nobody knows."""

    what: Literal["news", "unknown"] = "news"
    ms: int = Field(0, ge=0, description="after the preview has come")


class SlowUpload(Scenario):
    """An upload takes `ms` more; its bubble shows the progress and the clock (§10.8). A page that is closed
    before its end has sent nothing.
    """

    ms: int = Field(5000, ge=0)


class UploadNeverEnds(Scenario):
    """The progress stops at `percent`, the clock stays."""

    percent: int = Field(40, ge=0, le=100)


class UploadFails(Scenario):
    """The upload ends with an error: the bubble offers to try again, and shows the failure unless `mark` is
    false (§12.4: `media-state-upload`).
    """

    mark: bool = True


class Album(Scenario):
    """Several pictures at once become one message with all of them, not one each (§10.8)."""
