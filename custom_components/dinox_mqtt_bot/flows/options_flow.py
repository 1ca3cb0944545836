"""How a bot that runs is told to behave otherwise."""

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
import voluptuous as vol

from ..bot.model.replies import BotError
from ..const import CONF_FOLLOWS
from ..hass.targets import async_choices
from .fields import FormInput, errors_of, in_sections, unfolded
from .follow_field import async_field, chosen_data, chosen_values, devices_of
from .options import OPTIONS_FORM, SECTION_ALERTS, alerts_section, async_new_options


class DinoxOptionsFlow(OptionsFlow):
    """How the bot behaves."""

    async def async_step_init(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for all options at once; what other surfaces keep there stays."""
        entry = self.config_entry
        if user_input is not None:
            try:
                chosen = user_input.get(CONF_FOLLOWS, ())
                follows = chosen_data(chosen, devices_of(entry), entry.options)
                options = await async_new_options(self.hass, entry, {**user_input, **follows})
                return self.async_create_entry(data=options)
            except BotError as err:
                return await self._async_show(user_input, err)
        stored = {**entry.options, CONF_FOLLOWS: chosen_values(entry.options)}
        return await self._async_show(in_sections(OPTIONS_FORM, stored))

    async def _async_show(self, suggested: FormInput, err: BotError | None = None) -> ConfigFlowResult:
        entry = self.config_entry
        now = {
            SECTION_ALERTS: alerts_section(async_choices(self.hass)),
            CONF_FOLLOWS: await async_field(self.hass, entry),
        }
        fields = {key: now.get(str(key), field) for key, field in OPTIONS_FORM.schema.items()}
        errors = errors_of(err, OPTIONS_FORM) if err else {}
        form = unfolded(vol.Schema(fields), suggested, errors)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(form, suggested),
            errors=errors,
            description_placeholders=err.placeholders if err else None,
        )
