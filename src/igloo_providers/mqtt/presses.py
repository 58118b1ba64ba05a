"""Names that devices have for what is done to a button or a knob. A table only."""

from collections.abc import Mapping
from typing import Final

from igloo_wire import ButtonEventKind

NAMES: Final[Mapping[ButtonEventKind, str]] = {
    ButtonEventKind.PRESS: "press pressed push down_press initial_press",
    ButtonEventKind.RELEASE: "release released up_release",
    ButtonEventKind.SINGLE: "single click single_click single_press short_press short press_1 1_press toggle_press "
    "button_short_press short_release button_short_release",
    ButtonEventKind.DOUBLE: "double double_click double_press press_2 2_press button_double_press",
    ButtonEventKind.TRIPLE: "triple triple_click triple_press tripple press_3 3_press button_triple_press",
    ButtonEventKind.QUADRUPLE: "quadruple quadruple_click quadruple_press press_4 4_press button_quadruple_press",
    ButtonEventKind.MANY: "many quintuple quintuple_click quintuple_press press_5 5_press button_quintuple_press",
    ButtonEventKind.LONG: "long long_click long_press longpress button_long_press",
    ButtonEventKind.LONG_RELEASE: "long_release hold_release button_long_release",
    ButtonEventKind.HOLD: "hold held",
    ButtonEventKind.SWITCHED: "switched",
    ButtonEventKind.ON: "on",
    ButtonEventKind.OFF: "off",
    ButtonEventKind.TOGGLE: "toggle",
    ButtonEventKind.UP: "up",
    ButtonEventKind.DOWN: "down",
    ButtonEventKind.CLOCKWISE: "clockwise rotate_right rotate_clockwise",
    ButtonEventKind.COUNTERCLOCKWISE: "counterclockwise anticlockwise rotate_left rotate_counterclockwise",
}

KIND_OF_NAME: Final = {name: kind for kind, names in NAMES.items() for name in names.split()}


def press_kind(name: str) -> ButtonEventKind | None:
    """None: a name that fits no kind, or one that says more, such as which of several buttons."""
    return KIND_OF_NAME.get(name.strip().lower().replace("-", "_").replace(" ", "_"))
