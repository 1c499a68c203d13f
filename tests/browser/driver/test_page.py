"""Navigation, scripts and waiting."""

import contextlib
import threading
import time

import pytest

from whatsapp_tasks.browser.page import JSON, Page
from whatsapp_tasks.errors import PageChanged, PageError, WaitTimeout

from .conftest import Site, within

# What the page's own scripts do: a script element is run by the page, not by us.
BY_PAGE = """(source) => {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
  script.remove();
}"""


def by_page(page: Page, source: str) -> None:
    page.evaluate(BY_PAGE, source, deadline=within())


class TestEvaluate:
    def test_arguments_and_result_are_json(self, page: Page) -> None:
        value: JSON = {
            "text": "Ünïcödé 🇩🇪 'quoted' \u2028",
            "list": [1, 2.5, None, True],
            "z": 0,
            "a": {"deep": []},
        }
        assert page.evaluate("(value) => value", value, deadline=within()) == value

    def test_order_of_keys_is_kept(self, page: Page) -> None:
        result = page.evaluate("() => ({ z: 1, a: 2 })", deadline=within())
        assert isinstance(result, dict)
        assert list(result) == ["z", "a"]

    def test_undefined_is_none(self, page: Page) -> None:
        assert page.evaluate("() => undefined", deadline=within()) is None

    def test_half_a_surrogate_pair_is_replaced(self, page: Page) -> None:
        assert page.evaluate("() => 'a\\ud83d'", deadline=within()) == "a\ufffd"

    def test_a_long_function_works_in_each_document_and_out_of_the_pages_reach(
        self, page: Page, site: Site
    ) -> None:
        long = f"(n) => {{ if (n < 0) throw new Error('below'); return n + 1; /* {'long ' * 1000} */ }}"
        with pytest.raises(PageError):
            page.evaluate(long, -1, deadline=within())
        for _ in range(2):
            assert [page.evaluate(long, n, deadline=within()) for n in (1, 2)] == [2, 3]
            assert page.wait_for(long, 3, deadline=within()) == 4
            by_page(page, "document.title = Object.keys(globalThis).filter((k) => /Kept/.test(k)).length")
            assert page.evaluate("() => document.title", deadline=within()) == "0"
            page.goto(site.url("box.html?again"), within())

    def test_async_function(self, page: Page) -> None:
        function = "async (n) => { await new Promise((r) => setTimeout(r, 20)); return n + 1; }"
        assert page.evaluate(function, 1, deadline=within()) == 2

    def test_deep_result(self, page: Page) -> None:
        function = (
            "() => { let v = 0; for (let i = 0; i < 2000; i++) v = [v]; return JSON.stringify(v).length; }"
        )
        assert page.evaluate(function, deadline=within()) == 4001

    def test_error_in_the_page(self, page: Page) -> None:
        with pytest.raises(PageError, match="no such luck"):
            page.evaluate("() => { throw new Error('no such luck'); }", deadline=within())

    def test_error_in_the_source(self, page: Page) -> None:
        with pytest.raises(PageError, match="SyntaxError"):
            page.evaluate("() => {{{", deadline=within())

    def test_promise_that_never_settles_leaves_the_browser_alive(self, page: Page) -> None:
        begun = time.monotonic()
        with pytest.raises(WaitTimeout):
            page.evaluate("() => new Promise(() => {})", deadline=within(0.3))
        assert time.monotonic() - begun < 2
        assert page.evaluate("() => 1", deadline=within()) == 1

    def test_passed_deadline_asks_nothing(self, page: Page) -> None:
        with pytest.raises(WaitTimeout):
            page.evaluate("() => document.title = 'asked'", deadline=within(0))
        assert page.evaluate("() => document.title", deadline=within()) == "box"


class TestIsolation:
    def test_page_variables_are_not_ours(self, page: Page) -> None:
        assert page.evaluate("() => typeof secret", deadline=within()) == "undefined"

    def test_our_variables_are_not_the_pages(self, page: Page) -> None:
        page.evaluate("() => { globalThis.ours = 1; }", deadline=within())
        by_page(page, "document.title = typeof ours + Object.keys(window).filter((k) => /whatsapp/i.test(k))")
        assert page.evaluate("() => document.title", deadline=within()) == "undefined"
        assert page.evaluate("() => globalThis.ours", deadline=within()) == 1

    def test_built_ins_of_the_page_do_not_reach_us(self, page: Page) -> None:
        by_page(page, "JSON.stringify = JSON.parse = () => 'forged'; window.Promise = null")
        assert page.evaluate("async () => 'true'", deadline=within()) == "true"


class TestNavigation:
    def test_goto_returns_when_parsed(self, page: Page, site: Site) -> None:
        page.goto(site.url("box.html?again"), within())
        assert page.evaluate("() => document.body.dataset.start !== undefined", deadline=within()) is True

    def test_goto_another_site_and_back(self, page: Page, site: Site) -> None:
        page.goto(site.url(host="localhost"), within())
        assert page.evaluate("() => location.hostname", deadline=within()) == "localhost"
        page.goto(site.url(), within())
        assert page.evaluate("() => location.hostname", deadline=within()) == "127.0.0.1"

    def test_goto_inside_the_document(self, page: Page, site: Site) -> None:
        page.evaluate("() => { globalThis.kept = 1; }", deadline=within())
        page.goto(site.url("box.html#place"), within())
        page.goto(site.url("box.html#place"), within())
        assert page.evaluate("() => [globalThis.kept, location.hash]", deadline=within()) == [1, "#place"]

    def test_reload_is_a_new_document(self, page: Page) -> None:
        page.evaluate("() => { globalThis.kept = 1; }", deadline=within())
        page.reload(within())
        assert page.evaluate("() => globalThis.kept ?? null", deadline=within()) is None

    def test_goto_nobody(self, page: Page, site: Site) -> None:
        with pytest.raises(PageError, match="cannot be reached"):
            page.goto("http://127.0.0.1:1/", within())
        page.goto(site.url(), within())

    def test_slow_server_leaves_the_browser_alive(self, page: Page, site: Site) -> None:
        begun = time.monotonic()
        with pytest.raises(WaitTimeout):
            page.goto(site.url("slow?4"), within(0.4))
        assert time.monotonic() - begun < 2.5
        assert page.alive()
        page.goto(site.url(), within())

    def test_page_that_would_ask_before_it_is_left(self, page: Page, site: Site) -> None:
        by_page(page, "window.onbeforeunload = (event) => { event.preventDefault(); return 1; }")
        page.click(100, 100, within())
        page.press_key("a", within())
        page.reload(within())
        page.goto(site.url("box.html?left"), within())

    def test_dialog_of_the_page_stops_nothing(self, page: Page) -> None:
        by_page(page, "setTimeout(() => { alert('hello'); document.title = 'after'; }, 20)")
        assert page.wait_for("() => document.title === 'after'", deadline=within()) is True

    def test_dialogs_during_looks_are_errors_of_ours(self, page: Page, site: Site) -> None:
        """Issue 13, defect 3: `KeyError: 'frameTree'` left the browser."""
        ask = "let left = 60; const ask = () => left-- && (alert(left), setTimeout(ask)); setTimeout(ask)"
        by_page(page, f"{{ {ask} }}")
        for _ in range(40):
            with contextlib.suppress(PageChanged):
                page.evaluate("() => 1", deadline=within())
            with contextlib.suppress(PageChanged):
                page.screenshot(within(), scale=0.5)
        page.goto(site.url("box.html?after"), within())


class TestReplacedDocument:
    def test_evaluate_ends_with_page_changed(self, page: Page) -> None:
        with pytest.raises(PageChanged):
            page.evaluate("() => { location.reload(); return new Promise(() => {}); }", deadline=within())

    def test_nothing_runs_a_second_time_in_the_new_document(self, page: Page, site: Site) -> None:
        """ChromeDriver repeats a call when the document was replaced under it.

        The new document is another site's, in a new process, where the number of the context means our
        world again: there the repeated call would do its work once more.
        """
        there = site.url("box.html?elsewhere", host="localhost")
        function = """(there) => {
          document.cookie = "runs=" + ((document.cookie.match(/runs=(.*)/)?.[1] ?? "") + location.hostname);
          location.href = there;
          return new Promise(() => {});
        }"""
        with pytest.raises(PageChanged):
            page.evaluate(function, there, deadline=within())
        page.wait_for("() => location.search === '?elsewhere'", deadline=within())
        assert page.evaluate("() => document.cookie", deadline=within()) == ""

    def test_evaluate_after_a_change_is_as_ever(self, page: Page, site: Site) -> None:
        page.evaluate(
            "(to) => { setTimeout(() => (location.href = to)); }", site.url("box.html?2"), deadline=within()
        )
        page.wait_for("() => location.search === '?2'", deadline=within())
        assert page.evaluate("() => typeof secret", deadline=within()) == "undefined"


class TestWaitFor:
    def test_value_that_is_there(self, page: Page) -> None:
        assert page.wait_for("(a) => a", {"found": 1}, deadline=within()) == {"found": 1}

    @pytest.mark.parametrize(
        ("change", "back"),
        [
            ("append(Object.assign(document.createElement('i'), { id: 'new' }))", "lastChild.remove()"),
            ("setAttribute('data-new', 'yes')", "removeAttribute('data-new')"),
            ("firstChild.data = 'new'", "firstChild.data = ''"),
        ],
    )
    def test_change_of_the_dom_is_seen_before_the_page_goes_on(
        self, page: Page, change: str, back: str
    ) -> None:
        """It is taken back in the next task, so that the timer of the wait comes too late.

        How long it takes is measured by `bench/dom_changes.py`.
        """
        function = f"""() => {{
          const {{ body }} = document;
          if (!globalThis.begun) {{
            globalThis.begun = true;
            body.prepend(" ");
            setTimeout(() => {{ body.{change}; setTimeout(() => body.{back}); }});
          }}
          const {{ data }} = body.firstChild;
          return body.querySelector("#new") || body.dataset.new || data === "new" ? "seen" : null;
        }}"""
        assert page.wait_for(function, deadline=within()) == "seen"

    def test_what_is_no_change_of_the_dom_is_seen_by_the_timer(self, page: Page) -> None:
        begun = time.monotonic()
        page.wait_for(
            "() => performance.now() - (globalThis.first ??= performance.now()) > 100", deadline=within()
        )
        assert 0.1 < time.monotonic() - begun < 2

    def test_async_probe(self, page: Page) -> None:
        assert page.wait_for("async () => 'yes'", deadline=within()) == "yes"

    def test_late(self, page: Page) -> None:
        begun = time.monotonic()
        with pytest.raises(WaitTimeout):
            page.wait_for("() => false", deadline=within(0.3))
        assert 0.25 < time.monotonic() - begun < 2
        assert page.alive()

    def test_probe_that_fails(self, page: Page) -> None:
        with pytest.raises(PageError, match="TypeError"):
            page.wait_for("() => document.querySelector('#none').id", deadline=within())

    def test_goes_on_after_a_reload(self, page: Page) -> None:
        by_page(page, "setTimeout(() => location.assign('box.html?reloaded'), 100)")
        assert page.wait_for("() => location.search === '?reloaded'", deadline=within()) is True

    def test_goes_on_at_another_site(self, page: Page, site: Site) -> None:
        by_page(page, f"setTimeout(() => location.assign('{site.url(host='localhost')}'), 100)")
        assert page.wait_for("() => location.hostname === 'localhost'", deadline=within()) is True

    def test_late_while_a_slow_document_is_under_way(self, page: Page, site: Site) -> None:
        by_page(page, "setTimeout(() => location.assign('slow?4'), 50)")
        begun = time.monotonic()
        with pytest.raises(WaitTimeout):
            page.wait_for("() => location.pathname === '/slow'", deadline=within(0.5))
        assert time.monotonic() - begun < 2.5
        assert page.alive()
        page.goto(site.url(), within())


def test_screenshot(page: Page) -> None:
    full = page.screenshot(within())
    half = page.screenshot(within(), scale=0.5, quality=40)
    assert full.startswith(b"\xff\xd8")
    assert half.startswith(b"\xff\xd8")
    assert len(half) < len(full)


def test_versions(page: Page) -> None:
    assert page.browser_version.count(".") == 3
    assert page.driver_version.partition(".")[0] == page.browser_version.partition(".")[0]


def test_memory_may_be_asked_for_from_another_thread(page: Page) -> None:
    """A light page: 312 MB PSS, 87 MB of it anonymous, were measured with these flags."""
    seen = []
    thread = threading.Thread(target=lambda: seen.append(page.memory()))
    thread.start()
    thread.join()
    assert seen[0].processes >= 5
    assert 20 < seen[0].anon_mb < 250
    if seen[0].exact:
        assert 100 < seen[0].pss_mb < 500
