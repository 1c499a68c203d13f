"""The HTML before any script runs, by era (§1.2), and the page of unsupported browsers."""

from string import Template

from .languages import direction
from .settings import Settings
from .skin_texts import texts

_HEAD = """<meta charset="utf-8"><title>WhatsApp</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link id="favicon" rel="shortcut icon" href="/favicon.ico">
<link rel="stylesheet" href="/_sim/static/page.css">"""

_SCRIPT = '<script type="module" src="/_sim/static/js/main.js"></script>'

_OLD = Template(
    """<!DOCTYPE html><html class="no-js" dir="$dir" lang="$lang"><head>$head</head>
<body class="web"><div id="app"></div><div id="hard_expire_time" data-time="1893456000"></div>
<div id="initial_startup"><div class="ws-startup"><div class="ws-startup-logo"></div>
<div class="progress"><progress value="0" max="100" dir="ltr"></progress></div>
<div class="main">WhatsApp</div><div class="secondary"><span></span> $encrypted</div></div></div>
$script</body></html>"""
)

_NEW = Template(
    """<!DOCTYPE html><html id="whatsapp-web" dir="$dir" lang="$lang"><head>$head</head>
<body class="web"><div id="wa_web_initial_startup" class="_apdl"><div class="ws-startup">
<div class="_apdm ws-startup-logo"></div><div class="_apdr">WhatsApp</div>
<div class="_apdq"><progress value="0" max="100" dir="ltr"></progress></div>
<div class="_apds">$encrypted</div></div></div>
<div id="mount_0_0_xx"><div><div><div id="app"></div></div></div></div>$comet
$script</body></html>"""
)

_COMET = '<div id="has-finished-comet-page"></div>'

_UNSUPPORTED = Template(
    """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>WhatsApp Web</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/_sim/static/page.css"></head>
<body class="ws-unsupported"><div class="landing-wrapper"><div class="ws-unsupported-box">
<div class="landing-title version-title">WhatsApp works with Google Chrome $minimum+</div>
<div class="version-text">$advice</div>
<a class="ws-unsupported-link" href="https://www.google.com/chrome/">Update Google Chrome</a>
</div></div></body></html>"""
)

_ADVICE = "To use WhatsApp, update Google Chrome or use Mozilla Firefox, Safari, Microsoft Edge or Opera."

_MINIMUM_CHROME = {"E1": "60", "E2": "85", "E3": "100"}


def boot_html(settings: Settings) -> str:
    words = texts(settings.era, settings.lang)
    template = _OLD if settings.era == "E1" else _NEW
    return template.substitute(
        lang=settings.lang,
        dir=direction(settings.lang),
        head=_HEAD,
        encrypted=words["encrypted"],
        comet=_COMET if settings.era == "E3" else "",
        script=_SCRIPT,
    )


def unsupported_html(settings: Settings) -> str:
    return _UNSUPPORTED.substitute(minimum=_MINIMUM_CHROME[settings.era], advice=_ADVICE)
