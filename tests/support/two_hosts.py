"""Two hosts, one vault in S3, and one account; Redis and the page are elsewhere."""

import uuid
from collections.abc import Mapping

import boto3

from tests.support.hosts import ACCOUNT, Host
from tests.support.passkeys import HOST
from tests.support.stack import Stack, eventually
from whatsapp_tasks.archives.sealing import new_key
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.vault import VaultRecord

PHONE = "+4915112345678"


def settings_of(s3_url: str) -> Mapping[str, str]:
    """For all processes of a stack, with a vault in a new bucket; quick."""
    bucket = f"vault-{uuid.uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=s3_url).create_bucket(Bucket=bucket)
    return {
        "WHATSAPP_VAULT": f"s3://{bucket}/sessions",
        "WHATSAPP_S3_ENDPOINT": s3_url,
        "WHATSAPP_VAULT_SECONDS": "1",
        "WHATSAPP_LEASE_SECONDS": "3",
        "WHATSAPP_HEARTBEAT_SECONDS": "0.5",
    }


class TwoHosts:
    """Two hosts, a vault in S3, Redis and the page elsewhere."""

    def __init__(self, stack: Stack, s3: str) -> None:
        self.stack = stack
        self.page_url = stack.simulator.page_url.replace("127.0.0.1", HOST)
        of_workers = {"WHATSAPP_VAULT_KEY": new_key(), "WHATSAPP_URL": self.page_url}
        self.a, self.b = (Host(stack, name, of_workers, [s3]) for name in ("a", "b"))

    def send(self, text: str) -> str:
        return self.stack.dispatcher.send(MessageRequest(PHONE, text)).id

    def sent(self, text: str) -> None:
        self.stack.await_status(self.send(text), "sent", "delivered", "read")

    def await_current_archive(self) -> None:
        """The newest archive knows of everything that was sent."""

        def is_current() -> bool:
            custody = VaultRecord(self.stack.database, ACCOUNT).custody()
            return custody.newest is not None and custody.newest.sends == custody.sends

        eventually(is_current, "an archive of everything that was sent")

    def received(self, text: str) -> int:
        return [message.text for message in self.stack.simulator.messages()].count(text)

    def end(self) -> None:
        for host in (self.a, self.b):
            host.end()

    def one_session(self) -> None:
        """One scan, and its session was never alive twice."""
        assert len(self.stack.simulator.devices()) == 1
        assert self.stack.simulator.most_alive() == 1
