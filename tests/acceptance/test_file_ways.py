"""A file from the caller to the recipient, by every way in, through all processes (issue 15)."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from tests.support.pictures import PDF, picture
from tests.support.stack import Stack
from tests.support.webhook_receiver import Receiver, answer


def test_a_file_arrives_by_upload_and_by_url_once_each(
    new_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    """The bytes that the simulated server got are those that were handed in; a WebP came as a JPEG."""
    stack = new_stack(environment={"WHATSAPP_FILE_URL_ALLOW_PRIVATE": "true"})
    stack.start("worker", "web", "webhooks")
    stack.link()
    invoice, webp = tmp_path / "Rechnung 7.pdf", tmp_path / "photo.webp"
    invoice.write_bytes(PDF)
    webp.write_bytes(picture("WEBP"))
    fetched = PDF + b"% fetched\n"
    client = stack.client()
    with Receiver(answer(200, body=fetched)) as server:
        url = f"http://127.0.0.1:{server.port}/report.pdf"
        ids = [
            client.send("+4915112345601", "Your invoice", file=invoice, idempotency_key="one")["id"],
            client.send("+4915112345602", file=webp)["id"],
            client.send("+4915112345603", "The report", file={"url": url, "name": "Report.pdf"})["id"],
        ]
        assert client.send("+4915112345601", "Your invoice", file=invoice, idempotency_key="one")["duplicate"]
        for message_id in ids:
            stack.await_status(message_id, "sent", "delivered", "read")
    received = {message.chat: message for message in stack.simulator.messages()}
    assert len(stack.simulator.messages()) == len(received) == 3
    one, two, three = (received[f"4915112345{n}"] for n in (601, 602, 603))
    assert (one.text, one.attachments[0]["name"], one.attachments[0]["sha256"]) == (
        "Your invoice",
        invoice.name,
        hashlib.sha256(PDF).hexdigest(),
    )
    assert (two.text, two.attachments[0]["kind"], two.attachments[0]["type"]) == ("", "image", "image/jpeg")
    assert (three.text, three.attachments[0]["name"], three.attachments[0]["sha256"]) == (
        "The report",
        "Report.pdf",
        hashlib.sha256(fetched).hexdigest(),
    )
    timeline = [(entry["status"], entry.get("code")) for entry in client.message(ids[2])["timeline"]]
    assert timeline[:3] == [("queued", None), ("queued", "file_fetching"), ("queued", "file_fetched")]
    for process in ("web", "webhooks", "worker"):
        assert "Rechnung" not in stack.log(process)
        assert "report.pdf" not in stack.log(process).lower()
