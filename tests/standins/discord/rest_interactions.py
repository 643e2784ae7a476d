"""Routes by which the bot answers an interaction: the callback, then edits and follow-ups by token."""

from typing import Any

from tests.standins.discord import errors, payloads, posting
from tests.standins.discord.components import check_modal
from tests.standins.discord.interactions import Callback, Desk, Interaction, Kind
from tests.standins.discord.reading import USERS_ONLY
from tests.standins.discord.rest_messages import SETTABLE, flags_of
from tests.standins.discord.state import EPHEMERAL, LOADING, Message
from tests.standins.discord.validation import check_message
from tests.standins.discord.wire import Call, Route, Upload

Json = dict[str, Any]

MOST_CHOICES = 25
TRUE = ("1", "true", "True")

_FITTING: dict[Kind, tuple[Callback, ...]] = {
    Kind.COMMAND: (Callback.MESSAGE, Callback.DEFER, Callback.MODAL),
    Kind.COMPONENT: (Callback.MESSAGE, Callback.DEFER, Callback.DEFER_UPDATE, Callback.UPDATE, Callback.MODAL),
    Kind.AUTOCOMPLETE: (Callback.CHOICES,),
    Kind.MODAL: (Callback.MESSAGE, Callback.DEFER, Callback.DEFER_UPDATE, Callback.UPDATE),
}


class InteractionRoutes:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = desk.world

    def routes(self) -> list[Route]:
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        first, other = f"{hook}/messages/@original", f"{hook}/messages/{{message_id}}"
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        return [
            Route("POST", callback, "create_interaction_response", self.callback, by_token=True),
            Route("POST", hook, "execute_webhook", self.follow_up, by_token=True),
            Route("GET", first, "get_original_webhook_message", self.get, by_token=True),
            Route("PATCH", first, "update_original_webhook_message", self.update, by_token=True),
            Route("DELETE", first, "delete_original_webhook_message", self.delete, by_token=True),
            Route("GET", other, "get_webhook_message", self.get, by_token=True),
            Route("PATCH", other, "update_webhook_message", self.update, by_token=True),
            Route("DELETE", other, "delete_webhook_message", self.delete, by_token=True),
        ]

    async def callback(self, call: Call) -> Json | None:
        one = self.desk.to_answer(call.id("interaction_id"), call.params["interaction_token"])
        kind = self._callback_kind(one, call.object)
        data = call.object.get("data") or {}
        match kind:
            case Callback.MESSAGE:
                one.original = self._speak(one, data, call.files)
            case Callback.DEFER:
                one.original = self._think(one, data)
            case Callback.DEFER_UPDATE:
                one.original = one.source
            case Callback.UPDATE:
                one.original = one.source
                if one.source is not None:
                    posting.edit(self.world, one.source, data, call.files)
            case Callback.CHOICES:
                one.choices = _checked_choices(data)
            case Callback.MODAL:
                form = errors.FormErrors()
                check_modal(form, data)
                form.refuse()
                one.modal = data
        one.callback, one.acknowledged_at = kind, self.world.clock.now()
        self.desk.note(one)
        return _acknowledgement(one) if call.query.get("with_response") in TRUE else None

    def _callback_kind(self, one: Interaction, body: Json) -> Callback:
        fitting = _FITTING[one.kind]
        if one.source is None:
            fitting = tuple(kind for kind in fitting if kind not in (Callback.DEFER_UPDATE, Callback.UPDATE))
        if body.get("type") not in fitting:
            form = errors.FormErrors()
            form.add(
                ("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, map(int, fitting)))}}}."
            )
            form.refuse()
        return Callback(body["type"])

    def _speak(self, one: Interaction, data: Json, files: list[Upload]) -> Message:
        flags = flags_of(data)
        check_message(data, flags=flags, files=len(files))
        kept = flags & (SETTABLE | EPHEMERAL)
        message = posting.compose(self.world, one.channel, data, files, flags=kept, unsaid=USERS_ONLY)
        return self._show(one, message)

    def _think(self, one: Interaction, data: Json) -> Message:
        flags = flags_of(data)
        if flags & ~EPHEMERAL:
            form = errors.FormErrors()
            words = "Only the EPHEMERAL flag may be set when an answer is deferred"
            form.add(("data", "flags"), "BASE_TYPE_CHOICES", words)
            form.refuse()
        message = posting.compose(self.world, one.channel, {}, [], flags=flags | LOADING)
        return self._show(one, message)

    def _show(self, one: Interaction, message: Message) -> Message:
        message.interaction = one.metadata()
        if message.ephemeral:
            message.ephemeral_for = one.user
        else:
            self.world.post(message)
        return message

    async def follow_up(self, call: Call) -> Json | None:
        """The first one after a defer fills the waiting answer, and stays as hidden as that was."""
        one = self._interaction(call)
        waiting = one.original
        if one.callback is Callback.DEFER and waiting is not None and waiting.loading and not waiting.deleted:
            posting.edit(self.world, waiting, call.object, call.files)
            message = waiting
        else:
            message = self._speak(one, call.object, call.files)
        one.followups.append(message)
        self.desk.note(one)
        return payloads.message(message) if call.query.get("wait") in TRUE else None

    def _interaction(self, call: Call) -> Interaction:
        if call.id("webhook_id") != self.world.bot.id:
            raise errors.unknown_webhook()
        return self.desk.answered(call.params["webhook_token"])

    def _message(self, call: Call, one: Interaction) -> Message:
        if "message_id" not in call.params:
            candidates = [one.original]
        else:
            wanted = call.id("message_id")
            candidates = [message for message in (one.original, *one.followups) if message and message.id == wanted]
        for message in candidates:
            if message is not None and not message.deleted:
                return message
        raise errors.unknown_message()

    async def get(self, call: Call) -> Json:
        return payloads.message(self._message(call, self._interaction(call)))

    async def update(self, call: Call) -> Json:
        one = self._interaction(call)
        message = self._message(call, one)
        posting.edit(self.world, message, call.object, call.files)
        one.edits += 1
        self.desk.note(one)
        return payloads.message(message)

    async def delete(self, call: Call) -> None:
        one = self._interaction(call)
        self.world.delete(self._message(call, one))
        self.desk.note(one)


def _checked_choices(data: Json) -> list[Json]:
    choices: list[Json] = data.get("choices") or []
    form = errors.FormErrors()
    form.length(("data", "choices"), choices, most=MOST_CHOICES)
    for index, choice in enumerate(choices):
        form.length(("data", "choices", index, "name"), choice.get("name") or "", least=1, most=100)
        form.length(("data", "choices", index, "value"), choice.get("value"), most=100)
    form.refuse()
    return choices


def _acknowledgement(one: Interaction) -> Json:
    told: Json = {"id": str(one.id), "type": int(one.kind)}
    if one.original is None or one.callback is None:
        return {"interaction": told}
    message = one.original
    told |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.loading,
        "response_message_ephemeral": message.ephemeral,
        "channel_id": str(one.channel.id),
    }
    return {"interaction": told, "resource": {"type": int(one.callback), "message": payloads.message(message)}}
