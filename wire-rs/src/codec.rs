//! Bytes and values: Bincode 2's `standard` configuration, in its one canonical form. Knows nothing of messages.
//!
//! ```text
//! u8                    the byte
//! u16 u32 u64, lengths  0..=250: one byte │ 251 + u16 │ 252 + u32 │ 253 + u64     (little-endian)
//! i64                   zigzag (0, -1, 1, -2 … become 0, 1, 2, 3 …), then as u64
//! f64                   8 bytes, IEEE 754, little-endian
//! bool                  0 or 1
//! option                0, or 1 and the value
//! text, list            length, then the bytes or the items
//! struct                its fields, nothing else
//! ```
//!
//! Bincode also reads numbers that take more bytes than they need. This reader refuses them, so a value has exactly
//! one form, and bytes that were read and are written again are the same bytes. Nothing is allocated for a length
//! before that length was compared with its limit and with the bytes that are really there.
#![forbid(unsafe_code)]

use crate::error::{Fault, Limit};

/// A value that has a form on the wire.
pub trait Wire: Sized {
    /// Takes one value from the front of what is left.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault>;

    /// Appends the value. Cannot fail: what is too large is refused where the value is built.
    fn write(&self, writer: &mut Writer);
}

/// Reads values from the front of a slice.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Values of a configuration that were read so far; see `Limit::Values`.
    pub(crate) values: u32,
}

impl<'a> Reader<'a> {
    /// A reader at the front of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, values: 0 }
    }

    /// How many bytes were taken.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Takes that many bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let taken = self.bytes[self.at..].get(..count).ok_or(Fault::Truncated)?;
        self.at += count;
        Ok(taken)
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// None is left.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(Fault::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let array = self.bytes[self.at..].first_chunk().ok_or(Fault::Truncated)?;
        self.at += N;
        Ok(*array)
    }

    /// Takes an unsigned number.
    ///
    /// # Errors
    /// The bytes end, or the number takes more of them than it needs.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, Fault> {
        match self.byte()? {
            short @ 0..=250 => Ok(u64::from(short)),
            marker => self.long_varint(marker),
        }
    }

    fn long_varint(&mut self, marker: u8) -> Result<u64, Fault> {
        let (value, least) = match marker {
            251 => (u64::from(u16::from_le_bytes(self.array()?)), 251),
            252 => (u64::from(u32::from_le_bytes(self.array()?)), 1 << 16),
            253 => (u64::from_le_bytes(self.array()?), 1 << 32),
            _ => return Err(Fault::TooWide),
        };
        if value < least { Err(Fault::NotCanonical) } else { Ok(value) }
    }

    /// Takes a length of a part that must lie within the bytes left, `size` bytes at least for each item.
    ///
    /// # Errors
    /// It is above the limit, or the items cannot be there.
    #[inline]
    pub fn length(&mut self, size: usize, limit: Limit) -> Result<usize, Fault> {
        let length = self.varint()?;
        if length > u64::from(limit.most()) {
            return Err(Fault::Limit(limit, u32::try_from(length).unwrap_or(u32::MAX)));
        }
        let length = usize::try_from(length).map_err(|_| Fault::TooWide)?;
        if length * size > self.remaining() { Err(Fault::Truncated) } else { Ok(length) }
    }

    /// Takes a text.
    ///
    /// # Errors
    /// It is too long or not UTF-8.
    pub fn text(&mut self, limit: Limit) -> Result<&'a str, Fault> {
        let length = self.length(1, limit)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Fault::NotUtf8)
    }

    /// What was taken since `offset` said this.
    pub(crate) fn taken_since(&self, offset: usize) -> &'a [u8] {
        &self.bytes[offset..self.at]
    }

    /// Takes all bytes that are left.
    ///
    /// # Errors
    /// There is no memory for a copy of them.
    pub fn rest(&mut self) -> Result<Box<[u8]>, Fault> {
        copied(self.take(self.remaining())?)
    }

    /// Takes a length and that many bytes, and reads a part from them. What the part leaves over is ignored: a
    /// later revision may append to it.
    ///
    /// # Errors
    /// The length is wrong, or the part is.
    #[inline]
    pub fn delimited<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let length = self.length(1, Limit::Payload)?;
        let whole = self.bytes;
        let end = self.at + length;
        self.bytes = &whole[..end];
        let value = part(self)?;
        self.bytes = whole;
        self.at = end;
        Ok(value)
    }
}

/// Room for so many items, or a fault: a process whose memory is limited must be able to say so, and not abort.
pub(crate) fn room<T>(count: usize) -> Result<Vec<T>, Fault> {
    let mut items = Vec::new();
    items.try_reserve_exact(count).map_err(|_| Fault::OutOfMemory)?;
    Ok(items)
}

/// A copy of these bytes.
pub(crate) fn copied(bytes: &[u8]) -> Result<Box<[u8]>, Fault> {
    let mut copy = room(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy.into_boxed_slice())
}

/// There is no memory for what was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// Appends values to bytes. Once there is no memory for more it holds nothing, and takes nothing any more.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    out_of_memory: bool,
}

impl Writer {
    /// What was written.
    ///
    /// # Panics
    /// There was no memory for it; `try_into_bytes` says so instead.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.try_into_bytes().expect("memory for what is written")
    }

    /// What was written.
    ///
    /// # Errors
    /// There was no memory for it.
    pub fn try_into_bytes(self) -> Result<Vec<u8>, OutOfMemory> {
        if self.out_of_memory { Err(OutOfMemory) } else { Ok(self.bytes) }
    }

    /// Whether there was no memory for what was written.
    #[must_use]
    pub const fn is_out_of_memory(&self) -> bool {
        self.out_of_memory
    }

    #[inline]
    fn has_room_for(&mut self, count: usize) -> bool {
        count <= self.bytes.capacity() - self.bytes.len() || self.make_room_for(count)
    }

    #[cold]
    fn make_room_for(&mut self, count: usize) -> bool {
        if !self.out_of_memory && self.bytes.try_reserve(count).is_err() {
            self.out_of_memory = true;
            self.bytes = Vec::new(); // whoever reports this needs memory, too
        }
        !self.out_of_memory
    }

    /// What was written so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes were written.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets what was written after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Appends bytes as they are.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        if self.has_room_for(bytes.len()) {
            self.bytes.extend_from_slice(bytes);
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        if self.has_room_for(1) {
            self.bytes.push(byte);
        }
    }

    /// Appends an unsigned number in its shortest form.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each arm has checked the range")]
    pub fn varint(&mut self, value: u64) {
        match value {
            0..=250 => self.byte(value as u8),
            251..=0xffff => self.marked(251, &(value as u16).to_le_bytes()),
            0x1_0000..=0xffff_ffff => self.marked(252, &(value as u32).to_le_bytes()),
            _ => self.marked(253, &value.to_le_bytes()),
        }
    }

    fn marked(&mut self, marker: u8, bytes: &[u8]) {
        self.byte(marker);
        self.raw(bytes);
    }

    /// Appends a length and the bytes.
    pub fn sized(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// Appends a part with its length in front.
    #[inline]
    pub fn delimited(&mut self, part: impl FnOnce(&mut Self)) {
        let at = self.len();
        self.byte(0);
        part(self);
        if self.out_of_memory {
            return;
        }
        let length = self.len() - at - 1;
        if let Ok(short @ 0..=250) = u8::try_from(length) {
            self.bytes[at] = short;
        } else {
            // Rare: the length needs more than the one byte that was left for it.
            let end = self.len();
            self.varint(length as u64);
            if !self.out_of_memory {
                let width = self.len() - end;
                self.bytes[at..].rotate_right(width);
                self.bytes.remove(at + width);
            }
        }
    }

    /// Appends a part with its length as a little-endian u32 in front: a frame.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "callers compare frames with MAX_FRAME before sending")]
    pub fn frame(&mut self, part: impl FnOnce(&mut Self)) {
        let at = self.len();
        self.raw(&[0; 4]);
        part(self);
        if self.out_of_memory {
            return;
        }
        let length = (self.len() - at - 4) as u32;
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            #[inline]
            fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
                Self::try_from(reader.varint()?).map_err(|_| Fault::TooWide)
            }
            #[inline]
            fn write(&self, writer: &mut Writer) {
                writer.varint(u64::from(*self));
            }
        }
    )*};
}
unsigned!(u16, u32, u64);

impl Wire for u8 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.byte()
    }
    fn write(&self, writer: &mut Writer) {
        writer.raw(&[*self]);
    }
}

impl Wire for i64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let zigzag = reader.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }
    fn write(&self, writer: &mut Writer) {
        writer.varint(((self << 1) ^ (self >> 63)).cast_unsigned());
    }
}

impl Wire for f64 {
    #[inline]
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.array().map(Self::from_le_bytes)
    }
    #[inline]
    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.to_le_bytes());
    }
}

impl Wire for bool {
    #[inline]
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        match reader.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Fault::NotBoolean(other)),
        }
    }
    #[inline]
    fn write(&self, writer: &mut Writer) {
        writer.raw(&[u8::from(*self)]);
    }
}

impl Wire for Box<str> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let text = reader.text(Limit::Text)?;
        let mut copy = String::new();
        copy.try_reserve_exact(text.len()).map_err(|_| Fault::OutOfMemory)?;
        copy.push_str(text);
        Ok(copy.into_boxed_str())
    }
    fn write(&self, writer: &mut Writer) {
        writer.sized(self.as_bytes());
    }
}

impl<T: Wire> Wire for Box<[T]> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let count = reader.length(1, Limit::Items)?; // nothing that is put into lists takes less than a byte
        let mut items = room(count)?;
        for _ in 0..count {
            items.push(T::read(reader)?);
        }
        Ok(items.into_boxed_slice())
    }
    fn write(&self, writer: &mut Writer) {
        writer.varint(self.len() as u64);
        self.iter().for_each(|item| item.write(writer));
    }
}

impl<T: Wire> Wire for Box<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        T::read(reader).map(Self::new)
    }
    fn write(&self, writer: &mut Writer) {
        T::write(self, writer);
    }
}

impl<T: Wire> Wire for Option<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        match reader.byte()? {
            0 => Ok(None),
            1 => T::read(reader).map(Some),
            other => Err(Fault::NotOption(other)),
        }
    }
    fn write(&self, writer: &mut Writer) {
        match self {
            None => writer.raw(&[0]),
            Some(value) => {
                writer.raw(&[1]);
                value.write(writer);
            }
        }
    }
}
