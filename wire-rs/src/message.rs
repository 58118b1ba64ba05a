//! The messages of a provider's conversation, and the decoder that yields them. Append-only: a released message
//! never changes, a new need is a new message with the next id. Knows nothing of sockets.
//!
//! A frame's payload is `message id: u32 │ fields`. Ids are one space per direction; each begins with Hello 0 and
//! HelloReject 1. An id above the highest known one is a newer message: it is stepped over, and counted.
#![forbid(unsafe_code)]

use crate::codec::{OutOfMemory, Reader, Wire, Writer, copied, room};
use crate::component::{
    Components, Refused as RefusedRow, is_name_character, is_text_character, open_enum, read_components, record,
    write_component,
};
use crate::error::{Fault, Invalid, Limit, WireError};
use crate::frame::{FrameDecoder, MAX_FRAME};
use crate::generated::Component;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $empty:literal, $allowed:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text, if it keeps the rules.
            ///
            /// # Errors
            /// The rule that it breaks.
            pub fn new(text: &str) -> Result<Self, Invalid> {
                Self::check(text).map(|()| Self(text.into()))
            }

            fn check(text: &str) -> Result<(), Invalid> {
                if text.is_empty() && !$empty {
                    return Err(Invalid::Empty);
                }
                check_count($limit, text.len())?;
                text.chars().find(|c| !$allowed(*c)).map_or(Ok(()), |c| Err(Invalid::Character(c)))
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Wire for $name {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
                Self::new(reader.text($limit)?).map_err(fault_of)
            }
            fn write(&self, writer: &mut Writer) {
                writer.sized(self.as_bytes());
            }
        }
    };
}
text_type! {
    /// What a program calls a thing by: not empty, nothing invisible in it.
    Key, Limit::Name, false, is_name_character
}
text_type! {
    /// What people call a thing by: may be empty, nothing invisible in it.
    Name, Limit::Name, true, is_name_character
}
text_type! {
    /// Sentences for people: no control characters but new line and tabulator.
    Text, Limit::Text, true, is_text_character
}

fn check_count(limit: Limit, count: usize) -> Result<(), Invalid> {
    match u32::try_from(count).unwrap_or(u32::MAX) {
        count if count > limit.most() => Err(Invalid::Limit(limit, count)),
        _ => Ok(()),
    }
}

/// The same of what was read: no part of a message's own fields can be left out, so the message is none.
const fn fault_of(invalid: Invalid) -> Fault {
    match invalid {
        Invalid::Character(c) => Fault::Character(c),
        Invalid::Limit(limit, count) => Fault::Limit(limit, count),
        Invalid::NameTwice => Fault::NameTwice,
        Invalid::EntityAlone => Fault::EntityAlone,
        _ => Fault::EmptyKey,
    }
}

impl Text {
    /// The text made fit: control characters become U+FFFD, what is too long is cut. For sentences that come from
    /// elsewhere (an exception, a device), where an imperfect copy is better than none.
    #[must_use]
    pub fn cleaned(text: &str) -> Self {
        let most = Limit::Text.most() as usize;
        let mut cleaned = String::new();
        for c in text.chars().map(|c| if is_text_character(c) { c } else { char::REPLACEMENT_CHARACTER }) {
            if cleaned.len() + c.len_utf8() > most {
                break;
            }
            cleaned.push(c);
        }
        Self(cleaned.into())
    }
}

/// A small value of any shape: in configuration, for the parameters of custom commands, and as their result.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number; may be anything that a float can be.
    Real(f64),
    /// A text, not restricted.
    Text(Box<str>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// Values in order.
    List(Box<[Value]>),
    /// Values by name.
    Map(Map<Value>),
}

/// Pairs in ascending order of their keys (by bytes of UTF-8), each key once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map<T>(Box<[(Box<str>, T)]>);

impl<T> Map<T> {
    /// Sorts the pairs; of two with the same key the later one is kept.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (Box<str>, T)>) -> Self {
        let sorted: std::collections::BTreeMap<_, _> = pairs.into_iter().collect();
        Self(sorted.into_iter().collect())
    }

    fn read_with(
        reader: &mut Reader<'_>,
        limit: Limit,
        item: impl Fn(&mut Reader<'_>) -> Result<T, Fault>,
    ) -> Result<Self, Fault> {
        let count = count_values(reader, 2, limit)?; // a key's length and a value: two bytes at least
        let mut pairs: Vec<(Box<str>, T)> = room(count)?;
        for _ in 0..count {
            let key = Box::<str>::read(reader)?;
            if pairs.last().is_some_and(|(last, _)| **last >= *key) {
                return Err(Fault::KeyOrder);
            }
            pairs.push((key, item(reader)?));
        }
        Ok(Self(pairs.into_boxed_slice()))
    }
}

impl<T> Deref for Map<T> {
    type Target = [(Box<str>, T)];
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: Wire> Wire for Map<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.values = 0; // each of a message's maps has the limit for itself
        Self::read_with(reader, Limit::Values, T::read)
    }
    fn write(&self, writer: &mut Writer) {
        writer.varint(self.len() as u64);
        for (key, value) in &**self {
            key.write(writer);
            value.write(writer);
        }
    }
}

/// Takes the length of a list or map. What all of them announce together has one limit, and is counted before room is
/// made for it: sixteen lists inside each other cannot each announce as many as there are bytes left.
fn count_values(reader: &mut Reader<'_>, size: usize, limit: Limit) -> Result<usize, Fault> {
    let count = reader.length(size, limit)?;
    reader.values += u32::try_from(count).unwrap_or(u32::MAX);
    if reader.values > Limit::Values.most() { Err(Fault::Limit(Limit::Values, reader.values)) } else { Ok(count) }
}

impl Value {
    fn read_at(reader: &mut Reader<'_>, depth: u32) -> Result<Self, Fault> {
        if depth > Limit::Depth.most() {
            return Err(Fault::Limit(Limit::Depth, depth));
        }
        Ok(match u32::read(reader)? {
            0 => Self::Null,
            1 => Self::Boolean(bool::read(reader)?),
            2 => Self::Integer(i64::read(reader)?),
            3 => Self::Real(f64::read(reader)?),
            4 => Self::Text(Wire::read(reader)?),
            5 => {
                let length = reader.length(1, Limit::Text)?;
                Self::Bytes(copied(reader.take(length)?)?)
            }
            6 => {
                let count = count_values(reader, 1, Limit::Values)?;
                let mut items = room(count)?;
                for _ in 0..count {
                    items.push(Self::read_at(reader, depth + 1)?);
                }
                Self::List(items.into())
            }
            7 => Self::Map(Map::read_with(reader, Limit::Values, |reader| Self::read_at(reader, depth + 1))?),
            tag => return Err(Fault::ValueTag(tag)),
        })
    }
}

impl Wire for Value {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        Self::read_at(reader, 1)
    }
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Null => writer.varint(0),
            Self::Boolean(value) => write_tagged(writer, 1, value),
            Self::Integer(value) => write_tagged(writer, 2, value),
            Self::Real(value) => write_tagged(writer, 3, value),
            Self::Text(text) => write_tagged(writer, 4, text),
            Self::Bytes(bytes) => {
                writer.varint(5);
                writer.sized(bytes);
            }
            Self::List(items) => {
                writer.varint(6);
                writer.varint(items.len() as u64);
                items.iter().for_each(|item| item.write(writer));
            }
            Self::Map(map) => write_tagged(writer, 7, map),
        }
    }
}

fn write_tagged(writer: &mut Writer, tag: u32, value: &impl Wire) {
    tag.write(writer);
    value.write(writer);
}

/// A value as its bytes, which were checked. A message keeps its values so, because a list of nothings would take 24
/// times as much memory as it took on the wire. Copies share the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Packed<T>(Arc<Box<[u8]>>, PhantomData<fn() -> T>);

impl<T: Wire> Packed<T> {
    /// The value as bytes.
    ///
    /// # Errors
    /// The rule that it breaks: nobody could read it.
    pub fn new(value: &T) -> Result<Self, Fault> {
        let mut writer = Writer::default();
        value.write(&mut writer);
        let bytes = writer.try_into_bytes().map_err(|_| Fault::OutOfMemory)?;
        Self::read(&mut Reader::new(&bytes))
    }

    /// The value.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn unpack(&self) -> Result<T, OutOfMemory> {
        T::read(&mut Reader::new(&self.0)).map_err(|_| OutOfMemory) // all else was checked
    }
}

impl<T: Wire> Wire for Packed<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let begin = reader.offset();
        T::read(reader)?;
        Ok(Self(copied(reader.taken_since(begin))?.into(), PhantomData))
    }
    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.0);
    }
}

open_enum! {
    /// What a program is in the conversation.
    Role { HUB = 0, PROVIDER = 1, CLIENT = 2 }
}
open_enum! {
    /// Why a hello is rejected.
    RejectCode { UNSUPPORTED_PROTOCOL = 0, WRONG_ROLE = 1, SCHEMA_FORK = 2, NOT_EXPECTED = 3, OTHER = 4 }
}
open_enum! {
    /// How a provider is doing.
    Health { OK = 0, DEGRADED = 1 }
}
open_enum! {
    /// How a write or a custom command that the hub asked for ended.
    WriteOutcome { CONFIRMED = 0, SENT = 1, REFUSED = 2 }
}
open_enum! {
    /// How much a log line matters.
    LogLevel { DEBUG = 0, INFO = 1, WARNING = 2, ERROR = 3 }
}
open_enum! {
    /// What a parameter of a custom command takes. But for ANY the number is the tag of the values that fit.
    ValueKind { ANY = 0, BOOLEAN = 1, INTEGER = 2, REAL = 3, TEXT = 4, BYTES = 5, LIST = 6, MAP = 7 }
}
open_enum! {
    /// Why the hub did not take a message or a part of it.
    RefusalCode {
        UNKNOWN_DEVICE = 0, UNKNOWN_ENTITY = 1, UNKNOWN_COMPONENT = 2, WRONG_VALUE = 3, DUPLICATE_KEY = 4,
        NOT_DECLARED = 5, LIMIT = 6, WRONG_STATE = 7,
    }
}

record! {
    /// The first message of each side. A later revision may append fields; a receiver ignores what it does not know.
    Hello {
        /// What the sender is.
        role: Role,
        /// Revision of the schema that the sender knows.
        schema_revision: u32,
        /// Highest component id that it knows.
        highest_component: u16,
        /// Highest message id that it knows of the direction it receives.
        highest_message: u32,
        /// Hash of the schema up to that revision; another hash at the same revision is a fork.
        schema_hash: u64,
        /// Longest frame that it reads.
        max_frame: u32,
        /// Name of the program.
        program: Key,
        /// Version of the program.
        program_version: Name,
        /// Name of the library that speaks the protocol.
        sdk: Name,
        /// Version of that library.
        sdk_version: Name,
        /// One bit per optional feature; none is defined yet.
        features: u64,
    }
}
record! {
    /// The last message to a side whose hello is not accepted.
    HelloReject {
        /// Why.
        code: RejectCode,
        /// Why, for people.
        reason: Text,
    }
}
record! {
    /// The provider has registered what it knows at the start.
    Ready {}
}
record! {
    /// A device. The same key is the same device, for ever.
    CreateDevice {
        /// The provider's number for it in this connection: 0, 1, 2 … in the order of creation.
        device: u32,
        /// The provider's own permanent key.
        key: Key,
        /// Name to begin with.
        name: Name,
    }
}
record! {
    /// The device is gone for good.
    RemoveDevice {
        /// Its number.
        device: u32,
    }
}
record! {
    /// The entity is gone for good.
    RemoveEntity {
        /// Number of its device.
        device: u32,
        /// Its number in the device.
        entity: u16,
    }
}
record! {
    /// Whether a device can be reached.
    DeviceStatus {
        /// Its number.
        device: u32,
        /// Whether it answers.
        online: bool,
        /// Why not, for people.
        reason: Text,
    }
}
record! {
    /// How the provider as a whole is doing.
    ProviderStatus {
        /// How.
        health: Health,
        /// What is wrong, for people.
        reason: Text,
    }
}
record! {
    /// How a write request ended.
    WriteResult {
        /// Number of the request.
        request: u64,
        /// How.
        outcome: WriteOutcome,
        /// Why it was refused, for people.
        reason: Text,
    }
}
record! {
    /// A line for the log.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line.
        text: Text,
    }
}
record! {
    /// The answer to a ping.
    Pong {
        /// The ping's number.
        nonce: u64,
    }
}
record! {
    /// One parameter of a custom command.
    CustomParameter {
        /// Its name; no other parameter of the command has it.
        name: Key,
        /// What it takes.
        kind: ValueKind,
        /// Whether the command cannot do without it.
        required: bool,
        /// What it means, for people.
        description: Text,
    }
}
record! {
    /// How a custom command ended.
    CustomResult {
        /// Number of the request.
        request: u64,
        /// How.
        outcome: WriteOutcome,
        /// Why it was refused, for people.
        reason: Text,
        /// What it gave.
        result: Packed<Value>,
    }
}
record! {
    /// A message of the provider's that the hub does not know.
    Unsupported {
        /// Id of that message.
        message: u32,
    }
}
record! {
    /// What the provider needs to begin; before anything else but the hello.
    Configure {
        /// Name of this configured provider.
        instance: Key,
        /// Folder that the provider may write into.
        data_dir: Box<str>,
        /// The owner's configuration.
        config: Packed<Map<Value>>,
        /// Secrets by name: never logged, never stored by a provider.
        secrets: Map<Box<str>>,
    }
}
record! {
    /// The device is known to the hub.
    DeviceCreated {
        /// The provider's number for it.
        device: u32,
        /// The hub's permanent id.
        id: u64,
        /// Name that the owner gave, empty if none.
        name: Name,
    }
}
record! {
    /// A message, or a part of it, was not taken.
    Refused {
        /// Id of that message.
        message: u32,
        /// Device that it was about.
        device: Option<u32>,
        /// Entity that it was about.
        entity: Option<u16>,
        /// Component that it was about.
        component: Option<u16>,
        /// Why.
        code: RefusalCode,
        /// Why, for people.
        reason: Text,
    }
}
record! {
    /// A question whether the provider's loop is alive.
    Ping {
        /// Comes back in the pong.
        nonce: u64,
    }
}
record! {
    /// End now; end of file follows.
    Stop {
        /// Why, for people.
        reason: Text,
    }
}

/// What a custom command can be given, in the order in which people are asked for it. No name is there twice.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomParameters(Box<[CustomParameter]>);

impl CustomParameters {
    /// The parameters, if they keep the rules.
    ///
    /// # Errors
    /// There are too many, or two have the same name.
    pub fn new(parameters: impl Into<Box<[CustomParameter]>>) -> Result<Self, Invalid> {
        let parameters = parameters.into();
        check_count(Limit::Parameters, parameters.len())?;
        let twice =
            |(place, one): (usize, &CustomParameter)| parameters[..place].iter().any(|two| two.name == one.name);
        if parameters.iter().enumerate().any(twice) { Err(Invalid::NameTwice) } else { Ok(Self(parameters)) }
    }
}

impl Deref for CustomParameters {
    type Target = [CustomParameter];
    fn deref(&self) -> &[CustomParameter] {
        &self.0
    }
}

impl Wire for CustomParameters {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let count = reader.length(5, Limit::Parameters)?; // a name of one byte, and a byte for all else
        let mut parameters = room(count)?;
        for _ in 0..count {
            parameters.push(Wire::read(reader)?);
        }
        Self::new(parameters).map_err(fault_of)
    }
    fn write(&self, writer: &mut Writer) {
        writer.varint(self.len() as u64);
        self.iter().for_each(|parameter| parameter.write(writer));
    }
}

/// What a custom command is given: values by the names of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomValues(Map<Value>);

impl CustomValues {
    /// The values, if they keep the rules.
    ///
    /// # Errors
    /// There are too many, or a name is none.
    pub fn new(values: Map<Value>) -> Result<Self, Invalid> {
        check_count(Limit::Parameters, values.len())?;
        values.iter().try_for_each(|(name, _)| Key::check(name))?;
        Ok(Self(values))
    }
}

impl Deref for CustomValues {
    type Target = Map<Value>;
    fn deref(&self) -> &Map<Value> {
        &self.0
    }
}

impl Wire for CustomValues {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.values = 0;
        Self::new(Map::read_with(reader, Limit::Parameters, Value::read)?).map_err(fault_of)
    }
    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }
}

fn check_scope(device: Option<u32>, entity: Option<u16>) -> Result<(), Invalid> {
    if device.is_none() && entity.is_some() { Err(Invalid::EntityAlone) } else { Ok(()) }
}

/// A custom command: what a provider, a device or an entity can do and no component says. The name is the command's in
/// its scope: registered again, it takes the place of the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterCustom {
    /// Its name.
    pub name: Key,
    /// Number of the device that it is a command of; none: of the provider as a whole.
    pub device: Option<u32>,
    /// Number of the entity that it is a command of; none: of the device as a whole.
    pub entity: Option<u16>,
    /// What it does, for people.
    pub description: Text,
    /// What it can be given.
    pub parameters: CustomParameters,
}

impl RegisterCustom {
    /// Whether the fields go together.
    ///
    /// # Errors
    /// There is an entity and no device.
    pub fn check(&self) -> Result<(), Invalid> {
        check_scope(self.device, self.entity)
    }
}

impl Wire for RegisterCustom {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let (name, device, entity) = (Wire::read(reader)?, Wire::read(reader)?, Wire::read(reader)?);
        check_scope(device, entity).map_err(fault_of)?;
        Ok(Self { name, device, entity, description: Wire::read(reader)?, parameters: Wire::read(reader)? })
    }
    fn write(&self, writer: &mut Writer) {
        self.name.write(writer);
        self.device.write(writer);
        self.entity.write(writer);
        self.description.write(writer);
        self.parameters.write(writer);
    }
}

/// A custom command that the hub wants done.
#[derive(Debug, Clone, PartialEq)]
pub struct Custom {
    /// Comes back in the result.
    pub request: u64,
    /// Milliseconds of this machine's `CLOCK_MONOTONIC`, from which on it must not be carried out; 0: none.
    pub deadline: u64,
    /// Name of the command.
    pub name: Key,
    /// Number of the device, as it was registered.
    pub device: Option<u32>,
    /// Number of the entity, as it was registered.
    pub entity: Option<u16>,
    /// What it is given.
    pub parameters: Packed<CustomValues>,
}

impl Custom {
    /// Whether the fields go together.
    ///
    /// # Errors
    /// There is an entity and no device.
    pub fn check(&self) -> Result<(), Invalid> {
        check_scope(self.device, self.entity)
    }
}

impl Wire for Custom {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let (request, deadline, name) = (Wire::read(reader)?, Wire::read(reader)?, Wire::read(reader)?);
        let (device, entity) = (Wire::read(reader)?, Wire::read(reader)?);
        check_scope(device, entity).map_err(fault_of)?;
        Ok(Self { request, deadline, name, device, entity, parameters: Wire::read(reader)? })
    }
    fn write(&self, writer: &mut Writer) {
        self.request.write(writer);
        self.deadline.write(writer);
        self.name.write(writer);
        self.device.write(writer);
        self.entity.write(writer);
        self.parameters.write(writer);
    }
}

/// An entity of a device, with everything that is known of it at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterEntity {
    /// Number of the device.
    pub device: u32,
    /// The provider's number for it in the device: 0, 1, 2 … in the order of registration.
    pub entity: u16,
    /// The provider's own permanent key.
    pub key: Key,
    /// Name to begin with.
    pub name: Name,
    /// What it is and how it stands.
    pub components: Components,
}

impl Wire for RegisterEntity {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let (device, entity) = (Wire::read(reader)?, Wire::read(reader)?);
        let (key, name) = (Wire::read(reader)?, Wire::read(reader)?);
        Ok(Self { device, entity, key, name, components: Components::read_for(device, entity, reader)? })
    }
    fn write(&self, writer: &mut Writer) {
        self.device.write(writer);
        self.entity.write(writer);
        self.key.write(writer);
        self.name.write(writer);
        self.components.write(writer);
    }
}

/// New values of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteComponents {
    /// Number of the device.
    pub device: u32,
    /// Number of the entity.
    pub entity: u16,
    /// The values.
    pub components: Components,
}

impl Wire for WriteComponents {
    #[inline]
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let (device, entity) = (Wire::read(reader)?, Wire::read(reader)?);
        Ok(Self { device, entity, components: Components::read_for(device, entity, reader)? })
    }
    fn write(&self, writer: &mut Writer) {
        self.device.write(writer);
        self.entity.write(writer);
        self.components.write(writer);
    }
}

/// Writes one after the other, as they were received. They are most of what a hub reads, and to allocate and move each
/// by itself would take longer than to read it: the components of many lie side by side in a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Writes {
    pages: Vec<Page>,
    refused: Vec<RefusedRow>,
}

/// Some writes. Its room for components is never enlarged, so that little of it stays unused.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    components: Vec<Component>,
    writes: Vec<Write>,
}

/// One write in a page; its components begin where those of the one before end.
#[derive(Debug, Clone, PartialEq)]
struct Write {
    device: u32,
    entity: u16,
    end: usize,
}

/// Up to where the rows of a `Writes` were looked through.
#[derive(Debug, Default)]
pub struct Place {
    page: usize,
    write: usize,
    component: usize,
}

impl Page {
    /// Components in the first page of a `Writes`; each of the next ones has room for twice as many as the one before,
    const FIRST: usize = 16;
    /// up to this: 12 KiB.
    const MOST: usize = 512;

    fn with_room_for(count: usize) -> Result<Self, Fault> {
        Ok(Self { components: room(count)?, writes: Vec::new() })
    }

    fn has_room_for(&self, count: usize) -> bool {
        self.components.capacity() - self.components.len() >= count
    }
}

impl Writes {
    /// Adds the write in this frame. After a fault nothing of it is there.
    fn read(&mut self, payload: &[u8]) -> Result<(), WireError> {
        let mut reader = Reader::new(payload);
        self.read_fields(&mut reader).map_err(|fault| malformed("WriteComponents", &reader, fault))
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        reader.byte()?; // the message's id
        let (device, entity) = (Wire::read(reader)?, Wire::read(reader)?);
        let count = Components::read_count(reader)?;
        if !self.pages.last().is_some_and(|page| page.has_room_for(count)) {
            let room = self.pages.last().map_or(Page::FIRST, |page| 2 * page.components.len()).min(Page::MOST);
            self.pages.try_reserve(1).map_err(|_| Fault::OutOfMemory)?;
            self.pages.push(Page::with_room_for(room.max(count))?);
        }
        let Some(page) = self.pages.last_mut() else { unreachable!("just made") };
        page.writes.try_reserve(1).map_err(|_| Fault::OutOfMemory)?;
        let (components, refused) = (page.components.len(), self.refused.len());
        let read = read_components(count, device, entity, reader, &mut page.components, &mut self.refused);
        if let Err(fault) = read.and_then(|()| must_end(reader)) {
            page.components.truncate(components);
            self.refused.truncate(refused);
            return Err(fault);
        }
        page.writes.push(Write { device, entity, end: page.components.len() });
        Ok(())
    }

    /// Whether there is no write, not even one without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pages.iter().all(|page| page.writes.is_empty())
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.pages.iter().map(|page| page.components.len()).sum()
    }

    /// What was left out.
    #[must_use]
    pub fn refused(&self) -> &[RefusedRow] {
        &self.refused
    }

    /// The row at the place, which moves on to the next one: device, entity, component.
    pub fn next_row(&self, place: &mut Place) -> Option<(u32, u16, &Component)> {
        while let Some(page) = self.pages.get(place.page) {
            while let Some(write) = page.writes.get(place.write) {
                if place.component < write.end {
                    place.component += 1;
                    return Some((write.device, write.entity, &page.components[place.component - 1]));
                }
                place.write += 1;
            }
            *place = Place { page: place.page + 1, ..Place::default() };
        }
        None
    }

    /// Appends the writes as frames, without what was refused.
    pub fn encode(&self, writer: &mut Writer) {
        for page in &self.pages {
            let mut begin = 0;
            for write in &page.writes {
                let components = &page.components[begin..write.end];
                begin = write.end;
                writer.frame(|writer| {
                    writer.varint(u64::from(WriteComponents::ID));
                    write.device.write(writer);
                    write.entity.write(writer);
                    writer.varint(components.len() as u64);
                    for component in components {
                        write_component(component, writer);
                    }
                });
            }
        }
    }
}

/// Makes frames of `WriteComponents` from single rows, without building the messages: neighbours of the same entity
/// share a frame.
#[derive(Debug, Default)]
pub struct WritesEncoder {
    done: Writer,
    components: Writer,
    count: u32,
    device: u32,
    entity: u16,
}

impl WritesEncoder {
    /// Adds one component of one entity.
    pub fn push(&mut self, device: u32, entity: u16, component: &Component) {
        let full = self.count == Limit::Components.most() || self.components.len() > Self::FULL;
        if full || (device, entity) != (self.device, self.entity) {
            self.end_frame();
            (self.device, self.entity) = (device, entity);
        }
        write_component(component, &mut self.components);
        self.count += 1;
    }

    /// Beyond this many bytes one more component might not fit into a frame.
    const FULL: usize = (MAX_FRAME - Limit::Payload.most()) as usize - 64;

    fn end_frame(&mut self) {
        if self.count > 0 {
            self.done.frame(|writer| {
                writer.varint(u64::from(WriteComponents::ID));
                self.device.write(writer);
                self.entity.write(writer);
                writer.varint(u64::from(self.count));
                writer.raw(self.components.bytes());
            });
            self.components.truncate(0);
            self.count = 0;
        }
    }

    /// Whether there is no memory for the frames.
    #[must_use]
    pub const fn is_out_of_memory(&self) -> bool {
        self.done.is_out_of_memory() || self.components.is_out_of_memory()
    }

    /// The frames.
    ///
    /// # Errors
    /// There was no memory for them.
    pub fn try_into_bytes(mut self) -> Result<Vec<u8>, OutOfMemory> {
        self.end_frame();
        if self.components.is_out_of_memory() { Err(OutOfMemory) } else { self.done.try_into_bytes() }
    }
}

/// What the hub wants an entity to do. The components belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteRequest {
    /// Comes back in the result.
    pub request: u64,
    /// Milliseconds of this machine's `CLOCK_MONOTONIC`, from which on it must not be carried out; 0: none.
    pub deadline: u64,
    /// Number of the device.
    pub device: u32,
    /// Number of the entity.
    pub entity: u16,
    /// The values wanted.
    pub components: Components,
}

impl Wire for WriteRequest {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let (request, deadline) = (Wire::read(reader)?, Wire::read(reader)?);
        let (device, entity) = (Wire::read(reader)?, Wire::read(reader)?);
        Ok(Self { request, deadline, device, entity, components: Components::read_for(device, entity, reader)? })
    }
    fn write(&self, writer: &mut Writer) {
        self.request.write(writer);
        self.deadline.write(writer);
        self.device.write(writer);
        self.entity.write(writer);
        self.components.write(writer);
    }
}

/// Which way messages go on a connection between hub and provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// What a provider sends.
    ProviderToHub,
    /// What the hub sends to a provider.
    HubToProvider,
}

/// Declares the messages of both directions with their ids. Large ones are boxed: a `Message` is moved for every
/// write, and stays small.
macro_rules! messages {
    (
        both { $($both_id:literal $both:ident($both_held:ty),)* }
        ProviderToHub { $($up_id:literal $up:ident($up_held:ty),)* }
        HubToProvider { $($down_id:literal $down:ident($down_held:ty),)* }
    ) => {
        /// Any message.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each variant holds the struct of its name")]
        pub enum Message {
            $($both($both_held),)* $($up($up_held),)* $($down($down_held),)*
        }

        $(impl $both { #[doc = "Message id."] pub const ID: u32 = $both_id; })*
        $(impl $up { #[doc = "Message id."] pub const ID: u32 = $up_id; })*
        $(impl $down { #[doc = "Message id."] pub const ID: u32 = $down_id; })*

        impl Message {
            #[inline]
            fn read(direction: Direction, id: u32, reader: &mut Reader<'_>) -> Result<Option<Self>, Fault> {
                Ok(Some(match (direction, id) {
                    $((_, $both_id) => Self::$both(Wire::read(reader)?),)*
                    $((Direction::ProviderToHub, $up_id) => Self::$up(Wire::read(reader)?),)*
                    $((Direction::HubToProvider, $down_id) => Self::$down(Wire::read(reader)?),)*
                    _ => return Ok(None),
                }))
            }

            fn write(&self, writer: &mut Writer) {
                match self {
                    $(Self::$both(message) => { writer.varint($both_id); message.write(writer); })*
                    $(Self::$up(message) => { writer.varint($up_id); message.write(writer); })*
                    $(Self::$down(message) => { writer.varint($down_id); message.write(writer); })*
                }
            }

            fn name_of(direction: Direction, id: u32) -> &'static str {
                match (direction, id) {
                    $((_, $both_id) => stringify!($both),)*
                    $((Direction::ProviderToHub, $up_id) => stringify!($up),)*
                    $((Direction::HubToProvider, $down_id) => stringify!($down),)*
                    _ => "a message",
                }
            }
        }

        impl Direction {
            /// Highest message id that is known.
            #[must_use]
            pub const fn highest_message(self) -> u32 {
                match self {
                    Self::ProviderToHub => last(&[$($up_id),*]),
                    Self::HubToProvider => last(&[$($down_id),*]),
                }
            }
        }

        $(impl From<$both> for Message { fn from(message: $both) -> Self { Self::$both(message.into()) } })*
        $(impl From<$up> for Message { fn from(message: $up) -> Self { Self::$up(message.into()) } })*
        $(impl From<$down> for Message { fn from(message: $down) -> Self { Self::$down(message.into()) } })*
    };
}

const fn last(ids: &[u32]) -> u32 {
    ids[ids.len() - 1]
}

messages! {
    both {
        0 Hello(Box<Hello>),
        1 HelloReject(HelloReject),
    }
    ProviderToHub {
        2 Ready(Ready),
        3 CreateDevice(CreateDevice),
        4 RegisterEntity(Box<RegisterEntity>),
        5 WriteComponents(WriteComponents),
        6 RemoveDevice(RemoveDevice),
        7 RemoveEntity(RemoveEntity),
        8 DeviceStatus(DeviceStatus),
        9 ProviderStatus(ProviderStatus),
        10 WriteResult(WriteResult),
        11 Log(Log),
        12 Pong(Pong),
        13 RegisterCustom(Box<RegisterCustom>),
        14 CustomResult(Box<CustomResult>),
    }
    HubToProvider {
        2 Configure(Box<Configure>),
        3 DeviceCreated(DeviceCreated),
        4 WriteRequest(Box<WriteRequest>),
        5 Refused(Box<Refused>),
        6 Ping(Ping),
        7 Stop(Stop),
        8 Custom(Box<Custom>),
        9 Unsupported(Unsupported),
    }
}

impl Message {
    /// Reads the payload of a frame; `None` is a message that is newer than we are.
    ///
    /// # Errors
    /// The payload is not a message.
    #[inline]
    pub fn decode(direction: Direction, payload: &[u8]) -> Result<Option<Self>, WireError> {
        let mut reader = Reader::new(payload);
        let mut name = "a message";
        let message = u32::read(&mut reader).and_then(|id| {
            name = Self::name_of(direction, id);
            Self::read(direction, id, &mut reader)
        });
        match message {
            // Hello and HelloReject must stay readable for every older program: what was appended is ignored.
            Ok(None | Some(Self::Hello(_) | Self::HelloReject(_))) | Err(_) => message,
            Ok(_) => must_end(&reader).and(message),
        }
        .map_err(|fault| malformed(name, &reader, fault))
    }

    /// Whether the frame holds a `WriteComponents`.
    #[inline]
    fn is_write(direction: Direction, payload: &[u8]) -> bool {
        direction == Direction::ProviderToHub && payload.first().is_some_and(|id| u32::from(*id) == WriteComponents::ID)
    }

    /// Appends the message as a frame.
    pub fn encode(&self, writer: &mut Writer) {
        writer.frame(|writer| self.write(writer));
    }
}

fn must_end(reader: &Reader<'_>) -> Result<(), Fault> {
    match u32::try_from(reader.remaining()).unwrap_or(u32::MAX) {
        0 => Ok(()),
        left => Err(Fault::Trailing(left)),
    }
}

fn malformed(message: &'static str, reader: &Reader<'_>, fault: Fault) -> WireError {
    match fault {
        Fault::OutOfMemory => WireError::OutOfMemory,
        _ => WireError::Malformed { message, offset: u32::try_from(reader.offset()).unwrap_or(u32::MAX), fault },
    }
}

/// Reads the messages of one direction of a connection. Sans-io: bytes go in, messages come out.
#[derive(Debug)]
pub struct Decoder {
    frames: FrameDecoder,
    direction: Direction,
    skipped: u64,
    skipped_ids: Vec<u32>,
    fault: Option<WireError>,
}

impl Decoder {
    /// A decoder that waits for the preamble.
    #[must_use]
    pub const fn new(direction: Direction, max_frame: u32) -> Self {
        Self { frames: FrameDecoder::new(max_frame), direction, skipped: 0, skipped_ids: Vec::new(), fault: None }
    }

    /// Adds what was read from the peer.
    pub fn receive_data(&mut self, data: &[u8]) {
        if self.fault.is_none() {
            self.frames.receive_data(data);
        }
    }

    /// The next message, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// The stream is broken. Every later call says the same.
    pub fn next_message(&mut self) -> Result<Option<Message>, WireError> {
        self.next(None)
    }

    /// The next message that is no write, or `None` until more bytes arrive. The writes before it are added to `writes`.
    ///
    /// # Errors
    /// The stream is broken. Every later call says the same.
    pub fn next_after(&mut self, writes: &mut Writes) -> Result<Option<Message>, WireError> {
        self.next(Some(writes))
    }

    #[inline]
    fn next(&mut self, mut writes: Option<&mut Writes>) -> Result<Option<Message>, WireError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        loop {
            let message = match (self.frames.next_frame(), &mut writes) {
                (Ok(Some(payload)), Some(writes)) if Message::is_write(self.direction, payload) => {
                    match writes.read(payload) {
                        Ok(()) => continue,
                        Err(fault) => Err(fault),
                    }
                }
                (Ok(Some(payload)), _) => {
                    let message = Message::decode(self.direction, payload);
                    if matches!(message, Ok(None)) {
                        self.skipped += 1;
                        note_skipped(&mut self.skipped_ids, payload);
                    }
                    message
                }
                (Ok(None), _) => return Ok(None),
                (Err(fault), _) => Err(fault),
            };
            match message {
                Ok(None) => {}
                Ok(message) => return Ok(message),
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(fault);
                }
            }
        }
    }

    /// Bytes of an unfinished preamble or frame.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.frames.pending()
    }

    /// Frames that were stepped over because their message is newer than we are.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The different ids of these messages in the order in which they came first; of more than 64 the first 64.
    #[must_use]
    pub fn skipped_ids(&self) -> &[u32] {
        &self.skipped_ids
    }
}

/// More different ids than this are not the messages of a newer revision, but noise.
const MOST_SKIPPED_IDS: usize = 64;

fn note_skipped(ids: &mut Vec<u32>, payload: &[u8]) {
    if ids.len() < MOST_SKIPPED_IDS
        && let Ok(id) = u32::read(&mut Reader::new(payload))
        && !ids.contains(&id)
    {
        ids.push(id);
    }
}
