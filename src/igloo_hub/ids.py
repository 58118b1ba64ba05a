"""The identifiers of the hub, each a type of its own so that they can't be mixed up.

An …Id survives a restart of the provider and names a thing to people and clients. An …Index counts from 0
within one connection and means nothing outside of it.
"""

from typing import NamedTuple, NewType

ProviderId = NewType("ProviderId", str)
"""A kind of provider, as its manifest says: `mqtt`."""

InstanceId = NewType("InstanceId", str)
"""One configured provider: `mqtt`, `mqtt-2`. Owns devices, a data folder and approvals."""

DeviceId = NewType("DeviceId", int)
"""A device, for ever: given by the hub, never used again for another. From 1."""

DeviceIndex = NewType("DeviceIndex", int)
"""A device on one connection, in the order in which it was introduced there."""

EntityIndex = NewType("EntityIndex", int)
"""An entity of one device on one connection, in the order in which it was introduced there."""

RequestId = NewType("RequestId", int)
"""A write that the hub asked of a provider; unique within one connection."""


class EntityAddress(NamedTuple):
    """Where an entity is found in the device tree, for as long as the device exists."""

    device: DeviceId
    entity: str
    """The provider's own key of the entity, unique within the device."""
