"""The platforms of MQTT discovery, each in a module of its own: a Config becomes a Mapped, or is Unmappable.

Knows no broker and no device; what all platforms share is in `entity.py`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from igloo_providers.mqtt.entity import Config, Mapped
from igloo_providers.mqtt.platforms.binary_sensor import map_binary_sensor
from igloo_providers.mqtt.platforms.button import map_button
from igloo_providers.mqtt.platforms.climate import map_climate
from igloo_providers.mqtt.platforms.cover import map_cover
from igloo_providers.mqtt.platforms.device_automation import map_device_automation
from igloo_providers.mqtt.platforms.event import map_event
from igloo_providers.mqtt.platforms.fan import map_fan
from igloo_providers.mqtt.platforms.light import map_light
from igloo_providers.mqtt.platforms.lock import map_lock
from igloo_providers.mqtt.platforms.number import map_number
from igloo_providers.mqtt.platforms.select import map_select
from igloo_providers.mqtt.platforms.sensor import map_sensor
from igloo_providers.mqtt.platforms.switch import map_switch
from igloo_providers.mqtt.platforms.text import map_text
from igloo_providers.mqtt.platforms.update import map_update

PLATFORMS: Final[Mapping[str, Callable[[Config], Mapped]]] = {
    "binary_sensor": map_binary_sensor,
    "button": map_button,
    "climate": map_climate,
    "cover": map_cover,
    "device_automation": map_device_automation,
    "event": map_event,
    "fan": map_fan,
    "light": map_light,
    "lock": map_lock,
    "number": map_number,
    "select": map_select,
    "sensor": map_sensor,
    "switch": map_switch,
    "text": map_text,
    "update": map_update,
}
"""By the name that stands in the discovery topic."""
