//! Every component of the vocabulary as a Rust type. Knows nothing of Python.
// Generated from components.toml by tools/generate_wire.py; `python tools/generate_wire.py` writes it anew.

#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "SCHEMAS describes every component")]
#![allow(clippy::too_many_lines, clippy::match_same_arms, reason = "one line for each component")]

use crate::codec::{Reader, Wire, Writer};
use crate::component::{Color, Date, Limits, Payload, Schema, Time, open_enum};
use crate::error::Fault;

/// Revision of the schema: raised by every release that adds to it.
pub const SCHEMA_REVISION: u32 = 1;
/// Hash of everything in the schema that must not change.
pub const SCHEMA_HASH: u64 = 0x59b6_1311_2a99_045c;
/// Highest component id.
pub const HIGHEST_COMPONENT: u16 = 222;

open_enum! {
    ButtonEventKind {
    PRESS = 0, RELEASE = 1, SINGLE = 2, DOUBLE = 3, TRIPLE = 4, QUADRUPLE = 5, MANY = 6, LONG = 7,
    LONG_RELEASE = 8, HOLD = 9, SWITCHED = 10, ON = 11, OFF = 12, TOGGLE = 13, UP = 14, DOWN = 15, CLOCKWISE = 16,
    COUNTERCLOCKWISE = 17,
    }
}

open_enum! {
    Movement {
    STOPPED = 0, OPENING = 1, CLOSING = 2,
    }
}

open_enum! {
    DoorLock {
    LOCKED = 0, UNLOCKED = 1, LOCKING = 2, UNLOCKING = 3, JAMMED = 4, OPEN = 5, OPENING = 6, PARTLY_LOCKED = 7,
    }
}

open_enum! {
    ThermostatMode {
    OFF = 0, HEAT = 1, COOL = 2, HEAT_COOL = 3, AUTO = 4, DRY = 5, FAN_ONLY = 6, EMERGENCY_HEAT = 7, PRECOOL = 8,
    SLEEP = 9,
    }
}

open_enum! {
    ClimateAction {
    OFF = 0, IDLE = 1, HEATING = 2, COOLING = 3, DRYING = 4, FAN = 5, PREHEATING = 6, DEFROSTING = 7,
    HUMIDIFYING = 8,
    }
}

open_enum! {
    Command {
    PRESS = 0, TOGGLE = 1, OPEN = 2, CLOSE = 3, STOP = 4, OPEN_TILT = 5, CLOSE_TILT = 6, STOP_TILT = 7,
    UNLATCH = 8, START = 9, PAUSE = 10, RESUME = 11, RETURN_HOME = 12, LOCATE = 13, CLEAN_SPOT = 14, SKIP = 15,
    PLAY = 16, PLAY_PAUSE = 17, NEXT = 18, PREVIOUS = 19, REWIND = 20, FAST_FORWARD = 21, START_OVER = 22,
    VOLUME_UP = 23, VOLUME_DOWN = 24, CLEAR_QUEUE = 25, ENQUEUE = 26, ACTIVATE = 27, TRIGGER = 28, SILENCE = 29,
    SELF_TEST = 30, IDENTIFY = 31, RESTART = 32, RESET = 33, RESET_ENERGY = 34, RESET_CONSUMABLE = 35,
    CALIBRATE = 36, LEARN = 37, INSTALL = 38, CHECK_UPDATE = 39, SKIP_UPDATE = 40, DIM_UP = 41, DIM_DOWN = 42,
    BOOST = 43, CANCEL_BOOST = 44, SPEED_UP = 45, SPEED_DOWN = 46, SLEEP = 47, TAKE_SNAPSHOT = 48,
    }
}

open_enum! {
    Unit {
    PERCENT = 0, PER_MILLE = 1, CELSIUS = 2, FAHRENHEIT = 3, KELVIN = 4, MICROSECOND = 5, MILLISECOND = 6,
    SECOND = 7, MINUTE = 8, HOUR = 9, DAY = 10, WEEK = 11, MONTH = 12, YEAR = 13, MICROMETER = 14, MILLIMETER = 15,
    CENTIMETER = 16, METER = 17, KILOMETER = 18, INCH = 19, FOOT = 20, YARD = 21, MILE = 22, NAUTICAL_MILE = 23,
    SQUARE_MILLIMETER = 24, SQUARE_CENTIMETER = 25, SQUARE_METER = 26, SQUARE_KILOMETER = 27, SQUARE_INCH = 28,
    SQUARE_FOOT = 29, SQUARE_YARD = 30, SQUARE_MILE = 31, ACRE = 32, HECTARE = 33, MILLILITER = 34, LITER = 35,
    CUBIC_METER = 36, CUBIC_FOOT = 37, HUNDRED_CUBIC_FEET = 38, THOUSAND_CUBIC_FEET = 39, GALLON = 40,
    FLUID_OUNCE = 41, MILLILITER_PER_SECOND = 42, LITER_PER_SECOND = 43, LITER_PER_MINUTE = 44,
    LITER_PER_HOUR = 45, CUBIC_METER_PER_SECOND = 46, CUBIC_METER_PER_MINUTE = 47, CUBIC_METER_PER_HOUR = 48,
    CUBIC_FOOT_PER_MINUTE = 49, GALLON_PER_MINUTE = 50, GALLON_PER_HOUR = 51, GALLON_PER_DAY = 52, MICROGRAM = 53,
    MILLIGRAM = 54, GRAM = 55, KILOGRAM = 56, OUNCE = 57, POUND = 58, STONE = 59, MILLIMETER_PER_SECOND = 60,
    METER_PER_SECOND = 61, METER_PER_MINUTE = 62, KILOMETER_PER_HOUR = 63, INCH_PER_SECOND = 64,
    FOOT_PER_SECOND = 65, MILE_PER_HOUR = 66, KNOT = 67, BEAUFORT = 68, MILLIMETER_PER_HOUR = 69,
    MILLIMETER_PER_DAY = 70, INCH_PER_HOUR = 71, INCH_PER_DAY = 72, REVOLUTION_PER_MINUTE = 73, DEGREE = 74,
    MILLIPASCAL = 75, PASCAL = 76, HECTOPASCAL = 77, KILOPASCAL = 78, MILLIBAR = 79, CENTIBAR = 80, BAR = 81,
    MILLIMETER_OF_MERCURY = 82, INCH_OF_MERCURY = 83, INCH_OF_WATER = 84, PSI = 85, MILLIWATT = 86, WATT = 87,
    KILOWATT = 88, MEGAWATT = 89, GIGAWATT = 90, TERAWATT = 91, BTU_PER_HOUR = 92, MILLIVOLT_AMPERE = 93,
    VOLT_AMPERE = 94, KILOVOLT_AMPERE = 95, MILLIVAR = 96, VAR = 97, KILOVAR = 98, JOULE = 99, KILOJOULE = 100,
    MEGAJOULE = 101, GIGAJOULE = 102, MILLIWATT_HOUR = 103, WATT_HOUR = 104, KILOWATT_HOUR = 105,
    MEGAWATT_HOUR = 106, GIGAWATT_HOUR = 107, TERAWATT_HOUR = 108, CALORIE = 109, KILOCALORIE = 110,
    MEGACALORIE = 111, GIGACALORIE = 112, VAR_HOUR = 113, KILOVAR_HOUR = 114, KILOWATT_HOUR_PER_100_KM = 115,
    WATT_HOUR_PER_KM = 116, MILE_PER_KILOWATT_HOUR = 117, KILOMETER_PER_KILOWATT_HOUR = 118, MICROVOLT = 119,
    MILLIVOLT = 120, VOLT = 121, KILOVOLT = 122, MEGAVOLT = 123, MILLIAMPERE = 124, AMPERE = 125, HERTZ = 126,
    KILOHERTZ = 127, MEGAHERTZ = 128, GIGAHERTZ = 129, SIEMENS_PER_CM = 130, MILLISIEMENS_PER_CM = 131,
    MICROSIEMENS_PER_CM = 132, LUX = 133, WATT_PER_SQUARE_METER = 134, BTU_PER_HOUR_SQUARE_FOOT = 135,
    UV_INDEX = 136, GRAM_PER_CUBIC_METER = 137, MILLIGRAM_PER_CUBIC_METER = 138, MICROGRAM_PER_CUBIC_METER = 139,
    MICROGRAM_PER_CUBIC_FOOT = 140, PARTICLES_PER_CUBIC_METER = 141, PARTICLES_PER_CUBIC_CENTIMETER = 142,
    PPM = 143, PPB = 144, MILLIGRAM_PER_DECILITER = 145, MILLIMOLE_PER_LITER = 146,
    BECQUEREL_PER_CUBIC_METER = 147, MICROROENTGEN_PER_HOUR = 148, MICROSIEVERT_PER_HOUR = 149, PH = 150,
    DECIBEL = 151, DECIBEL_A = 152, DECIBEL_MILLIWATT = 153, DECIBEL_PER_METER = 154, BREATH_PER_MINUTE = 155,
    BEAT_PER_MINUTE = 156, PERCENT_LEL = 157, BIT = 158, KILOBIT = 159, MEGABIT = 160, GIGABIT = 161, BYTE = 162,
    KILOBYTE = 163, MEGABYTE = 164, GIGABYTE = 165, TERABYTE = 166, KIBIBYTE = 167, MEBIBYTE = 168, GIBIBYTE = 169,
    TEBIBYTE = 170, BIT_PER_SECOND = 171, KILOBIT_PER_SECOND = 172, MEGABIT_PER_SECOND = 173,
    GIGABIT_PER_SECOND = 174, BYTE_PER_SECOND = 175, KILOBYTE_PER_SECOND = 176, MEGABYTE_PER_SECOND = 177,
    GIGABYTE_PER_SECOND = 178, KIBIBYTE_PER_SECOND = 179, MEBIBYTE_PER_SECOND = 180, GIBIBYTE_PER_SECOND = 181,
    }
}

open_enum! {
    Quantity {
    AREA = 0, BLOOD_GLUCOSE = 1, DATA_RATE = 2, DATA_SIZE = 3, ENERGY_PER_DISTANCE = 4, NITROGEN_MONOXIDE = 5,
    NITROUS_OXIDE = 6, PH = 7, PM4 = 8, PRICE = 9, MONEY = 10, PRECIPITATION_RATE = 11, REACTIVE_ENERGY = 12,
    SPEED = 13, TEMPERATURE = 14, TEMPERATURE_DIFFERENCE = 15, VOLUME = 16, STORED_VOLUME = 17,
    ABSOLUTE_HUMIDITY = 18, CONDUCTIVITY = 19, IRRADIANCE = 20, UV_INDEX = 21, ROTATION_SPEED = 22, ANGLE = 23,
    POWER = 24, POWER_LIMIT = 25, ENERGY = 26, ENERGY_CAPACITY = 27, VOLTAGE = 28, CURRENT = 29,
    CURRENT_LIMIT = 30, FREQUENCY = 31, PRESSURE = 32, HUMIDITY = 33, MOISTURE = 34, ILLUMINANCE = 35,
    DISTANCE = 36, WEIGHT = 37, FLOW = 38, CONCENTRATION = 39, PARTICLE_COUNT = 40, PARTICLE_SIZE = 41,
    AIR_QUALITY_INDEX = 42, VOC_INDEX = 43, NOX_INDEX = 44, RADIATION = 45, BATTERY_TARGET = 46, LEVEL = 47,
    SENSITIVITY = 48, COUNT = 49, PEOPLE_COUNT = 50, POSITION = 51, ACCELERATION = 52, CLOUD_COVER = 53,
    PRECIPITATION_PROBABILITY = 54, BREATH_RATE = 55, HEART_RATE = 56, SIGNAL_TO_NOISE = 57, HARDNESS = 58,
    SALINITY = 59, GAIN = 60, OFFSET = 61, PROPORTION = 62, PLAYBACK_SPEED = 63, ROTATION = 64, GAS_LEVEL = 65,
    ATTENUATION = 66, VOLUME_LEVEL = 67, SIGNAL_STRENGTH = 68, SOUND_LEVEL = 69, POWER_FACTOR = 70,
    APPARENT_POWER = 71, REACTIVE_POWER = 72, WATER = 73, GAS = 74, BATTERY = 75, PRECIPITATION = 76,
    WIND_SPEED = 77, WIND_DIRECTION = 78, DURATION = 79,
    }
}

open_enum! {
    Accumulation {
    MEASUREMENT = 0, TOTAL = 1, TOTAL_INCREASING = 2, ANGLE = 3,
    }
}

open_enum! {
    ColorMode {
    ON_OFF = 0, BRIGHTNESS = 1, TEMPERATURE = 2, COLOR = 3, WHITE = 4, COLD_WARM = 5, COLOR_WHITE = 6,
    COLOR_TEMPERATURE = 7, COLOR_COLD_WARM = 8,
    }
}

open_enum! {
    PowerOnBehavior {
    OFF = 0, ON = 1, TOGGLE = 2, PREVIOUS = 3,
    }
}

open_enum! {
    ChargingState {
    NOT_CHARGING = 0, CHARGING = 1, FULL = 2, DISCHARGING = 3, NOT_CHARGEABLE = 4, DISCONNECTED = 5, WAITING = 6,
    FAULT = 7,
    }
}

open_enum! {
    AirQuality {
    EXCELLENT = 0, GOOD = 1, FAIR = 2, MODERATE = 3, POOR = 4, VERY_POOR = 5, EXTREMELY_POOR = 6,
    }
}

open_enum! {
    Severity {
    NORMAL = 0, WARNING = 1, CRITICAL = 2,
    }
}

open_enum! {
    FanDirection {
    FORWARD = 0, REVERSE = 1,
    }
}

open_enum! {
    OpeningKind {
    DOOR = 0, WINDOW = 1, GARAGE_DOOR = 2, GATE = 3, BLIND = 4, SHADE = 5, SHUTTER = 6, CURTAIN = 7, AWNING = 8,
    DAMPER = 9, SLAT = 10, LID = 11, ROOF_WINDOW = 12, WATER = 13, GAS = 14, IRRIGATION = 15, SHOWER = 16,
    FAUCET = 17, RADIATOR = 18, AIR = 19,
    }
}

open_enum! {
    CodeUse {
    LOCK = 0, UNLOCK = 1, OPEN = 2, ARM = 3, DISARM = 4, TRIGGER = 5,
    }
}

open_enum! {
    AccessEventKind {
    MANUAL = 0, REMOTE = 1, KEYPAD = 2, TAG = 3, FINGERPRINT = 4, KEY = 5, AUTO = 6, SCHEDULE = 7, DENIED = 8,
    FORCED = 9,
    }
}

open_enum! {
    AlarmMode {
    DISARMED = 0, ARMED_HOME = 1, ARMED_AWAY = 2, ARMED_NIGHT = 3, ARMED_VACATION = 4, ARMED_CUSTOM = 5,
    PENDING = 6, ARMING = 7, DISARMING = 8, TRIGGERED = 9,
    }
}

open_enum! {
    MachineKind {
    WASHER = 0, DRYER = 1, WASHER_DRYER = 2, DISHWASHER = 3, OVEN = 4, COOKTOP = 5, COOK_SURFACE = 6,
    MICROWAVE = 7, HOOD = 8, FRIDGE = 9, FREEZER = 10, CABINET = 11, COFFEE_MAKER = 12, KETTLE = 13, COOKER = 14,
    AIR_CONDITIONER = 15, AIR_PURIFIER = 16, DEHUMIDIFIER = 17, HEAT_PUMP = 18, PUMP = 19, IRRIGATION = 20,
    METER = 21, SOLAR_PANEL = 22, BATTERY_STORAGE = 23, EV_CHARGER = 24, TV = 25, SPEAKER = 26, RECEIVER = 27,
    SET_TOP_BOX = 28, PROJECTOR = 29, CHIME = 30, DOORBELL = 31, INTERCOM = 32, PRINTER = 33, PET_FEEDER = 34,
    POOL = 35, ROUTER = 36, MICROPHONE = 37, OTHER = 38,
    }
}

open_enum! {
    OperationalState {
    STOPPED = 0, RUNNING = 1, PAUSED = 2, ERROR = 3, FINISHED = 4, WAITING = 5, RETURNING = 6, DOCKED = 7,
    CHARGING = 8, EMPTYING_BIN = 9, CLEANING_MOP = 10, FILLING_TANK = 11, MAPPING = 12, SELF_CLEANING = 13,
    UPDATING = 14,
    }
}

open_enum! {
    PlaybackState {
    OFF = 0, ON = 1, IDLE = 2, PLAYING = 3, PAUSED = 4, STOPPED = 5, BUFFERING = 6, STANDBY = 7, ANNOUNCING = 8,
    }
}

open_enum! {
    Repeat {
    OFF = 0, ONE = 1, ALL = 2,
    }
}

open_enum! {
    RemoteKey {
    UP = 0, DOWN = 1, LEFT = 2, RIGHT = 3, SELECT = 4, BACK = 5, EXIT = 6, HOME = 7, MENU = 8, INFO = 9,
    GUIDE = 10, PLAY = 11, PAUSE = 12, PLAY_PAUSE = 13, STOP = 14, RECORD = 15, REWIND = 16, FAST_FORWARD = 17,
    NEXT = 18, PREVIOUS = 19, CHANNEL_UP = 20, CHANNEL_DOWN = 21, VOLUME_UP = 22, VOLUME_DOWN = 23, MUTE = 24,
    POWER = 25, INPUT = 26, RED = 27, GREEN = 28, YELLOW = 29, BLUE = 30, DIGIT_0 = 31, DIGIT_1 = 32, DIGIT_2 = 33,
    DIGIT_3 = 34, DIGIT_4 = 35, DIGIT_5 = 36, DIGIT_6 = 37, DIGIT_7 = 38, DIGIT_8 = 39, DIGIT_9 = 40, ENTER = 41,
    CLEAR = 42, SETUP = 43, FAVORITES = 44, SUBTITLE = 45, EJECT = 46,
    }
}

open_enum! {
    SignalKind {
    INFRARED = 0, RADIO = 1,
    }
}

open_enum! {
    WeatherCondition {
    CLEAR = 0, CLEAR_NIGHT = 1, PARTLY_CLOUDY = 2, CLOUDY = 3, FOG = 4, WIND = 5, WIND_CLOUDY = 6, RAIN = 7,
    HEAVY_RAIN = 8, SNOW = 9, SLEET = 10, HAIL = 11, LIGHTNING = 12, LIGHTNING_RAIN = 13, EXCEPTIONAL = 14,
    }
}

/// A typed fact about one part of a device.
#[derive(Debug, Clone, PartialEq)]
pub enum Component {
    Light,
    Switch(bool),
    Dimmer(f64),
    Color(Box<Color>),
    ColorTemperature(f64),
    Sensor,
    Temperature(f64),
    Humidity(f64),
    Battery(f64),
    Power(f64),
    Energy(f64),
    Voltage(f64),
    Current(f64),
    Illuminance(f64),
    Motion(bool),
    Occupancy(bool),
    Open(bool),
    ButtonEvent { count: u32, kind: ButtonEventKind },
    Button,
    Cover,
    Position(f64),
    TargetPosition(f64),
    Movement(Movement),
    DoorLock(DoorLock),
    Thermostat,
    TargetTemperature(f64),
    ThermostatMode(ThermostatMode),
    ClimateAction(ClimateAction),
    Fan,
    FanSpeed(f64),
    MediaPlayer,
    Volume(f64),
    Command(Command),
    Commands(Box<[Command]>),
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(Box<str>),
    Date(Date),
    Time(Time),
    Timestamp(i64),
    Duration(f64),
    TextOptions(Box<[Box<str>]>),
    Pattern(Box<str>),
    Secret,
    Limits(Box<Limits>),
    Unit(Unit),
    UnitLabel(Box<str>),
    Quantity(Quantity),
    Accumulation(Accumulation),
    LastReset(i64),
    Precision(i64),
    Writable(Box<[u16]>),
    Unknown(Box<[u16]>),
    Available(bool),
    AssumedState,
    Diagnostic,
    Configuration,
    HiddenByDefault,
    Manufacturer(Box<str>),
    Model(Box<str>),
    SerialNumber(Box<str>),
    HardwareVersion(Box<str>),
    ViaDevice(Box<str>),
    PageUrl(Box<str>),
    SignalStrength(f64),
    LinkQuality(f64),
    Connected(bool),
    Outlet,
    White(f64),
    ColdWhite(f64),
    WarmWhite(f64),
    ColorMode(ColorMode),
    ColorModes(Box<[ColorMode]>),
    ColorTemperatureLimits(Box<Limits>),
    Effect(Box<str>),
    EffectOptions(Box<[Box<str>]>),
    TransitionDuration(f64),
    FlashDuration(f64),
    ActiveDuration(f64),
    RemainingTime(f64),
    PowerOnBehavior(PowerOnBehavior),
    Frequency(f64),
    PowerFactor(f64),
    ApparentPower(f64),
    ReactivePower(f64),
    EnergyExported(f64),
    EnergyStored(f64),
    ChargingState(ChargingState),
    AtmosphericPressure(f64),
    Pressure(f64),
    Moisture(f64),
    CarbonDioxide(f64),
    CarbonMonoxide(f64),
    Voc(f64),
    VocParts(f64),
    Formaldehyde(f64),
    Ozone(f64),
    NitrogenDioxide(f64),
    SulfurDioxide(f64),
    Radon(f64),
    Pm1(f64),
    Pm25(f64),
    Pm10(f64),
    AirQuality(AirQuality),
    AirQualityIndex(f64),
    SoundLevel(f64),
    Precipitation(f64),
    WindSpeed(f64),
    WindDirection(f64),
    Distance(f64),
    Weight(f64),
    FlowRate(f64),
    WaterVolume(f64),
    GasVolume(f64),
    FillLevel(f64),
    Presence(bool),
    Vibration(bool),
    Moving(bool),
    Smoke(bool),
    GasAlarm(bool),
    CarbonMonoxideAlarm(bool),
    CarbonDioxideAlarm(bool),
    WaterLeak(bool),
    Raining(bool),
    Heat(bool),
    Cold(bool),
    LightDetected(bool),
    SoundDetected(bool),
    Tamper(bool),
    Problem(bool),
    Unsafe(bool),
    BatteryLow(bool),
    PluggedIn(bool),
    PowerPresent(bool),
    Running(bool),
    Obstruction(bool),
    Fault(Box<str>),
    Severity(Severity),
    TargetTemperatureLow(f64),
    TargetTemperatureHigh(f64),
    TargetTemperatureLimits(Box<Limits>),
    ThermostatModes(Box<[ThermostatMode]>),
    Preset(Box<str>),
    PresetOptions(Box<[Box<str>]>),
    FanMode(Box<str>),
    FanModeOptions(Box<[Box<str>]>),
    SwingMode(Box<str>),
    SwingModeOptions(Box<[Box<str>]>),
    TargetHumidity(f64),
    TargetHumidityLimits(Box<Limits>),
    Humidifier,
    WaterHeater,
    Demand(f64),
    FanSpeedStep(f64),
    FanDirection(FanDirection),
    Oscillating(bool),
    ChildLock(bool),
    RemainingLife(f64),
    ReplaceNeeded(bool),
    OpeningKind(OpeningKind),
    Tilt(f64),
    TargetTilt(f64),
    Valve,
    Code(Box<str>),
    CodeRequired(Box<[CodeUse]>),
    AccessEvent { count: u32, kind: AccessEventKind },
    AccessUser(Box<str>),
    AlarmPanel,
    AlarmMode(AlarmMode),
    AlarmModes(Box<[AlarmMode]>),
    Siren,
    Tone(Box<str>),
    ToneOptions(Box<[Box<str>]>),
    DoorbellEvent { count: u32 },
    NamedEvent { count: u32, text: Box<str> },
    NamedEventOptions(Box<[Box<str>]>),
    ButtonEvents(Box<[ButtonEventKind]>),
    TagEvent { count: u32, text: Box<str> },
    Scene,
    MachineKind(MachineKind),
    Vacuum,
    LawnMower,
    OperationalState(OperationalState),
    Program(Box<str>),
    ProgramOptions(Box<[Box<str>]>),
    Phase(Box<str>),
    Progress(f64),
    StartTime(i64),
    EndTime(i64),
    SelectedAreas(Box<[Box<str>]>),
    AreaOptions(Box<[Box<str>]>),
    PlaybackState(PlaybackState),
    Muted(bool),
    Source(Box<str>),
    SourceOptions(Box<[Box<str>]>),
    Title(Box<str>),
    Artist(Box<str>),
    MediaUrl(Box<str>),
    AnnouncementUrl(Box<str>),
    MediaPosition(f64),
    Shuffle(bool),
    Repeat(Repeat),
    RemoteKey(RemoteKey),
    Camera,
    StreamUrl(Box<str>),
    ImageUrl(Box<str>),
    PrivacyMode(bool),
    SignalKind(SignalKind),
    Signal(Box<str>),
    SignalEvent { count: u32, text: Box<str> },
    Tracker,
    Location(Box<[f64]>),
    Zone(Box<str>),
    Update,
    UpdateAvailable(bool),
    InstalledVersion(Box<str>),
    LatestVersion(Box<str>),
    Summary(Box<str>),
    Notifier,
    Weather,
    WeatherCondition(WeatherCondition),
    Calendar,
    /// A component that is newer than this program, as it came.
    Newer { id: u16, payload: Box<[u8]> },
}

impl Component {
    /// Permanent id.
    #[must_use]
    pub const fn id(&self) -> u16 {
        match self {
            Self::Light => 0,
            Self::Switch(_) => 1,
            Self::Dimmer(_) => 2,
            Self::Color(_) => 3,
            Self::ColorTemperature(_) => 4,
            Self::Sensor => 5,
            Self::Temperature(_) => 6,
            Self::Humidity(_) => 7,
            Self::Battery(_) => 8,
            Self::Power(_) => 9,
            Self::Energy(_) => 10,
            Self::Voltage(_) => 11,
            Self::Current(_) => 12,
            Self::Illuminance(_) => 13,
            Self::Motion(_) => 14,
            Self::Occupancy(_) => 15,
            Self::Open(_) => 16,
            Self::ButtonEvent { .. } => 17,
            Self::Button => 18,
            Self::Cover => 19,
            Self::Position(_) => 20,
            Self::TargetPosition(_) => 21,
            Self::Movement(_) => 22,
            Self::DoorLock(_) => 23,
            Self::Thermostat => 24,
            Self::TargetTemperature(_) => 25,
            Self::ThermostatMode(_) => 26,
            Self::ClimateAction(_) => 27,
            Self::Fan => 28,
            Self::FanSpeed(_) => 29,
            Self::MediaPlayer => 30,
            Self::Volume(_) => 31,
            Self::Command(_) => 32,
            Self::Commands(_) => 33,
            Self::Boolean(_) => 34,
            Self::Integer(_) => 35,
            Self::Real(_) => 36,
            Self::Text(_) => 37,
            Self::Date(_) => 38,
            Self::Time(_) => 39,
            Self::Timestamp(_) => 40,
            Self::Duration(_) => 41,
            Self::TextOptions(_) => 42,
            Self::Pattern(_) => 43,
            Self::Secret => 44,
            Self::Limits(_) => 45,
            Self::Unit(_) => 46,
            Self::UnitLabel(_) => 47,
            Self::Quantity(_) => 48,
            Self::Accumulation(_) => 49,
            Self::LastReset(_) => 50,
            Self::Precision(_) => 51,
            Self::Writable(_) => 52,
            Self::Unknown(_) => 53,
            Self::Available(_) => 54,
            Self::AssumedState => 55,
            Self::Diagnostic => 56,
            Self::Configuration => 57,
            Self::HiddenByDefault => 58,
            Self::Manufacturer(_) => 59,
            Self::Model(_) => 60,
            Self::SerialNumber(_) => 61,
            Self::HardwareVersion(_) => 62,
            Self::ViaDevice(_) => 63,
            Self::PageUrl(_) => 64,
            Self::SignalStrength(_) => 65,
            Self::LinkQuality(_) => 66,
            Self::Connected(_) => 67,
            Self::Outlet => 68,
            Self::White(_) => 69,
            Self::ColdWhite(_) => 70,
            Self::WarmWhite(_) => 71,
            Self::ColorMode(_) => 72,
            Self::ColorModes(_) => 73,
            Self::ColorTemperatureLimits(_) => 74,
            Self::Effect(_) => 75,
            Self::EffectOptions(_) => 76,
            Self::TransitionDuration(_) => 77,
            Self::FlashDuration(_) => 78,
            Self::ActiveDuration(_) => 79,
            Self::RemainingTime(_) => 80,
            Self::PowerOnBehavior(_) => 81,
            Self::Frequency(_) => 82,
            Self::PowerFactor(_) => 83,
            Self::ApparentPower(_) => 84,
            Self::ReactivePower(_) => 85,
            Self::EnergyExported(_) => 86,
            Self::EnergyStored(_) => 87,
            Self::ChargingState(_) => 88,
            Self::AtmosphericPressure(_) => 89,
            Self::Pressure(_) => 90,
            Self::Moisture(_) => 91,
            Self::CarbonDioxide(_) => 92,
            Self::CarbonMonoxide(_) => 93,
            Self::Voc(_) => 94,
            Self::VocParts(_) => 95,
            Self::Formaldehyde(_) => 96,
            Self::Ozone(_) => 97,
            Self::NitrogenDioxide(_) => 98,
            Self::SulfurDioxide(_) => 99,
            Self::Radon(_) => 100,
            Self::Pm1(_) => 101,
            Self::Pm25(_) => 102,
            Self::Pm10(_) => 103,
            Self::AirQuality(_) => 104,
            Self::AirQualityIndex(_) => 105,
            Self::SoundLevel(_) => 106,
            Self::Precipitation(_) => 107,
            Self::WindSpeed(_) => 108,
            Self::WindDirection(_) => 109,
            Self::Distance(_) => 110,
            Self::Weight(_) => 111,
            Self::FlowRate(_) => 112,
            Self::WaterVolume(_) => 113,
            Self::GasVolume(_) => 114,
            Self::FillLevel(_) => 115,
            Self::Presence(_) => 116,
            Self::Vibration(_) => 117,
            Self::Moving(_) => 118,
            Self::Smoke(_) => 119,
            Self::GasAlarm(_) => 120,
            Self::CarbonMonoxideAlarm(_) => 121,
            Self::CarbonDioxideAlarm(_) => 122,
            Self::WaterLeak(_) => 123,
            Self::Raining(_) => 124,
            Self::Heat(_) => 125,
            Self::Cold(_) => 126,
            Self::LightDetected(_) => 127,
            Self::SoundDetected(_) => 128,
            Self::Tamper(_) => 129,
            Self::Problem(_) => 130,
            Self::Unsafe(_) => 131,
            Self::BatteryLow(_) => 132,
            Self::PluggedIn(_) => 133,
            Self::PowerPresent(_) => 134,
            Self::Running(_) => 135,
            Self::Obstruction(_) => 136,
            Self::Fault(_) => 137,
            Self::Severity(_) => 138,
            Self::TargetTemperatureLow(_) => 139,
            Self::TargetTemperatureHigh(_) => 140,
            Self::TargetTemperatureLimits(_) => 141,
            Self::ThermostatModes(_) => 142,
            Self::Preset(_) => 143,
            Self::PresetOptions(_) => 144,
            Self::FanMode(_) => 145,
            Self::FanModeOptions(_) => 146,
            Self::SwingMode(_) => 147,
            Self::SwingModeOptions(_) => 148,
            Self::TargetHumidity(_) => 149,
            Self::TargetHumidityLimits(_) => 150,
            Self::Humidifier => 151,
            Self::WaterHeater => 152,
            Self::Demand(_) => 153,
            Self::FanSpeedStep(_) => 154,
            Self::FanDirection(_) => 155,
            Self::Oscillating(_) => 156,
            Self::ChildLock(_) => 157,
            Self::RemainingLife(_) => 158,
            Self::ReplaceNeeded(_) => 159,
            Self::OpeningKind(_) => 160,
            Self::Tilt(_) => 161,
            Self::TargetTilt(_) => 162,
            Self::Valve => 163,
            Self::Code(_) => 164,
            Self::CodeRequired(_) => 165,
            Self::AccessEvent { .. } => 166,
            Self::AccessUser(_) => 167,
            Self::AlarmPanel => 168,
            Self::AlarmMode(_) => 169,
            Self::AlarmModes(_) => 170,
            Self::Siren => 171,
            Self::Tone(_) => 172,
            Self::ToneOptions(_) => 173,
            Self::DoorbellEvent { .. } => 174,
            Self::NamedEvent { .. } => 175,
            Self::NamedEventOptions(_) => 176,
            Self::ButtonEvents(_) => 177,
            Self::TagEvent { .. } => 178,
            Self::Scene => 179,
            Self::MachineKind(_) => 180,
            Self::Vacuum => 181,
            Self::LawnMower => 182,
            Self::OperationalState(_) => 183,
            Self::Program(_) => 184,
            Self::ProgramOptions(_) => 185,
            Self::Phase(_) => 186,
            Self::Progress(_) => 187,
            Self::StartTime(_) => 188,
            Self::EndTime(_) => 189,
            Self::SelectedAreas(_) => 190,
            Self::AreaOptions(_) => 191,
            Self::PlaybackState(_) => 192,
            Self::Muted(_) => 193,
            Self::Source(_) => 194,
            Self::SourceOptions(_) => 195,
            Self::Title(_) => 196,
            Self::Artist(_) => 197,
            Self::MediaUrl(_) => 198,
            Self::AnnouncementUrl(_) => 199,
            Self::MediaPosition(_) => 200,
            Self::Shuffle(_) => 201,
            Self::Repeat(_) => 202,
            Self::RemoteKey(_) => 203,
            Self::Camera => 204,
            Self::StreamUrl(_) => 205,
            Self::ImageUrl(_) => 206,
            Self::PrivacyMode(_) => 207,
            Self::SignalKind(_) => 208,
            Self::Signal(_) => 209,
            Self::SignalEvent { .. } => 210,
            Self::Tracker => 211,
            Self::Location(_) => 212,
            Self::Zone(_) => 213,
            Self::Update => 214,
            Self::UpdateAvailable(_) => 215,
            Self::InstalledVersion(_) => 216,
            Self::LatestVersion(_) => 217,
            Self::Summary(_) => 218,
            Self::Notifier => 219,
            Self::Weather => 220,
            Self::WeatherCondition(_) => 221,
            Self::Calendar => 222,
            Self::Newer { id, .. } => *id,
        }
    }

    /// Reads the payload of the component with that id in place of this one.
    pub(crate) fn read_payload(&mut self, id: u16, reader: &mut Reader<'_>) -> Result<(), Fault> {
        match id {
            0 => *self = Self::Light,
            1 => *self = Self::Switch(Wire::read(reader)?),
            2 => *self = Self::Dimmer(Wire::read(reader)?),
            3 => *self = Self::Color(Wire::read(reader)?),
            4 => *self = Self::ColorTemperature(Wire::read(reader)?),
            5 => *self = Self::Sensor,
            6 => *self = Self::Temperature(Wire::read(reader)?),
            7 => *self = Self::Humidity(Wire::read(reader)?),
            8 => *self = Self::Battery(Wire::read(reader)?),
            9 => *self = Self::Power(Wire::read(reader)?),
            10 => *self = Self::Energy(Wire::read(reader)?),
            11 => *self = Self::Voltage(Wire::read(reader)?),
            12 => *self = Self::Current(Wire::read(reader)?),
            13 => *self = Self::Illuminance(Wire::read(reader)?),
            14 => *self = Self::Motion(Wire::read(reader)?),
            15 => *self = Self::Occupancy(Wire::read(reader)?),
            16 => *self = Self::Open(Wire::read(reader)?),
            17 => *self = Self::ButtonEvent { count: Wire::read(reader)?, kind: Wire::read(reader)? },
            18 => *self = Self::Button,
            19 => *self = Self::Cover,
            20 => *self = Self::Position(Wire::read(reader)?),
            21 => *self = Self::TargetPosition(Wire::read(reader)?),
            22 => *self = Self::Movement(Wire::read(reader)?),
            23 => *self = Self::DoorLock(Wire::read(reader)?),
            24 => *self = Self::Thermostat,
            25 => *self = Self::TargetTemperature(Wire::read(reader)?),
            26 => *self = Self::ThermostatMode(Wire::read(reader)?),
            27 => *self = Self::ClimateAction(Wire::read(reader)?),
            28 => *self = Self::Fan,
            29 => *self = Self::FanSpeed(Wire::read(reader)?),
            30 => *self = Self::MediaPlayer,
            31 => *self = Self::Volume(Wire::read(reader)?),
            32 => *self = Self::Command(Wire::read(reader)?),
            33 => *self = Self::Commands(Wire::read(reader)?),
            34 => *self = Self::Boolean(Wire::read(reader)?),
            35 => *self = Self::Integer(Wire::read(reader)?),
            36 => *self = Self::Real(Wire::read(reader)?),
            37 => *self = Self::Text(Wire::read(reader)?),
            38 => *self = Self::Date(Wire::read(reader)?),
            39 => *self = Self::Time(Wire::read(reader)?),
            40 => *self = Self::Timestamp(Wire::read(reader)?),
            41 => *self = Self::Duration(Wire::read(reader)?),
            42 => *self = Self::TextOptions(Wire::read(reader)?),
            43 => *self = Self::Pattern(Wire::read(reader)?),
            44 => *self = Self::Secret,
            45 => *self = Self::Limits(Wire::read(reader)?),
            46 => *self = Self::Unit(Wire::read(reader)?),
            47 => *self = Self::UnitLabel(Wire::read(reader)?),
            48 => *self = Self::Quantity(Wire::read(reader)?),
            49 => *self = Self::Accumulation(Wire::read(reader)?),
            50 => *self = Self::LastReset(Wire::read(reader)?),
            51 => *self = Self::Precision(Wire::read(reader)?),
            52 => *self = Self::Writable(Wire::read(reader)?),
            53 => *self = Self::Unknown(Wire::read(reader)?),
            54 => *self = Self::Available(Wire::read(reader)?),
            55 => *self = Self::AssumedState,
            56 => *self = Self::Diagnostic,
            57 => *self = Self::Configuration,
            58 => *self = Self::HiddenByDefault,
            59 => *self = Self::Manufacturer(Wire::read(reader)?),
            60 => *self = Self::Model(Wire::read(reader)?),
            61 => *self = Self::SerialNumber(Wire::read(reader)?),
            62 => *self = Self::HardwareVersion(Wire::read(reader)?),
            63 => *self = Self::ViaDevice(Wire::read(reader)?),
            64 => *self = Self::PageUrl(Wire::read(reader)?),
            65 => *self = Self::SignalStrength(Wire::read(reader)?),
            66 => *self = Self::LinkQuality(Wire::read(reader)?),
            67 => *self = Self::Connected(Wire::read(reader)?),
            68 => *self = Self::Outlet,
            69 => *self = Self::White(Wire::read(reader)?),
            70 => *self = Self::ColdWhite(Wire::read(reader)?),
            71 => *self = Self::WarmWhite(Wire::read(reader)?),
            72 => *self = Self::ColorMode(Wire::read(reader)?),
            73 => *self = Self::ColorModes(Wire::read(reader)?),
            74 => *self = Self::ColorTemperatureLimits(Wire::read(reader)?),
            75 => *self = Self::Effect(Wire::read(reader)?),
            76 => *self = Self::EffectOptions(Wire::read(reader)?),
            77 => *self = Self::TransitionDuration(Wire::read(reader)?),
            78 => *self = Self::FlashDuration(Wire::read(reader)?),
            79 => *self = Self::ActiveDuration(Wire::read(reader)?),
            80 => *self = Self::RemainingTime(Wire::read(reader)?),
            81 => *self = Self::PowerOnBehavior(Wire::read(reader)?),
            82 => *self = Self::Frequency(Wire::read(reader)?),
            83 => *self = Self::PowerFactor(Wire::read(reader)?),
            84 => *self = Self::ApparentPower(Wire::read(reader)?),
            85 => *self = Self::ReactivePower(Wire::read(reader)?),
            86 => *self = Self::EnergyExported(Wire::read(reader)?),
            87 => *self = Self::EnergyStored(Wire::read(reader)?),
            88 => *self = Self::ChargingState(Wire::read(reader)?),
            89 => *self = Self::AtmosphericPressure(Wire::read(reader)?),
            90 => *self = Self::Pressure(Wire::read(reader)?),
            91 => *self = Self::Moisture(Wire::read(reader)?),
            92 => *self = Self::CarbonDioxide(Wire::read(reader)?),
            93 => *self = Self::CarbonMonoxide(Wire::read(reader)?),
            94 => *self = Self::Voc(Wire::read(reader)?),
            95 => *self = Self::VocParts(Wire::read(reader)?),
            96 => *self = Self::Formaldehyde(Wire::read(reader)?),
            97 => *self = Self::Ozone(Wire::read(reader)?),
            98 => *self = Self::NitrogenDioxide(Wire::read(reader)?),
            99 => *self = Self::SulfurDioxide(Wire::read(reader)?),
            100 => *self = Self::Radon(Wire::read(reader)?),
            101 => *self = Self::Pm1(Wire::read(reader)?),
            102 => *self = Self::Pm25(Wire::read(reader)?),
            103 => *self = Self::Pm10(Wire::read(reader)?),
            104 => *self = Self::AirQuality(Wire::read(reader)?),
            105 => *self = Self::AirQualityIndex(Wire::read(reader)?),
            106 => *self = Self::SoundLevel(Wire::read(reader)?),
            107 => *self = Self::Precipitation(Wire::read(reader)?),
            108 => *self = Self::WindSpeed(Wire::read(reader)?),
            109 => *self = Self::WindDirection(Wire::read(reader)?),
            110 => *self = Self::Distance(Wire::read(reader)?),
            111 => *self = Self::Weight(Wire::read(reader)?),
            112 => *self = Self::FlowRate(Wire::read(reader)?),
            113 => *self = Self::WaterVolume(Wire::read(reader)?),
            114 => *self = Self::GasVolume(Wire::read(reader)?),
            115 => *self = Self::FillLevel(Wire::read(reader)?),
            116 => *self = Self::Presence(Wire::read(reader)?),
            117 => *self = Self::Vibration(Wire::read(reader)?),
            118 => *self = Self::Moving(Wire::read(reader)?),
            119 => *self = Self::Smoke(Wire::read(reader)?),
            120 => *self = Self::GasAlarm(Wire::read(reader)?),
            121 => *self = Self::CarbonMonoxideAlarm(Wire::read(reader)?),
            122 => *self = Self::CarbonDioxideAlarm(Wire::read(reader)?),
            123 => *self = Self::WaterLeak(Wire::read(reader)?),
            124 => *self = Self::Raining(Wire::read(reader)?),
            125 => *self = Self::Heat(Wire::read(reader)?),
            126 => *self = Self::Cold(Wire::read(reader)?),
            127 => *self = Self::LightDetected(Wire::read(reader)?),
            128 => *self = Self::SoundDetected(Wire::read(reader)?),
            129 => *self = Self::Tamper(Wire::read(reader)?),
            130 => *self = Self::Problem(Wire::read(reader)?),
            131 => *self = Self::Unsafe(Wire::read(reader)?),
            132 => *self = Self::BatteryLow(Wire::read(reader)?),
            133 => *self = Self::PluggedIn(Wire::read(reader)?),
            134 => *self = Self::PowerPresent(Wire::read(reader)?),
            135 => *self = Self::Running(Wire::read(reader)?),
            136 => *self = Self::Obstruction(Wire::read(reader)?),
            137 => *self = Self::Fault(Wire::read(reader)?),
            138 => *self = Self::Severity(Wire::read(reader)?),
            139 => *self = Self::TargetTemperatureLow(Wire::read(reader)?),
            140 => *self = Self::TargetTemperatureHigh(Wire::read(reader)?),
            141 => *self = Self::TargetTemperatureLimits(Wire::read(reader)?),
            142 => *self = Self::ThermostatModes(Wire::read(reader)?),
            143 => *self = Self::Preset(Wire::read(reader)?),
            144 => *self = Self::PresetOptions(Wire::read(reader)?),
            145 => *self = Self::FanMode(Wire::read(reader)?),
            146 => *self = Self::FanModeOptions(Wire::read(reader)?),
            147 => *self = Self::SwingMode(Wire::read(reader)?),
            148 => *self = Self::SwingModeOptions(Wire::read(reader)?),
            149 => *self = Self::TargetHumidity(Wire::read(reader)?),
            150 => *self = Self::TargetHumidityLimits(Wire::read(reader)?),
            151 => *self = Self::Humidifier,
            152 => *self = Self::WaterHeater,
            153 => *self = Self::Demand(Wire::read(reader)?),
            154 => *self = Self::FanSpeedStep(Wire::read(reader)?),
            155 => *self = Self::FanDirection(Wire::read(reader)?),
            156 => *self = Self::Oscillating(Wire::read(reader)?),
            157 => *self = Self::ChildLock(Wire::read(reader)?),
            158 => *self = Self::RemainingLife(Wire::read(reader)?),
            159 => *self = Self::ReplaceNeeded(Wire::read(reader)?),
            160 => *self = Self::OpeningKind(Wire::read(reader)?),
            161 => *self = Self::Tilt(Wire::read(reader)?),
            162 => *self = Self::TargetTilt(Wire::read(reader)?),
            163 => *self = Self::Valve,
            164 => *self = Self::Code(Wire::read(reader)?),
            165 => *self = Self::CodeRequired(Wire::read(reader)?),
            166 => *self = Self::AccessEvent { count: Wire::read(reader)?, kind: Wire::read(reader)? },
            167 => *self = Self::AccessUser(Wire::read(reader)?),
            168 => *self = Self::AlarmPanel,
            169 => *self = Self::AlarmMode(Wire::read(reader)?),
            170 => *self = Self::AlarmModes(Wire::read(reader)?),
            171 => *self = Self::Siren,
            172 => *self = Self::Tone(Wire::read(reader)?),
            173 => *self = Self::ToneOptions(Wire::read(reader)?),
            174 => *self = Self::DoorbellEvent { count: Wire::read(reader)? },
            175 => *self = Self::NamedEvent { count: Wire::read(reader)?, text: Wire::read(reader)? },
            176 => *self = Self::NamedEventOptions(Wire::read(reader)?),
            177 => *self = Self::ButtonEvents(Wire::read(reader)?),
            178 => *self = Self::TagEvent { count: Wire::read(reader)?, text: Wire::read(reader)? },
            179 => *self = Self::Scene,
            180 => *self = Self::MachineKind(Wire::read(reader)?),
            181 => *self = Self::Vacuum,
            182 => *self = Self::LawnMower,
            183 => *self = Self::OperationalState(Wire::read(reader)?),
            184 => *self = Self::Program(Wire::read(reader)?),
            185 => *self = Self::ProgramOptions(Wire::read(reader)?),
            186 => *self = Self::Phase(Wire::read(reader)?),
            187 => *self = Self::Progress(Wire::read(reader)?),
            188 => *self = Self::StartTime(Wire::read(reader)?),
            189 => *self = Self::EndTime(Wire::read(reader)?),
            190 => *self = Self::SelectedAreas(Wire::read(reader)?),
            191 => *self = Self::AreaOptions(Wire::read(reader)?),
            192 => *self = Self::PlaybackState(Wire::read(reader)?),
            193 => *self = Self::Muted(Wire::read(reader)?),
            194 => *self = Self::Source(Wire::read(reader)?),
            195 => *self = Self::SourceOptions(Wire::read(reader)?),
            196 => *self = Self::Title(Wire::read(reader)?),
            197 => *self = Self::Artist(Wire::read(reader)?),
            198 => *self = Self::MediaUrl(Wire::read(reader)?),
            199 => *self = Self::AnnouncementUrl(Wire::read(reader)?),
            200 => *self = Self::MediaPosition(Wire::read(reader)?),
            201 => *self = Self::Shuffle(Wire::read(reader)?),
            202 => *self = Self::Repeat(Wire::read(reader)?),
            203 => *self = Self::RemoteKey(Wire::read(reader)?),
            204 => *self = Self::Camera,
            205 => *self = Self::StreamUrl(Wire::read(reader)?),
            206 => *self = Self::ImageUrl(Wire::read(reader)?),
            207 => *self = Self::PrivacyMode(Wire::read(reader)?),
            208 => *self = Self::SignalKind(Wire::read(reader)?),
            209 => *self = Self::Signal(Wire::read(reader)?),
            210 => *self = Self::SignalEvent { count: Wire::read(reader)?, text: Wire::read(reader)? },
            211 => *self = Self::Tracker,
            212 => *self = Self::Location(Wire::read(reader)?),
            213 => *self = Self::Zone(Wire::read(reader)?),
            214 => *self = Self::Update,
            215 => *self = Self::UpdateAvailable(Wire::read(reader)?),
            216 => *self = Self::InstalledVersion(Wire::read(reader)?),
            217 => *self = Self::LatestVersion(Wire::read(reader)?),
            218 => *self = Self::Summary(Wire::read(reader)?),
            219 => *self = Self::Notifier,
            220 => *self = Self::Weather,
            221 => *self = Self::WeatherCondition(Wire::read(reader)?),
            222 => *self = Self::Calendar,
            _ => *self = Self::Newer { id, payload: reader.rest()? },
        }
        Ok(())
    }

    /// Writes the payload alone.
    pub(crate) fn write_payload(&self, writer: &mut Writer) {
        match self {
            Self::Light
            | Self::Sensor
            | Self::Button
            | Self::Cover
            | Self::Thermostat
            | Self::Fan
            | Self::MediaPlayer
            | Self::Secret
            | Self::AssumedState
            | Self::Diagnostic
            | Self::Configuration
            | Self::HiddenByDefault
            | Self::Outlet
            | Self::Humidifier
            | Self::WaterHeater
            | Self::Valve
            | Self::AlarmPanel
            | Self::Siren
            | Self::Scene
            | Self::Vacuum
            | Self::LawnMower
            | Self::Camera
            | Self::Tracker
            | Self::Update
            | Self::Notifier
            | Self::Weather
            | Self::Calendar => {}
            Self::Switch(value)
            | Self::Motion(value)
            | Self::Occupancy(value)
            | Self::Open(value)
            | Self::Boolean(value)
            | Self::Available(value)
            | Self::Connected(value)
            | Self::Presence(value)
            | Self::Vibration(value)
            | Self::Moving(value)
            | Self::Smoke(value)
            | Self::GasAlarm(value)
            | Self::CarbonMonoxideAlarm(value)
            | Self::CarbonDioxideAlarm(value)
            | Self::WaterLeak(value)
            | Self::Raining(value)
            | Self::Heat(value)
            | Self::Cold(value)
            | Self::LightDetected(value)
            | Self::SoundDetected(value)
            | Self::Tamper(value)
            | Self::Problem(value)
            | Self::Unsafe(value)
            | Self::BatteryLow(value)
            | Self::PluggedIn(value)
            | Self::PowerPresent(value)
            | Self::Running(value)
            | Self::Obstruction(value)
            | Self::Oscillating(value)
            | Self::ChildLock(value)
            | Self::ReplaceNeeded(value)
            | Self::Muted(value)
            | Self::Shuffle(value)
            | Self::PrivacyMode(value)
            | Self::UpdateAvailable(value) => value.write(writer),
            Self::Dimmer(value)
            | Self::ColorTemperature(value)
            | Self::Temperature(value)
            | Self::Humidity(value)
            | Self::Battery(value)
            | Self::Power(value)
            | Self::Energy(value)
            | Self::Voltage(value)
            | Self::Current(value)
            | Self::Illuminance(value)
            | Self::Position(value)
            | Self::TargetPosition(value)
            | Self::TargetTemperature(value)
            | Self::FanSpeed(value)
            | Self::Volume(value)
            | Self::Real(value)
            | Self::Duration(value)
            | Self::SignalStrength(value)
            | Self::LinkQuality(value)
            | Self::White(value)
            | Self::ColdWhite(value)
            | Self::WarmWhite(value)
            | Self::TransitionDuration(value)
            | Self::FlashDuration(value)
            | Self::ActiveDuration(value)
            | Self::RemainingTime(value)
            | Self::Frequency(value)
            | Self::PowerFactor(value)
            | Self::ApparentPower(value)
            | Self::ReactivePower(value)
            | Self::EnergyExported(value)
            | Self::EnergyStored(value)
            | Self::AtmosphericPressure(value)
            | Self::Pressure(value)
            | Self::Moisture(value)
            | Self::CarbonDioxide(value)
            | Self::CarbonMonoxide(value)
            | Self::Voc(value)
            | Self::VocParts(value)
            | Self::Formaldehyde(value)
            | Self::Ozone(value)
            | Self::NitrogenDioxide(value)
            | Self::SulfurDioxide(value)
            | Self::Radon(value)
            | Self::Pm1(value)
            | Self::Pm25(value)
            | Self::Pm10(value)
            | Self::AirQualityIndex(value)
            | Self::SoundLevel(value)
            | Self::Precipitation(value)
            | Self::WindSpeed(value)
            | Self::WindDirection(value)
            | Self::Distance(value)
            | Self::Weight(value)
            | Self::FlowRate(value)
            | Self::WaterVolume(value)
            | Self::GasVolume(value)
            | Self::FillLevel(value)
            | Self::TargetTemperatureLow(value)
            | Self::TargetTemperatureHigh(value)
            | Self::TargetHumidity(value)
            | Self::Demand(value)
            | Self::FanSpeedStep(value)
            | Self::RemainingLife(value)
            | Self::Tilt(value)
            | Self::TargetTilt(value)
            | Self::Progress(value)
            | Self::MediaPosition(value) => value.write(writer),
            Self::Color(value) => value.write(writer),
            Self::Movement(value) => value.write(writer),
            Self::DoorLock(value) => value.write(writer),
            Self::ThermostatMode(value) => value.write(writer),
            Self::ClimateAction(value) => value.write(writer),
            Self::Command(value) => value.write(writer),
            Self::Commands(value) => value.write(writer),
            Self::Integer(value)
            | Self::Timestamp(value)
            | Self::LastReset(value)
            | Self::Precision(value)
            | Self::StartTime(value)
            | Self::EndTime(value) => value.write(writer),
            Self::Text(value)
            | Self::Pattern(value)
            | Self::UnitLabel(value)
            | Self::Manufacturer(value)
            | Self::Model(value)
            | Self::SerialNumber(value)
            | Self::HardwareVersion(value)
            | Self::ViaDevice(value)
            | Self::PageUrl(value)
            | Self::Effect(value)
            | Self::Fault(value)
            | Self::Preset(value)
            | Self::FanMode(value)
            | Self::SwingMode(value)
            | Self::Code(value)
            | Self::AccessUser(value)
            | Self::Tone(value)
            | Self::Program(value)
            | Self::Phase(value)
            | Self::Source(value)
            | Self::Title(value)
            | Self::Artist(value)
            | Self::MediaUrl(value)
            | Self::AnnouncementUrl(value)
            | Self::StreamUrl(value)
            | Self::ImageUrl(value)
            | Self::Signal(value)
            | Self::Zone(value)
            | Self::InstalledVersion(value)
            | Self::LatestVersion(value)
            | Self::Summary(value) => value.write(writer),
            Self::Date(value) => value.write(writer),
            Self::Time(value) => value.write(writer),
            Self::TextOptions(value)
            | Self::EffectOptions(value)
            | Self::PresetOptions(value)
            | Self::FanModeOptions(value)
            | Self::SwingModeOptions(value)
            | Self::ToneOptions(value)
            | Self::NamedEventOptions(value)
            | Self::ProgramOptions(value)
            | Self::SelectedAreas(value)
            | Self::AreaOptions(value)
            | Self::SourceOptions(value) => value.write(writer),
            Self::Limits(value)
            | Self::ColorTemperatureLimits(value)
            | Self::TargetTemperatureLimits(value)
            | Self::TargetHumidityLimits(value) => value.write(writer),
            Self::Unit(value) => value.write(writer),
            Self::Quantity(value) => value.write(writer),
            Self::Accumulation(value) => value.write(writer),
            Self::Writable(value)
            | Self::Unknown(value) => value.write(writer),
            Self::ColorMode(value) => value.write(writer),
            Self::ColorModes(value) => value.write(writer),
            Self::PowerOnBehavior(value) => value.write(writer),
            Self::ChargingState(value) => value.write(writer),
            Self::AirQuality(value) => value.write(writer),
            Self::Severity(value) => value.write(writer),
            Self::ThermostatModes(value) => value.write(writer),
            Self::FanDirection(value) => value.write(writer),
            Self::OpeningKind(value) => value.write(writer),
            Self::CodeRequired(value) => value.write(writer),
            Self::AlarmMode(value) => value.write(writer),
            Self::AlarmModes(value) => value.write(writer),
            Self::ButtonEvents(value) => value.write(writer),
            Self::MachineKind(value) => value.write(writer),
            Self::OperationalState(value) => value.write(writer),
            Self::PlaybackState(value) => value.write(writer),
            Self::Repeat(value) => value.write(writer),
            Self::RemoteKey(value) => value.write(writer),
            Self::SignalKind(value) => value.write(writer),
            Self::Location(value) => value.write(writer),
            Self::WeatherCondition(value) => value.write(writer),
            Self::ButtonEvent { count, kind } => { count.write(writer); kind.write(writer); }
            Self::AccessEvent { count, kind } => { count.write(writer); kind.write(writer); }
            Self::DoorbellEvent { count } => { count.write(writer); }
            Self::NamedEvent { count, text } => { count.write(writer); text.write(writer); }
            Self::TagEvent { count, text } => { count.write(writer); text.write(writer); }
            Self::SignalEvent { count, text } => { count.write(writer); text.write(writer); }
            Self::Newer { payload, .. } => writer.raw(payload),
        }
    }

    /// What it holds, by kind.
    #[must_use]
    pub fn payload(&self) -> Payload<'_> {
        match self {
            Self::Light
            | Self::Sensor
            | Self::Button
            | Self::Cover
            | Self::Thermostat
            | Self::Fan
            | Self::MediaPlayer
            | Self::Secret
            | Self::AssumedState
            | Self::Diagnostic
            | Self::Configuration
            | Self::HiddenByDefault
            | Self::Outlet
            | Self::Humidifier
            | Self::WaterHeater
            | Self::Valve
            | Self::AlarmPanel
            | Self::Siren
            | Self::Scene
            | Self::Vacuum
            | Self::LawnMower
            | Self::Camera
            | Self::Tracker
            | Self::Update
            | Self::Notifier
            | Self::Weather
            | Self::Calendar => Payload::Marker,
            Self::Switch(value)
            | Self::Motion(value)
            | Self::Occupancy(value)
            | Self::Open(value)
            | Self::Boolean(value)
            | Self::Available(value)
            | Self::Connected(value)
            | Self::Presence(value)
            | Self::Vibration(value)
            | Self::Moving(value)
            | Self::Smoke(value)
            | Self::GasAlarm(value)
            | Self::CarbonMonoxideAlarm(value)
            | Self::CarbonDioxideAlarm(value)
            | Self::WaterLeak(value)
            | Self::Raining(value)
            | Self::Heat(value)
            | Self::Cold(value)
            | Self::LightDetected(value)
            | Self::SoundDetected(value)
            | Self::Tamper(value)
            | Self::Problem(value)
            | Self::Unsafe(value)
            | Self::BatteryLow(value)
            | Self::PluggedIn(value)
            | Self::PowerPresent(value)
            | Self::Running(value)
            | Self::Obstruction(value)
            | Self::Oscillating(value)
            | Self::ChildLock(value)
            | Self::ReplaceNeeded(value)
            | Self::Muted(value)
            | Self::Shuffle(value)
            | Self::PrivacyMode(value)
            | Self::UpdateAvailable(value) => Payload::Boolean(*value),
            Self::Dimmer(value)
            | Self::ColorTemperature(value)
            | Self::Temperature(value)
            | Self::Humidity(value)
            | Self::Battery(value)
            | Self::Power(value)
            | Self::Energy(value)
            | Self::Voltage(value)
            | Self::Current(value)
            | Self::Illuminance(value)
            | Self::Position(value)
            | Self::TargetPosition(value)
            | Self::TargetTemperature(value)
            | Self::FanSpeed(value)
            | Self::Volume(value)
            | Self::Real(value)
            | Self::Duration(value)
            | Self::SignalStrength(value)
            | Self::LinkQuality(value)
            | Self::White(value)
            | Self::ColdWhite(value)
            | Self::WarmWhite(value)
            | Self::TransitionDuration(value)
            | Self::FlashDuration(value)
            | Self::ActiveDuration(value)
            | Self::RemainingTime(value)
            | Self::Frequency(value)
            | Self::PowerFactor(value)
            | Self::ApparentPower(value)
            | Self::ReactivePower(value)
            | Self::EnergyExported(value)
            | Self::EnergyStored(value)
            | Self::AtmosphericPressure(value)
            | Self::Pressure(value)
            | Self::Moisture(value)
            | Self::CarbonDioxide(value)
            | Self::CarbonMonoxide(value)
            | Self::Voc(value)
            | Self::VocParts(value)
            | Self::Formaldehyde(value)
            | Self::Ozone(value)
            | Self::NitrogenDioxide(value)
            | Self::SulfurDioxide(value)
            | Self::Radon(value)
            | Self::Pm1(value)
            | Self::Pm25(value)
            | Self::Pm10(value)
            | Self::AirQualityIndex(value)
            | Self::SoundLevel(value)
            | Self::Precipitation(value)
            | Self::WindSpeed(value)
            | Self::WindDirection(value)
            | Self::Distance(value)
            | Self::Weight(value)
            | Self::FlowRate(value)
            | Self::WaterVolume(value)
            | Self::GasVolume(value)
            | Self::FillLevel(value)
            | Self::TargetTemperatureLow(value)
            | Self::TargetTemperatureHigh(value)
            | Self::TargetHumidity(value)
            | Self::Demand(value)
            | Self::FanSpeedStep(value)
            | Self::RemainingLife(value)
            | Self::Tilt(value)
            | Self::TargetTilt(value)
            | Self::Progress(value)
            | Self::MediaPosition(value) => Payload::Real(*value),
            Self::Color(value) => Payload::Color(value),
            Self::Movement(value) => Payload::Enum(value.0),
            Self::DoorLock(value) => Payload::Enum(value.0),
            Self::ThermostatMode(value) => Payload::Enum(value.0),
            Self::ClimateAction(value) => Payload::Enum(value.0),
            Self::Command(value) => Payload::Enum(value.0),
            Self::Commands(value) => Payload::Enums(value),
            Self::Integer(value)
            | Self::Timestamp(value)
            | Self::LastReset(value)
            | Self::Precision(value)
            | Self::StartTime(value)
            | Self::EndTime(value) => Payload::Integer(*value),
            Self::Text(value)
            | Self::Pattern(value)
            | Self::UnitLabel(value)
            | Self::Manufacturer(value)
            | Self::Model(value)
            | Self::SerialNumber(value)
            | Self::HardwareVersion(value)
            | Self::ViaDevice(value)
            | Self::PageUrl(value)
            | Self::Effect(value)
            | Self::Fault(value)
            | Self::Preset(value)
            | Self::FanMode(value)
            | Self::SwingMode(value)
            | Self::Code(value)
            | Self::AccessUser(value)
            | Self::Tone(value)
            | Self::Program(value)
            | Self::Phase(value)
            | Self::Source(value)
            | Self::Title(value)
            | Self::Artist(value)
            | Self::MediaUrl(value)
            | Self::AnnouncementUrl(value)
            | Self::StreamUrl(value)
            | Self::ImageUrl(value)
            | Self::Signal(value)
            | Self::Zone(value)
            | Self::InstalledVersion(value)
            | Self::LatestVersion(value)
            | Self::Summary(value) => Payload::Text(value),
            Self::Date(value) => Payload::Date(value),
            Self::Time(value) => Payload::Time(value),
            Self::TextOptions(value)
            | Self::EffectOptions(value)
            | Self::PresetOptions(value)
            | Self::FanModeOptions(value)
            | Self::SwingModeOptions(value)
            | Self::ToneOptions(value)
            | Self::NamedEventOptions(value)
            | Self::ProgramOptions(value)
            | Self::SelectedAreas(value)
            | Self::AreaOptions(value)
            | Self::SourceOptions(value) => Payload::Texts(value),
            Self::Limits(value)
            | Self::ColorTemperatureLimits(value)
            | Self::TargetTemperatureLimits(value)
            | Self::TargetHumidityLimits(value) => Payload::Limits(value),
            Self::Unit(value) => Payload::Enum(value.0),
            Self::Quantity(value) => Payload::Enum(value.0),
            Self::Accumulation(value) => Payload::Enum(value.0),
            Self::Writable(value)
            | Self::Unknown(value) => Payload::Ids(value),
            Self::ColorMode(value) => Payload::Enum(value.0),
            Self::ColorModes(value) => Payload::Enums(value),
            Self::PowerOnBehavior(value) => Payload::Enum(value.0),
            Self::ChargingState(value) => Payload::Enum(value.0),
            Self::AirQuality(value) => Payload::Enum(value.0),
            Self::Severity(value) => Payload::Enum(value.0),
            Self::ThermostatModes(value) => Payload::Enums(value),
            Self::FanDirection(value) => Payload::Enum(value.0),
            Self::OpeningKind(value) => Payload::Enum(value.0),
            Self::CodeRequired(value) => Payload::Enums(value),
            Self::AlarmMode(value) => Payload::Enum(value.0),
            Self::AlarmModes(value) => Payload::Enums(value),
            Self::ButtonEvents(value) => Payload::Enums(value),
            Self::MachineKind(value) => Payload::Enum(value.0),
            Self::OperationalState(value) => Payload::Enum(value.0),
            Self::PlaybackState(value) => Payload::Enum(value.0),
            Self::Repeat(value) => Payload::Enum(value.0),
            Self::RemoteKey(value) => Payload::Enum(value.0),
            Self::SignalKind(value) => Payload::Enum(value.0),
            Self::Location(value) => Payload::Reals(value),
            Self::WeatherCondition(value) => Payload::Enum(value.0),
            Self::ButtonEvent { count, kind } => Payload::EnumEvent { count: *count, kind: kind.0 },
            Self::AccessEvent { count, kind } => Payload::EnumEvent { count: *count, kind: kind.0 },
            Self::DoorbellEvent { count } => Payload::Event { count: *count },
            Self::NamedEvent { count, text } => Payload::TextEvent { count: *count, text },
            Self::TagEvent { count, text } => Payload::TextEvent { count: *count, text },
            Self::SignalEvent { count, text } => Payload::TextEvent { count: *count, text },
            Self::Newer { payload, .. } => Payload::Unknown(payload),
        }
    }
}

const BUTTON_EVENT_KIND_NAMES: &[&str] = <ButtonEventKind as crate::component::OpenEnum>::NAMES;
const MOVEMENT_NAMES: &[&str] = <Movement as crate::component::OpenEnum>::NAMES;
const DOOR_LOCK_NAMES: &[&str] = <DoorLock as crate::component::OpenEnum>::NAMES;
const THERMOSTAT_MODE_NAMES: &[&str] = <ThermostatMode as crate::component::OpenEnum>::NAMES;
const CLIMATE_ACTION_NAMES: &[&str] = <ClimateAction as crate::component::OpenEnum>::NAMES;
const COMMAND_NAMES: &[&str] = <Command as crate::component::OpenEnum>::NAMES;
const UNIT_NAMES: &[&str] = <Unit as crate::component::OpenEnum>::NAMES;
const QUANTITY_NAMES: &[&str] = <Quantity as crate::component::OpenEnum>::NAMES;
const ACCUMULATION_NAMES: &[&str] = <Accumulation as crate::component::OpenEnum>::NAMES;
const COLOR_MODE_NAMES: &[&str] = <ColorMode as crate::component::OpenEnum>::NAMES;
const POWER_ON_BEHAVIOR_NAMES: &[&str] = <PowerOnBehavior as crate::component::OpenEnum>::NAMES;
const CHARGING_STATE_NAMES: &[&str] = <ChargingState as crate::component::OpenEnum>::NAMES;
const AIR_QUALITY_NAMES: &[&str] = <AirQuality as crate::component::OpenEnum>::NAMES;
const SEVERITY_NAMES: &[&str] = <Severity as crate::component::OpenEnum>::NAMES;
const FAN_DIRECTION_NAMES: &[&str] = <FanDirection as crate::component::OpenEnum>::NAMES;
const OPENING_KIND_NAMES: &[&str] = <OpeningKind as crate::component::OpenEnum>::NAMES;
const CODE_USE_NAMES: &[&str] = <CodeUse as crate::component::OpenEnum>::NAMES;
const ACCESS_EVENT_KIND_NAMES: &[&str] = <AccessEventKind as crate::component::OpenEnum>::NAMES;
const ALARM_MODE_NAMES: &[&str] = <AlarmMode as crate::component::OpenEnum>::NAMES;
const MACHINE_KIND_NAMES: &[&str] = <MachineKind as crate::component::OpenEnum>::NAMES;
const OPERATIONAL_STATE_NAMES: &[&str] = <OperationalState as crate::component::OpenEnum>::NAMES;
const PLAYBACK_STATE_NAMES: &[&str] = <PlaybackState as crate::component::OpenEnum>::NAMES;
const REPEAT_NAMES: &[&str] = <Repeat as crate::component::OpenEnum>::NAMES;
const REMOTE_KEY_NAMES: &[&str] = <RemoteKey as crate::component::OpenEnum>::NAMES;
const SIGNAL_KIND_NAMES: &[&str] = <SignalKind as crate::component::OpenEnum>::NAMES;
const WEATHER_CONDITION_NAMES: &[&str] = <WeatherCondition as crate::component::OpenEnum>::NAMES;

/// What components.toml says, by id.
pub static SCHEMAS: [Schema; 223] = [
    Schema {
        id: 0, name: "Light", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a lamp; with Switch, Dimmer, Color, ...",
    },
    Schema {
        id: 1, name: "Switch", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "on or off",
    },
    Schema {
        id: 2, name: "Dimmer", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "brightness while on; 0 is not off",
    },
    Schema {
        id: 3, name: "Color", kind: "colour", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "hue and saturation, as gamma-encoded sRGB; brightness is Dimmer's, so the largest channel is 1",
    },
    Schema {
        id: 4, name: "ColorTemperature", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("K"),
        minimum: 1000.0, maximum: 20000.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "white tone (mireds: 1e6/x)",
    },
    Schema {
        id: 5, name: "Sensor", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "measures or detects something",
    },
    Schema {
        id: 6, name: "Temperature", kind: "real", element: None,
        access: "state", writes: None, unit: Some("°C"),
        minimum: -273.15, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "measured temperature",
    },
    Schema {
        id: 7, name: "Humidity", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "relative humidity of air",
    },
    Schema {
        id: 8, name: "Battery", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "charge left (cell, storage, vehicle)",
    },
    Schema {
        id: 9, name: "Power", kind: "real", element: None,
        access: "state", writes: None, unit: Some("W"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "active power; more than 0 is taken by a load, imported at a meter, generated by a solar panel, charged into a battery storage",
    },
    Schema {
        id: 10, name: "Energy", kind: "real", element: None,
        access: "state", writes: None, unit: Some("kWh"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "energy taken so far (meter reading)",
    },
    Schema {
        id: 11, name: "Voltage", kind: "real", element: None,
        access: "state", writes: None, unit: Some("V"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "voltage",
    },
    Schema {
        id: 12, name: "Current", kind: "real", element: None,
        access: "state", writes: None, unit: Some("A"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "current",
    },
    Schema {
        id: 13, name: "Illuminance", kind: "real", element: None,
        access: "state", writes: None, unit: Some("lx"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "light level",
    },
    Schema {
        id: 14, name: "Motion", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "movement seen",
    },
    Schema {
        id: 15, name: "Occupancy", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "somebody is in the room or zone",
    },
    Schema {
        id: 16, name: "Open", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "door, window, lid, contact is open",
    },
    Schema {
        id: 17, name: "ButtonEvent", kind: "event", element: Some("ButtonEventKind"),
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: BUTTON_EVENT_KIND_NAMES, since: 1,
        description: "a button was used, a knob turned",
    },
    Schema {
        id: 18, name: "Button", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "the hub can press it (implies Command.PRESS)",
    },
    Schema {
        id: 19, name: "Cover", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "blind, awning, garage door, gate; with Position, ...",
    },
    Schema {
        id: 20, name: "Position", kind: "real", element: None,
        access: "state", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "where a cover or valve stands; 0 is closed, 1 is open",
    },
    Schema {
        id: 21, name: "TargetPosition", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "where it shall go; 0 is closed, 1 is open",
    },
    Schema {
        id: 22, name: "Movement", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: MOVEMENT_NAMES, since: 1,
        description: "what it is doing now",
    },
    Schema {
        id: 23, name: "DoorLock", kind: "enum", element: None,
        access: "writable", writes: Some(&[0, 1]), unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: DOOR_LOCK_NAMES, since: 1,
        description: "lock; only LOCKED and UNLOCKED may be written (unlatch: Command.UNLATCH)",
    },
    Schema {
        id: 24, name: "Thermostat", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "controls temperature (thermostat, valve head, air conditioner)",
    },
    Schema {
        id: 25, name: "TargetTemperature", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("°C"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "wanted temperature",
    },
    Schema {
        id: 26, name: "ThermostatMode", kind: "enum", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: THERMOSTAT_MODE_NAMES, since: 1,
        description: "HEAT_COOL keeps between low and high; AUTO lets the device choose",
    },
    Schema {
        id: 27, name: "ClimateAction", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: CLIMATE_ACTION_NAMES, since: 1,
        description: "what thermostat, heater, humidifier does now",
    },
    Schema {
        id: 28, name: "Fan", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "moves air",
    },
    Schema {
        id: 29, name: "FanSpeed", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "speed while on",
    },
    Schema {
        id: 30, name: "MediaPlayer", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "plays or shows media",
    },
    Schema {
        id: 31, name: "Volume", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "loudness (player, siren, chime, microphone gain)",
    },
    Schema {
        id: 32, name: "Command", kind: "enum", element: None,
        access: "command", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: COMMAND_NAMES, since: 1,
        description: "do this once; nothing is stored",
    },
    Schema {
        id: 33, name: "Commands", kind: "list", element: Some("Command"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: COMMAND_NAMES, since: 1,
        description: "commands that this entity takes",
    },
    Schema {
        id: 34, name: "Boolean", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a yes/no fact or setting with no typed component",
    },
    Schema {
        id: 35, name: "Integer", kind: "integer", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a whole number (64 bits, signed) with no typed component",
    },
    Schema {
        id: 36, name: "Real", kind: "real", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a number with no typed component; Unit or UnitLabel and Quantity say what it is",
    },
    Schema {
        id: 37, name: "Text", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a text; with TextOptions it is a choice",
    },
    Schema {
        id: 38, name: "Date", kind: "date", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "calendar date",
    },
    Schema {
        id: 39, name: "Time", kind: "time", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "time of day, no zone",
    },
    Schema {
        id: 40, name: "Timestamp", kind: "integer", element: None,
        access: "writable", writes: None, unit: Some("ms since 1970 UTC"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "an instant (datetime)",
    },
    Schema {
        id: 41, name: "Duration", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a length of time; of the medium that plays",
    },
    Schema {
        id: 42, name: "TextOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "allowed values of Text",
    },
    Schema {
        id: 43, name: "Pattern", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "regular expression: the form of Text or of Code",
    },
    Schema {
        id: 44, name: "Secret", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "Text is a password: hidden, not logged",
    },
    Schema {
        id: 45, name: "Limits", kind: "limits", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "minimum, maximum, step of Integer, Real, Duration, Timestamp, Text length; in the unit of the value",
    },
    Schema {
        id: 46, name: "Unit", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: UNIT_NAMES, since: 1,
        description: "unit of Integer or Real",
    },
    Schema {
        id: 47, name: "UnitLabel", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "unit of Integer or Real where Unit has none, or a currency (\"EUR\", \"EUR/kWh\")",
    },
    Schema {
        id: 48, name: "Quantity", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: QUANTITY_NAMES, since: 1,
        description: "what Integer or Real is, where no typed component exists",
    },
    Schema {
        id: 49, name: "Accumulation", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: ACCUMULATION_NAMES, since: 1,
        description: "how to make statistics; typed components have a default",
    },
    Schema {
        id: 50, name: "LastReset", kind: "integer", element: None,
        access: "state", writes: None, unit: Some("ms since 1970 UTC"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "when a TOTAL last began at zero",
    },
    Schema {
        id: 51, name: "Precision", kind: "integer", element: None,
        access: "fact", writes: None, unit: None,
        minimum: 0.0, maximum: 15.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "decimals worth showing",
    },
    Schema {
        id: 52, name: "Writable", kind: "list", element: Some("component"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "what may be written here; absent: all that the schema and the manifest allow",
    },
    Schema {
        id: 53, name: "Unknown", kind: "list", element: Some("component"),
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "belong to the entity, have no valid value now",
    },
    Schema {
        id: 54, name: "Available", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "this entity answers (a whole device: DeviceStatus)",
    },
    Schema {
        id: 55, name: "AssumedState", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "values are what was last sent, the device does not report",
    },
    Schema {
        id: 56, name: "Diagnostic", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "entity tells of the device's health",
    },
    Schema {
        id: 57, name: "Configuration", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "entity is a setting of the device",
    },
    Schema {
        id: 58, name: "HiddenByDefault", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "not shown until asked for",
    },
    Schema {
        id: 59, name: "Manufacturer", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "maker",
    },
    Schema {
        id: 60, name: "Model", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "model name",
    },
    Schema {
        id: 61, name: "SerialNumber", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "serial number",
    },
    Schema {
        id: 62, name: "HardwareVersion", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "hardware version",
    },
    Schema {
        id: 63, name: "ViaDevice", kind: "text", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "key of the device of the same provider through which this one is reached",
    },
    Schema {
        id: 64, name: "PageUrl", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "URL of the page of the device, the release, the entry",
    },
    Schema {
        id: 65, name: "SignalStrength", kind: "real", element: None,
        access: "state", writes: None, unit: Some("dBm"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "radio signal",
    },
    Schema {
        id: 66, name: "LinkQuality", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "radio link quality",
    },
    Schema {
        id: 67, name: "Connected", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "link to network, cloud or peer is up",
    },
    Schema {
        id: 68, name: "Outlet", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "socket; with Switch, Power, ...",
    },
    Schema {
        id: 69, name: "White", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "white channel of an RGBW lamp",
    },
    Schema {
        id: 70, name: "ColdWhite", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "cold white channel",
    },
    Schema {
        id: 71, name: "WarmWhite", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "warm white channel",
    },
    Schema {
        id: 72, name: "ColorMode", kind: "enum", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: COLOR_MODE_NAMES, since: 1,
        description: "which of the colour components is in force; COLOR_TEMPERATURE: colour channels and white tone at once",
    },
    Schema {
        id: 73, name: "ColorModes", kind: "list", element: Some("ColorMode"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: COLOR_MODE_NAMES, since: 1,
        description: "modes the lamp has",
    },
    Schema {
        id: 74, name: "ColorTemperatureLimits", kind: "limits", element: None,
        access: "fact", writes: None, unit: Some("K"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "warmest, coldest",
    },
    Schema {
        id: 75, name: "Effect", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "running effect; \"\" none",
    },
    Schema {
        id: 76, name: "EffectOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names of effects",
    },
    Schema {
        id: 77, name: "TransitionDuration", kind: "real", element: None,
        access: "modifier", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "fade of this write",
    },
    Schema {
        id: 78, name: "FlashDuration", kind: "real", element: None,
        access: "modifier", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "flash for so long, then as before",
    },
    Schema {
        id: 79, name: "ActiveDuration", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "how long an activation lasts (siren, valve, timed on, boost), 0 is endless; in the same write as the activation: that one only",
    },
    Schema {
        id: 80, name: "RemainingTime", kind: "real", element: None,
        access: "state", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "until the running thing ends",
    },
    Schema {
        id: 81, name: "PowerOnBehavior", kind: "enum", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: POWER_ON_BEHAVIOR_NAMES, since: 1,
        description: "Switch after a power cut",
    },
    Schema {
        id: 82, name: "Frequency", kind: "real", element: None,
        access: "state", writes: None, unit: Some("Hz"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "frequency",
    },
    Schema {
        id: 83, name: "PowerFactor", kind: "real", element: None,
        access: "state", writes: None, unit: Some("fraction"),
        minimum: -1.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "power factor",
    },
    Schema {
        id: 84, name: "ApparentPower", kind: "real", element: None,
        access: "state", writes: None, unit: Some("VA"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "apparent power",
    },
    Schema {
        id: 85, name: "ReactivePower", kind: "real", element: None,
        access: "state", writes: None, unit: Some("var"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "reactive power",
    },
    Schema {
        id: 86, name: "EnergyExported", kind: "real", element: None,
        access: "state", writes: None, unit: Some("kWh"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "energy given so far",
    },
    Schema {
        id: 87, name: "EnergyStored", kind: "real", element: None,
        access: "state", writes: None, unit: Some("kWh"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "energy in a storage now",
    },
    Schema {
        id: 88, name: "ChargingState", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: CHARGING_STATE_NAMES, since: 1,
        description: "of a battery or vehicle",
    },
    Schema {
        id: 89, name: "AtmosphericPressure", kind: "real", element: None,
        access: "state", writes: None, unit: Some("hPa"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "barometer",
    },
    Schema {
        id: 90, name: "Pressure", kind: "real", element: None,
        access: "state", writes: None, unit: Some("kPa"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "pressure in a pipe, vessel",
    },
    Schema {
        id: 91, name: "Moisture", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "soil or material moisture",
    },
    Schema {
        id: 92, name: "CarbonDioxide", kind: "real", element: None,
        access: "state", writes: None, unit: Some("ppm"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "CO2",
    },
    Schema {
        id: 93, name: "CarbonMonoxide", kind: "real", element: None,
        access: "state", writes: None, unit: Some("ppm"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "CO",
    },
    Schema {
        id: 94, name: "Voc", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "volatile organic compounds by mass",
    },
    Schema {
        id: 95, name: "VocParts", kind: "real", element: None,
        access: "state", writes: None, unit: Some("ppb"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "volatile organic compounds by volume",
    },
    Schema {
        id: 96, name: "Formaldehyde", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "CH2O",
    },
    Schema {
        id: 97, name: "Ozone", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "O3",
    },
    Schema {
        id: 98, name: "NitrogenDioxide", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "NO2",
    },
    Schema {
        id: 99, name: "SulfurDioxide", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "SO2",
    },
    Schema {
        id: 100, name: "Radon", kind: "real", element: None,
        access: "state", writes: None, unit: Some("Bq/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "radon",
    },
    Schema {
        id: 101, name: "Pm1", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "particles to 1 µm",
    },
    Schema {
        id: 102, name: "Pm25", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "particles to 2.5 µm",
    },
    Schema {
        id: 103, name: "Pm10", kind: "real", element: None,
        access: "state", writes: None, unit: Some("µg/m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "particles to 10 µm",
    },
    Schema {
        id: 104, name: "AirQuality", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: AIR_QUALITY_NAMES, since: 1,
        description: "graded air quality or gas level",
    },
    Schema {
        id: 105, name: "AirQualityIndex", kind: "real", element: None,
        access: "state", writes: None, unit: None,
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "air quality index (AQI)",
    },
    Schema {
        id: 106, name: "SoundLevel", kind: "real", element: None,
        access: "state", writes: None, unit: Some("dB"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "loudness measured",
    },
    Schema {
        id: 107, name: "Precipitation", kind: "real", element: None,
        access: "state", writes: None, unit: Some("mm"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "rain fallen",
    },
    Schema {
        id: 108, name: "WindSpeed", kind: "real", element: None,
        access: "state", writes: None, unit: Some("m/s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "wind",
    },
    Schema {
        id: 109, name: "WindDirection", kind: "real", element: None,
        access: "state", writes: None, unit: Some("°"),
        minimum: 0.0, maximum: 360.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "wind comes from there; 0 is north, 90 is east",
    },
    Schema {
        id: 110, name: "Distance", kind: "real", element: None,
        access: "state", writes: None, unit: Some("m"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "distance, depth, visibility",
    },
    Schema {
        id: 111, name: "Weight", kind: "real", element: None,
        access: "state", writes: None, unit: Some("kg"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "mass",
    },
    Schema {
        id: 112, name: "FlowRate", kind: "real", element: None,
        access: "state", writes: None, unit: Some("L/min"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "flow of liquid or gas",
    },
    Schema {
        id: 113, name: "WaterVolume", kind: "real", element: None,
        access: "state", writes: None, unit: Some("m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "water used so far",
    },
    Schema {
        id: 114, name: "GasVolume", kind: "real", element: None,
        access: "state", writes: None, unit: Some("m³"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "gas used so far",
    },
    Schema {
        id: 115, name: "FillLevel", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "tank, bin, hot-water store",
    },
    Schema {
        id: 116, name: "Presence", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "somebody or something is at home",
    },
    Schema {
        id: 117, name: "Vibration", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "shaking",
    },
    Schema {
        id: 118, name: "Moving", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "this object moves",
    },
    Schema {
        id: 119, name: "Smoke", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "smoke alarm",
    },
    Schema {
        id: 120, name: "GasAlarm", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "combustible gas",
    },
    Schema {
        id: 121, name: "CarbonMonoxideAlarm", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "CO alarm",
    },
    Schema {
        id: 122, name: "CarbonDioxideAlarm", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "CO2 too high",
    },
    Schema {
        id: 123, name: "WaterLeak", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "water where none should be",
    },
    Schema {
        id: 124, name: "Raining", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "it rains",
    },
    Schema {
        id: 125, name: "Heat", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "too hot",
    },
    Schema {
        id: 126, name: "Cold", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "too cold, frost",
    },
    Schema {
        id: 127, name: "LightDetected", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "light is there",
    },
    Schema {
        id: 128, name: "SoundDetected", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "sound is there",
    },
    Schema {
        id: 129, name: "Tamper", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "case opened, torn off",
    },
    Schema {
        id: 130, name: "Problem", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "something is wrong; Fault says what",
    },
    Schema {
        id: 131, name: "Unsafe", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "danger of a kind not named here",
    },
    Schema {
        id: 132, name: "BatteryLow", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "battery nearly empty",
    },
    Schema {
        id: 133, name: "PluggedIn", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "plug or cable is in",
    },
    Schema {
        id: 134, name: "PowerPresent", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "mains or power is there",
    },
    Schema {
        id: 135, name: "Running", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "machine, pump, update, calendar entry runs; a load draws, water flows",
    },
    Schema {
        id: 136, name: "Obstruction", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "way is blocked",
    },
    Schema {
        id: 137, name: "Fault", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "error in words or the device's code; \"\" none",
    },
    Schema {
        id: 138, name: "Severity", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: SEVERITY_NAMES, since: 1,
        description: "of the alarm or fault",
    },
    Schema {
        id: 139, name: "TargetTemperatureLow", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("°C"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "heat below this",
    },
    Schema {
        id: 140, name: "TargetTemperatureHigh", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("°C"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "cool above this",
    },
    Schema {
        id: 141, name: "TargetTemperatureLimits", kind: "limits", element: None,
        access: "fact", writes: None, unit: Some("°C"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "of the three targets",
    },
    Schema {
        id: 142, name: "ThermostatModes", kind: "list", element: Some("ThermostatMode"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: THERMOSTAT_MODE_NAMES, since: 1,
        description: "modes it has",
    },
    Schema {
        id: 143, name: "Preset", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "named set of settings, \"\" none; usual: none eco away boost comfort home sleep activity auto manual normal",
    },
    Schema {
        id: 144, name: "PresetOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names of presets",
    },
    Schema {
        id: 145, name: "FanMode", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "fan step by name, suction of a robot; usual: auto on off low medium high middle focus diffuse quiet",
    },
    Schema {
        id: 146, name: "FanModeOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names of fan modes",
    },
    Schema {
        id: 147, name: "SwingMode", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "louvre movement; usual: off on vertical horizontal both",
    },
    Schema {
        id: 148, name: "SwingModeOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names",
    },
    Schema {
        id: 149, name: "TargetHumidity", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "wanted humidity",
    },
    Schema {
        id: 150, name: "TargetHumidityLimits", kind: "limits", element: None,
        access: "fact", writes: None, unit: Some("%"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "of TargetHumidity",
    },
    Schema {
        id: 151, name: "Humidifier", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "changes air humidity; MachineKind.DEHUMIDIFIER takes water out",
    },
    Schema {
        id: 152, name: "WaterHeater", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "heats water",
    },
    Schema {
        id: 153, name: "Demand", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "heating or cooling demand, valve opening of a radiator",
    },
    Schema {
        id: 154, name: "FanSpeedStep", kind: "real", element: None,
        access: "fact", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "1/number of speeds",
    },
    Schema {
        id: 155, name: "FanDirection", kind: "enum", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: FAN_DIRECTION_NAMES, since: 1,
        description: "FORWARD is clockwise seen from below",
    },
    Schema {
        id: 156, name: "Oscillating", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "fan swings",
    },
    Schema {
        id: 157, name: "ChildLock", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "keys on the device are locked",
    },
    Schema {
        id: 158, name: "RemainingLife", kind: "real", element: None,
        access: "state", writes: None, unit: Some("%"),
        minimum: 0.0, maximum: 100.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "filter, brush, cartridge",
    },
    Schema {
        id: 159, name: "ReplaceNeeded", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "filter, brush, sensor is at its end",
    },
    Schema {
        id: 160, name: "OpeningKind", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: OPENING_KIND_NAMES, since: 1,
        description: "what Open, Cover or Valve is about",
    },
    Schema {
        id: 161, name: "Tilt", kind: "real", element: None,
        access: "state", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "slats; 0 is closed, 1 is open",
    },
    Schema {
        id: 162, name: "TargetTilt", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "where slats shall go; 0 is closed, 1 is open",
    },
    Schema {
        id: 163, name: "Valve", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "with Position, TargetPosition, OpeningKind",
    },
    Schema {
        id: 164, name: "Code", kind: "text", element: None,
        access: "modifier", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "PIN for this write, as Pattern says; hidden, never stored or logged",
    },
    Schema {
        id: 165, name: "CodeRequired", kind: "list", element: Some("CodeUse"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: CODE_USE_NAMES, since: 1,
        description: "writes that need Code",
    },
    Schema {
        id: 166, name: "AccessEvent", kind: "event", element: Some("AccessEventKind"),
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: ACCESS_EVENT_KIND_NAMES, since: 1,
        description: "how the lock was worked",
    },
    Schema {
        id: 167, name: "AccessUser", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "who worked it last",
    },
    Schema {
        id: 168, name: "AlarmPanel", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "intruder alarm",
    },
    Schema {
        id: 169, name: "AlarmMode", kind: "enum", element: None,
        access: "writable", writes: Some(&[0, 1, 2, 3, 4, 5]), unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: ALARM_MODE_NAMES, since: 1,
        description: "the first six may be written",
    },
    Schema {
        id: 170, name: "AlarmModes", kind: "list", element: Some("AlarmMode"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: ALARM_MODE_NAMES, since: 1,
        description: "modes it has",
    },
    Schema {
        id: 171, name: "Siren", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "with Switch, Tone, Volume, ActiveDuration",
    },
    Schema {
        id: 172, name: "Tone", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "sound to play",
    },
    Schema {
        id: 173, name: "ToneOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names of sounds",
    },
    Schema {
        id: 174, name: "DoorbellEvent", kind: "event", element: None,
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "somebody rang",
    },
    Schema {
        id: 175, name: "NamedEvent", kind: "event", element: Some("text"),
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "event with the device's own name",
    },
    Schema {
        id: 176, name: "NamedEventOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names it can send",
    },
    Schema {
        id: 177, name: "ButtonEvents", kind: "list", element: Some("ButtonEventKind"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: BUTTON_EVENT_KIND_NAMES, since: 1,
        description: "kinds this button can send",
    },
    Schema {
        id: 178, name: "TagEvent", kind: "event", element: Some("text"),
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "NFC or RFID tag was read; its id",
    },
    Schema {
        id: 179, name: "Scene", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "Command.ACTIVATE sets it",
    },
    Schema {
        id: 180, name: "MachineKind", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: MACHINE_KIND_NAMES, since: 1,
        description: "finer kind, where no marker of its own exists; alone it marks a household machine",
    },
    Schema {
        id: 181, name: "Vacuum", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "robot that cleans",
    },
    Schema {
        id: 182, name: "LawnMower", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "robot that mows",
    },
    Schema {
        id: 183, name: "OperationalState", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: OPERATIONAL_STATE_NAMES, since: 1,
        description: "machine or robot",
    },
    Schema {
        id: 184, name: "Program", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "washing, cooking, run or pump programme",
    },
    Schema {
        id: 185, name: "ProgramOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names",
    },
    Schema {
        id: 186, name: "Phase", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "step of the programme",
    },
    Schema {
        id: 187, name: "Progress", kind: "real", element: None,
        access: "state", writes: None, unit: Some("fraction"),
        minimum: 0.0, maximum: 1.0,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "of programme, cleaning, update",
    },
    Schema {
        id: 188, name: "StartTime", kind: "integer", element: None,
        access: "writable", writes: None, unit: Some("ms since 1970 UTC"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "planned or real start",
    },
    Schema {
        id: 189, name: "EndTime", kind: "integer", element: None,
        access: "writable", writes: None, unit: Some("ms since 1970 UTC"),
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "planned or real end",
    },
    Schema {
        id: 190, name: "SelectedAreas", kind: "list", element: Some("text"),
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "rooms or zones to work in",
    },
    Schema {
        id: 191, name: "AreaOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names",
    },
    Schema {
        id: 192, name: "PlaybackState", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: PLAYBACK_STATE_NAMES, since: 1,
        description: "player",
    },
    Schema {
        id: 193, name: "Muted", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "sound, microphone or alarm is silent",
    },
    Schema {
        id: 194, name: "Source", kind: "text", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "input, app, channel list entry",
    },
    Schema {
        id: 195, name: "SourceOptions", kind: "list", element: Some("text"),
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "names",
    },
    Schema {
        id: 196, name: "Title", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "of the medium, update, calendar entry",
    },
    Schema {
        id: 197, name: "Artist", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "of the medium",
    },
    Schema {
        id: 198, name: "MediaUrl", kind: "text", element: None,
        access: "command", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "play this URL; with Command.ENQUEUE in the same write: afterwards",
    },
    Schema {
        id: 199, name: "AnnouncementUrl", kind: "text", element: None,
        access: "command", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "play this URL in between, then go on",
    },
    Schema {
        id: 200, name: "MediaPosition", kind: "real", element: None,
        access: "writable", writes: None, unit: Some("s"),
        minimum: 0.0, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "place; writing seeks",
    },
    Schema {
        id: 201, name: "Shuffle", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "random order",
    },
    Schema {
        id: 202, name: "Repeat", kind: "enum", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: REPEAT_NAMES, since: 1,
        description: "repeat",
    },
    Schema {
        id: 203, name: "RemoteKey", kind: "enum", element: None,
        access: "command", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: REMOTE_KEY_NAMES, since: 1,
        description: "a key of its remote control",
    },
    Schema {
        id: 204, name: "Camera", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "with StreamUrl, ImageUrl",
    },
    Schema {
        id: 205, name: "StreamUrl", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "URL of live video (RTSP, HLS, WebRTC)",
    },
    Schema {
        id: 206, name: "ImageUrl", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "URL of a still picture: snapshot, cover art, map",
    },
    Schema {
        id: 207, name: "PrivacyMode", kind: "boolean", element: None,
        access: "writable", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "camera, microphone are blind",
    },
    Schema {
        id: 208, name: "SignalKind", kind: "enum", element: None,
        access: "fact", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: SIGNAL_KIND_NAMES, since: 1,
        description: "what Signal sends",
    },
    Schema {
        id: 209, name: "Signal", kind: "text", element: None,
        access: "command", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "send this infrared or radio code: \"f=38000;n=1;9000,-4500,560\" (carrier in Hz, repeats, µs on and off), or \"c=\" and the device's own code",
    },
    Schema {
        id: 210, name: "SignalEvent", kind: "event", element: Some("text"),
        access: "event", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "this code was received, written as in Signal",
    },
    Schema {
        id: 211, name: "Tracker", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "follows a person or thing",
    },
    Schema {
        id: 212, name: "Location", kind: "list", element: Some("real"),
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 2, max_items: 3,
        variants: &[], since: 1,
        description: "latitude and longitude in degrees (WGS 84), then, if known, the radius of accuracy in metres; no range is checked",
    },
    Schema {
        id: 213, name: "Zone", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "name of the place or room where it is",
    },
    Schema {
        id: 214, name: "Update", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "software that can be updated",
    },
    Schema {
        id: 215, name: "UpdateAvailable", kind: "boolean", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "a newer version exists",
    },
    Schema {
        id: 216, name: "InstalledVersion", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "version that runs (also the device's firmware)",
    },
    Schema {
        id: 217, name: "LatestVersion", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "newest version",
    },
    Schema {
        id: 218, name: "Summary", kind: "text", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "what an update changes, what an entry is about",
    },
    Schema {
        id: 219, name: "Notifier", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "shows or says the Text that is written",
    },
    Schema {
        id: 220, name: "Weather", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "weather now, or forecast for StartTime..EndTime",
    },
    Schema {
        id: 221, name: "WeatherCondition", kind: "enum", element: None,
        access: "state", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: WEATHER_CONDITION_NAMES, since: 1,
        description: "sky",
    },
    Schema {
        id: 222, name: "Calendar", kind: "marker", element: None,
        access: "marker", writes: None, unit: None,
        minimum: f64::NEG_INFINITY, maximum: f64::INFINITY,
        min_items: 0, max_items: u32::MAX,
        variants: &[], since: 1,
        description: "next entry: Title, StartTime, EndTime, Running",
    },
];
