"""The files of others on the page, in each era and language (issue 16, point 2): "Download" in the menu of a
message is found, by test id, icon or words, and what the page saves is what was sent.
"""

from pathlib import Path

import pytest

from tests.browser.pages.stage import Stage
from tests.browser.pages.test_messages import new_phone
from tests.support.pictures import PDF, picture
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.received_media import MediaState
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.session.media_saving import NotSaved, saved_file


@pytest.fixture
def phone(stage: Stage) -> str:
    """Whose chat is open, with files of both kinds."""
    phone = new_phone()
    stage.simulator.incoming(phone, "", file={"kind": "document", "name": "a.pdf", "content": PDF})
    stage.simulator.incoming(phone, "words", file={"kind": "image", "content": picture("PNG")})
    stage.open_chat(phone)
    return phone


def bubbles(stage: Stage) -> tuple[Bubble, Bubble]:
    """The document and the picture."""

    def of_files() -> dict[str, Bubble]:
        return {bubble.file.kind: bubble for bubble in stage.chat().bubbles if bubble.file}

    stage.until(lambda _: True if len(of_files()) == 2 else None)
    found = of_files()
    return found["document"], found["image"]


def save(stage: Stage, bubble: Bubble, folder: Path) -> bytes:
    message = ReceivedMessage("m", "default", "c", bubble.id, False, "document")
    saved = saved_file(stage.whatsapp, message, folder, most_bytes=100_000, may_go_on=lambda: True)
    content = saved.path.read_bytes()
    saved.path.unlink()
    return content


def test_what_the_page_saves_is_what_was_sent(stage: Stage, phone: str, tmp_path: Path) -> None:
    document, image = bubbles(stage)
    assert save(stage, document, tmp_path) == PDF
    assert save(stage, image, tmp_path) == picture("PNG")
    assert not stage.look().message_menu


def test_what_is_not_loaded_is_offered_and_what_is_gone_stays_so(
    stage: Stage, phone: str, tmp_path: Path
) -> None:
    stage.simulator.scenario("media_not_loaded")
    stage.simulator.scenario("media_expired")
    stage.reload()
    stage.open_chat(phone)
    document, image = bubbles(stage)
    assert document.file is not None
    assert document.file.offered
    with pytest.raises(NotSaved) as not_saved:
        save(stage, image, tmp_path)
    assert not_saved.value.status.state is MediaState.EXPIRED
    stage.simulator.clear_scenario("media_expired")
    assert save(stage, document, tmp_path) == PDF
    assert list(tmp_path.iterdir()) == []
