"""The languages in which a model may be asked to answer: those of Discord's own screens, with their names."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "bg": ("Bulgarian", "Български"),
    "cs": ("Czech", "Čeština"),
    "da": ("Danish", "Dansk"),
    "de": ("German", "Deutsch"),
    "el": ("Greek", "Ελληνικά"),
    "en": ("English", "English"),
    "es": ("Spanish", "Español"),
    "fi": ("Finnish", "Suomi"),
    "fr": ("French", "Français"),
    "hi": ("Hindi", "हिन्दी"),
    "hr": ("Croatian", "Hrvatski"),
    "hu": ("Hungarian", "Magyar"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "lt": ("Lithuanian", "Lietuvių"),
    "nl": ("Dutch", "Nederlands"),
    "no": ("Norwegian", "Norsk"),
    "pl": ("Polish", "Polski"),
    "pt": ("Portuguese", "Português"),
    "ro": ("Romanian", "Română"),
    "ru": ("Russian", "Русский"),
    "sv": ("Swedish", "Svenska"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "vi": ("Vietnamese", "Tiếng Việt"),
    "zh-cn": ("Simplified Chinese", "简体中文"),
    "zh-tw": ("Traditional Chinese", "繁體中文"),
}
"""The English name of each, and its own, by its code."""


def language_of(text: str) -> str | None:
    """The code of the language that ``text`` names: by its code or one of its names, in small letters or capitals."""
    wanted = text.strip().casefold()
    return next((code for code, names in LANGUAGES.items() if wanted in {code, *map(str.casefold, names)}), None)


def in_english(code: str | None) -> str | None:
    """The English name of a language; None of one that is not known here any more."""
    known = LANGUAGES.get(code or "")
    return known[0] if known else None
