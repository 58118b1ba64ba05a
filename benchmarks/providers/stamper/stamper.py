"""A provider for the figure `latency`: sets an Integer to CLOCK_MONOTONIC in ns, so many times as it is ordered to.

Then it says in a Text how many there were and which was the last. Written as any provider, with the SDK.
"""

import time

import trio

from igloo_provider import SENT, Entity, Provider
from igloo_wire import Integer, Text, WriteOutcome

provider = Provider("stamper", version="1")


@provider.task
async def stamps() -> None:
    clock = await provider.device("clock")
    stamp = await clock.entity("stamp", Integer(0))
    await clock.entity("order", Integer(0))
    done = await clock.entity("done", Text(""))
    pause = 1 / float(provider.config["rate"])
    while True:
        count = await orders.receive()
        due = trio.current_time()
        last = 0
        for _ in range(count):
            due += pause
            await trio.sleep_until(due)
            last = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            await stamp.set(Integer(last))
        await trio.sleep(pause)
        await done.set(Text(f"{count} {last}"))


@provider.on_write(Integer)
async def order(_entity: Entity, count: Integer) -> WriteOutcome:
    await ordered.send(count.value)
    return SENT


ordered, orders = trio.open_memory_channel[int](1)

if __name__ == "__main__":
    provider.run()
