"""What a person's hand needs of a browser: the wheel, tabs that do not stay, pictures of bounded size."""

from typing import Any

import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.live_picture import _LADDER, MOST_BYTES, LivePicture
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.errors import PageError

from .conftest import Opened, Site, within

# Over all of the page: squares of `size` pixels in random colours; the smaller, the larger its pictures.
_NOISE = """(size) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [innerWidth, innerHeight];
  canvas.style.cssText = "position:fixed;inset:0;z-index:9999";
  const brush = canvas.getContext("2d");
  for (let y = 0; y < innerHeight; y += size) {
    for (let x = 0; x < innerWidth; x += size) {
      brush.fillStyle = `rgb(${Math.random() * 255},${Math.random() * 255},${Math.random() * 255})`;
      brush.fillRect(x, y, size, size);
    }
  }
  document.getElementById("noise")?.remove();
  canvas.id = "noise";
  document.body.append(canvas);
  return true;
}"""


def test_the_wheel_scrolls_what_is_under_it(page: Page) -> None:
    page.evaluate("() => { document.body.style.height = '5000px'; return true; }", deadline=within())
    page.scroll(200, 200, 400, within())
    assert page.wait_for("() => scrollY", deadline=within()) == 400
    page.scroll(200, 200, -150, within())
    assert page.wait_for("() => scrollY < 400 && scrollY", deadline=within()) == 250


def test_a_tab_that_the_page_opens_is_closed_and_the_page_goes_on(opened: Opened, site: Site) -> None:
    """It would cover the page, which then draws no pictures."""
    page = opened()
    page.goto(site.url(), within())
    link = """(url) => {
      const link = document.createElement("a");
      [link.href, link.target, link.id] = [url, "_blank", "link"];
      link.style.cssText = "position:fixed;left:0;top:0;width:300px;height:300px;z-index:99;background:red";
      document.body.append(link);
      return true;
    }"""
    page.evaluate(link, site.url("box.html?other"), deadline=within())
    before = len(page.screenshot(within()))
    page.click(100, 100, within())
    deadline, closed = Deadline.within(10), [0]
    while (closed[-1] or not any(closed)) and not deadline.passed:
        closed.append(page.close_other_tabs(within()))
    assert any(closed), "it came"
    assert not closed[-1], "and went"
    assert page.evaluate("() => document.getElementById('link') !== null", deadline=within()) is True
    assert len(page.screenshot(within())) == pytest.approx(before, rel=0.2)


def test_no_picture_has_more_bytes_than_allowed(opened: Opened, site: Site) -> None:
    """The largest viewport that the service makes, full of noise, which no compression likes."""
    page = opened(viewport=(1466, 868))
    page.goto(site.url(), within())
    pictures = LivePicture(page, masked=False)
    simple = pictures.take(within())
    page.evaluate(_NOISE, 2, deadline=within())
    noisy = pictures.take(within())
    assert len(simple) < len(noisy) <= MOST_BYTES
    assert noisy[:2] == simple[:2] == b"\xff\xd8"
    page.reload(within())
    sizes = [len(pictures.take(within())) for _ in _LADDER]
    assert sizes[-1] == pytest.approx(len(simple), rel=0.05), "sharp again once the page is simple"


def test_a_picture_that_is_too_large_in_every_form_is_none(page: Page, monkeypatch: Any) -> None:
    monkeypatch.setattr("whatsapp_tasks.browser.live_picture.MOST_BYTES", 10)
    with pytest.raises(PageError):
        LivePicture(page, masked=False).take(within())
