"""A session that was copied, packed and unpacked is the same in another browser (issue 14, 3)."""

import time
from pathlib import Path

import pytest

from whatsapp_tasks.archives.sealing import VaultKey, new_key, pack, unpack
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.session_profile import SessionProfile, is_part
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber
from whatsapp_tasks.errors import WaitTimeout

from .conftest import OPEN_S, Options, Run, Site, within

_DATABASE = """const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("session", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });"""
LINK = f"""async () => {{
  {_DATABASE}
  const kind = {{ name: "ECDSA", namedCurve: "P-256" }};
  const pair = await crypto.subtle.generateKey(kind, false, ["sign", "verify"]);
  await new Promise((resolve) => {{
    const change = database.transaction("keys", "readwrite");
    change.objectStore("keys").put(pair, "identity");
    change.oncomplete = resolve;
  }});
  localStorage.setItem("device", "1");
  document.cookie = "language=en; max-age=3600";
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return Array.from(new Uint8Array(raw));
}}"""
PROVE = f"""async (known) => {{
  {_DATABASE}
  const pair = await new Promise((resolve) => {{
    const request = database.transaction("keys").objectStore("keys").get("identity");
    request.onsuccess = () => resolve(request.result ?? null);
  }});
  if (!pair) return null;
  const how = {{ name: "ECDSA", hash: "SHA-256" }}, text = new TextEncoder().encode("hello");
  const signature = await crypto.subtle.sign(how, pair.privateKey, text);
  const key = await crypto.subtle.importKey(
    "raw", new Uint8Array(known), {{ name: "ECDSA", namedCurve: "P-256" }}, true, ["verify"]);
  const exported = await crypto.subtle.exportKey("pkcs8", pair.privateKey).then(() => true, () => false);
  return [await crypto.subtle.verify(how, key, signature, text), exported, localStorage.getItem("device"),
    document.cookie];
}}"""
COUNT = "() => { globalThis.count = 0; setInterval(() => { globalThis.count += 1; }, 5); }"
COUNTED = "() => globalThis.count"


def moved(profile: Path, target: Path) -> None:
    """By an archive, as between two hosts."""
    key = VaultKey(new_key())
    SessionProfile(profile, target / "aside").copy_to(target / "parts")
    about = ArchiveHeader("default", ArchiveNumber(1, 1), "156.0.1.1", 1)
    pack(target / "parts", about, key.recipient, target / "session")
    unpack(target / "session", key, target / "unpacked", allowed=is_part)
    SessionProfile(target / "profile", target / "aside").put_in_place(target / "unpacked")


@pytest.mark.parametrize("how", ["closed", "held"])
def test_another_browser_has_keys_that_no_script_can_export(
    options: Options, site: Site, tmp_path: Path, how: str
) -> None:
    now = options()
    page = open_page(now, within(OPEN_S))
    page.goto(site.url(), within())
    public = page.evaluate(LINK, deadline=within())
    if how == "closed":
        assert page.close(within(20))
        moved(now.profile, tmp_path)
    else:
        # What the page has stored reaches the disk in its own time (docs/sessions.md).
        page.wait_for(
            "() => { globalThis.at ??= Date.now(); return Date.now() - at > 6000; }", deadline=within(20)
        )
        with page.held(within()):
            moved(now.profile, tmp_path)
    page.kill()
    other = open_page(options(profile=tmp_path / "profile"), within(OPEN_S))
    other.goto(site.url(), within())
    proof = other.evaluate(PROVE, public, deadline=within())
    other.kill()
    assert isinstance(proof, list)
    assert proof[:3] == [True, False, "1"]
    if how == "closed":
        assert proof[3] == "language=en"


def test_nothing_moves_in_a_browser_that_is_held(run: Run) -> None:
    page = run().page
    page.evaluate(COUNT, deadline=within())
    page.wait_for(COUNTED, deadline=within())
    with page.held(within()):
        assert page.alive()
        with pytest.raises(WaitTimeout), page.held(within(0)):
            pass
    before = counted(page)
    page.wait_for(f"() => globalThis.count > {before}", deadline=within())


def test_a_browser_that_was_held_too_long_goes_on_and_the_copy_is_void(run: Run) -> None:
    page = run().page

    def hold() -> None:
        with page.held(within(0.2)):
            time.sleep(0.3)

    with pytest.raises(WaitTimeout):
        hold()
    page.evaluate(COUNT, deadline=within())


def counted(page: Page) -> int:
    value = page.evaluate(COUNTED, deadline=within())
    assert isinstance(value, int)
    return value
