"""The frame of the page, the loading screen and the screens that cover all of it."""

from .part import Part, part

PARTS: dict[str, Part] = {
    # §1.1, §1.2
    "wrapper": part("div", {"class": "app-wrapper-web os-win font-fix"}),
    "loading_screen": part("div", E3={"data-testid": "wa-web-loading-screen"}),
    "loading_progress": part("progress", {"value": "0", "max": "100", "dir": "ltr"}),
    "loading_title": part("div", {"class": "main"}, E2={"class": "_apdr"}, E3={"class": "_apdr"}),
    "loading_text": part("div", {"class": "secondary"}, E2={"class": "_apds"}, E3={"class": "_apds"}),
    # full-screen states, §11.4
    "lock_password": part("input", {"type": "password", "placeholder": "{lock_enter}"}),
}
