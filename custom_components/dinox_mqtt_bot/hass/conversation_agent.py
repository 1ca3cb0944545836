"""Conversation agents of Home Assistant, asked in the name of a contact."""

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, intent

from ..bot.model.replies import BotError
from ..const import DOMAIN


class HaAgent:
    """`bot.ports.Agent` over Home Assistant's conversation: one conversation for each contact."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    async def answer(self, text: str, jid: str, agent: str, user: str = "") -> str:
        """Return what the agent says; what it does, it does with the rights of the user.

        Raises BotError `agent_own` for a bot, `user_unknown` for a user that is gone, `agent_failed`.
        """
        if is_own_agent(self._hass, agent):
            raise BotError("agent_own")
        try:
            result = await conversation.async_converse(
                self._hass,
                text,
                f"xmpp:{jid}",
                await self._context(user),
                agent_id=agent or conversation.HOME_ASSISTANT_AGENT,
            )
        except (HomeAssistantError, ValueError) as err:  # ValueError: there is no such agent
            raise BotError("agent_failed", reason=str(err)) from err
        return _spoken(result)

    async def _context(self, user: str) -> Context:
        """Return whom Home Assistant checks the rights of; nobody has them all."""
        if not user:
            return Context()
        known = await self._hass.auth.async_get_user(user)
        if known is None or not known.is_active:
            raise BotError("user_unknown")
        return Context(user_id=known.id)


async def async_hand_on(
    hass: HomeAssistant, said: conversation.ConversationInput
) -> conversation.ConversationResult | None:
    """Have Home Assistant's own agent answer, in the same conversation; None if it understands no more."""
    result = await conversation.async_converse(
        hass,
        said.text,
        said.conversation_id,
        said.context,
        said.language,
        agent_id=conversation.HOME_ASSISTANT_AGENT,
        device_id=said.device_id,
        satellite_id=said.satellite_id,
        extra_system_prompt=said.extra_system_prompt,
    )
    unknown = result.response.error_code is intent.IntentResponseErrorCode.NO_INTENT_MATCH
    return None if unknown else result


def _spoken(result: conversation.ConversationResult) -> str:
    speech = result.response.speech.get("plain", {}).get("speech") or ""
    if not speech:
        raise BotError("agent_silent")
    return str(speech)


def is_own_agent(hass: HomeAssistant, agent: str) -> bool:
    """Say whether a conversation agent is a bot of this integration, which would answer itself."""
    found = er.async_get(hass).async_get(agent)
    return found is not None and found.platform == DOMAIN
