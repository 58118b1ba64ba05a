# Generated from wire-rs/src by tools/generate_stub.py; `python tools/generate_stub.py` writes it anew.
# ruff: noqa
"""
The wire in Rust. Import its names from `igloo_wire`.
"""

from collections.abc import Iterable
from datetime import date, time
from typing import Any, Final, Literal, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = [
    "HIGHEST_COMPONENT",
    "MAX_COMPONENTS",
    "MAX_FRAME",
    "MAX_ITEMS",
    "MAX_NAME",
    "MAX_PARAMETERS",
    "MAX_PAYLOAD",
    "MAX_TEXT",
    "MAX_VALUES",
    "MAX_VALUE_DEPTH",
    "PREAMBLE",
    "PROTOCOL_MAJOR",
    "SCHEMA_HASH",
    "SCHEMA_REVISION",
    "AccessEvent",
    "AccessEventKind",
    "AccessUser",
    "Accumulation",
    "ActiveDuration",
    "AirQuality",
    "AirQualityIndex",
    "AlarmMode",
    "AlarmModes",
    "AlarmPanel",
    "AnnouncementUrl",
    "ApparentPower",
    "AreaOptions",
    "Artist",
    "AssumedState",
    "AtmosphericPressure",
    "Available",
    "Battery",
    "BatteryLow",
    "Boolean",
    "Button",
    "ButtonEvent",
    "ButtonEventKind",
    "ButtonEvents",
    "Calendar",
    "Camera",
    "CarbonDioxide",
    "CarbonDioxideAlarm",
    "CarbonMonoxide",
    "CarbonMonoxideAlarm",
    "ChargingState",
    "ChildLock",
    "ClimateAction",
    "Code",
    "CodeRequired",
    "CodeUse",
    "Cold",
    "ColdWhite",
    "Color",
    "ColorMode",
    "ColorModes",
    "ColorTemperature",
    "ColorTemperatureLimits",
    "Command",
    "Commands",
    "Component",
    "Configuration",
    "Configure",
    "Connected",
    "Cover",
    "CreateDevice",
    "Current",
    "Custom",
    "CustomParameter",
    "CustomResult",
    "Date",
    "Decoder",
    "Demand",
    "DeviceCreated",
    "DeviceStatus",
    "Diagnostic",
    "Dimmer",
    "Direction",
    "Distance",
    "DoorLock",
    "DoorbellEvent",
    "Duration",
    "Effect",
    "EffectOptions",
    "EndTime",
    "Energy",
    "EnergyExported",
    "EnergyStored",
    "Fan",
    "FanDirection",
    "FanMode",
    "FanModeOptions",
    "FanSpeed",
    "FanSpeedStep",
    "Fault",
    "FillLevel",
    "FlashDuration",
    "FlowRate",
    "Formaldehyde",
    "Frequency",
    "GasAlarm",
    "GasVolume",
    "HardwareVersion",
    "Health",
    "Heat",
    "Hello",
    "HelloReject",
    "HiddenByDefault",
    "Humidifier",
    "Humidity",
    "Illuminance",
    "ImageUrl",
    "InstalledVersion",
    "Integer",
    "LastReset",
    "LatestVersion",
    "LawnMower",
    "Light",
    "LightDetected",
    "Limits",
    "LinkQuality",
    "Location",
    "Log",
    "LogLevel",
    "MachineKind",
    "Manufacturer",
    "MediaPlayer",
    "MediaPosition",
    "MediaUrl",
    "Message",
    "Model",
    "Moisture",
    "Motion",
    "Movement",
    "Moving",
    "Muted",
    "NamedEvent",
    "NamedEventOptions",
    "NitrogenDioxide",
    "Notifier",
    "Obstruction",
    "Occupancy",
    "Open",
    "OpenEnum",
    "OpeningKind",
    "OperationalState",
    "Oscillating",
    "Outlet",
    "Ozone",
    "PageUrl",
    "Pattern",
    "Phase",
    "Ping",
    "PlaybackState",
    "PluggedIn",
    "Pm1",
    "Pm10",
    "Pm25",
    "Pong",
    "Position",
    "Power",
    "PowerFactor",
    "PowerOnBehavior",
    "PowerPresent",
    "Precipitation",
    "Precision",
    "Presence",
    "Preset",
    "PresetOptions",
    "Pressure",
    "PrivacyMode",
    "Problem",
    "Program",
    "ProgramOptions",
    "Progress",
    "ProviderStatus",
    "Quantity",
    "Radon",
    "Raining",
    "ReactivePower",
    "Ready",
    "Real",
    "RefusalCode",
    "Refused",
    "RefusedValue",
    "RegisterCustom",
    "RegisterEntity",
    "RejectCode",
    "RemainingLife",
    "RemainingTime",
    "RemoteKey",
    "RemoveDevice",
    "RemoveEntity",
    "Repeat",
    "ReplaceNeeded",
    "Role",
    "Running",
    "Scene",
    "Schema",
    "Secret",
    "SelectedAreas",
    "Sensor",
    "SerialNumber",
    "Severity",
    "Shuffle",
    "Signal",
    "SignalEvent",
    "SignalKind",
    "SignalStrength",
    "Siren",
    "Smoke",
    "SoundDetected",
    "SoundLevel",
    "Source",
    "SourceOptions",
    "StartTime",
    "Stop",
    "StreamUrl",
    "SulfurDioxide",
    "Summary",
    "SwingMode",
    "SwingModeOptions",
    "Switch",
    "TagEvent",
    "Tamper",
    "TargetHumidity",
    "TargetHumidityLimits",
    "TargetPosition",
    "TargetTemperature",
    "TargetTemperatureHigh",
    "TargetTemperatureLimits",
    "TargetTemperatureLow",
    "TargetTilt",
    "Temperature",
    "Text",
    "TextOptions",
    "Thermostat",
    "ThermostatMode",
    "ThermostatModes",
    "Tilt",
    "Time",
    "Timestamp",
    "Title",
    "Tone",
    "ToneOptions",
    "Tracker",
    "TransitionDuration",
    "Unit",
    "UnitLabel",
    "Unknown",
    "UnknownComponent",
    "Unsafe",
    "Unsupported",
    "Update",
    "UpdateAvailable",
    "Vacuum",
    "ValueKind",
    "Valve",
    "ViaDevice",
    "Vibration",
    "Voc",
    "VocParts",
    "Voltage",
    "Volume",
    "WarmWhite",
    "WaterHeater",
    "WaterLeak",
    "WaterVolume",
    "Weather",
    "WeatherCondition",
    "Weight",
    "White",
    "WindDirection",
    "WindSpeed",
    "Writable",
    "WriteComponents",
    "WriteOutcome",
    "WriteRequest",
    "WriteResult",
    "Writes",
    "WritesIterator",
    "Zone",
    "component_classes",
    "encode",
    "encode_all",
    "encode_writes",
]

HIGHEST_COMPONENT: Final[int]
MAX_COMPONENTS: Final[int]
MAX_FRAME: Final[int]
MAX_ITEMS: Final[int]
MAX_NAME: Final[int]
MAX_PARAMETERS: Final[int]
MAX_PAYLOAD: Final[int]
MAX_TEXT: Final[int]
MAX_VALUES: Final[int]
MAX_VALUE_DEPTH: Final[int]
PREAMBLE: Final[bytes]
PROTOCOL_MAJOR: Final[int]
SCHEMA_HASH: Final[int]
SCHEMA_REVISION: Final[int]

@final
class AccessEvent(Component):
    """
    how the lock was worked
    """

    __match_args__: Final[tuple[Literal["kind"], Literal["count"]]]
    def __new__(cls, /, kind: AccessEventKind, count: "int" = ...) -> AccessEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """
    @property
    def kind(self, /) -> AccessEventKind:
        """
        What it was.
        """

@final
class AccessEventKind(OpenEnum):
    """
    variants of AccessEvent
    """

    AUTO: Final[AccessEventKind]
    DENIED: Final[AccessEventKind]
    FINGERPRINT: Final[AccessEventKind]
    FORCED: Final[AccessEventKind]
    KEY: Final[AccessEventKind]
    KEYPAD: Final[AccessEventKind]
    MANUAL: Final[AccessEventKind]
    REMOTE: Final[AccessEventKind]
    SCHEDULE: Final[AccessEventKind]
    TAG: Final[AccessEventKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> AccessEventKind: ...

@final
class AccessUser(Component):
    """
    who worked it last
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> AccessUser: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Accumulation(Component):
    """
    how to make statistics; typed components have a default
    """

    ANGLE: Final[Accumulation]
    MEASUREMENT: Final[Accumulation]
    TOTAL: Final[Accumulation]
    TOTAL_INCREASING: Final[Accumulation]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Accumulation: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class ActiveDuration(Component):
    """
    how long an activation lasts (siren, valve, timed on, boost), 0 is endless; in the same write as the activation: that one only
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> ActiveDuration: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class AirQuality(Component):
    """
    graded air quality or gas level
    """

    EXCELLENT: Final[AirQuality]
    EXTREMELY_POOR: Final[AirQuality]
    FAIR: Final[AirQuality]
    GOOD: Final[AirQuality]
    MODERATE: Final[AirQuality]
    POOR: Final[AirQuality]
    VERY_POOR: Final[AirQuality]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> AirQuality: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class AirQualityIndex(Component):
    """
    air quality index (AQI)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> AirQualityIndex: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class AlarmMode(Component):
    """
    the first six may be written
    """

    ARMED_AWAY: Final[AlarmMode]
    ARMED_CUSTOM: Final[AlarmMode]
    ARMED_HOME: Final[AlarmMode]
    ARMED_NIGHT: Final[AlarmMode]
    ARMED_VACATION: Final[AlarmMode]
    ARMING: Final[AlarmMode]
    DISARMED: Final[AlarmMode]
    DISARMING: Final[AlarmMode]
    PENDING: Final[AlarmMode]
    TRIGGERED: Final[AlarmMode]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> AlarmMode: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class AlarmModes(Component):
    """
    modes it has
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[AlarmMode]) -> AlarmModes: ...
    @property
    def value(self, /) -> tuple[AlarmMode, ...]:
        """
        What it holds.
        """

@final
class AlarmPanel(Component):
    """
    intruder alarm
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> AlarmPanel: ...

@final
class AnnouncementUrl(Component):
    """
    play this URL in between, then go on
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> AnnouncementUrl: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class ApparentPower(Component):
    """
    apparent power
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> ApparentPower: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class AreaOptions(Component):
    """
    names
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> AreaOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Artist(Component):
    """
    of the medium
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Artist: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class AssumedState(Component):
    """
    values are what was last sent, the device does not report
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> AssumedState: ...

@final
class AtmosphericPressure(Component):
    """
    barometer
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> AtmosphericPressure: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Available(Component):
    """
    this entity answers (a whole device: DeviceStatus)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Available: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Battery(Component):
    """
    charge left (cell, storage, vehicle)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Battery: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class BatteryLow(Component):
    """
    battery nearly empty
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> BatteryLow: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Boolean(Component):
    """
    a yes/no fact or setting with no typed component
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Boolean: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Button(Component):
    """
    the hub can press it (implies Command.PRESS)
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Button: ...

@final
class ButtonEvent(Component):
    """
    a button was used, a knob turned
    """

    __match_args__: Final[tuple[Literal["kind"], Literal["count"]]]
    def __new__(cls, /, kind: ButtonEventKind, count: "int" = ...) -> ButtonEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """
    @property
    def kind(self, /) -> ButtonEventKind:
        """
        What it was.
        """

@final
class ButtonEventKind(OpenEnum):
    """
    variants of ButtonEvent
    """

    CLOCKWISE: Final[ButtonEventKind]
    COUNTERCLOCKWISE: Final[ButtonEventKind]
    DOUBLE: Final[ButtonEventKind]
    DOWN: Final[ButtonEventKind]
    HOLD: Final[ButtonEventKind]
    LONG: Final[ButtonEventKind]
    LONG_RELEASE: Final[ButtonEventKind]
    MANY: Final[ButtonEventKind]
    OFF: Final[ButtonEventKind]
    ON: Final[ButtonEventKind]
    PRESS: Final[ButtonEventKind]
    QUADRUPLE: Final[ButtonEventKind]
    RELEASE: Final[ButtonEventKind]
    SINGLE: Final[ButtonEventKind]
    SWITCHED: Final[ButtonEventKind]
    TOGGLE: Final[ButtonEventKind]
    TRIPLE: Final[ButtonEventKind]
    UP: Final[ButtonEventKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ButtonEventKind: ...

@final
class ButtonEvents(Component):
    """
    kinds this button can send
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[ButtonEventKind]) -> ButtonEvents: ...
    @property
    def value(self, /) -> tuple[ButtonEventKind, ...]:
        """
        What it holds.
        """

@final
class Calendar(Component):
    """
    next entry: Title, StartTime, EndTime, Running
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Calendar: ...

@final
class Camera(Component):
    """
    with StreamUrl, ImageUrl
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Camera: ...

@final
class CarbonDioxide(Component):
    """
    CO2
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> CarbonDioxide: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class CarbonDioxideAlarm(Component):
    """
    CO2 too high
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> CarbonDioxideAlarm: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class CarbonMonoxide(Component):
    """
    CO
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> CarbonMonoxide: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class CarbonMonoxideAlarm(Component):
    """
    CO alarm
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> CarbonMonoxideAlarm: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class ChargingState(Component):
    """
    of a battery or vehicle
    """

    CHARGING: Final[ChargingState]
    DISCHARGING: Final[ChargingState]
    DISCONNECTED: Final[ChargingState]
    FAULT: Final[ChargingState]
    FULL: Final[ChargingState]
    NOT_CHARGEABLE: Final[ChargingState]
    NOT_CHARGING: Final[ChargingState]
    WAITING: Final[ChargingState]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ChargingState: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class ChildLock(Component):
    """
    keys on the device are locked
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> ChildLock: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class ClimateAction(Component):
    """
    what thermostat, heater, humidifier does now
    """

    COOLING: Final[ClimateAction]
    DEFROSTING: Final[ClimateAction]
    DRYING: Final[ClimateAction]
    FAN: Final[ClimateAction]
    HEATING: Final[ClimateAction]
    HUMIDIFYING: Final[ClimateAction]
    IDLE: Final[ClimateAction]
    OFF: Final[ClimateAction]
    PREHEATING: Final[ClimateAction]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ClimateAction: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Code(Component):
    """
    PIN for this write, as Pattern says; hidden, never stored or logged
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Code: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class CodeRequired(Component):
    """
    writes that need Code
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[CodeUse]) -> CodeRequired: ...
    @property
    def value(self, /) -> tuple[CodeUse, ...]:
        """
        What it holds.
        """

@final
class CodeUse(OpenEnum):
    """
    variants of CodeRequired
    """

    ARM: Final[CodeUse]
    DISARM: Final[CodeUse]
    LOCK: Final[CodeUse]
    OPEN: Final[CodeUse]
    TRIGGER: Final[CodeUse]
    UNLOCK: Final[CodeUse]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> CodeUse: ...

@final
class Cold(Component):
    """
    too cold, frost
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Cold: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class ColdWhite(Component):
    """
    cold white channel
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> ColdWhite: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Color(Component):
    """
    hue and saturation, as gamma-encoded sRGB; brightness is Dimmer's, so the largest channel is 1
    """

    __match_args__: Final[tuple[Literal["red"], Literal["green"], Literal["blue"]]]
    def __new__(cls, /, red: "float", green: "float", blue: "float") -> Color: ...
    @property
    def blue(self, /) -> float:
        """
        0 to 1.
        """
    @property
    def green(self, /) -> float:
        """
        0 to 1.
        """
    @property
    def red(self, /) -> float:
        """
        0 to 1.
        """

@final
class ColorMode(Component):
    """
    which of the colour components is in force; COLOR_TEMPERATURE: colour channels and white tone at once
    """

    BRIGHTNESS: Final[ColorMode]
    COLD_WARM: Final[ColorMode]
    COLOR: Final[ColorMode]
    COLOR_COLD_WARM: Final[ColorMode]
    COLOR_TEMPERATURE: Final[ColorMode]
    COLOR_WHITE: Final[ColorMode]
    ON_OFF: Final[ColorMode]
    TEMPERATURE: Final[ColorMode]
    WHITE: Final[ColorMode]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ColorMode: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class ColorModes(Component):
    """
    modes the lamp has
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[ColorMode]) -> ColorModes: ...
    @property
    def value(self, /) -> tuple[ColorMode, ...]:
        """
        What it holds.
        """

@final
class ColorTemperature(Component):
    """
    white tone (mireds: 1e6/x)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> ColorTemperature: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class ColorTemperatureLimits(Component):
    """
    warmest, coldest
    """

    __match_args__: Final[tuple[Literal["minimum"], Literal["maximum"], Literal["step"]]]
    def __new__(
        cls, /, minimum: "float", maximum: "float", step: "float" = ...
    ) -> ColorTemperatureLimits: ...
    @property
    def maximum(self, /) -> float:
        """
        Largest value, infinity if there is none.
        """
    @property
    def minimum(self, /) -> float:
        """
        Smallest value, minus infinity if there is none.
        """
    @property
    def step(self, /) -> float:
        """
        Distance between two values, 0 if any will do.
        """

@final
class Command(Component):
    """
    do this once; nothing is stored
    """

    ACTIVATE: Final[Command]
    BOOST: Final[Command]
    CALIBRATE: Final[Command]
    CANCEL_BOOST: Final[Command]
    CHECK_UPDATE: Final[Command]
    CLEAN_SPOT: Final[Command]
    CLEAR_QUEUE: Final[Command]
    CLOSE: Final[Command]
    CLOSE_TILT: Final[Command]
    DIM_DOWN: Final[Command]
    DIM_UP: Final[Command]
    ENQUEUE: Final[Command]
    FAST_FORWARD: Final[Command]
    IDENTIFY: Final[Command]
    INSTALL: Final[Command]
    LEARN: Final[Command]
    LOCATE: Final[Command]
    NEXT: Final[Command]
    OPEN: Final[Command]
    OPEN_TILT: Final[Command]
    PAUSE: Final[Command]
    PLAY: Final[Command]
    PLAY_PAUSE: Final[Command]
    PRESS: Final[Command]
    PREVIOUS: Final[Command]
    RESET: Final[Command]
    RESET_CONSUMABLE: Final[Command]
    RESET_ENERGY: Final[Command]
    RESTART: Final[Command]
    RESUME: Final[Command]
    RETURN_HOME: Final[Command]
    REWIND: Final[Command]
    SELF_TEST: Final[Command]
    SILENCE: Final[Command]
    SKIP: Final[Command]
    SKIP_UPDATE: Final[Command]
    SLEEP: Final[Command]
    SPEED_DOWN: Final[Command]
    SPEED_UP: Final[Command]
    START: Final[Command]
    START_OVER: Final[Command]
    STOP: Final[Command]
    STOP_TILT: Final[Command]
    TAKE_SNAPSHOT: Final[Command]
    TOGGLE: Final[Command]
    TRIGGER: Final[Command]
    UNLATCH: Final[Command]
    VOLUME_DOWN: Final[Command]
    VOLUME_UP: Final[Command]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Command: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Commands(Component):
    """
    commands that this entity takes
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[Command]) -> Commands: ...
    @property
    def value(self, /) -> tuple[Command, ...]:
        """
        What it holds.
        """

@disjoint_base
class Component:
    """
    A typed fact about one part of a device. Frozen; equal if class and value are.
    """

    schema: Final[Schema]
    """
    What components.toml says of the class.
    """
    def __copy__(self, /) -> Component: ...
    def __deepcopy__(self, /, memo: "object") -> Component: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> "tuple[type[Component], tuple[object, ...]]": ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> int:
        """
        Permanent id.
        """
    def to_plain(self, /) -> Any:
        """
        A plain value for JSON: a marker is True, an enum its name (or "unknown:87"), a colour [red, green, blue], a
        date or time ISO text, limits and events a dict.
        """

@final
class Configuration(Component):
    """
    entity is a setting of the device
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Configuration: ...

@final
class Configure(Message):
    """
    What the provider needs to begin.
    """

    __match_args__: Final[
        tuple[Literal["instance"], Literal["data_dir"], Literal["config"], Literal["secrets"]]
    ]
    def __new__(
        cls, /, instance: str, data_dir: str, config: dict[str, Any], secrets: dict[str, str]
    ) -> Configure: ...
    def __repr__(self, /) -> str: ...
    @property
    def config(self, /) -> dict[str, Any]: ...
    @property
    def data_dir(self, /) -> str: ...
    @property
    def instance(self, /) -> str: ...
    @property
    def secrets(self, /) -> dict[str, str]: ...

@final
class Connected(Component):
    """
    link to network, cloud or peer is up
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Connected: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Cover(Component):
    """
    blind, awning, garage door, gate; with Position, ...
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Cover: ...

@final
class CreateDevice(Message):
    """
    A device. The same key is the same device, for ever; the number is the provider's, 0, 1, 2 … in this connection.
    """

    __match_args__: Final[tuple[Literal["device"], Literal["key"], Literal["name"]]]
    def __new__(cls, /, device: SupportsIndex, key: str, name: str) -> CreateDevice: ...
    @property
    def device(self, /) -> int: ...
    @property
    def key(self, /) -> str: ...
    @property
    def name(self, /) -> str: ...

@final
class Current(Component):
    """
    current
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Current: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Custom(Message):
    """
    A custom command that the hub wants done, with values by the names of its parameters. `deadline` as in
    WriteRequest, with whose requests it shares the numbers.
    """

    __match_args__: Final[
        tuple[
            Literal["request"],
            Literal["deadline"],
            Literal["name"],
            Literal["device"],
            Literal["entity"],
            Literal["parameters"],
        ]
    ]
    def __new__(
        cls,
        /,
        request: SupportsIndex,
        deadline: SupportsIndex,
        name: str,
        device: SupportsIndex | None,
        entity: SupportsIndex | None,
        parameters: dict[str, Any],
    ) -> Custom: ...
    def __repr__(self, /) -> str: ...
    @property
    def deadline(self, /) -> int: ...
    @property
    def device(self, /) -> int | None: ...
    @property
    def entity(self, /) -> int | None: ...
    @property
    def name(self, /) -> str: ...
    @property
    def parameters(self, /) -> dict[str, Any]: ...
    @property
    def request(self, /) -> int: ...

@final
class CustomParameter:
    """
    One parameter of a custom command: its name there, what it takes, whether the command cannot do without it, and what
    it means to people.
    """

    __match_args__: Final[
        tuple[Literal["name"], Literal["kind"], Literal["required"], Literal["description"]]
    ]
    def __copy__(self, /) -> CustomParameter: ...
    def __deepcopy__(self, /, memo: "object") -> CustomParameter: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(
        cls, /, name: str, kind: ValueKind, required: bool, description: str = ...
    ) -> CustomParameter: ...
    def __repr__(self, /) -> str: ...
    @property
    def description(self, /) -> str: ...
    @property
    def kind(self, /) -> ValueKind: ...
    @property
    def name(self, /) -> str: ...
    @property
    def required(self, /) -> bool: ...

@final
class CustomResult(Message):
    """
    How a custom command ended, and what it gave.
    """

    __match_args__: Final[tuple[Literal["request"], Literal["outcome"], Literal["reason"], Literal["result"]]]
    def __new__(
        cls, /, request: SupportsIndex, outcome: WriteOutcome, reason: str = ..., result: Any = ...
    ) -> CustomResult: ...
    def __repr__(self, /) -> str: ...
    @property
    def outcome(self, /) -> WriteOutcome: ...
    @property
    def reason(self, /) -> str: ...
    @property
    def request(self, /) -> int: ...
    @property
    def result(self, /) -> Any: ...

@final
class Date(Component):
    """
    calendar date
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: date) -> Date: ...
    @property
    def value(self, /) -> date:
        """
        What it holds.
        """

@final
class Decoder:
    """
    Reads the messages of one direction of one connection. Sans-io: bytes go in, messages come out.
    """
    def __new__(cls, /, direction: Direction, *, max_frame: "int" = ...) -> Decoder: ...
    def feed(self, /, data: "bytes | bytearray | memoryview") -> list[Message]:
        """
        Takes what was read from the peer and gives the messages that are complete now; a run of WriteComponents is
        one Writes.

        Raises a child of WireError if the stream is broken; its `messages` are those that were complete before. After
        that the decoder raises the same at every call.
        """
    @property
    def pending(self, /) -> int:
        """
        Bytes of an unfinished preamble or frame that are held back.
        """
    @property
    def skipped(self, /) -> int:
        """
        Frames that were stepped over because their message is newer than this program.
        """
    @property
    def skipped_ids(self, /) -> tuple[int, ...]:
        """
        The different ids of these messages in the order in which they came first; of more than 64 the first 64.
        """

@final
class Demand(Component):
    """
    heating or cooling demand, valve opening of a radiator
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Demand: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class DeviceCreated(Message):
    """
    The device is known to the hub by this permanent id; name that the owner gave, "" if none.
    """

    __match_args__: Final[tuple[Literal["device"], Literal["id"], Literal["name"]]]
    def __new__(cls, /, device: SupportsIndex, id: SupportsIndex, name: str = ...) -> DeviceCreated: ...
    @property
    def device(self, /) -> int: ...
    @property
    def id(self, /) -> int: ...
    @property
    def name(self, /) -> str: ...

@final
class DeviceStatus(Message):
    """
    Whether a device can be reached, and if not, why.
    """

    __match_args__: Final[tuple[Literal["device"], Literal["online"], Literal["reason"]]]
    def __new__(cls, /, device: SupportsIndex, online: bool, reason: str = ...) -> DeviceStatus: ...
    @property
    def device(self, /) -> int: ...
    @property
    def online(self, /) -> bool: ...
    @property
    def reason(self, /) -> str: ...

@final
class Diagnostic(Component):
    """
    entity tells of the device's health
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Diagnostic: ...

@final
class Dimmer(Component):
    """
    brightness while on; 0 is not off
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Dimmer: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Direction:
    """
    Which way messages go on a connection between hub and provider.
    """

    HUB_TO_PROVIDER: Final[Direction]
    """
    What the hub sends to a provider.
    """
    PROVIDER_TO_HUB: Final[Direction]
    """
    What a provider sends.
    """
    def __copy__(self, /) -> Direction: ...
    def __deepcopy__(self, /, memo: "object") -> Direction: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __repr__(self, /) -> str: ...
    @property
    def highest_message(self, /) -> int:
        """
        Highest message id that is known in this direction.
        """

@final
class Distance(Component):
    """
    distance, depth, visibility
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Distance: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class DoorLock(Component):
    """
    lock; only LOCKED and UNLOCKED may be written (unlatch: Command.UNLATCH)
    """

    JAMMED: Final[DoorLock]
    LOCKED: Final[DoorLock]
    LOCKING: Final[DoorLock]
    OPEN: Final[DoorLock]
    OPENING: Final[DoorLock]
    PARTLY_LOCKED: Final[DoorLock]
    UNLOCKED: Final[DoorLock]
    UNLOCKING: Final[DoorLock]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> DoorLock: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class DoorbellEvent(Component):
    """
    somebody rang
    """

    __match_args__: Final[tuple[Literal["count"]]]
    def __new__(cls, /, count: "int" = ...) -> DoorbellEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """

@final
class Duration(Component):
    """
    a length of time; of the medium that plays
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Duration: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Effect(Component):
    """
    running effect; "" none
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Effect: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class EffectOptions(Component):
    """
    names of effects
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> EffectOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class EndTime(Component):
    """
    planned or real end
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> EndTime: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class Energy(Component):
    """
    energy taken so far (meter reading)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Energy: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class EnergyExported(Component):
    """
    energy given so far
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> EnergyExported: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class EnergyStored(Component):
    """
    energy in a storage now
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> EnergyStored: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Fan(Component):
    """
    moves air
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Fan: ...

@final
class FanDirection(Component):
    """
    FORWARD is clockwise seen from below
    """

    FORWARD: Final[FanDirection]
    REVERSE: Final[FanDirection]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> FanDirection: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class FanMode(Component):
    """
    fan step by name, suction of a robot; usual: auto on off low medium high middle focus diffuse quiet
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> FanMode: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class FanModeOptions(Component):
    """
    names of fan modes
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> FanModeOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class FanSpeed(Component):
    """
    speed while on
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> FanSpeed: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class FanSpeedStep(Component):
    """
    1/number of speeds
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> FanSpeedStep: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Fault(Component):
    """
    error in words or the device's code; "" none
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Fault: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class FillLevel(Component):
    """
    tank, bin, hot-water store
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> FillLevel: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class FlashDuration(Component):
    """
    flash for so long, then as before
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> FlashDuration: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class FlowRate(Component):
    """
    flow of liquid or gas
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> FlowRate: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Formaldehyde(Component):
    """
    CH2O
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Formaldehyde: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Frequency(Component):
    """
    frequency
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Frequency: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class GasAlarm(Component):
    """
    combustible gas
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> GasAlarm: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class GasVolume(Component):
    """
    gas used so far
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> GasVolume: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class HardwareVersion(Component):
    """
    hardware version
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> HardwareVersion: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Health(OpenEnum):
    """
    How a provider is doing.
    """

    DEGRADED: Final[Health]
    OK: Final[Health]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Health: ...

@final
class Heat(Component):
    """
    too hot
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Heat: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Hello(Message):
    """
    The first message of each side. `highest_message` is of the direction that the sender receives.
    """

    __match_args__: Final[
        tuple[
            Literal["role"],
            Literal["schema_revision"],
            Literal["highest_component"],
            Literal["highest_message"],
            Literal["schema_hash"],
            Literal["max_frame"],
            Literal["program"],
            Literal["program_version"],
            Literal["sdk"],
            Literal["sdk_version"],
            Literal["features"],
        ]
    ]
    def __new__(
        cls,
        /,
        role: Role,
        schema_revision: SupportsIndex,
        highest_component: SupportsIndex,
        highest_message: SupportsIndex,
        schema_hash: SupportsIndex,
        max_frame: SupportsIndex,
        program: str,
        program_version: str,
        sdk: str,
        sdk_version: str,
        features: SupportsIndex = ...,
    ) -> Hello: ...
    @property
    def features(self, /) -> int: ...
    @property
    def highest_component(self, /) -> int: ...
    @property
    def highest_message(self, /) -> int: ...
    @property
    def max_frame(self, /) -> int: ...
    @property
    def program(self, /) -> str: ...
    @property
    def program_version(self, /) -> str: ...
    @property
    def role(self, /) -> Role: ...
    @property
    def schema_hash(self, /) -> int: ...
    @property
    def schema_revision(self, /) -> int: ...
    @property
    def sdk(self, /) -> str: ...
    @property
    def sdk_version(self, /) -> str: ...

@final
class HelloReject(Message):
    """
    The last message to a side whose hello is not accepted.
    """

    __match_args__: Final[tuple[Literal["code"], Literal["reason"]]]
    def __new__(cls, /, code: RejectCode, reason: str) -> HelloReject: ...
    @property
    def code(self, /) -> RejectCode: ...
    @property
    def reason(self, /) -> str: ...

@final
class HiddenByDefault(Component):
    """
    not shown until asked for
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> HiddenByDefault: ...

@final
class Humidifier(Component):
    """
    changes air humidity; MachineKind.DEHUMIDIFIER takes water out
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Humidifier: ...

@final
class Humidity(Component):
    """
    relative humidity of air
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Humidity: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Illuminance(Component):
    """
    light level
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Illuminance: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class ImageUrl(Component):
    """
    URL of a still picture: snapshot, cover art, map
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> ImageUrl: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class InstalledVersion(Component):
    """
    version that runs (also the device's firmware)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> InstalledVersion: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Integer(Component):
    """
    a whole number (64 bits, signed) with no typed component
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Integer: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class LastReset(Component):
    """
    when a TOTAL last began at zero
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> LastReset: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class LatestVersion(Component):
    """
    newest version
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> LatestVersion: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class LawnMower(Component):
    """
    robot that mows
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> LawnMower: ...

@final
class Light(Component):
    """
    a lamp; with Switch, Dimmer, Color, ...
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Light: ...

@final
class LightDetected(Component):
    """
    light is there
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> LightDetected: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Limits(Component):
    """
    minimum, maximum, step of Integer, Real, Duration, Timestamp, Text length; in the unit of the value
    """

    __match_args__: Final[tuple[Literal["minimum"], Literal["maximum"], Literal["step"]]]
    def __new__(cls, /, minimum: "float", maximum: "float", step: "float" = ...) -> Limits: ...
    @property
    def maximum(self, /) -> float:
        """
        Largest value, infinity if there is none.
        """
    @property
    def minimum(self, /) -> float:
        """
        Smallest value, minus infinity if there is none.
        """
    @property
    def step(self, /) -> float:
        """
        Distance between two values, 0 if any will do.
        """

@final
class LinkQuality(Component):
    """
    radio link quality
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> LinkQuality: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Location(Component):
    """
    latitude and longitude in degrees (WGS 84), then, if known, the radius of accuracy in metres; no range is checked
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[SupportsFloat | SupportsIndex]) -> Location: ...
    @property
    def value(self, /) -> tuple[float, ...]:
        """
        What it holds.
        """

@final
class Log(Message):
    """
    A line for the log. Control characters become U+FFFD, what is longer than MAX_TEXT is cut.
    """

    __match_args__: Final[tuple[Literal["level"], Literal["text"]]]
    def __new__(cls, /, level: LogLevel, text: str) -> Log: ...
    @property
    def level(self, /) -> LogLevel: ...
    @property
    def text(self, /) -> str: ...

@final
class LogLevel(OpenEnum):
    """
    How much a log line matters.
    """

    DEBUG: Final[LogLevel]
    ERROR: Final[LogLevel]
    INFO: Final[LogLevel]
    WARNING: Final[LogLevel]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> LogLevel: ...

@final
class MachineKind(Component):
    """
    finer kind, where no marker of its own exists; alone it marks a household machine
    """

    AIR_CONDITIONER: Final[MachineKind]
    AIR_PURIFIER: Final[MachineKind]
    BATTERY_STORAGE: Final[MachineKind]
    CABINET: Final[MachineKind]
    CHIME: Final[MachineKind]
    COFFEE_MAKER: Final[MachineKind]
    COOKER: Final[MachineKind]
    COOKTOP: Final[MachineKind]
    COOK_SURFACE: Final[MachineKind]
    DEHUMIDIFIER: Final[MachineKind]
    DISHWASHER: Final[MachineKind]
    DOORBELL: Final[MachineKind]
    DRYER: Final[MachineKind]
    EV_CHARGER: Final[MachineKind]
    FREEZER: Final[MachineKind]
    FRIDGE: Final[MachineKind]
    HEAT_PUMP: Final[MachineKind]
    HOOD: Final[MachineKind]
    INTERCOM: Final[MachineKind]
    IRRIGATION: Final[MachineKind]
    KETTLE: Final[MachineKind]
    METER: Final[MachineKind]
    MICROPHONE: Final[MachineKind]
    MICROWAVE: Final[MachineKind]
    OTHER: Final[MachineKind]
    OVEN: Final[MachineKind]
    PET_FEEDER: Final[MachineKind]
    POOL: Final[MachineKind]
    PRINTER: Final[MachineKind]
    PROJECTOR: Final[MachineKind]
    PUMP: Final[MachineKind]
    RECEIVER: Final[MachineKind]
    ROUTER: Final[MachineKind]
    SET_TOP_BOX: Final[MachineKind]
    SOLAR_PANEL: Final[MachineKind]
    SPEAKER: Final[MachineKind]
    TV: Final[MachineKind]
    WASHER: Final[MachineKind]
    WASHER_DRYER: Final[MachineKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> MachineKind: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Manufacturer(Component):
    """
    maker
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Manufacturer: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class MediaPlayer(Component):
    """
    plays or shows media
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> MediaPlayer: ...

@final
class MediaPosition(Component):
    """
    place; writing seeks
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> MediaPosition: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class MediaUrl(Component):
    """
    play this URL; with Command.ENQUEUE in the same write: afterwards
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> MediaUrl: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@disjoint_base
class Message:
    """
    One message of a conversation. Frozen; equal if class and fields are.
    """
    def __copy__(self, /) -> Message: ...
    def __deepcopy__(self, /, memo: "object") -> Message: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...

@final
class Model(Component):
    """
    model name
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Model: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Moisture(Component):
    """
    soil or material moisture
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Moisture: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Motion(Component):
    """
    movement seen
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Motion: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Movement(Component):
    """
    what it is doing now
    """

    CLOSING: Final[Movement]
    OPENING: Final[Movement]
    STOPPED: Final[Movement]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Movement: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Moving(Component):
    """
    this object moves
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Moving: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Muted(Component):
    """
    sound, microphone or alarm is silent
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Muted: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class NamedEvent(Component):
    """
    event with the device's own name
    """

    __match_args__: Final[tuple[Literal["text"], Literal["count"]]]
    def __new__(cls, /, text: "str", count: "int" = ...) -> NamedEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """
    @property
    def text(self, /) -> str:
        """
        What it was.
        """

@final
class NamedEventOptions(Component):
    """
    names it can send
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> NamedEventOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class NitrogenDioxide(Component):
    """
    NO2
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> NitrogenDioxide: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Notifier(Component):
    """
    shows or says the Text that is written
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Notifier: ...

@final
class Obstruction(Component):
    """
    way is blocked
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Obstruction: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Occupancy(Component):
    """
    somebody is in the room or zone
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Occupancy: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Open(Component):
    """
    door, window, lid, contact is open
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Open: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@disjoint_base
class OpenEnum:
    """
    A number with names for the values that this revision knows; others are kept and passed on.
    """
    def __copy__(self, /) -> OpenEnum: ...
    def __deepcopy__(self, /, memo: "object") -> OpenEnum: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> "tuple[type[OpenEnum], tuple[object, ...]]": ...
    def __repr__(self, /) -> str: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class OpeningKind(Component):
    """
    what Open, Cover or Valve is about
    """

    AIR: Final[OpeningKind]
    AWNING: Final[OpeningKind]
    BLIND: Final[OpeningKind]
    CURTAIN: Final[OpeningKind]
    DAMPER: Final[OpeningKind]
    DOOR: Final[OpeningKind]
    FAUCET: Final[OpeningKind]
    GARAGE_DOOR: Final[OpeningKind]
    GAS: Final[OpeningKind]
    GATE: Final[OpeningKind]
    IRRIGATION: Final[OpeningKind]
    LID: Final[OpeningKind]
    RADIATOR: Final[OpeningKind]
    ROOF_WINDOW: Final[OpeningKind]
    SHADE: Final[OpeningKind]
    SHOWER: Final[OpeningKind]
    SHUTTER: Final[OpeningKind]
    SLAT: Final[OpeningKind]
    WATER: Final[OpeningKind]
    WINDOW: Final[OpeningKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> OpeningKind: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class OperationalState(Component):
    """
    machine or robot
    """

    CHARGING: Final[OperationalState]
    CLEANING_MOP: Final[OperationalState]
    DOCKED: Final[OperationalState]
    EMPTYING_BIN: Final[OperationalState]
    ERROR: Final[OperationalState]
    FILLING_TANK: Final[OperationalState]
    FINISHED: Final[OperationalState]
    MAPPING: Final[OperationalState]
    PAUSED: Final[OperationalState]
    RETURNING: Final[OperationalState]
    RUNNING: Final[OperationalState]
    SELF_CLEANING: Final[OperationalState]
    STOPPED: Final[OperationalState]
    UPDATING: Final[OperationalState]
    WAITING: Final[OperationalState]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> OperationalState: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Oscillating(Component):
    """
    fan swings
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Oscillating: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Outlet(Component):
    """
    socket; with Switch, Power, ...
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Outlet: ...

@final
class Ozone(Component):
    """
    O3
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Ozone: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class PageUrl(Component):
    """
    URL of the page of the device, the release, the entry
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> PageUrl: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Pattern(Component):
    """
    regular expression: the form of Text or of Code
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Pattern: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Phase(Component):
    """
    step of the programme
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Phase: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Ping(Message):
    """
    A question whether the provider's loop is alive.
    """

    __match_args__: Final[tuple[Literal["nonce"]]]
    def __new__(cls, /, nonce: SupportsIndex) -> Ping: ...
    @property
    def nonce(self, /) -> int: ...

@final
class PlaybackState(Component):
    """
    player
    """

    ANNOUNCING: Final[PlaybackState]
    BUFFERING: Final[PlaybackState]
    IDLE: Final[PlaybackState]
    OFF: Final[PlaybackState]
    ON: Final[PlaybackState]
    PAUSED: Final[PlaybackState]
    PLAYING: Final[PlaybackState]
    STANDBY: Final[PlaybackState]
    STOPPED: Final[PlaybackState]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> PlaybackState: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class PluggedIn(Component):
    """
    plug or cable is in
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> PluggedIn: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Pm1(Component):
    """
    particles to 1 µm
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Pm1: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Pm10(Component):
    """
    particles to 10 µm
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Pm10: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Pm25(Component):
    """
    particles to 2.5 µm
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Pm25: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Pong(Message):
    """
    The answer to a ping.
    """

    __match_args__: Final[tuple[Literal["nonce"]]]
    def __new__(cls, /, nonce: SupportsIndex) -> Pong: ...
    @property
    def nonce(self, /) -> int: ...

@final
class Position(Component):
    """
    where a cover or valve stands; 0 is closed, 1 is open
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Position: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Power(Component):
    """
    active power; more than 0 is taken by a load, imported at a meter, generated by a solar panel, charged into a battery storage
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Power: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class PowerFactor(Component):
    """
    power factor
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> PowerFactor: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class PowerOnBehavior(Component):
    """
    Switch after a power cut
    """

    OFF: Final[PowerOnBehavior]
    ON: Final[PowerOnBehavior]
    PREVIOUS: Final[PowerOnBehavior]
    TOGGLE: Final[PowerOnBehavior]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> PowerOnBehavior: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class PowerPresent(Component):
    """
    mains or power is there
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> PowerPresent: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Precipitation(Component):
    """
    rain fallen
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Precipitation: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Precision(Component):
    """
    decimals worth showing
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Precision: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class Presence(Component):
    """
    somebody or something is at home
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Presence: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Preset(Component):
    """
    named set of settings, "" none; usual: none eco away boost comfort home sleep activity auto manual normal
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Preset: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class PresetOptions(Component):
    """
    names of presets
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> PresetOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Pressure(Component):
    """
    pressure in a pipe, vessel
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Pressure: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class PrivacyMode(Component):
    """
    camera, microphone are blind
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> PrivacyMode: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Problem(Component):
    """
    something is wrong; Fault says what
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Problem: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Program(Component):
    """
    washing, cooking, run or pump programme
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Program: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class ProgramOptions(Component):
    """
    names
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> ProgramOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Progress(Component):
    """
    of programme, cleaning, update
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Progress: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class ProviderStatus(Message):
    """
    How the provider as a whole is doing.
    """

    __match_args__: Final[tuple[Literal["health"], Literal["reason"]]]
    def __new__(cls, /, health: Health, reason: str = ...) -> ProviderStatus: ...
    @property
    def health(self, /) -> Health: ...
    @property
    def reason(self, /) -> str: ...

@final
class Quantity(Component):
    """
    what Integer or Real is, where no typed component exists
    """

    ABSOLUTE_HUMIDITY: Final[Quantity]
    ACCELERATION: Final[Quantity]
    AIR_QUALITY_INDEX: Final[Quantity]
    ANGLE: Final[Quantity]
    APPARENT_POWER: Final[Quantity]
    AREA: Final[Quantity]
    ATTENUATION: Final[Quantity]
    BATTERY: Final[Quantity]
    BATTERY_TARGET: Final[Quantity]
    BLOOD_GLUCOSE: Final[Quantity]
    BREATH_RATE: Final[Quantity]
    CLOUD_COVER: Final[Quantity]
    CONCENTRATION: Final[Quantity]
    CONDUCTIVITY: Final[Quantity]
    COUNT: Final[Quantity]
    CURRENT: Final[Quantity]
    CURRENT_LIMIT: Final[Quantity]
    DATA_RATE: Final[Quantity]
    DATA_SIZE: Final[Quantity]
    DISTANCE: Final[Quantity]
    DURATION: Final[Quantity]
    ENERGY: Final[Quantity]
    ENERGY_CAPACITY: Final[Quantity]
    ENERGY_PER_DISTANCE: Final[Quantity]
    FLOW: Final[Quantity]
    FREQUENCY: Final[Quantity]
    GAIN: Final[Quantity]
    GAS: Final[Quantity]
    GAS_LEVEL: Final[Quantity]
    HARDNESS: Final[Quantity]
    HEART_RATE: Final[Quantity]
    HUMIDITY: Final[Quantity]
    ILLUMINANCE: Final[Quantity]
    IRRADIANCE: Final[Quantity]
    LEVEL: Final[Quantity]
    MOISTURE: Final[Quantity]
    MONEY: Final[Quantity]
    NITROGEN_MONOXIDE: Final[Quantity]
    NITROUS_OXIDE: Final[Quantity]
    NOX_INDEX: Final[Quantity]
    OFFSET: Final[Quantity]
    PARTICLE_COUNT: Final[Quantity]
    PARTICLE_SIZE: Final[Quantity]
    PEOPLE_COUNT: Final[Quantity]
    PH: Final[Quantity]
    PLAYBACK_SPEED: Final[Quantity]
    PM4: Final[Quantity]
    POSITION: Final[Quantity]
    POWER: Final[Quantity]
    POWER_FACTOR: Final[Quantity]
    POWER_LIMIT: Final[Quantity]
    PRECIPITATION: Final[Quantity]
    PRECIPITATION_PROBABILITY: Final[Quantity]
    PRECIPITATION_RATE: Final[Quantity]
    PRESSURE: Final[Quantity]
    PRICE: Final[Quantity]
    PROPORTION: Final[Quantity]
    RADIATION: Final[Quantity]
    REACTIVE_ENERGY: Final[Quantity]
    REACTIVE_POWER: Final[Quantity]
    ROTATION: Final[Quantity]
    ROTATION_SPEED: Final[Quantity]
    SALINITY: Final[Quantity]
    SENSITIVITY: Final[Quantity]
    SIGNAL_STRENGTH: Final[Quantity]
    SIGNAL_TO_NOISE: Final[Quantity]
    SOUND_LEVEL: Final[Quantity]
    SPEED: Final[Quantity]
    STORED_VOLUME: Final[Quantity]
    TEMPERATURE: Final[Quantity]
    TEMPERATURE_DIFFERENCE: Final[Quantity]
    UV_INDEX: Final[Quantity]
    VOC_INDEX: Final[Quantity]
    VOLTAGE: Final[Quantity]
    VOLUME: Final[Quantity]
    VOLUME_LEVEL: Final[Quantity]
    WATER: Final[Quantity]
    WEIGHT: Final[Quantity]
    WIND_DIRECTION: Final[Quantity]
    WIND_SPEED: Final[Quantity]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Quantity: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Radon(Component):
    """
    radon
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Radon: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Raining(Component):
    """
    it rains
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Raining: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class ReactivePower(Component):
    """
    reactive power
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> ReactivePower: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Ready(Message):
    """
    The provider has registered what it knows at the start.
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Ready: ...

@final
class Real(Component):
    """
    a number with no typed component; Unit or UnitLabel and Quantity say what it is
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Real: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class RefusalCode(OpenEnum):
    """
    Why a message, or a part of it, was not taken.
    """

    DUPLICATE_KEY: Final[RefusalCode]
    LIMIT: Final[RefusalCode]
    NOT_DECLARED: Final[RefusalCode]
    UNKNOWN_COMPONENT: Final[RefusalCode]
    UNKNOWN_DEVICE: Final[RefusalCode]
    UNKNOWN_ENTITY: Final[RefusalCode]
    WRONG_STATE: Final[RefusalCode]
    WRONG_VALUE: Final[RefusalCode]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> RefusalCode: ...

@final
class Refused(Message):
    """
    A message, or a part of it, was not taken. `message` is its id.
    """

    __match_args__: Final[
        tuple[
            Literal["message"],
            Literal["device"],
            Literal["entity"],
            Literal["component"],
            Literal["code"],
            Literal["reason"],
        ]
    ]
    def __new__(
        cls,
        /,
        message: SupportsIndex,
        device: SupportsIndex | None,
        entity: SupportsIndex | None,
        component: SupportsIndex | None,
        code: RefusalCode,
        reason: str = ...,
    ) -> Refused: ...
    @property
    def code(self, /) -> RefusalCode: ...
    @property
    def component(self, /) -> int | None: ...
    @property
    def device(self, /) -> int | None: ...
    @property
    def entity(self, /) -> int | None: ...
    @property
    def message(self, /) -> int: ...
    @property
    def reason(self, /) -> str: ...

@final
class RefusedValue:
    """
    A component that was received and not taken, because its value breaks the schema.
    """

    __match_args__: Final[
        tuple[Literal["device"], Literal["entity"], Literal["component"], Literal["reason"]]
    ]
    def __copy__(self, /) -> RefusedValue: ...
    def __deepcopy__(self, /, memo: "object") -> RefusedValue: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...
    @property
    def component(self, /) -> int:
        """
        Id of the component.
        """
    @property
    def device(self, /) -> int:
        """
        Number of the device.
        """
    @property
    def entity(self, /) -> int:
        """
        Number of the entity.
        """
    @property
    def reason(self, /) -> str:
        """
        Why, for people: "Humidity 130.0 is above 100".
        """

@final
class RegisterCustom(Message):
    """
    A custom command: what a provider (no device), a device (no entity) or an entity can do and no component says.
    The same name again in the same scope takes the place of the one before.
    """

    __match_args__: Final[
        tuple[
            Literal["name"],
            Literal["device"],
            Literal["entity"],
            Literal["description"],
            Literal["parameters"],
        ]
    ]
    def __new__(
        cls,
        /,
        name: str,
        device: SupportsIndex | None,
        entity: SupportsIndex | None,
        description: str = ...,
        parameters: Iterable[CustomParameter] = ...,
    ) -> RegisterCustom: ...
    @property
    def description(self, /) -> str: ...
    @property
    def device(self, /) -> int | None: ...
    @property
    def entity(self, /) -> int | None: ...
    @property
    def name(self, /) -> str: ...
    @property
    def parameters(self, /) -> tuple[CustomParameter, ...]: ...

@final
class RegisterEntity(Message):
    """
    An entity of a device, with everything that is known of it at the start.
    """

    __match_args__: Final[
        tuple[Literal["device"], Literal["entity"], Literal["key"], Literal["name"], Literal["components"]]
    ]
    def __new__(
        cls,
        /,
        device: SupportsIndex,
        entity: SupportsIndex,
        key: str,
        name: str,
        components: Iterable[Component],
    ) -> RegisterEntity: ...
    @property
    def components(self, /) -> tuple[Component, ...]: ...
    @property
    def device(self, /) -> int: ...
    @property
    def entity(self, /) -> int: ...
    @property
    def key(self, /) -> str: ...
    @property
    def name(self, /) -> str: ...
    @property
    def refused(self, /) -> tuple[RefusedValue, ...]:
        """
        Components that were received and not taken.
        """

@final
class RejectCode(OpenEnum):
    """
    Why a hello is rejected.
    """

    NOT_EXPECTED: Final[RejectCode]
    OTHER: Final[RejectCode]
    SCHEMA_FORK: Final[RejectCode]
    UNSUPPORTED_PROTOCOL: Final[RejectCode]
    WRONG_ROLE: Final[RejectCode]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> RejectCode: ...

@final
class RemainingLife(Component):
    """
    filter, brush, cartridge
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> RemainingLife: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class RemainingTime(Component):
    """
    until the running thing ends
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> RemainingTime: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class RemoteKey(Component):
    """
    a key of its remote control
    """

    BACK: Final[RemoteKey]
    BLUE: Final[RemoteKey]
    CHANNEL_DOWN: Final[RemoteKey]
    CHANNEL_UP: Final[RemoteKey]
    CLEAR: Final[RemoteKey]
    DIGIT_0: Final[RemoteKey]
    DIGIT_1: Final[RemoteKey]
    DIGIT_2: Final[RemoteKey]
    DIGIT_3: Final[RemoteKey]
    DIGIT_4: Final[RemoteKey]
    DIGIT_5: Final[RemoteKey]
    DIGIT_6: Final[RemoteKey]
    DIGIT_7: Final[RemoteKey]
    DIGIT_8: Final[RemoteKey]
    DIGIT_9: Final[RemoteKey]
    DOWN: Final[RemoteKey]
    EJECT: Final[RemoteKey]
    ENTER: Final[RemoteKey]
    EXIT: Final[RemoteKey]
    FAST_FORWARD: Final[RemoteKey]
    FAVORITES: Final[RemoteKey]
    GREEN: Final[RemoteKey]
    GUIDE: Final[RemoteKey]
    HOME: Final[RemoteKey]
    INFO: Final[RemoteKey]
    INPUT: Final[RemoteKey]
    LEFT: Final[RemoteKey]
    MENU: Final[RemoteKey]
    MUTE: Final[RemoteKey]
    NEXT: Final[RemoteKey]
    PAUSE: Final[RemoteKey]
    PLAY: Final[RemoteKey]
    PLAY_PAUSE: Final[RemoteKey]
    POWER: Final[RemoteKey]
    PREVIOUS: Final[RemoteKey]
    RECORD: Final[RemoteKey]
    RED: Final[RemoteKey]
    REWIND: Final[RemoteKey]
    RIGHT: Final[RemoteKey]
    SELECT: Final[RemoteKey]
    SETUP: Final[RemoteKey]
    STOP: Final[RemoteKey]
    SUBTITLE: Final[RemoteKey]
    UP: Final[RemoteKey]
    VOLUME_DOWN: Final[RemoteKey]
    VOLUME_UP: Final[RemoteKey]
    YELLOW: Final[RemoteKey]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> RemoteKey: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class RemoveDevice(Message):
    """
    The device is gone for good.
    """

    __match_args__: Final[tuple[Literal["device"]]]
    def __new__(cls, /, device: SupportsIndex) -> RemoveDevice: ...
    @property
    def device(self, /) -> int: ...

@final
class RemoveEntity(Message):
    """
    The entity is gone for good.
    """

    __match_args__: Final[tuple[Literal["device"], Literal["entity"]]]
    def __new__(cls, /, device: SupportsIndex, entity: SupportsIndex) -> RemoveEntity: ...
    @property
    def device(self, /) -> int: ...
    @property
    def entity(self, /) -> int: ...

@final
class Repeat(Component):
    """
    repeat
    """

    ALL: Final[Repeat]
    OFF: Final[Repeat]
    ONE: Final[Repeat]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Repeat: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class ReplaceNeeded(Component):
    """
    filter, brush, sensor is at its end
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> ReplaceNeeded: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Role(OpenEnum):
    """
    What a program is in the conversation.
    """

    CLIENT: Final[Role]
    HUB: Final[Role]
    PROVIDER: Final[Role]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Role: ...

@final
class Running(Component):
    """
    machine, pump, update, calendar entry runs; a load draws, water flows
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Running: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Scene(Component):
    """
    Command.ACTIVATE sets it
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Scene: ...

@final
class Schema:
    """
    What components.toml says of one component.
    """
    def __copy__(self, /) -> Schema: ...
    def __deepcopy__(self, /, memo: "object") -> Schema: ...
    def __repr__(self, /) -> str: ...
    @property
    def access(self, /) -> str:
        """
        marker, state, writable, fact, command, modifier or event.
        """
    @property
    def description(self, /) -> str:
        """
        For people.
        """
    @property
    def element(self, /) -> str | None:
        """
        What a list holds, what comes with an event: "text", "real", "component" or the name of an enum.
        """
    @property
    def id(self, /) -> int:
        """
        Permanent id.
        """
    @property
    def kind(self, /) -> str:
        """
        marker, boolean, integer, real, text, colour, date, time, enum, list, limits or event.
        """
    @property
    def maximum(self, /) -> float | None:
        """
        Largest value that is taken.
        """
    @property
    def minimum(self, /) -> float | None:
        """
        Smallest value that is taken.
        """
    @property
    def name(self, /) -> str:
        """
        Name of the class.
        """
    @property
    def since(self, /) -> int:
        """
        Schema revision that brought the component.
        """
    @property
    def unit(self, /) -> str | None:
        """
        Unit of the value.
        """
    @property
    def variants(self, /) -> tuple[str, ...]:
        """
        Names of the variants by number: of the enum, or of the enum that is the element.
        """
    @property
    def writes(self, /) -> tuple[int, ...] | None:
        """
        Numbers of the variants that may be written; None: no such restriction.
        """

@final
class Secret(Component):
    """
    Text is a password: hidden, not logged
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Secret: ...

@final
class SelectedAreas(Component):
    """
    rooms or zones to work in
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> SelectedAreas: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Sensor(Component):
    """
    measures or detects something
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Sensor: ...

@final
class SerialNumber(Component):
    """
    serial number
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> SerialNumber: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Severity(Component):
    """
    of the alarm or fault
    """

    CRITICAL: Final[Severity]
    NORMAL: Final[Severity]
    WARNING: Final[Severity]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Severity: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Shuffle(Component):
    """
    random order
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Shuffle: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Signal(Component):
    """
    send this infrared or radio code: "f=38000;n=1;9000,-4500,560" (carrier in Hz, repeats, µs on and off), or "c=" and the device's own code
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Signal: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class SignalEvent(Component):
    """
    this code was received, written as in Signal
    """

    __match_args__: Final[tuple[Literal["text"], Literal["count"]]]
    def __new__(cls, /, text: "str", count: "int" = ...) -> SignalEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """
    @property
    def text(self, /) -> str:
        """
        What it was.
        """

@final
class SignalKind(Component):
    """
    what Signal sends
    """

    INFRARED: Final[SignalKind]
    RADIO: Final[SignalKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> SignalKind: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class SignalStrength(Component):
    """
    radio signal
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> SignalStrength: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Siren(Component):
    """
    with Switch, Tone, Volume, ActiveDuration
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Siren: ...

@final
class Smoke(Component):
    """
    smoke alarm
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Smoke: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class SoundDetected(Component):
    """
    sound is there
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> SoundDetected: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class SoundLevel(Component):
    """
    loudness measured
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> SoundLevel: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Source(Component):
    """
    input, app, channel list entry
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Source: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class SourceOptions(Component):
    """
    names
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> SourceOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class StartTime(Component):
    """
    planned or real start
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> StartTime: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class Stop(Message):
    """
    End now; end of file follows.
    """

    __match_args__: Final[tuple[Literal["reason"]]]
    def __new__(cls, /, reason: str = ...) -> Stop: ...
    @property
    def reason(self, /) -> str: ...

@final
class StreamUrl(Component):
    """
    URL of live video (RTSP, HLS, WebRTC)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> StreamUrl: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class SulfurDioxide(Component):
    """
    SO2
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> SulfurDioxide: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Summary(Component):
    """
    what an update changes, what an entry is about
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Summary: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class SwingMode(Component):
    """
    louvre movement; usual: off on vertical horizontal both
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> SwingMode: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class SwingModeOptions(Component):
    """
    names
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> SwingModeOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Switch(Component):
    """
    on or off
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Switch: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class TagEvent(Component):
    """
    NFC or RFID tag was read; its id
    """

    __match_args__: Final[tuple[Literal["text"], Literal["count"]]]
    def __new__(cls, /, text: "str", count: "int" = ...) -> TagEvent: ...
    @property
    def count(self, /) -> int:
        """
        How often it happened since the last message.
        """
    @property
    def text(self, /) -> str:
        """
        What it was.
        """

@final
class Tamper(Component):
    """
    case opened, torn off
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Tamper: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class TargetHumidity(Component):
    """
    wanted humidity
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetHumidity: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class TargetHumidityLimits(Component):
    """
    of TargetHumidity
    """

    __match_args__: Final[tuple[Literal["minimum"], Literal["maximum"], Literal["step"]]]
    def __new__(cls, /, minimum: "float", maximum: "float", step: "float" = ...) -> TargetHumidityLimits: ...
    @property
    def maximum(self, /) -> float:
        """
        Largest value, infinity if there is none.
        """
    @property
    def minimum(self, /) -> float:
        """
        Smallest value, minus infinity if there is none.
        """
    @property
    def step(self, /) -> float:
        """
        Distance between two values, 0 if any will do.
        """

@final
class TargetPosition(Component):
    """
    where it shall go; 0 is closed, 1 is open
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetPosition: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class TargetTemperature(Component):
    """
    wanted temperature
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetTemperature: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class TargetTemperatureHigh(Component):
    """
    cool above this
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetTemperatureHigh: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class TargetTemperatureLimits(Component):
    """
    of the three targets
    """

    __match_args__: Final[tuple[Literal["minimum"], Literal["maximum"], Literal["step"]]]
    def __new__(
        cls, /, minimum: "float", maximum: "float", step: "float" = ...
    ) -> TargetTemperatureLimits: ...
    @property
    def maximum(self, /) -> float:
        """
        Largest value, infinity if there is none.
        """
    @property
    def minimum(self, /) -> float:
        """
        Smallest value, minus infinity if there is none.
        """
    @property
    def step(self, /) -> float:
        """
        Distance between two values, 0 if any will do.
        """

@final
class TargetTemperatureLow(Component):
    """
    heat below this
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetTemperatureLow: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class TargetTilt(Component):
    """
    where slats shall go; 0 is closed, 1 is open
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TargetTilt: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Temperature(Component):
    """
    measured temperature
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Temperature: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Text(Component):
    """
    a text; with TextOptions it is a choice
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Text: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class TextOptions(Component):
    """
    allowed values of Text
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> TextOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Thermostat(Component):
    """
    controls temperature (thermostat, valve head, air conditioner)
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Thermostat: ...

@final
class ThermostatMode(Component):
    """
    HEAT_COOL keeps between low and high; AUTO lets the device choose
    """

    AUTO: Final[ThermostatMode]
    COOL: Final[ThermostatMode]
    DRY: Final[ThermostatMode]
    EMERGENCY_HEAT: Final[ThermostatMode]
    FAN_ONLY: Final[ThermostatMode]
    HEAT: Final[ThermostatMode]
    HEAT_COOL: Final[ThermostatMode]
    OFF: Final[ThermostatMode]
    PRECOOL: Final[ThermostatMode]
    SLEEP: Final[ThermostatMode]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ThermostatMode: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class ThermostatModes(Component):
    """
    modes it has
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[ThermostatMode]) -> ThermostatModes: ...
    @property
    def value(self, /) -> tuple[ThermostatMode, ...]:
        """
        What it holds.
        """

@final
class Tilt(Component):
    """
    slats; 0 is closed, 1 is open
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Tilt: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Time(Component):
    """
    time of day, no zone
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: time) -> Time: ...
    @property
    def value(self, /) -> time:
        """
        What it holds.
        """

@final
class Timestamp(Component):
    """
    an instant (datetime)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Timestamp: ...
    @property
    def value(self, /) -> int:
        """
        What it holds.
        """

@final
class Title(Component):
    """
    of the medium, update, calendar entry
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Title: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Tone(Component):
    """
    sound to play
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Tone: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class ToneOptions(Component):
    """
    names of sounds
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[str]) -> ToneOptions: ...
    @property
    def value(self, /) -> tuple[str, ...]:
        """
        What it holds.
        """

@final
class Tracker(Component):
    """
    follows a person or thing
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Tracker: ...

@final
class TransitionDuration(Component):
    """
    fade of this write
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> TransitionDuration: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Unit(Component):
    """
    unit of Integer or Real
    """

    ACRE: Final[Unit]
    AMPERE: Final[Unit]
    BAR: Final[Unit]
    BEAT_PER_MINUTE: Final[Unit]
    BEAUFORT: Final[Unit]
    BECQUEREL_PER_CUBIC_METER: Final[Unit]
    BIT: Final[Unit]
    BIT_PER_SECOND: Final[Unit]
    BREATH_PER_MINUTE: Final[Unit]
    BTU_PER_HOUR: Final[Unit]
    BTU_PER_HOUR_SQUARE_FOOT: Final[Unit]
    BYTE: Final[Unit]
    BYTE_PER_SECOND: Final[Unit]
    CALORIE: Final[Unit]
    CELSIUS: Final[Unit]
    CENTIBAR: Final[Unit]
    CENTIMETER: Final[Unit]
    CUBIC_FOOT: Final[Unit]
    CUBIC_FOOT_PER_MINUTE: Final[Unit]
    CUBIC_METER: Final[Unit]
    CUBIC_METER_PER_HOUR: Final[Unit]
    CUBIC_METER_PER_MINUTE: Final[Unit]
    CUBIC_METER_PER_SECOND: Final[Unit]
    DAY: Final[Unit]
    DECIBEL: Final[Unit]
    DECIBEL_A: Final[Unit]
    DECIBEL_MILLIWATT: Final[Unit]
    DECIBEL_PER_METER: Final[Unit]
    DEGREE: Final[Unit]
    FAHRENHEIT: Final[Unit]
    FLUID_OUNCE: Final[Unit]
    FOOT: Final[Unit]
    FOOT_PER_SECOND: Final[Unit]
    GALLON: Final[Unit]
    GALLON_PER_DAY: Final[Unit]
    GALLON_PER_HOUR: Final[Unit]
    GALLON_PER_MINUTE: Final[Unit]
    GIBIBYTE: Final[Unit]
    GIBIBYTE_PER_SECOND: Final[Unit]
    GIGABIT: Final[Unit]
    GIGABIT_PER_SECOND: Final[Unit]
    GIGABYTE: Final[Unit]
    GIGABYTE_PER_SECOND: Final[Unit]
    GIGACALORIE: Final[Unit]
    GIGAHERTZ: Final[Unit]
    GIGAJOULE: Final[Unit]
    GIGAWATT: Final[Unit]
    GIGAWATT_HOUR: Final[Unit]
    GRAM: Final[Unit]
    GRAM_PER_CUBIC_METER: Final[Unit]
    HECTARE: Final[Unit]
    HECTOPASCAL: Final[Unit]
    HERTZ: Final[Unit]
    HOUR: Final[Unit]
    HUNDRED_CUBIC_FEET: Final[Unit]
    INCH: Final[Unit]
    INCH_OF_MERCURY: Final[Unit]
    INCH_OF_WATER: Final[Unit]
    INCH_PER_DAY: Final[Unit]
    INCH_PER_HOUR: Final[Unit]
    INCH_PER_SECOND: Final[Unit]
    JOULE: Final[Unit]
    KELVIN: Final[Unit]
    KIBIBYTE: Final[Unit]
    KIBIBYTE_PER_SECOND: Final[Unit]
    KILOBIT: Final[Unit]
    KILOBIT_PER_SECOND: Final[Unit]
    KILOBYTE: Final[Unit]
    KILOBYTE_PER_SECOND: Final[Unit]
    KILOCALORIE: Final[Unit]
    KILOGRAM: Final[Unit]
    KILOHERTZ: Final[Unit]
    KILOJOULE: Final[Unit]
    KILOMETER: Final[Unit]
    KILOMETER_PER_HOUR: Final[Unit]
    KILOMETER_PER_KILOWATT_HOUR: Final[Unit]
    KILOPASCAL: Final[Unit]
    KILOVAR: Final[Unit]
    KILOVAR_HOUR: Final[Unit]
    KILOVOLT: Final[Unit]
    KILOVOLT_AMPERE: Final[Unit]
    KILOWATT: Final[Unit]
    KILOWATT_HOUR: Final[Unit]
    KILOWATT_HOUR_PER_100_KM: Final[Unit]
    KNOT: Final[Unit]
    LITER: Final[Unit]
    LITER_PER_HOUR: Final[Unit]
    LITER_PER_MINUTE: Final[Unit]
    LITER_PER_SECOND: Final[Unit]
    LUX: Final[Unit]
    MEBIBYTE: Final[Unit]
    MEBIBYTE_PER_SECOND: Final[Unit]
    MEGABIT: Final[Unit]
    MEGABIT_PER_SECOND: Final[Unit]
    MEGABYTE: Final[Unit]
    MEGABYTE_PER_SECOND: Final[Unit]
    MEGACALORIE: Final[Unit]
    MEGAHERTZ: Final[Unit]
    MEGAJOULE: Final[Unit]
    MEGAVOLT: Final[Unit]
    MEGAWATT: Final[Unit]
    MEGAWATT_HOUR: Final[Unit]
    METER: Final[Unit]
    METER_PER_MINUTE: Final[Unit]
    METER_PER_SECOND: Final[Unit]
    MICROGRAM: Final[Unit]
    MICROGRAM_PER_CUBIC_FOOT: Final[Unit]
    MICROGRAM_PER_CUBIC_METER: Final[Unit]
    MICROMETER: Final[Unit]
    MICROROENTGEN_PER_HOUR: Final[Unit]
    MICROSECOND: Final[Unit]
    MICROSIEMENS_PER_CM: Final[Unit]
    MICROSIEVERT_PER_HOUR: Final[Unit]
    MICROVOLT: Final[Unit]
    MILE: Final[Unit]
    MILE_PER_HOUR: Final[Unit]
    MILE_PER_KILOWATT_HOUR: Final[Unit]
    MILLIAMPERE: Final[Unit]
    MILLIBAR: Final[Unit]
    MILLIGRAM: Final[Unit]
    MILLIGRAM_PER_CUBIC_METER: Final[Unit]
    MILLIGRAM_PER_DECILITER: Final[Unit]
    MILLILITER: Final[Unit]
    MILLILITER_PER_SECOND: Final[Unit]
    MILLIMETER: Final[Unit]
    MILLIMETER_OF_MERCURY: Final[Unit]
    MILLIMETER_PER_DAY: Final[Unit]
    MILLIMETER_PER_HOUR: Final[Unit]
    MILLIMETER_PER_SECOND: Final[Unit]
    MILLIMOLE_PER_LITER: Final[Unit]
    MILLIPASCAL: Final[Unit]
    MILLISECOND: Final[Unit]
    MILLISIEMENS_PER_CM: Final[Unit]
    MILLIVAR: Final[Unit]
    MILLIVOLT: Final[Unit]
    MILLIVOLT_AMPERE: Final[Unit]
    MILLIWATT: Final[Unit]
    MILLIWATT_HOUR: Final[Unit]
    MINUTE: Final[Unit]
    MONTH: Final[Unit]
    NAUTICAL_MILE: Final[Unit]
    OUNCE: Final[Unit]
    PARTICLES_PER_CUBIC_CENTIMETER: Final[Unit]
    PARTICLES_PER_CUBIC_METER: Final[Unit]
    PASCAL: Final[Unit]
    PERCENT: Final[Unit]
    PERCENT_LEL: Final[Unit]
    PER_MILLE: Final[Unit]
    PH: Final[Unit]
    POUND: Final[Unit]
    PPB: Final[Unit]
    PPM: Final[Unit]
    PSI: Final[Unit]
    REVOLUTION_PER_MINUTE: Final[Unit]
    SECOND: Final[Unit]
    SIEMENS_PER_CM: Final[Unit]
    SQUARE_CENTIMETER: Final[Unit]
    SQUARE_FOOT: Final[Unit]
    SQUARE_INCH: Final[Unit]
    SQUARE_KILOMETER: Final[Unit]
    SQUARE_METER: Final[Unit]
    SQUARE_MILE: Final[Unit]
    SQUARE_MILLIMETER: Final[Unit]
    SQUARE_YARD: Final[Unit]
    STONE: Final[Unit]
    TEBIBYTE: Final[Unit]
    TERABYTE: Final[Unit]
    TERAWATT: Final[Unit]
    TERAWATT_HOUR: Final[Unit]
    THOUSAND_CUBIC_FEET: Final[Unit]
    UV_INDEX: Final[Unit]
    VAR: Final[Unit]
    VAR_HOUR: Final[Unit]
    VOLT: Final[Unit]
    VOLT_AMPERE: Final[Unit]
    WATT: Final[Unit]
    WATT_HOUR: Final[Unit]
    WATT_HOUR_PER_KM: Final[Unit]
    WATT_PER_SQUARE_METER: Final[Unit]
    WEEK: Final[Unit]
    YARD: Final[Unit]
    YEAR: Final[Unit]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> Unit: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class UnitLabel(Component):
    """
    unit of Integer or Real where Unit has none, or a currency ("EUR", "EUR/kWh")
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> UnitLabel: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Unknown(Component):
    """
    belong to the entity, have no valid value now
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[type[Component] | int]) -> Unknown: ...
    @property
    def value(self, /) -> tuple[int, ...]:
        """
        What it holds.
        """

@final
class UnknownComponent(Component):
    """
    A component that is newer than this program: kept as it came, and passed on as the same bytes.
    """

    __match_args__: Final[tuple[Literal["id"], Literal["payload"]]]
    def __new__(cls, /, id: "int", payload: "bytes") -> UnknownComponent: ...
    @property
    def payload(self, /) -> bytes:
        """
        What it holds, in a form that is not known here.
        """

@final
class Unsafe(Component):
    """
    danger of a kind not named here
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Unsafe: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Unsupported(Message):
    """
    The hub does not know this message of the provider's, given by its id; told once for each id.
    """

    __match_args__: Final[tuple[Literal["message"]]]
    def __new__(cls, /, message: SupportsIndex) -> Unsupported: ...
    @property
    def message(self, /) -> int: ...

@final
class Update(Component):
    """
    software that can be updated
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Update: ...

@final
class UpdateAvailable(Component):
    """
    a newer version exists
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> UpdateAvailable: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Vacuum(Component):
    """
    robot that cleans
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Vacuum: ...

@final
class ValueKind(OpenEnum):
    """
    What a parameter of a custom command takes.
    """

    ANY: Final[ValueKind]
    BOOLEAN: Final[ValueKind]
    BYTES: Final[ValueKind]
    INTEGER: Final[ValueKind]
    LIST: Final[ValueKind]
    MAP: Final[ValueKind]
    REAL: Final[ValueKind]
    TEXT: Final[ValueKind]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> ValueKind: ...

@final
class Valve(Component):
    """
    with Position, TargetPosition, OpeningKind
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Valve: ...

@final
class ViaDevice(Component):
    """
    key of the device of the same provider through which this one is reached
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> ViaDevice: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

@final
class Vibration(Component):
    """
    shaking
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> Vibration: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class Voc(Component):
    """
    volatile organic compounds by mass
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Voc: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class VocParts(Component):
    """
    volatile organic compounds by volume
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> VocParts: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Voltage(Component):
    """
    voltage
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Voltage: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Volume(Component):
    """
    loudness (player, siren, chime, microphone gain)
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Volume: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class WarmWhite(Component):
    """
    warm white channel
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> WarmWhite: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class WaterHeater(Component):
    """
    heats water
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> WaterHeater: ...

@final
class WaterLeak(Component):
    """
    water where none should be
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "bool") -> WaterLeak: ...
    @property
    def value(self, /) -> bool:
        """
        Whether it is so.
        """

@final
class WaterVolume(Component):
    """
    water used so far
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> WaterVolume: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Weather(Component):
    """
    weather now, or forecast for StartTime..EndTime
    """

    __match_args__: Final[tuple[()]]
    def __new__(cls, /) -> Weather: ...

@final
class WeatherCondition(Component):
    """
    sky
    """

    CLEAR: Final[WeatherCondition]
    CLEAR_NIGHT: Final[WeatherCondition]
    CLOUDY: Final[WeatherCondition]
    EXCEPTIONAL: Final[WeatherCondition]
    FOG: Final[WeatherCondition]
    HAIL: Final[WeatherCondition]
    HEAVY_RAIN: Final[WeatherCondition]
    LIGHTNING: Final[WeatherCondition]
    LIGHTNING_RAIN: Final[WeatherCondition]
    PARTLY_CLOUDY: Final[WeatherCondition]
    RAIN: Final[WeatherCondition]
    SLEET: Final[WeatherCondition]
    SNOW: Final[WeatherCondition]
    WIND: Final[WeatherCondition]
    WIND_CLOUDY: Final[WeatherCondition]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> WeatherCondition: ...
    @property
    def name(self, /) -> str:
        """
        Name, or "unknown:87" for a number without one.
        """
    @property
    def value(self, /) -> int:
        """
        Number on the wire.
        """

@final
class Weight(Component):
    """
    mass
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> Weight: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class White(Component):
    """
    white channel of an RGBW lamp
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> White: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class WindDirection(Component):
    """
    wind comes from there; 0 is north, 90 is east
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> WindDirection: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class WindSpeed(Component):
    """
    wind
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "float") -> WindSpeed: ...
    @property
    def value(self, /) -> float:
        """
        The number, in the unit of the schema.
        """

@final
class Writable(Component):
    """
    what may be written here; absent: all that the schema and the manifest allow
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: Iterable[type[Component] | int]) -> Writable: ...
    @property
    def value(self, /) -> tuple[int, ...]:
        """
        What it holds.
        """

@final
class WriteComponents(Message):
    """
    New values of one entity, to be encoded. The decoder gives these as `Writes`.
    """

    __match_args__: Final[tuple[Literal["device"], Literal["entity"], Literal["components"]]]
    def __new__(
        cls, /, device: SupportsIndex, entity: SupportsIndex, components: Iterable[Component]
    ) -> WriteComponents: ...
    @property
    def components(self, /) -> tuple[Component, ...]: ...
    @property
    def device(self, /) -> int: ...
    @property
    def entity(self, /) -> int: ...

@final
class WriteOutcome(OpenEnum):
    """
    How a write request or a custom command ended.
    """

    CONFIRMED: Final[WriteOutcome]
    REFUSED: Final[WriteOutcome]
    SENT: Final[WriteOutcome]
    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "int") -> WriteOutcome: ...

@final
class WriteRequest(Message):
    """
    What the hub wants an entity to do. The components belong together. `deadline` is in milliseconds of this
    machine's CLOCK_MONOTONIC (1000 * time.monotonic()); from then on it must not be carried out. 0: no deadline.
    """

    __match_args__: Final[
        tuple[
            Literal["request"],
            Literal["deadline"],
            Literal["device"],
            Literal["entity"],
            Literal["components"],
        ]
    ]
    def __new__(
        cls,
        /,
        request: SupportsIndex,
        deadline: SupportsIndex,
        device: SupportsIndex,
        entity: SupportsIndex,
        components: Iterable[Component],
    ) -> WriteRequest: ...
    @property
    def components(self, /) -> tuple[Component, ...]: ...
    @property
    def deadline(self, /) -> int: ...
    @property
    def device(self, /) -> int: ...
    @property
    def entity(self, /) -> int: ...
    @property
    def refused(self, /) -> tuple[RefusedValue, ...]:
        """
        Components that were received and not taken.
        """
    @property
    def request(self, /) -> int: ...

@final
class WriteResult(Message):
    """
    How a write request ended.
    """

    __match_args__: Final[tuple[Literal["request"], Literal["outcome"], Literal["reason"]]]
    def __new__(cls, /, request: SupportsIndex, outcome: WriteOutcome, reason: str = ...) -> WriteResult: ...
    @property
    def outcome(self, /) -> WriteOutcome: ...
    @property
    def reason(self, /) -> str: ...
    @property
    def request(self, /) -> int: ...

@final
class Writes(Message):
    """
    A run of writes as it was received. The rows stay in Rust until they are looked at; all were checked.
    """

    __match_args__: Final[tuple[()]]
    def __iter__(self, /) -> WritesIterator: ...
    def __len__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...
    def encode(self, /) -> bytes:
        """
        The frames again, without what was refused.
        """
    @property
    def refused(self, /) -> tuple[RefusedValue, ...]:
        """
        Rows whose value breaks the schema. They are not among the rows.
        """

@final
class WritesIterator:
    """
    Gives the rows of a `Writes` one by one.
    """
    def __iter__(self, /) -> WritesIterator: ...
    def __next__(self, /) -> tuple[int, int, Component]: ...

@final
class Zone(Component):
    """
    name of the place or room where it is
    """

    __match_args__: Final[tuple[Literal["value"]]]
    def __new__(cls, /, value: "str") -> Zone: ...
    @property
    def value(self, /) -> str:
        """
        What it holds.
        """

def component_classes() -> "tuple[type[Component], ...]":
    """
    The classes of the components, by id.
    """

def encode(message: Message) -> bytes:
    """
    One message as a frame.
    """

def encode_all(messages: Iterable[Message]) -> bytes:
    """
    Many messages as frames, in one go.
    """

def encode_writes(rows: Iterable[tuple[SupportsIndex, SupportsIndex, Component]]) -> bytes:
    """
    Rows of (device, entity, component) as frames of WriteComponents, in one go. Neighbours of the same entity share a
    frame.
    """
