//! The stream of one direction of a connection, cut into frames. Sans-io: bytes go in, frames come out, "not yet" is
//! `None`. Knows nothing of what a frame holds.
//!
//! ```text
//! once:      ┌─────┬─────┬─────┬─────┬───────┬───────┬──────────┐
//!            │ 'I' │ 'G' │ 'L' │ 'O' │ major │ flags │ reserved │     8 bytes; flags and the two reserved
//!            └─────┴─────┴─────┴─────┴───────┴───────┴──────────┘     bytes are sent as 0 and not looked at
//!
//! repeated:  ┌───────────────────┬──────────────────────────────┐
//!            │ length n, u32 LE  │ n bytes: one encoded message │     0 < n <= max_frame
//!            └───────────────────┴──────────────────────────────┘
//! ```
//!
//! A length is judged as soon as its four bytes are there, so a peer that announces four gigabytes is refused at
//! once, and the buffer never holds more than an unfinished frame and what was fed last.
#![forbid(unsafe_code)]

use crate::error::WireError;

/// The version of everything that the preamble's major byte stands for.
pub const PROTOCOL_MAJOR: u8 = 1;

/// What each side sends first.
pub const PREAMBLE: [u8; 8] = [b'I', b'G', b'L', b'O', PROTOCOL_MAJOR, 0, 0, 0];

/// Bytes in a frame unless both sides said otherwise: a few thousand writes, and small enough to buffer for every
/// connection of a Pi.
pub const MAX_FRAME: u32 = 1 << 20;

/// Cuts the bytes of one direction into frames.
#[derive(Debug)]
pub struct FrameDecoder {
    buffer: Vec<u8>,
    /// What lies before this in the buffer was given out.
    start: usize,
    preamble_seen: bool,
    max_frame: u32,
    out_of_memory: bool,
}

impl FrameDecoder {
    /// A decoder that waits for the preamble.
    #[must_use]
    pub const fn new(max_frame: u32) -> Self {
        Self { buffer: Vec::new(), start: 0, preamble_seen: false, max_frame, out_of_memory: false }
    }

    /// Adds what was read from the peer. If there is no memory for it, `next_frame` says so.
    pub fn receive_data(&mut self, data: &[u8]) {
        // What was given out is dropped here and not in next_frame, which still lends it to its caller.
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.try_reserve(data.len()).is_ok() {
            self.buffer.extend_from_slice(data);
        } else {
            self.out_of_memory = true;
        }
    }

    /// Bytes that were received and not given out.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// The payload of the next frame, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// The preamble is wrong, a frame is empty or too large, or there was no memory for what was received. Nothing can
    /// be read after that.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, WireError> {
        if self.out_of_memory {
            return Err(WireError::OutOfMemory);
        }
        if !self.preamble_seen {
            let Some(&[i, g, l, o, major, ..]) = self.unread().first_chunk::<{ PREAMBLE.len() }>() else {
                return self.check_first_bytes().map(|()| None);
            };
            check_preamble([i, g, l, o], major)?;
            self.preamble_seen = true;
            self.start += PREAMBLE.len();
        }
        let Some((&head, rest)) = self.unread().split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(head);
        if length == 0 {
            return Err(WireError::EmptyFrame);
        }
        if length > self.max_frame {
            return Err(WireError::FrameTooLarge { length, most: self.max_frame });
        }
        let length = length as usize;
        if rest.len() < length {
            return Ok(None);
        }
        let begin = self.start + head.len();
        self.start = begin + length;
        Ok(Some(&self.buffer[begin..self.start]))
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Another protocol may wait for an answer before it sends eight bytes: say so as soon as four are there.
    fn check_first_bytes(&self) -> Result<(), WireError> {
        self.unread().first_chunk().map_or(Ok(()), |magic| check_preamble(*magic, PROTOCOL_MAJOR))
    }
}

fn check_preamble(magic: [u8; 4], major: u8) -> Result<(), WireError> {
    if magic != PREAMBLE[..4] {
        return Err(WireError::NotIgloo(magic));
    }
    if major != PROTOCOL_MAJOR {
        return Err(WireError::Protocol(major));
    }
    Ok(())
}
