"""Keys that a person may bind: how they are written, and which ones somebody else keeps."""

from __future__ import annotations

import re

from .arguments import shown
from .errors import DataError

MARKS = {
    "mod": "mod", "ctrl": "mod", "control": "mod", "cmd": "mod", "command": "mod", "meta": "mod",
    "alt": "alt", "option": "alt", "shift": "shift",
}  # fmt: skip
NAMES = {
    *(f"f{number}" for number in range(1, 13)),
    *("escape", "home", "end", "pageup", "pagedown", "delete", "backspace", "insert"),
    *("enter", "tab", "arrowleft", "arrowright", "arrowup", "arrowdown"),
}
SHORT = {"esc": "escape", "del": "delete", "return": "enter", "space": " ", "left": "arrowleft",
         "right": "arrowright", "up": "arrowup", "down": "arrowdown"}  # fmt: skip

_BROWSER = (
    "mod+n mod+t mod+w mod+q mod+r mod+l mod+o mod+p mod+f mod+g mod+h mod+j mod+d mod+u "
    "mod+a mod+c mod+x mod+v mod+0 mod++ mod+- mod+= mod+tab mod+shift+tab "
    "mod+shift+n mod+shift+t mod+shift+w mod+shift+r mod+shift+i mod+shift+j mod+shift+p "
    "mod+shift+b mod+shift+o mod+shift+delete mod+shift+v "
    "alt+arrowleft alt+arrowright alt+home alt+d alt+f4 f1 f3 f5 f6 f7 f10 f11 f12"
)
_JUPYTER = (
    "mod+s mod+b mod+enter shift+enter alt+enter mod+shift+c mod+shift+d mod+shift+f "
    "mod+shift+h mod+shift+l mod+shift+s mod+shift+q mod+shift+u mod+[ mod+] mod+, alt+w"
)
_CONTROLS = "enter tab shift+tab arrowleft arrowright arrowup arrowdown"
KEPT = {
    **dict.fromkeys(_BROWSER.split(), "the browser"),
    **{f"mod+{digit}": "the browser" for digit in range(1, 10)},
    **dict.fromkeys(_JUPYTER.split(), "JupyterLab"),
    **dict.fromkeys([*_CONTROLS.split(), " "], "buttons, lists and the picture"),
}


def key_name(key: str) -> str:
    """Return a key as the registry of commands writes it.

    Parameters
    ----------
    key
        ``"k"``, ``"Shift-K"``, ``"Ctrl+Alt+K"`` or the name of a key (``"Home"``); Ctrl and Cmd are
        one, and capital letters mean the same as small ones.

    Raises
    ------
    DataError
        It is no key.
    """
    marks, last = set[str](), key.strip() or key
    while found := re.match(r"(?i)([a-z]+)[+-](?=.)", last):
        if found[1].lower() not in MARKS:
            break
        marks.add(MARKS[found[1].lower()])
        last = last[found.end() :]
    last = SHORT.get(last.lower(), last.lower())
    if len(last) != 1 and last not in NAMES:
        raise DataError(
            f"{shown(key)} is not a key; write it like 'k', 'Shift-K', 'Ctrl-Alt-K' or 'Home'."
        )
    if len(last) == 1 and not last.isalpha():
        marks.discard("shift")  # which signs are typed with it depends on the keyboard
    return "".join(f"{mark}+" for mark in ("mod", "alt", "shift") if mark in marks) + last


def free_key(key: str) -> str:
    """Return `key_name` of a key that neither the browser nor JupyterLab keeps.

    Raises
    ------
    DataError
        It is no key, or kept.
    """
    name = key_name(key)
    if name in KEPT:
        raise DataError(f"{shown(key)} belongs to {KEPT[name]}; choose another key.")
    return name
