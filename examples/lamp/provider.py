"""The smallest provider that does everything: a desk lamp that obeys, and a thermometer that it polls."""

import trio

from igloo_provider import Entity, Provider, Rejected
from igloo_wire import Dimmer, Light, Sensor, Switch, Temperature

provider = Provider("lamp", version="1.0.0")


@provider.task
async def house() -> None:
    lamp = await provider.device("lamp-1", name="Desk lamp")
    await lamp.entity("bulb", Light(), Switch(False), Dimmer(1.0))
    probe = await lamp.entity("probe", Sensor(), Temperature(20.0))
    while True:
        await trio.sleep(provider.config["interval"])
        await probe.set(Temperature(probe.get(Temperature).value + 0.1))


@provider.on_write(Switch, Dimmer)
async def obey(bulb: Entity, switch: Switch | None, dimmer: Dimmer | None) -> None:
    if dimmer is not None and dimmer.value < 0.05:
        raise Rejected("this lamp flickers below 5 %")
    await bulb.set(*(wanted for wanted in (switch, dimmer) if wanted is not None))


if __name__ == "__main__":
    provider.run()
