//! What can be wrong with bytes from a peer, and with a value. Knows nothing of where the bytes come from.
//!
//! Two things are kept apart: a *fault* breaks the structure (the stream cannot be trusted any more, the connection
//! ends), an *invalid value* is well-formed and breaks a rule of the schema (this one value is refused, with a
//! sentence, and the stream goes on).

use std::fmt;

/// A limit of the wire. Each is checked before anything is allocated for what it limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Components in one write or registration.
    Components,
    /// Bytes of one component's payload.
    Payload,
    /// Bytes of one text.
    Text,
    /// Bytes of one key or name.
    Name,
    /// Items of one list.
    Items,
    /// Values in one field of a message, lists and maps counted with what they hold.
    Values,
    /// Lists and maps inside each other.
    Depth,
    /// Parameters of one custom command.
    Parameters,
}

impl Limit {
    /// The greatest number that is accepted.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "two limits are equal by chance, each for its own reason")]
    pub const fn most(self) -> u32 {
        match self {
            // Two entities' worth of the richest device in the vocabulary; a bigger write is two frames.
            Self::Components => 64,
            // Four of the largest components still fit into one frame.
            Self::Payload => 262_144,
            // Long enough for release notes or a captured infrared code, short enough to log and to keep.
            Self::Text => 65_536,
            // Keys are compared, stored and printed; serial numbers, topics and paths are shorter.
            Self::Name => 256,
            // The longest list that a person picks from is a list of stations or effects.
            Self::Items => 1_024,
            // A hand-written configuration; bounds what many small values cost in memory.
            Self::Values => 4_096,
            // The decoder recurses here, so this bounds its stack.
            Self::Depth => 16,
            // A form that a person fills in; a device's richest command takes about twenty.
            Self::Parameters => 64,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Components => "components in one message",
            Self::Payload => "bytes in one component",
            Self::Text => "bytes in one text",
            Self::Name => "bytes in one key or name",
            Self::Items => "items in one list",
            Self::Values => "values in one field",
            Self::Depth => "levels of values",
            Self::Parameters => "parameters of one custom command",
        })
    }
}

impl Limit {
    /// What is counted, where the sentence has named the thing before.
    const fn counted(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::Payload => "bytes in all",
            Self::Text => "bytes of text",
            Self::Name => "bytes",
            Self::Items => "items",
            Self::Values => "values in all",
            Self::Depth => "levels of values",
            Self::Parameters => "parameters",
        }
    }
}

/// Why some bytes are not a message. Small, because every read returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end inside a value.
    Truncated,
    /// Bytes are left over after the last field.
    Trailing(u32),
    /// A number takes more bytes than it needs.
    NotCanonical,
    /// A number is larger than its field, or its first byte is 254 or 255.
    TooWide,
    /// A boolean is neither 0 nor 1.
    NotBoolean(u8),
    /// The tag of an option is neither 0 nor 1.
    NotOption(u8),
    /// A text is not UTF-8.
    NotUtf8,
    /// A text holds a character that is not allowed there.
    Character(char),
    /// A key is empty.
    EmptyKey,
    /// The keys of a map are not in ascending order, or one is there twice.
    KeyOrder,
    /// Two parameters of a custom command have the same name.
    NameTwice,
    /// An entity is given without its device, and so is none.
    EntityAlone,
    /// A value has a tag that is not known.
    ValueTag(u32),
    /// More than a limit allows.
    Limit(Limit, u32),
    /// Nothing is wrong with the bytes, but there is no memory for what they hold.
    OutOfMemory,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the bytes end inside a value"),
            Self::Trailing(count) => write!(f, "{count} bytes are left over"),
            Self::NotCanonical => f.write_str("a number takes more bytes than it needs"),
            Self::TooWide => f.write_str("a number is too large for its field"),
            Self::NotBoolean(byte) => write!(f, "a boolean is {byte}, not 0 or 1"),
            Self::NotOption(byte) => write!(f, "the tag of an option is {byte}, not 0 or 1"),
            Self::NotUtf8 => f.write_str("a text is not UTF-8"),
            Self::Character(c) => write!(f, "a text holds U+{:04X}, which is not allowed there", u32::from(*c)),
            Self::EmptyKey => f.write_str("a key is empty"),
            Self::KeyOrder => f.write_str("the keys of a map are not in ascending order"),
            Self::NameTwice => f.write_str("two parameters have the same name"),
            Self::EntityAlone => f.write_str("an entity is given without its device"),
            Self::ValueTag(tag) => write!(f, "a value has the unknown tag {tag}"),
            Self::Limit(limit, count) => write!(f, "{count} {limit}, at most {} are allowed", limit.most()),
            Self::OutOfMemory => f.write_str("there is no memory for it"),
        }
    }
}

/// Why the stream of a connection cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireError {
    /// The first bytes are not `IGLO`: the other side speaks something else.
    NotIgloo([u8; 4]),
    /// The other side speaks another major version of the protocol.
    Protocol(u8),
    /// A frame says that it is empty.
    EmptyFrame,
    /// A frame says that it is longer than allowed. Nothing was allocated for it.
    FrameTooLarge {
        /// What the frame says.
        length: u32,
        /// What is allowed.
        most: u32,
    },
    /// There is no memory for what was received. Not the other side's fault.
    OutOfMemory,
    /// A frame's payload is not a message.
    Malformed {
        /// The message's name, or "a message" where its id could not be read.
        message: &'static str,
        /// How far into the payload the reader came.
        offset: u32,
        /// What is wrong there.
        fault: Fault,
    },
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIgloo(bytes) => write!(f, "the stream begins with {bytes:02x?}, not with IGLO"),
            Self::Protocol(major) => write!(f, "the other side speaks version {major} of the protocol, we speak 1"),
            Self::EmptyFrame => f.write_str("a frame is empty"),
            Self::OutOfMemory => f.write_str("there is no memory for what was received"),
            Self::FrameTooLarge { length, most } => write!(f, "a frame of {length} bytes, at most {most} are allowed"),
            Self::Malformed { message, offset, fault } => write!(f, "{message}: {fault} (near byte {offset})"),
        }
    }
}

impl std::error::Error for WireError {}

/// A part of a value that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Part {
    Red,
    Green,
    Blue,
    Step,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Step => "step",
        })
    }
}

/// Why a well-formed value is refused. Printed after the name of its component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Invalid {
    /// Not a number, or infinite where that means nothing.
    NotFinite(f64),
    /// A part of the value: `NotFinite`, `Below` or `Above`.
    PartNotFinite(Part, f64),
    /// part, value, minimum
    PartBelow(Part, f64, f64),
    /// part, value, maximum
    PartAbove(Part, f64, f64),
    /// value, minimum
    Below(f64, f64),
    /// value, maximum
    Above(f64, f64),
    /// value, minimum
    IntegerBelow(i64, i64),
    /// value, maximum
    IntegerAbove(i64, i64),
    /// A control character, or in a name one that turns the direction of writing.
    Character(char),
    /// A key must not be empty.
    Empty,
    /// A list of texts holds an empty one.
    EmptyItem,
    /// Two parameters of a custom command have the same name.
    NameTwice,
    /// An entity without its device.
    EntityAlone,
    /// More than a limit allows.
    Limit(Limit, u32),
    /// items, fewest
    TooFew(u32, u32),
    /// items, most
    TooMany(u32, u32),
    /// year, month, day
    NoSuchDate(u16, u8, u8),
    /// hour, minute, second, microsecond
    NoSuchTime(u8, u8, u8, u32),
    /// minimum, maximum
    LimitsCrossed(f64, f64),
    /// An event that happened no times.
    NoCount,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite(value) => write!(f, "{value} is not a finite number"),
            Self::PartNotFinite(part, value) => write!(f, "{part} {value} is not a finite number"),
            Self::PartBelow(part, value, minimum) => write!(f, "{part} {value:?} is below {minimum}"),
            Self::PartAbove(part, value, maximum) => write!(f, "{part} {value:?} is above {maximum}"),
            Self::Below(value, minimum) => write!(f, "{value:?} is below {minimum}"),
            Self::Above(value, maximum) => write!(f, "{value:?} is above {maximum}"),
            Self::IntegerBelow(value, minimum) => write!(f, "{value} is below {minimum}"),
            Self::IntegerAbove(value, maximum) => write!(f, "{value} is above {maximum}"),
            Self::Character(c) => write!(f, "holds U+{:04X}, which is not allowed there", u32::from(*c)),
            Self::Empty => f.write_str("must not be empty"),
            Self::EmptyItem => f.write_str("holds an empty text"),
            Self::NameTwice => f.write_str("holds the same name twice"),
            Self::EntityAlone => f.write_str("is given without the device"),
            Self::Limit(limit, count) => {
                write!(f, "has {count} {}, at most {} are allowed", limit.counted(), limit.most())
            }
            Self::TooFew(count, fewest) => write!(f, "has {count} items, at least {fewest} are needed"),
            Self::TooMany(count, most) => write!(f, "has {count} items, at most {most} are allowed"),
            Self::NoSuchDate(year, month, day) => write!(f, "{year:04}-{month:02}-{day:02} is not a date"),
            Self::NoSuchTime(hour, minute, second, micro) => {
                write!(f, "{hour:02}:{minute:02}:{second:02}.{micro:06} is not a time of day")
            }
            Self::LimitsCrossed(low, high) => write!(f, "minimum {low} is above maximum {high}"),
            Self::NoCount => f.write_str("happened 0 times"),
        }
    }
}
