//! The kinds of component: their payloads, the rules for their values, and lists of them as messages carry them.
//! Knows nothing of single components; those are in `generated.rs`, made from components.toml.
//!
//! On the wire a component is `id: u16 │ length │ payload`. The length lets a receiver step over a component that is
//! newer than itself, and over what a newer revision appended to a payload.
#![forbid(unsafe_code)]

use crate::codec::{Reader, Wire, Writer, room};
use crate::error::{Fault, Invalid, Limit, Part};
use crate::generated::{Component, SCHEMAS};
use std::fmt;

/// What components.toml says of one component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schema {
    /// Permanent id.
    pub id: u16,
    /// Name of the class.
    pub name: &'static str,
    /// marker, boolean, integer, real, text, colour, date, time, enum, list, limits or event.
    pub kind: &'static str,
    /// What a list holds, what comes with an event: "text", "real", "component" or the name of an enum.
    pub element: Option<&'static str>,
    /// marker, state, writable, fact, command, modifier or event.
    pub access: &'static str,
    /// Variants that may be written, where not all may.
    pub writes: Option<&'static [u32]>,
    /// Unit of the value.
    pub unit: Option<&'static str>,
    /// Smallest value, minus infinity if there is none.
    pub minimum: f64,
    /// Largest value, infinity if there is none.
    pub maximum: f64,
    /// Fewest items of a list.
    pub min_items: u32,
    /// Most items of a list.
    pub max_items: u32,
    /// Names of the variants by id, of an enum or of the enum that is the element.
    pub variants: &'static [&'static str],
    /// For people.
    pub description: &'static str,
    /// Schema revision that brought the component.
    pub since: u32,
}

/// An enum that other revisions may know more variants of: its number is kept as it came.
pub trait OpenEnum: Copy {
    /// Names of the variants that this revision knows, by number.
    const NAMES: &'static [&'static str];
    /// The value with that number, known or not.
    fn from_number(number: u32) -> Self;
    /// The number of the value.
    fn number(self) -> u32;
}

/// Declares an open enum: a number with names for the variants that are known.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub u32);

        #[allow(missing_docs, reason = "the schema describes the enum as a whole")]
        impl $name {
            $(pub const $variant: Self = Self($number);)*
        }

        impl $crate::component::OpenEnum for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($variant)),*];
            fn from_number(number: u32) -> Self {
                Self(number)
            }
            fn number(self) -> u32 {
                self.0
            }
        }

        impl $crate::codec::Wire for $name {
            #[inline]
            fn read(reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::error::Fault> {
                $crate::codec::Wire::read(reader).map(Self)
            }
            #[inline]
            fn write(&self, writer: &mut $crate::codec::Writer) {
                $crate::codec::Wire::write(&self.0, writer);
            }
        }
    };
}
pub(crate) use open_enum;

/// Declares a struct that is written as its fields, in the order given.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }

        impl $crate::codec::Wire for $name {
            #[allow(unused_variables, reason = "a message without fields reads nothing")]
            fn read(reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::error::Fault> {
                Ok(Self { $($field: <$type as $crate::codec::Wire>::read(reader)?),* })
            }
            #[allow(unused_variables, reason = "a message without fields writes nothing")]
            fn write(&self, writer: &mut $crate::codec::Writer) {
                $($crate::codec::Wire::write(&self.$field, writer);)*
            }
        }
    };
}
pub(crate) use record;

record! {
    /// A colour in gamma-encoded sRGB, each channel from 0 to 1.
    Color {
        /// Red.
        red: f64,
        /// Green.
        green: f64,
        /// Blue.
        blue: f64,
    }
}
record! {
    /// A day of the Gregorian calendar, year 1 to 9999.
    Date {
        /// 1 to 9999.
        year: u16,
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    }
}
record! {
    /// A time of day, without a zone.
    Time {
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
        /// 0 to 59.
        second: u8,
        /// 0 to 999,999.
        microsecond: u32,
    }
}
record! {
    /// Bounds of a value: minus infinity or infinity where there is none, and the step, 0 where any value will do.
    Limits {
        /// Smallest value.
        minimum: f64,
        /// Largest value.
        maximum: f64,
        /// Distance between two values.
        step: f64,
    }
}

/// Numbers of a list of open enums, whatever their type.
pub trait Numbers {
    /// How many.
    fn count(&self) -> usize;
    /// The number at that place.
    fn number(&self, place: usize) -> u32;
}

impl<T: OpenEnum> Numbers for Box<[T]> {
    fn count(&self) -> usize {
        self.len()
    }
    fn number(&self, place: usize) -> u32 {
        self[place].number()
    }
}

/// What a component holds, by kind.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each variant is a kind of components.toml")]
pub enum Payload<'a> {
    Marker,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Color(&'a Color),
    Date(&'a Date),
    Time(&'a Time),
    Enum(u32),
    Limits(&'a Limits),
    Texts(&'a [Box<str>]),
    Reals(&'a [f64]),
    Ids(&'a [u16]),
    Enums(&'a dyn Numbers),
    Event { count: u32 },
    EnumEvent { count: u32, kind: u32 },
    TextEvent { count: u32, text: &'a str },
    Unknown(&'a [u8]),
}

impl Component {
    /// What components.toml says of it; nothing of an unknown one.
    #[must_use]
    pub fn schema(&self) -> Option<&'static Schema> {
        SCHEMAS.get(usize::from(self.id()))
    }

    /// Whether the value keeps the rules of the schema.
    ///
    /// # Errors
    /// The first rule that it breaks.
    #[inline]
    pub fn check(&self) -> Result<(), Invalid> {
        let Some(schema) = self.schema() else { return Ok(()) };
        match self.payload() {
            Payload::Marker | Payload::Boolean(_) | Payload::Enum(_) | Payload::Unknown(_) => Ok(()),
            Payload::Real(value) => check_real(schema, value),
            Payload::Integer(value) => check_integer(schema, value),
            Payload::Text(text) => check_text(text),
            Payload::Color(Color { red, green, blue }) => {
                let channels = [(Part::Red, red), (Part::Green, green), (Part::Blue, blue)];
                channels.into_iter().try_for_each(|(part, channel)| check_part(part, *channel, 1.0))
            }
            Payload::Date(date) => check_date(date),
            Payload::Time(time) => check_time(time),
            Payload::Limits(limits) => check_limits(limits),
            Payload::Texts(texts) => {
                check_count(schema, texts.len())?;
                texts.iter().try_for_each(|text| check_item(text))
            }
            Payload::Reals(values) => {
                check_count(schema, values.len())?;
                values.iter().try_for_each(|value| check_real(schema, *value))
            }
            Payload::Ids(ids) => check_count(schema, ids.len()),
            Payload::Enums(numbers) => check_count(schema, numbers.count()),
            Payload::Event { count } | Payload::EnumEvent { count, .. } => check_event(count),
            Payload::TextEvent { count, text } => check_event(count).and_then(|()| check_text(text)),
        }
    }

    /// `check`, and the limits that the reader checks by itself: for values that are built and not read.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_built(&self) -> Result<(), Invalid> {
        self.check()?;
        let check_length = |text: &str| check_limit(Limit::Text, text.len());
        match self.payload() {
            Payload::Text(text) | Payload::TextEvent { text, .. } => check_length(text)?,
            Payload::Texts(texts) => {
                check_limit(Limit::Items, texts.len())?;
                texts.iter().try_for_each(|text| check_length(text))?;
            }
            Payload::Reals(values) => check_limit(Limit::Items, values.len())?,
            Payload::Ids(ids) => check_limit(Limit::Items, ids.len())?,
            Payload::Enums(numbers) => check_limit(Limit::Items, numbers.count())?,
            Payload::Unknown(payload) => return check_limit(Limit::Payload, payload.len()),
            _ => return Ok(()),
        }
        let mut writer = Writer::default();
        self.write_payload(&mut writer);
        check_limit(Limit::Payload, writer.len())
    }
}

fn check_limit(limit: Limit, count: usize) -> Result<(), Invalid> {
    match u32::try_from(count).unwrap_or(u32::MAX) {
        count if count > limit.most() => Err(Invalid::Limit(limit, count)),
        _ => Ok(()),
    }
}

fn check_within(value: f64, minimum: f64, maximum: f64) -> Result<(), Invalid> {
    if !value.is_finite() {
        Err(Invalid::NotFinite(value))
    } else if value < minimum {
        Err(Invalid::Below(value, minimum))
    } else if value > maximum {
        Err(Invalid::Above(value, maximum))
    } else {
        Ok(())
    }
}

fn check_part(part: Part, value: f64, maximum: f64) -> Result<(), Invalid> {
    check_within(value, 0.0, maximum).map_err(|why| match why {
        Invalid::Below(value, minimum) => Invalid::PartBelow(part, value, minimum),
        Invalid::Above(value, maximum) => Invalid::PartAbove(part, value, maximum),
        _ => Invalid::PartNotFinite(part, value),
    })
}

fn check_real(schema: &Schema, value: f64) -> Result<(), Invalid> {
    check_within(value, schema.minimum, schema.maximum)
}

#[expect(clippy::cast_precision_loss, reason = "only compared where there is a bound, and bounds are small")]
#[expect(clippy::cast_possible_truncation, reason = "bounds of integers are whole and small, see the generator")]
fn check_integer(schema: &Schema, value: i64) -> Result<(), Invalid> {
    if (value as f64) < schema.minimum {
        Err(Invalid::IntegerBelow(value, schema.minimum as i64))
    } else if (value as f64) > schema.maximum {
        Err(Invalid::IntegerAbove(value, schema.maximum as i64))
    } else {
        Ok(())
    }
}

fn check_text(text: &str) -> Result<(), Invalid> {
    match text.chars().find(|c| !is_text_character(*c)) {
        Some(c) => Err(Invalid::Character(c)),
        None => Ok(()),
    }
}

/// A choice without a name could not be shown; and an empty text would take sixteen bytes of memory for one on the wire.
fn check_item(text: &str) -> Result<(), Invalid> {
    if text.is_empty() { Err(Invalid::EmptyItem) } else { check_text(text) }
}

/// A text is printed in logs and terminals: no escape sequences, nothing invisible but new line and tabulator.
pub(crate) fn is_text_character(c: char) -> bool {
    !c.is_control() || c == '\n' || c == '\t'
}

/// Names stand beside each other in lists: nothing invisible, and nothing that turns the direction of writing, so
/// that one cannot pass for another.
pub(crate) fn is_name_character(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn check_date(date: &Date) -> Result<(), Invalid> {
    let Date { year, month, day } = *date;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if (1..=9999).contains(&year) && (1..=days).contains(&day) {
        Ok(())
    } else {
        Err(Invalid::NoSuchDate(year, month, day))
    }
}

fn check_time(time: &Time) -> Result<(), Invalid> {
    let Time { hour, minute, second, microsecond } = *time;
    if hour < 24 && minute < 60 && second < 60 && microsecond < 1_000_000 {
        Ok(())
    } else {
        Err(Invalid::NoSuchTime(hour, minute, second, microsecond))
    }
}

fn check_limits(limits: &Limits) -> Result<(), Invalid> {
    let Limits { minimum, maximum, step } = *limits;
    if minimum.is_nan() || maximum.is_nan() {
        Err(Invalid::NotFinite(f64::NAN))
    } else if minimum > maximum {
        Err(Invalid::LimitsCrossed(minimum, maximum))
    } else {
        check_part(Part::Step, step, f64::INFINITY)
    }
}

fn check_count(schema: &Schema, count: usize) -> Result<(), Invalid> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    if count < schema.min_items {
        Err(Invalid::TooFew(count, schema.min_items))
    } else if count > schema.max_items {
        Err(Invalid::TooMany(count, schema.max_items))
    } else {
        Ok(())
    }
}

const fn check_event(count: u32) -> Result<(), Invalid> {
    if count == 0 { Err(Invalid::NoCount) } else { Ok(()) }
}

/// A component whose value broke the schema: well-formed, but not taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refused {
    /// Device of the message.
    pub device: u32,
    /// Entity of the message.
    pub entity: u16,
    /// Id of the component.
    pub component: u16,
    /// The rule that its value broke.
    pub why: Invalid,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = SCHEMAS.get(usize::from(self.component)).map_or("component", |schema| schema.name);
        write!(f, "{name} {}", self.why)
    }
}

/// The components of one entity in one message, and those that were refused while reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Components {
    /// What may be used. Only these are written.
    pub valid: Box<[Component]>,
    /// What was left out.
    pub refused: Box<[Refused]>,
}

impl Components {
    /// Components that were built here.
    #[must_use]
    pub fn new(valid: impl Into<Box<[Component]>>) -> Self {
        Self { valid: valid.into(), refused: Box::default() }
    }

    /// Reads the components of an entity. The entity is only noted in what is refused.
    pub(crate) fn read_for(device: u32, entity: u16, reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let count = Self::read_count(reader)?;
        let (mut valid, mut refused) = (room(count)?, Vec::new());
        read_components(count, device, entity, reader, &mut valid, &mut refused)?;
        Ok(Self { valid: valid.into_boxed_slice(), refused: refused.into_boxed_slice() })
    }

    /// Reads how many components follow.
    #[inline]
    pub(crate) fn read_count(reader: &mut Reader<'_>) -> Result<usize, Fault> {
        reader.length(2, Limit::Components) // id and length: two bytes at least
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.varint(self.valid.len() as u64);
        self.valid.iter().for_each(|component| write_component(component, writer));
    }
}

/// Reads that many components of an entity and appends them. After a fault, some may be there.
#[inline]
pub(crate) fn read_components(
    count: usize,
    device: u32,
    entity: u16,
    reader: &mut Reader<'_>,
    valid: &mut Vec<Component>,
    refused: &mut Vec<Refused>,
) -> Result<(), Fault> {
    // Each is read in its place: to move a component that was just written takes longer than to read it, because the
    // processor waits for its parts to be stored before it can load them as a whole.
    let mut taken = valid.len();
    valid.try_reserve(count).map_err(|_| Fault::OutOfMemory)?;
    valid.resize_with(taken + count, || Component::Light);
    for _ in 0..count {
        let id = u16::read(reader)?;
        let component = &mut valid[taken];
        reader.delimited(|payload| component.read_payload(id, payload))?;
        match component.check() {
            Ok(()) => taken += 1,
            Err(why) => {
                refused.try_reserve(1).map_err(|_| Fault::OutOfMemory)?;
                refused.push(Refused { device, entity, component: id, why });
            }
        }
    }
    valid.truncate(taken);
    Ok(())
}

/// Writes one component as messages carry it.
#[inline]
pub(crate) fn write_component(component: &Component, writer: &mut Writer) {
    component.id().write(writer);
    writer.delimited(|writer| component.write_payload(writer));
}
