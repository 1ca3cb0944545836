"""The bot in Assist: what it understands in the chat, asked in Home Assistant's own dialog."""

from dataclasses import replace
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.model.replies import Surface
from .entity import BotEntity
from .hass.callers import async_caller
from .hass.conversation_agent import async_hand_on
from .runtime.runtime import BotConfigEntry

PARALLEL_UPDATES = 0

DIALOG = EntityDescription(key="conversation", translation_key="conversation")


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities([BotConversation(entry.runtime_data, DIALOG)])


class BotConversation(BotEntity, conversation.ConversationEntity):
    """Answers in the language of the dialog what the bot understands, and hands on what it does not."""

    # Without it Home Assistant's dialog says that nothing in the home can be controlled.
    _attr_supported_features = conversation.ConversationEntityFeature.CONTROL

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return MATCH_ALL

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        # Anybody in the room may speak to a satellite: a voice without a user may look, not act.
        caller = await async_caller(self.hass, user_input.context, Surface.ASSIST)
        caller = replace(caller, language=user_input.language)
        dialogue = self.runtime.bot.dialogue
        text = await dialogue.known(user_input.text, caller)
        if text is None:
            if (handed := await async_hand_on(self.hass, user_input)) is not None:
                return handed
            text = await dialogue.guessed(user_input.text, caller)
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent(agent_id=user_input.agent_id, content=text)
        )
        return conversation.async_get_result_from_chat_log(user_input, chat_log)
