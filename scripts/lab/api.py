"""What the web page of Home Assistant uses: REST and websocket, with a long-lived token."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

type Json = Any
type Answers = Mapping[str, Json]


class ApiError(AssertionError):
    """Home Assistant refused; the text is its answer."""


class FlowError(ApiError):
    """A flow did not end as it should; the text is the step and its errors."""


class Api:
    """A session with one Home Assistant at `url`. `token` may be empty as long as nobody is logged in."""

    def __init__(self, url: str, token: str = "") -> None:
        """Nothing is sent before the first call. Call it in a running loop."""
        self.url = url
        self.token = token
        self._session = aiohttp.ClientSession(trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def call(self, method: str, path: str, **body: Json) -> Json:
        """Return the answer of one REST call. Raises ApiError, or aiohttp's errors when nobody answers."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(
            method, self.url + path, json=body or None, headers=headers
        ) as response:
            if response.status >= 400:
                raise ApiError(f"{method} {path}: {response.status} {(await response.text())[:500]}")
            return await response.json()

    async def get_token(self, code: str) -> str:
        """Return a long-lived token for an authorisation code of the login or of the onboarding."""
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.url + "/"}
        async with self._session.post(self.url + "/auth/token", data=form) as response:
            if response.status >= 400:
                raise ApiError(await response.text())
            self.token = (await response.json())["access_token"]
        self.token = await self.ask(type="auth/long_lived_access_token", client_name="lab", lifespan=3650)
        return self.token

    async def ask(self, **command: Json) -> Json:
        """Return the result of one websocket command. Raises ApiError."""
        async with self._session.ws_connect(self.url + "/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.token})
            if (answer := await socket.receive_json())["type"] != "auth_ok":
                raise ApiError(str(answer))
            await socket.send_json({"id": 1, **command})
            answer = await socket.receive_json()
            if not answer.get("success"):
                raise ApiError(f"{command.get('type')}: {answer.get('error')}")
            return answer["result"]

    async def events(self, kind: str, subscribed: asyncio.Event) -> AsyncIterator[dict[str, Json]]:
        """Yield the values of each event of a kind on the bus; `subscribed` is set once it listens."""
        async with self._session.ws_connect(self.url + "/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.token})
            await socket.send_json({"id": 1, "type": "subscribe_events", "event_type": kind})
            async for answer in socket:
                message = answer.json()
                if message["type"] == "event":
                    yield message["event"]["data"]
                elif message["type"] == "result":
                    subscribed.set()

    async def flow(self, path: str, start: Answers, *answers: Answers) -> Json:
        """Go through a flow as the web page does and return its end; a menu is answered by `next_step_id`.

        `path` is "" for a new config entry, "options" or "subentries". Raises FlowError.
        """
        base = "/api/config/config_entries" + (f"/{path}" if path else "") + "/flow"
        step = await self.call("POST", base, **start)
        for answer in answers:
            if step["type"] not in {"form", "menu"}:
                break
            step = await self.call("POST", f"{base}/{step['flow_id']}", **answer)
            if step.get("errors"):
                raise FlowError(f"step {step['step_id']}: {step['errors']} after {sorted(answer)}")
        if step["type"] not in {"create_entry", "abort"}:
            fields = [field["name"] for field in step.get("data_schema") or ()]
            raise FlowError(f"ended at step {step.get('step_id')!r} with fields {fields}")
        return step

    async def states(self) -> dict[str, Json]:
        """Return every state by entity id."""
        return {state["entity_id"]: state for state in await self.call("GET", "/api/states")}

    async def call_action(self, domain: str, name: str, *, response: bool = True, **fields: Json) -> Json:
        """Call an action and return its response. Raises ApiError."""
        query = "?return_response" if response else ""
        answer = await self.call("POST", f"/api/services/{domain}/{name}{query}", **fields)
        return answer["service_response"] if response else None

    async def conversation(self, text: str, agent_id: str = "") -> str:
        """Say something in Assist and return what it answers."""
        agent = {"agent_id": agent_id} if agent_id else {}
        answer = await self.call("POST", "/api/conversation/process", text=text, **agent)
        return str(answer["response"]["speech"]["plain"]["speech"])
