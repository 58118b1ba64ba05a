"""The platforms of MQTT discovery, each in a module of its own: a Config becomes a Mapped, or is Unmappable.

Knows no broker and no device; what all platforms share is in `entity.py`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from igloo_providers.mqtt.entity import Config, Mapped
from igloo_providers.mqtt.platforms.climate import map_climate
from igloo_providers.mqtt.platforms.cover import map_cover
from igloo_providers.mqtt.platforms.fan import map_fan
from igloo_providers.mqtt.platforms.lock import map_lock
from igloo_providers.mqtt.platforms.switch import map_switch

PLATFORMS: Final[Mapping[str, Callable[[Config], Mapped]]] = {
    "climate": map_climate,
    "cover": map_cover,
    "fan": map_fan,
    "lock": map_lock,
    "switch": map_switch,
}
"""By the name that stands in the discovery topic."""
