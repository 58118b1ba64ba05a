//! The wire of Igloo Hub: frames, messages and components. `docs/wire-format.md` is its specification.
//!
//! Without the feature `python` this crate knows nothing of Python and serves providers that are written in Rust.
#![cfg_attr(not(feature = "python"), forbid(unsafe_code))]

pub mod codec;
pub mod component;
pub mod error;
pub mod frame;
#[rustfmt::skip]
pub mod generated;
pub mod message;

#[cfg(feature = "python")]
#[rustfmt::skip]
mod generated_python;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
mod python_components;
#[cfg(feature = "python")]
mod python_types;

// What crosses into Python: a list. How it crosses is in `python.rs` and what it uses. (The doc comment is the Python docstring.)
/// The wire in Rust. Import its names from `igloo_wire`.
#[cfg(feature = "python")]
#[pyo3::pymodule]
mod _wire {
    use crate::error::Limit;
    use pyo3::exceptions::PyImportError;
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::python::{
        Configure, CreateDevice, Custom, CustomParameter, CustomResult, Decoder, DeviceCreated, DeviceStatus,
        Direction, Health, Hello, HelloReject, Log, LogLevel, Ping, Pong, ProviderStatus, PyMessage, Ready,
        RefusalCode, Refused, RegisterCustom, RegisterEntity, RejectCode, RemoveDevice, RemoveEntity, Role, Stop,
        Unsupported, ValueKind, WriteComponents, WriteOutcome, WriteRequest, WriteResult, Writes, WritesIterator,
        encode, encode_all, encode_writes,
    };
    #[pymodule_export]
    use crate::python_components::{PyComponent, RefusedValue, Schema, UnknownComponent, component_classes};
    #[pymodule_export]
    use crate::python_types::OpenEnumeration;

    // components.toml: begin
    #[rustfmt::skip]
    #[pymodule_export]
    use crate::generated_python::{
        AccessEvent, AccessEventKind, AccessUser, Accumulation, ActiveDuration, AirQuality, AirQualityIndex,
        AlarmMode, AlarmModes, AlarmPanel, AnnouncementUrl, ApparentPower, AreaOptions, Artist, AssumedState,
        AtmosphericPressure, Available, Battery, BatteryLow, Boolean, Button, ButtonEvent, ButtonEventKind,
        ButtonEvents, Calendar, Camera, CarbonDioxide, CarbonDioxideAlarm, CarbonMonoxide, CarbonMonoxideAlarm,
        ChargingState, ChildLock, ClimateAction, Code, CodeRequired, CodeUse, Cold, ColdWhite, Color, ColorMode,
        ColorModes, ColorTemperature, ColorTemperatureLimits, Command, Commands, Configuration, Connected, Cover,
        Current, Date, Demand, Diagnostic, Dimmer, Distance, DoorLock, DoorbellEvent, Duration, Effect,
        EffectOptions, EndTime, Energy, EnergyExported, EnergyStored, Fan, FanDirection, FanMode, FanModeOptions,
        FanSpeed, FanSpeedStep, Fault, FillLevel, FlashDuration, FlowRate, Formaldehyde, Frequency, GasAlarm,
        GasVolume, HardwareVersion, Heat, HiddenByDefault, Humidifier, Humidity, Illuminance, ImageUrl,
        InstalledVersion, Integer, LastReset, LatestVersion, LawnMower, Light, LightDetected, Limits, LinkQuality,
        Location, MachineKind, Manufacturer, MediaPlayer, MediaPosition, MediaUrl, Model, Moisture, Motion,
        Movement, Moving, Muted, NamedEvent, NamedEventOptions, NitrogenDioxide, Notifier, Obstruction, Occupancy,
        Open, OpeningKind, OperationalState, Oscillating, Outlet, Ozone, PageUrl, Pattern, Phase, PlaybackState,
        PluggedIn, Pm1, Pm10, Pm25, Position, Power, PowerFactor, PowerOnBehavior, PowerPresent, Precipitation,
        Precision, Presence, Preset, PresetOptions, Pressure, PrivacyMode, Problem, Program, ProgramOptions,
        Progress, Quantity, Radon, Raining, ReactivePower, Real, RemainingLife, RemainingTime, RemoteKey, Repeat,
        ReplaceNeeded, Running, Scene, Secret, SelectedAreas, Sensor, SerialNumber, Severity, Shuffle, Signal,
        SignalEvent, SignalKind, SignalStrength, Siren, Smoke, SoundDetected, SoundLevel, Source, SourceOptions,
        StartTime, StreamUrl, SulfurDioxide, Summary, SwingMode, SwingModeOptions, Switch, TagEvent, Tamper,
        TargetHumidity, TargetHumidityLimits, TargetPosition, TargetTemperature, TargetTemperatureHigh,
        TargetTemperatureLimits, TargetTemperatureLow, TargetTilt, Temperature, Text, TextOptions, Thermostat,
        ThermostatMode, ThermostatModes, Tilt, Time, Timestamp, Title, Tone, ToneOptions, Tracker,
        TransitionDuration, Unit, UnitLabel, Unknown, Unsafe, Update, UpdateAvailable, Vacuum, Valve, ViaDevice,
        Vibration, Voc, VocParts, Voltage, Volume, WarmWhite, WaterHeater, WaterLeak, WaterVolume, Weather,
        WeatherCondition, Weight, White, WindDirection, WindSpeed, Writable, Zone,
    };
    // components.toml: end

    #[pymodule_export]
    const PREAMBLE: &[u8] = &crate::frame::PREAMBLE;
    #[pymodule_export]
    const PROTOCOL_MAJOR: u8 = crate::frame::PROTOCOL_MAJOR;
    #[pymodule_export]
    const SCHEMA_REVISION: u32 = crate::generated::SCHEMA_REVISION;
    #[pymodule_export]
    const SCHEMA_HASH: u64 = crate::generated::SCHEMA_HASH;
    #[pymodule_export]
    const HIGHEST_COMPONENT: u16 = crate::generated::HIGHEST_COMPONENT;
    #[pymodule_export]
    const MAX_FRAME: u32 = crate::frame::MAX_FRAME;
    #[pymodule_export]
    const MAX_COMPONENTS: u32 = Limit::Components.most();
    #[pymodule_export]
    const MAX_PAYLOAD: u32 = Limit::Payload.most();
    #[pymodule_export]
    const MAX_TEXT: u32 = Limit::Text.most();
    #[pymodule_export]
    const MAX_NAME: u32 = Limit::Name.most();
    #[pymodule_export]
    const MAX_ITEMS: u32 = Limit::Items.most();
    #[pymodule_export]
    const MAX_VALUES: u32 = Limit::Values.most();
    #[pymodule_export]
    const MAX_VALUE_DEPTH: u32 = Limit::Depth.most();
    #[pymodule_export]
    const MAX_PARAMETERS: u32 = Limit::Parameters.most();

    #[pymodule_init]
    fn init(py: Python<'_>) -> PyResult<()> {
        // Classes, values that exist once and exceptions are kept once for the process, so one interpreter has them.
        // SAFETY: an interpreter runs this, and both functions only read from it.
        let interpreter = unsafe { pyo3::ffi::PyInterpreterState_GetID(pyo3::ffi::PyInterpreterState_Get()) };
        if interpreter != 0 {
            return Err(PyImportError::new_err("igloo_wire works in a process's main interpreter only"));
        }
        crate::python_components::set_schemas(py)
    }
}
