//! Preamble and frames: what is taken, what is refused, and when.

use _wire::error::WireError;
use _wire::frame::{FrameDecoder, PREAMBLE};

fn fed(bytes: &[u8]) -> FrameDecoder {
    let mut decoder = FrameDecoder::new(16);
    decoder.receive_data(bytes);
    decoder
}

fn after_preamble(bytes: &[u8]) -> FrameDecoder {
    fed(&[&PREAMBLE[..], bytes].concat())
}

#[test]
fn a_frame_is_given_when_its_last_byte_is_there() {
    let mut decoder = after_preamble(&[2, 0, 0, 0, 7]);
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.pending(), 5);
    decoder.receive_data(&[8, 1, 0, 0, 0, 9]);
    assert_eq!(decoder.next_frame(), Ok(Some(&[7, 8][..])));
    assert_eq!(decoder.next_frame(), Ok(Some(&[9][..])));
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.pending(), 0);
}

#[test]
fn a_frame_may_be_as_long_as_allowed_and_no_longer() {
    assert_eq!(after_preamble(&[&[16, 0, 0, 0][..], &[1; 16]].concat()).next_frame(), Ok(Some(&[1; 16][..])));
    // Its length alone is enough to refuse it.
    let too_large = Err(WireError::FrameTooLarge { length: 17, most: 16 });
    assert_eq!(after_preamble(&[17, 0, 0, 0]).next_frame(), too_large);
    assert_eq!(after_preamble(&[0, 0, 0, 0]).next_frame(), Err(WireError::EmptyFrame));
}

#[test]
fn another_protocol_is_found_out_after_four_bytes() {
    assert_eq!(fed(b"GE").next_frame(), Ok(None));
    assert_eq!(fed(b"GET ").next_frame(), Err(WireError::NotIgloo(*b"GET ")));
    assert_eq!(fed(b"IGLO").next_frame(), Ok(None));
    assert_eq!(fed(b"IGLO\x02\0\0\0").next_frame(), Err(WireError::Protocol(2)));
    assert_eq!(fed(b"IGLO\x01\xff\xff\xff\x01\0\0\0a").next_frame(), Ok(Some(&b"a"[..])));
}
