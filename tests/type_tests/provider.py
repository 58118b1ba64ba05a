"""What a type checker tells a provider's author. Never run: mypy checks it, and an ignore that is not needed fails."""

from typing import assert_type

from igloo_provider import SENT, Entity, Provider, Rejected
from igloo_wire import Dimmer, Switch, Temperature, TransitionDuration, WriteOutcome

provider = Provider("demo")


@provider.on_write(Switch)
async def knows_its_argument(lamp: Entity, wanted: Switch) -> None:
    assert_type(wanted.value, bool)


@provider.on_write(Switch, Dimmer, TransitionDuration)
async def knows_all_its_arguments(
    lamp: Entity, switch: Switch | None, dimmer: Dimmer | None, fade: TransitionDuration | None
) -> WriteOutcome:
    if dimmer is None:
        raise Rejected("nothing to dim")
    assert_type(dimmer.value, float)
    return SENT


@provider.on_write(Switch)  # type: ignore[arg-type]
async def takes_another_component(lamp: Entity, wanted: Dimmer) -> None: ...


@provider.on_write(Switch, Dimmer)  # type: ignore[arg-type]
async def forgets_that_one_may_be_missing(lamp: Entity, switch: Switch, dimmer: Dimmer) -> None: ...


@provider.on_write(Switch)  # type: ignore[arg-type]
async def returns_a_truth_value(lamp: Entity, wanted: Switch) -> bool:
    return True


@provider.on_write(Switch)  # type: ignore[arg-type]
def is_not_async(lamp: Entity, wanted: Switch) -> None: ...


@provider.task
async def house() -> None:
    device = await provider.device("house")
    probe = await device.entity("probe", Temperature(20.0))
    assert_type(probe.get(Temperature), Temperature)
    assert_type(probe.get(Temperature, None), Temperature | None)
    await probe.set(20.0)  # type: ignore[arg-type]
    await probe.set(Temperature)  # type: ignore[arg-type]
    await device.entity("probe", Dimmer("1"))  # type: ignore[arg-type]
    provider.health("fine")  # type: ignore[arg-type]


@provider.task(ends=True)
async def once() -> None: ...


@provider.task  # type: ignore[type-var]
def also_not_async() -> None: ...
