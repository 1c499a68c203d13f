"""The vault and what may lie beside its archives, in one bucket."""

from pathlib import Path
from unittest.mock import Mock

from whatsapp_tasks.clients.folder_store import FolderStore
from whatsapp_tasks.vaults import Vault


def test_forgetting_an_account_deletes_its_archives_alone(tmp_path: Path) -> None:
    """Files of messages are beside them for an account that has the name of their folder."""
    store = FolderStore(tmp_path)
    file = f"files/1790000000000_{'0' * 64}_00000000.bin"
    archives = ["files/000000000001-000001.session", f"files/offer-{'0' * 32}.session"]
    for name in (file, "files/files_1790000000000_00000000.jpg", *archives):
        store.put(name, b"x")
    vault = Vault("files", store, Mock())
    assert vault.forget() == len(archives)
    assert store.names("files") == [file, "files/files_1790000000000_00000000.jpg"]
