"""The platform `light`, whose devices speak one of three ways: each has a module, and here one is chosen.

What a lamp can show and what a write asks of it is for lamp.py. Whatever is written, but Switch(False), turns the lamp
on, because each of these messages does so on the devices that read them. Brightness is "while on": a report of 0 says
nothing of it, and 0 written is the lowest level, never off.
"""

from igloo_providers.mqtt.entity import Config, Mapped
from igloo_providers.mqtt.platforms.light.default_schema import map_default
from igloo_providers.mqtt.platforms.light.json_schema import map_json
from igloo_providers.mqtt.platforms.light.template_schema import map_template

__all__ = ["map_light"]


def map_light(config: Config) -> Mapped:
    match config.choice("schema", ("default", "basic", "json", "template"), "default"):
        case "json":
            return map_json(config)
        case "template":
            return map_template(config)
        case _:
            return map_default(config)
