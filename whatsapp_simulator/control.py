"""The control API: settings, scenarios, linking, chats, the ground truth. `README.md` has its contract."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web
from pydantic import BaseModel, ValidationError

from .mailbox import ORDER
from .phones import MAGIC_NUMBERS, digits_of
from .scenarios import SCENARIOS, UnknownScenario
from .settings import Settings
from .simulation import (
    SHORTEST_NUMBER,
    LinkRefused,
    NothingToScan,
    Simulation,
    WrongPairingCode,
    message_json,
    truth_json,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LONGEST_NUMBER, LONGEST_GROUP = 15, 20
"""Digits: a phone number, and the id of a group."""

CONTROL_PAGE = Path(__file__).parent / "pages" / "control.html"


class ControlError(Exception):
    """Answered as `{"error": {code, message, errors?}}`."""

    def __init__(
        self, status: int, code: str, message: str, errors: Sequence[Mapping[str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.errors = status, code, list(errors)

    def response(self) -> web.Response:
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.errors:
            error["errors"] = self.errors
        return web.json_response({"error": error}, status=self.status)


def _refuse(code: str, what: str, error: ValidationError) -> NoReturn:
    errors = [
        {"field": ".".join(str(part) for part in each["loc"]) or "(all)", "message": each["msg"]}
        for each in error.errors()
    ]
    listing = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    raise ControlError(422, code, f"{what}: {listing}", errors) from error


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ControlError as error:
        return error.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        hint = f"{request.method} {request.path}: {error.reason}. See GET /help for the list of routes."
        return ControlError(error.status, f"http_{error.status}", hint).response()


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ControlError(400, "malformed_json", f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise ControlError(400, "not_an_object", "The body must be a JSON object.")
    return body


def _phone(body: Mapping[str, Any], field: str) -> str:
    digits = digits_of(str(body.get(field, "")))
    if not SHORTEST_NUMBER <= len(digits) <= LONGEST_GROUP:
        raise ControlError(
            422,
            "invalid_phone",
            f"{field} must be a phone number with country code, like +12025550100",
            [{"field": field, "message": "7 to 15 digits with country code, or a group's id"}],
        )
    return digits


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """Fields of a settings or scenario class, for people and for the control page."""
    schema = model.model_json_schema()
    return {
        name: {
            "default": model.model_fields[name].get_default(),
            "description": spec.get("description", ""),
            "values": spec.get("enum"),
        }
        for name, spec in schema["properties"].items()
    }


class ControlPort:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def application(self) -> web.Application:
        app = web.Application(middlewares=[_errors_as_json])
        for method, path, handler in self._routes():
            app.router.add_route(method, path, handler)
        return app

    def _routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/", self.page),
            ("GET", "/help", self.help),
            ("GET", "/healthz", self.health),
            ("GET", "/settings", self.get_settings),
            ("PATCH", "/settings", self.patch_settings),
            ("POST", "/reset", self.reset),
            ("POST", "/link", self.link),
            ("POST", "/pair", self.pair),
            ("GET", "/devices", self.devices),
            ("POST", "/logout", self.logout),
            ("GET", "/messages", self.messages),
            ("GET", "/messages/rejected", self.rejected),
            ("GET", "/presses", self.presses),
            ("PATCH", "/messages/{id}", self.patch_message),
            ("GET", "/chats", self.chats),
            ("GET", "/chats/{phone}", self.chat),
            ("POST", "/chats", self.seed),
            ("PATCH", "/chats/{phone}", self.patch_chat),
            ("POST", "/groups", self.group),
            ("POST", "/incoming", self.incoming),
            ("GET", "/pages", self.pages),
            ("GET", "/magic-numbers", self.magic_numbers),
            ("GET", "/scenarios", self.scenarios),
            ("DELETE", "/scenarios", self.clear_scenarios),
            ("PUT", "/scenarios/{name}", self.switch_on),
            ("DELETE", "/scenarios/{name}", self.switch_off),
        ]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """A page for people: scenarios and settings by a click, the ground truth live."""
        return web.Response(text=CONTROL_PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def help(self, _request: web.Request) -> web.StreamResponse:
        """This list."""
        routes = [
            {"route": f"{method} {path}", "what": (handler.__doc__ or "").strip()}
            for method, path, handler in self._routes()
        ]
        return web.json_response({"routes": routes})

    async def health(self, _request: web.Request) -> web.StreamResponse:
        """`{"status": "ok"}` as long as the simulator runs."""
        return web.json_response({"status": "ok"})

    # --- settings -------------------------------------------------------------------------------------------

    def _settings(self, base: Settings, changes: Mapping[str, Any]) -> Settings:
        try:
            return Settings.model_validate({**base.model_dump(), **changes})
        except ValidationError as error:
            _refuse("invalid_settings", "These settings are not possible", error)

    async def get_settings(self, request: web.Request) -> web.StreamResponse:
        """The settings in force; with ?schema=1 their defaults and meanings."""
        if request.query.get("schema"):
            return web.json_response(_schema(Settings))
        return web.json_response(self._simulation.settings.model_dump())

    async def patch_settings(self, request: web.Request) -> web.StreamResponse:
        """Changes some settings. Pages reload when their look changes."""
        new = self._settings(self._simulation.settings, await _body(request))
        self._simulation.change_settings(new)
        return web.json_response(new.model_dump())

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Forgets chats, messages, devices, scenarios; body: settings other than those given at start."""
        settings = self._settings(self._simulation.first_settings, await _body(request))
        self._simulation.reset(settings)
        return web.json_response(settings.model_dump())

    # --- linking --------------------------------------------------------------------------------------------

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Scans the QR code that is shown; body (optional): {page} or {ref}. 409 if none is shown."""
        body = await _body(request)
        try:
            device = self._simulation.link(page_id=body.get("page"), ref=body.get("ref"))
        except NothingToScan:
            states = [f"{page.id}: {page.screen.get('screen')}" for page in self._simulation.pages.values()]
            shown = ", ".join(states) or "no page is connected"
            raise ControlError(409, "no_qr_shown", f"No page shows this QR code ({shown}).") from None
        except LinkRefused:
            raise ControlError(403, "link_refused", "The account may not link devices.") from None
        return web.json_response(asdict(device))

    async def pair(self, request: web.Request) -> web.StreamResponse:
        """Enters a pairing code on the phone; body: {code}. 409 if no page shows it."""
        body = await _body(request)
        try:
            device = self._simulation.pair(str(body.get("code", "")))
        except WrongPairingCode:
            raise ControlError(409, "wrong_code", "No page shows this code, or it has expired.") from None
        except LinkRefused:
            raise ControlError(403, "link_refused", "The account may not link devices.") from None
        return web.json_response(asdict(device))

    async def devices(self, _request: web.Request) -> web.StreamResponse:
        """Linked devices."""
        devices = self._simulation.devices.by_token.values()
        return web.json_response({"devices": [asdict(device) for device in devices]})

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """Unlinks all devices; body: {token?, reason?: logged_out|sync_issue|database_error|null}."""
        body = await _body(request)
        reason = body.get("reason", "logged_out")
        if reason not in (None, "logged_out", "sync_issue", "database_error"):
            raise ControlError(
                422, "invalid_reason", "reason: logged_out, sync_issue, database_error or null"
            )
        return web.json_response({"unlinked": self._simulation.logout(body.get("token"), reason=reason)})

    # --- chats and messages ---------------------------------------------------------------------------------

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """The ground truth: our messages the server really received, in order; ?chat=PHONE, ?after=SEQ."""
        received = self._simulation.mailbox.received
        if "chat" in request.query:
            wanted = digits_of(request.query["chat"])
            received = [message for message in received if message.chat == wanted]
        if request.query.get("after", "").isdigit():
            after = int(request.query["after"])
            received = [message for message in received if (message.seq or 0) > after]
        return web.json_response({"messages": [truth_json(message) for message in received]})

    async def rejected(self, _request: web.Request) -> web.StreamResponse:
        """Messages the server refused (failed_bubble)."""
        return web.json_response({"messages": self._simulation.rejected})

    async def presses(self, _request: web.Request) -> web.StreamResponse:
        """How often something harmful was pressed on a page: {log_out, try_again, edit, …}."""
        return web.json_response(dict(self._simulation.presses))

    async def patch_message(self, request: web.Request) -> web.StreamResponse:
        """Moves one message on by hand; body: {status: delivered|read}. Never backwards."""
        status = (await _body(request)).get("status")
        if status not in ORDER:
            raise ControlError(422, "invalid_status", f"status must be one of {', '.join(ORDER)}")
        message = self._simulation.mailbox.find(request.match_info["id"])
        if message is None or not message.mine:
            raise ControlError(404, "no_such_message", "The server has received no message with this id.")
        if not self._simulation.set_status(message.id, status):
            raise ControlError(409, "not_backwards", f"The message is {message.status} already.")
        return web.json_response(truth_json(message))

    async def chats(self, _request: web.Request) -> web.StreamResponse:
        """All chats, without their messages."""
        chats = [
            {"phone": chat.phone, "name": chat.name, "unread": chat.unread, "messages": len(chat.messages)}
            for chat in self._simulation.mailbox.chats.values()
        ]
        return web.json_response({"chats": chats})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """One chat with all its messages, both directions."""
        chat = self._simulation.mailbox.chats.get(digits_of(request.match_info["phone"]))
        if chat is None:
            raise ControlError(404, "no_such_chat", "There is no chat with this number.")
        messages = [message_json(message) for message in chat.messages]
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "unread": chat.unread, "messages": messages}
        )

    async def seed(self, request: web.Request) -> web.StreamResponse:
        """Makes a chat: {phone, name?, messages?: [{text, mine?, status?, at?, id?, quoted?}]}."""
        body = await _body(request)
        messages = body.get("messages", [])
        if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
            raise ControlError(422, "invalid_messages", "messages must be a list of objects with a text")
        chat = self._simulation.seed(_phone(body, "phone"), body.get("name"), messages)
        return web.json_response({"phone": chat.phone, "messages": len(chat.messages)}, status=201)

    async def patch_chat(self, request: web.Request) -> web.StreamResponse:
        """Body: {name?} (null: its number; redrawn at once), {marked_unread?: true|false}."""
        body = await _body(request)
        phone = digits_of(request.match_info["phone"])
        chat = self._simulation.mailbox.chat(phone)
        if "name" in body:
            name = body["name"]
            if name is not None and not (isinstance(name, str) and name.strip()):
                raise ControlError(422, "invalid_name", "name must be a text or null")
            chat = self._simulation.rename(phone, name)
        if "marked_unread" in body:
            chat = self._simulation.mark_unread(phone, marked=bool(body["marked_unread"]))
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "marked_unread": chat.marked_unread}
        )

    async def group(self, request: web.Request) -> web.StreamResponse:
        """Makes a group or channel: {id (16 to 20 digits), name, members?: [names], channel?: bool}."""
        body = await _body(request)
        digits = digits_of(str(body.get("id", "")))
        if not LONGEST_NUMBER < len(digits) <= LONGEST_GROUP:
            raise ControlError(422, "invalid_id", "id must have 16 to 20 digits")
        members = [str(each) for each in body.get("members", [])]
        chat = self._simulation.group(
            digits, str(body.get("name", "Group")), members, channel=bool(body.get("channel"))
        )
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "members": chat.members}, status=201
        )

    async def incoming(self, request: web.Request) -> web.StreamResponse:
        """Someone writes to us: {from, text, name?, quoted?: {author, text}, author?: who, in a group}."""
        body = await _body(request)
        if not isinstance(body.get("text"), str):
            raise ControlError(422, "invalid_text", "text must be a string")
        message = self._simulation.incoming(
            _phone(body, "from"),
            body["text"],
            name=body.get("name"),
            quoted=body.get("quoted"),
            author=body.get("author"),
        )
        return web.json_response(message_json(message), status=201)

    async def pages(self, _request: web.Request) -> web.StreamResponse:
        """Connected pages: what each shows, its QR reference and pairing code."""
        pages = [
            {
                "id": page.id,
                "connected_at": page.connected_at,
                "user_agent": page.user_agent,
                "device": page.device.id if page.device else None,
                "superseded": page.superseded,
                "ref": page.ref,
                "pairing_code": page.pairing_code,
                **page.screen,
            }
            for page in self._simulation.pages.values()
        ]
        return web.json_response({"pages": pages})

    async def magic_numbers(self, _request: web.Request) -> web.StreamResponse:
        """Phone numbers with a fixed fate."""
        return web.json_response({"magic_numbers": [asdict(number) for number in MAGIC_NUMBERS]})

    # --- scenarios ------------------------------------------------------------------------------------------

    async def scenarios(self, _request: web.Request) -> web.StreamResponse:
        """Every scenario with its meaning, parameters, and whether it is on."""
        active = self._simulation.scenarios.as_json()
        listing = [
            {
                "name": name,
                "what": " ".join((kind.__doc__ or "").split()),
                "parameters": _schema(kind),
                "active": active.get(name),
            }
            for name, kind in SCENARIOS.items()
        ]
        return web.json_response({"scenarios": listing})

    def _unknown(self, name: str) -> ControlError:
        return ControlError(
            404, "no_such_scenario", f"No scenario {name!r}. There are: {', '.join(SCENARIOS)}"
        )

    async def switch_on(self, request: web.Request) -> web.StreamResponse:
        """Switches a scenario on; body: its parameters."""
        name = request.match_info["name"]
        try:
            scenario = self._simulation.switch_on(name, await _body(request))
        except UnknownScenario:
            raise self._unknown(name) from None
        except ValidationError as error:
            _refuse("invalid_parameters", f"These parameters are not possible for {name}", error)
        return web.json_response({"name": name, **scenario.model_dump()})

    async def switch_off(self, request: web.Request) -> web.StreamResponse:
        """Switches a scenario off."""
        name = request.match_info["name"]
        try:
            was_on = self._simulation.switch_off(name)
        except UnknownScenario:
            raise self._unknown(name) from None
        return web.json_response({"name": name, "was_on": was_on})

    async def clear_scenarios(self, _request: web.Request) -> web.StreamResponse:
        """Switches all scenarios off."""
        names = [name for name in SCENARIOS if self._simulation.switch_off(name)]
        return web.json_response({"switched_off": names})
