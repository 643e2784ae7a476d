"""Discord's rules for components: which may stand where, how many, how long, and that ids are unique."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.standins.discord import reading
from tests.standins.discord.errors import FormErrors, Path

Json = dict[str, Any]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18

SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
AT_TOP = (*IN_CONTAINER, CONTAINER)

LINK_STYLE, PREMIUM_STYLE = 5, 6

MOST_COMPONENTS = 40
MOST_TEXT = 4000
"""Code points over all text displays of a message."""
MOST_ROWS = 5
MOST_BYTES = 10_170
"""Above this a message is answered with a 500: bytes of all text displays and twelve for each (apis.md A2)."""
BYTES_EACH = 12
MOST_MEDIA = 64


def check_components(errors: FormErrors, components: Sequence[Any], *, v2: bool) -> None:
    top: Path = ("components",)
    if v2:
        total = sum(1 for _ in reading.walk(components))
        if total > MOST_COMPONENTS:
            errors.add(top, "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_COMPONENTS} or fewer in length.")
        text = sum(len(text.strip()) for text in reading.texts(components))
        if text > MOST_TEXT:
            words = f"The total text of all components must be {MOST_TEXT} or fewer in length."
            errors.add(top, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)
    else:
        errors.length(top, list(components), most=MOST_ROWS)
    for index, component in enumerate(components):
        _check(errors, component, (*top, index), allowed=AT_TOP if v2 else (ROW,))
    _check_unique(errors, components)


def breaks_the_server(components: Sequence[Any]) -> bool:
    """Whether Discord would answer these, valid as they are, with a 500."""
    texts = reading.texts(components)
    size = sum(len(text.encode()) for text in texts) + BYTES_EACH * len(texts)
    media = sum(
        len(component.get("items") or ()) if component.get("type") == GALLERY else component.get("type") == THUMBNAIL
        for _, component in reading.walk(components)
    )
    return size > MOST_BYTES or media > MOST_MEDIA


def _check(errors: FormErrors, component: Any, path: Path, *, allowed: tuple[int, ...]) -> None:
    if not isinstance(component, dict):
        return errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    kind = component.get("type")
    if kind not in allowed:
        choices = ", ".join(map(str, allowed))
        words = f'Value of field "type" must be one of ({choices},).'
        return errors.add((*path, "type"), "UNION_TYPE_CHOICES", words)
    if kind == ROW:
        _check_row(errors, component, path)
    elif kind == BUTTON:
        _check_button(errors, component, path)
    elif kind in SELECTS:
        _check_select(errors, component, path)
    elif kind == SECTION:
        _check_section(errors, component, path)
    elif kind == TEXT:
        errors.length((*path, "content"), component.get("content") or "", least=1, most=MOST_TEXT)
    elif kind == GALLERY:
        errors.length((*path, "items"), component.get("items") or [], least=1, most=10)
    elif kind == CONTAINER:
        children = component.get("components") or []
        errors.length((*path, "components"), children, least=1, most=MOST_COMPONENTS)
        for index, child in enumerate(children):
            _check(errors, child, (*path, "components", index), allowed=IN_CONTAINER)
    return None


def _check_row(errors: FormErrors, row: Json, path: Path) -> None:
    children = row.get("components") or []
    inner = (*path, "components")
    errors.length(inner, children, least=1, most=5)
    kinds = [child.get("type") for child in children if isinstance(child, dict)]
    if any(kind in SELECTS for kind in kinds) and len(children) > 1:
        errors.add(inner, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
    for index, child in enumerate(children):
        _check(errors, child, (*inner, index), allowed=(BUTTON, *SELECTS))


def _check_section(errors: FormErrors, section: Json, path: Path) -> None:
    children = section.get("components") or []
    errors.length((*path, "components"), children, least=1, most=3)
    for index, child in enumerate(children):
        _check(errors, child, (*path, "components", index), allowed=(TEXT,))
    if "accessory" not in section:
        return errors.required((*path, "accessory"))
    return _check(errors, section["accessory"], (*path, "accessory"), allowed=(BUTTON, THUMBNAIL))


def _check_button(errors: FormErrors, button: Json, path: Path) -> None:
    style, custom_id, url = button.get("style"), button.get("custom_id"), button.get("url")
    errors.length((*path, "label"), button.get("label"), most=80)
    if not button.get("label") and not button.get("emoji") and style != PREMIUM_STYLE:
        errors.add(path, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", "A button must have a label or an emoji")
    if style == LINK_STYLE:
        if not url:
            errors.required((*path, "url"))
        elif not str(url).startswith(("http://", "https://", "discord://")):
            scheme = str(url).partition(":")[0]
            words = f"Scheme \"{scheme}\" is not supported. Scheme must be one of ('http', 'https')."
            errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", words)
        errors.length((*path, "url"), url, most=512)
        if custom_id:
            words = "A custom id and url cannot both be specified"
            errors.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", words)
    elif url:
        errors.add((*path, "url"), "BUTTON_COMPONENT_INVALID_STYLE", "Only link buttons have a url")
    elif style != PREMIUM_STYLE:
        errors.length((*path, "custom_id"), custom_id or "", least=1, most=100)


def _check_select(errors: FormErrors, select: Json, path: Path) -> None:
    errors.length((*path, "custom_id"), select.get("custom_id") or "", least=1, most=100)
    errors.length((*path, "placeholder"), select.get("placeholder"), most=150)
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if least > most:
        errors.add((*path, "min_values"), "SELECT_COMPONENT_MIN_GREATER_THAN_MAX", "min_values is above max_values")
    if select["type"] != STRING_SELECT:
        return
    options = select.get("options") or []
    errors.length((*path, "options"), options, least=1, most=25)
    if most > len(options):
        errors.add((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES", "max_values is above the number of options")
    for index, option in enumerate(options):
        inner = (*path, "options", index)
        errors.length((*inner, "label"), option.get("label") or "", least=1, most=100)
        errors.length((*inner, "value"), option.get("value") or "", least=1, most=100)
        errors.length((*inner, "description"), option.get("description"), most=100)
    values = [option.get("value") for option in options]
    for index, value in enumerate(values):
        if value in values[:index]:
            words = "The specified option value is already used"
            errors.add((*path, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words)


def _check_unique(errors: FormErrors, components: Sequence[Any]) -> None:
    seen: Counter[tuple[str, object]] = Counter()
    for path, component in reading.walk(components):
        for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
            if not (value := component.get(key)):
                continue
            seen[key, value] += 1
            if seen[key, value] > 1:
                errors.add(("components", *path, key), code, f"Component {key} cannot be duplicated")


def check_modal(errors: FormErrors, modal: Json) -> None:
    """A modal's title, id and inputs."""
    data: Path = ("data",)
    errors.length((*data, "custom_id"), modal.get("custom_id") or "", least=1, most=100)
    errors.length((*data, "title"), modal.get("title") or "", least=1, most=45)
    parts = modal.get("components") or []
    errors.length((*data, "components"), parts, least=1, most=5)
    for index, part in enumerate(parts):
        path = (*data, "components", index)
        if part.get("type") not in (ROW, TEXT, LABEL):
            errors.add((*path, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18,).')
        errors.length((*path, "label"), part.get("label"), most=45)
        errors.length((*path, "description"), part.get("description"), most=100)
        if part.get("type") == LABEL and "component" not in part:
            errors.required((*path, "component"))


def numbered(components: list[Json]) -> list[Json]:
    """The same components, each with the ``id`` that Discord gives to those that come without."""
    taken = {component["id"] for _, component in reading.walk(components) if component.get("id")}
    following = 1
    for _, component in reading.walk(components):
        if not component.get("id"):
            while following in taken:
                following += 1
            taken.add(following)
            component["id"] = following
    return components
