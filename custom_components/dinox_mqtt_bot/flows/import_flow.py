"""How alert rules of other programs are imported in Home Assistant's settings: shown first, then made."""

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
import voluptuous as vol

from ..bot.model.replies import BotError, Table
from ..bot.rendering.replies import render_reply
from ..bot.text.markup import as_markdown
from ..const import CONF_TEXT
from ..runtime.foreign_rules import async_import
from ..runtime.runtime import BotConfigEntry
from .fields import LINES, FormInput

IMPORT_FORM = vol.Schema({vol.Required(CONF_TEXT): LINES})


class ImportFlow(ConfigSubentryFlow):
    """Makes no subentry of its own, but those of the rules."""

    _text: str

    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for the text, and show what would become of it."""
        entry: BotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        if user_input is None:
            return self.async_show_form(step_id="user", data_schema=IMPORT_FORM)
        self._text = user_input[CONF_TEXT]
        try:
            would = await async_import(entry.runtime_data, self._text, "", dry_run=True)
        except BotError as err:
            return self.async_show_form(
                step_id="user",
                data_schema=self.add_suggested_values_to_schema(IMPORT_FORM, user_input),
                errors={CONF_TEXT: err.key},
                description_placeholders=err.placeholders,
            )
        return self.async_show_form(
            step_id="review",
            data_schema=vol.Schema({}),
            description_placeholders={"report": self._in_words(would)},
        )

    async def async_step_review(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Make the rules that were shown."""
        entry: BotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        done = await async_import(entry.runtime_data, self._text, "", dry_run=False)
        return self.async_abort(reason="imported", description_placeholders={"report": self._in_words(done)})

    def _in_words(self, report: Table) -> str:
        lines = render_reply(report, self._get_entry().runtime_data.phrases).split("\n")
        return "\n\n".join(as_markdown(line) for line in lines)
