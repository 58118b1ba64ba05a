//! What holds for every message and every byte, not only for the examples.

mod common;

use _wire::codec::{Reader, Wire, Writer};
use _wire::error::{Fault, Invalid, Limit};
use _wire::frame::{MAX_FRAME, PREAMBLE};
use _wire::generated::SCHEMAS;
use _wire::message::{
    CustomParameter, CustomParameters, CustomValues, Decoder, Key, Map, Message, Packed, Place, Text, Value, ValueKind,
    Writes,
};
use common::{
    UP, integers, message_bytes, oracle, ours, payload_of, payload_seen, refused, without_refused, write_bytes,
};
use proptest::prelude::*;

fn read_all<T: Wire>(bytes: &[u8]) -> Result<T, Fault> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader)?;
    assert_eq!(reader.remaining(), 0);
    Ok(value)
}

fn written(value: &impl Wire) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.into_bytes()
}

/// Frames of these payloads after a preamble.
fn stream(payloads: &[Vec<u8>]) -> Vec<u8> {
    let frames = payloads.iter().flat_map(|p| [&u32::try_from(p.len()).unwrap().to_le_bytes()[..], p].concat());
    PREAMBLE.into_iter().chain(frames).collect()
}

fn read_in(chunks: &[&[u8]]) -> Vec<Message> {
    let mut decoder = Decoder::new(UP, MAX_FRAME);
    let mut messages = Vec::new();
    for chunk in chunks {
        decoder.receive_data(chunk);
        while let Some(message) = decoder.next_message().unwrap() {
            messages.push(message);
        }
    }
    assert_eq!(decoder.pending(), 0);
    messages
}

proptest! {
    #[test]
    fn numbers_are_written_as_bincode_writes_them(a in integers(), b: u64, c: u32, d: u16, e: u8, f: f64, g: bool) {
        prop_assert_eq!(written(&a), oracle(a));
        prop_assert_eq!(written(&b), oracle(b));
        prop_assert_eq!(written(&c), oracle(c));
        prop_assert_eq!(written(&d), oracle(d));
        prop_assert_eq!(written(&e), oracle(e));
        prop_assert_eq!(written(&f), oracle(f));
        prop_assert_eq!(written(&g), oracle(g));
        prop_assert_eq!(read_all::<i64>(&oracle(a)), Ok(a));
        prop_assert_eq!(read_all::<u64>(&oracle(b)), Ok(b));
        prop_assert_eq!(read_all::<u32>(&oracle(c)), Ok(c));
        prop_assert_eq!(read_all::<u16>(&oracle(d)), Ok(d));
        prop_assert_eq!(read_all::<f64>(&oracle(f)).map(f64::to_bits), Ok(f.to_bits()));
    }

    #[test]
    fn a_message_is_read_from_bincodes_bytes_and_written_as_the_same((direction, bytes) in message_bytes()) {
        let message = Message::decode(direction, &bytes).unwrap().unwrap();
        prop_assert_eq!(ours(&message), bytes);
        prop_assert_eq!(refused(&message), 0);
    }

    #[test]
    fn a_message_that_is_cut_off_is_never_read((direction, bytes) in message_bytes()) {
        for length in 0..bytes.len() {
            prop_assert!(Message::decode(direction, &bytes[..length]).is_err(), "{} of {}", length, bytes.len());
        }
    }

    #[test]
    fn what_was_read_is_written_as_it_was_or_shorter(
        (direction, mut bytes) in message_bytes(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(Some(message)) = Message::decode(direction, &bytes) {
            let again = ours(&message);
            // Shorter: a tail that was ignored, or a component that was refused, is gone.
            prop_assert!(again.len() < bytes.len() || (again == bytes && refused(&message) == 0));
            let (once, twice) = (without_refused(message), Message::decode(direction, &again).unwrap().unwrap());
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), first in 0..17_u8) {
        let bytes = [&[first][..], &bytes].concat();
        for direction in [common::UP, common::DOWN] {
            let _ = Message::decode(direction, &bytes);
        }
        let mut decoder = Decoder::new(UP, MAX_FRAME);
        decoder.receive_data(&[&PREAMBLE[..], &bytes].concat());
        while let Ok(Some(_)) = decoder.next_message() {}
    }

    #[test]
    fn a_stream_gives_the_same_messages_however_it_is_cut(
        payloads in prop::collection::vec(message_bytes(), 1..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let payloads: Vec<_> = payloads.into_iter().filter(|(way, _)| *way == UP).map(|(_, bytes)| bytes).collect();
        let stream = stream(&payloads);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.index(stream.len())).chain([0, stream.len()]).collect();
        cuts.sort_unstable();
        let chunks: Vec<_> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        let whole = read_in(&[&stream]);
        prop_assert_eq!(&read_in(&chunks), &whole);
        prop_assert_eq!(&read_in(&stream.chunks(1).collect::<Vec<_>>()), &whole);
        prop_assert_eq!(whole.len(), payloads.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn writes_in_one_piece_hold_what_single_ones_hold(
        mut payloads in prop::collection::vec(write_bytes(), 0..60), // enough for several pages
        end in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        // Sometimes one of them is broken: cut off somewhere.
        if let Some((which, place)) = end && !payloads.is_empty() {
            let which = which.index(payloads.len());
            let length = place.index(payloads[which].len());
            payloads[which].truncate(length.max(1));
        }
        let stream = stream(&payloads);
        let (mut single, mut whole) = (Decoder::new(UP, MAX_FRAME), Decoder::new(UP, MAX_FRAME));
        single.receive_data(&stream);
        whole.receive_data(&stream);
        let (mut rows, mut left_out, mut frames) = (Vec::new(), Vec::new(), Writer::default());
        let end = loop {
            match single.next_message() {
                Ok(Some(Message::WriteComponents(write))) => {
                    rows.extend(write.components.valid.iter().map(|row| (write.device, write.entity, row.clone())));
                    left_out.extend_from_slice(&write.components.refused);
                    Message::from(write).encode(&mut frames);
                }
                end => break end,
            }
        };
        let mut writes = Writes::default();
        prop_assert_eq!(whole.next_after(&mut writes), end);
        prop_assert_eq!(writes.rows(), rows.len());
        let mut place = Place::default();
        let seen = std::iter::from_fn(|| writes.next_row(&mut place).map(|(a, b, row)| (a, b, row.clone())));
        prop_assert_eq!(seen.collect::<Vec<_>>(), rows);
        prop_assert_eq!(writes.refused(), &left_out[..]);
        let mut again = Writer::default();
        writes.encode(&mut again);
        prop_assert_eq!(again.into_bytes(), frames.into_bytes());
    }
}

#[test]
fn every_component_is_read_from_bincodes_bytes_and_written_as_the_same() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(20));
    for schema in &SCHEMAS {
        let check = |payload: Vec<u8>| {
            let bytes = oracle((5_u32, 7_u32, 3_u16, vec![(schema.id, payload.clone())]));
            let message = Message::decode(UP, &bytes).unwrap().unwrap();
            prop_assert_eq!(ours(&message), bytes);
            let Message::WriteComponents(write) = message else { panic!("not a write") };
            prop_assert_eq!(&*write.components.refused, &[]);
            prop_assert_eq!(write.components.valid[0].id(), schema.id);
            prop_assert_eq!(payload_seen(&write.components.valid[0]), payload);
            Ok(())
        };
        runner.run(&payload_of(schema), check).unwrap_or_else(|error| panic!("{}: {error}", schema.name));
    }
}

#[test]
fn a_value_is_packed_as_its_bytes_and_comes_back() {
    let list = Value::List([Value::Null, Value::Text("a".into())].into());
    let map = Map::new([("b".into(), Value::Real(-0.5)), ("a".into(), list)]);
    let packed = Packed::new(&map).unwrap();
    assert_eq!(written(&packed), written(&map));
    assert_eq!(read_all::<Packed<Map<Value>>>(&written(&map)), Ok(packed.clone()));
    assert_eq!(packed.unpack(), Ok(map));
}

#[test]
fn what_nobody_could_read_cannot_be_packed() {
    let nested = |levels| (1..levels).fold(Value::Null, |value, _| Value::List([value].into()));
    assert_eq!(Packed::new(&nested(16)).unwrap().unpack(), Ok(nested(16)));
    assert_eq!(Packed::new(&nested(17)), Err(Fault::Limit(Limit::Depth, 17)));
    let nothings = |count| Value::List(vec![Value::Null; count].into());
    assert!(Packed::new(&nothings(4_096)).is_ok());
    assert_eq!(Packed::new(&nothings(4_097)), Err(Fault::Limit(Limit::Values, 4_097)));
    let long = Value::Text("x".repeat(65_537).into());
    assert_eq!(Packed::new(&long), Err(Fault::Limit(Limit::Text, 65_537)));
}

#[test]
fn parameters_that_nobody_could_read_cannot_be_built() {
    let parameter = |name: &str| CustomParameter {
        name: Key::new(name).unwrap(),
        kind: ValueKind::ANY,
        required: false,
        description: Text::cleaned(""),
    };
    let many = |count| (0..count).map(|n| parameter(&n.to_string())).collect::<Vec<_>>();
    assert_eq!(CustomParameters::new(many(64)).unwrap().len(), 64);
    assert_eq!(CustomParameters::new(many(65)), Err(Invalid::Limit(Limit::Parameters, 65)));
    let twice = [parameter("a"), parameter("b"), parameter("a")];
    assert_eq!(CustomParameters::new(twice), Err(Invalid::NameTwice));

    let values = |names: &[&str]| CustomValues::new(Map::new(names.iter().map(|name| ((*name).into(), Value::Null))));
    assert_eq!(values(&["a", "b"]).unwrap().len(), 2);
    assert_eq!(values(&["a", ""]), Err(Invalid::Empty));
    assert_eq!(values(&["a\u{202e}"]), Err(Invalid::Character('\u{202e}')));
    let names = (0..65).map(|n| n.to_string()).collect::<Vec<_>>();
    let names = names.iter().map(|name| &**name).collect::<Vec<_>>();
    assert!(values(&names[..64]).is_ok());
    assert_eq!(values(&names), Err(Invalid::Limit(Limit::Parameters, 65)));
}

#[test]
fn a_decoder_names_each_newer_message_once_and_no_more_than_64() {
    let mut decoder = Decoder::new(UP, MAX_FRAME);
    let ids = [15, 300, 15].into_iter().chain(1_000..1_100_u32);
    decoder.receive_data(&stream(&ids.map(oracle).collect::<Vec<_>>()));
    assert_eq!(decoder.next_message(), Ok(None));
    assert_eq!(decoder.skipped(), 103);
    assert_eq!(decoder.skipped_ids(), [15, 300].into_iter().chain(1_000..1_062).collect::<Vec<_>>());
}

#[test]
fn a_number_that_takes_more_bytes_than_it_needs_is_refused_where_bincode_reads_it() {
    for bytes in [&[251, 250, 0][..], &[251, 5, 0], &[252, 255, 255, 0, 0], &[253, 255, 255, 255, 255, 0, 0, 0, 0]] {
        let (_, read): (u64, usize) = bincode::decode_from_slice(bytes, bincode::config::standard()).unwrap();
        assert_eq!(read, bytes.len());
        assert_eq!(read_all::<u64>(bytes), Err(Fault::NotCanonical));
    }
    for bytes in [[254, 0], [255, 0]] {
        assert_eq!(read_all::<u64>(&bytes), Err(Fault::TooWide));
    }
    assert_eq!(read_all::<u16>(&oracle(65_536_u32)), Err(Fault::TooWide));
    assert_eq!(read_all::<u32>(&oracle(1_u64 << 32)), Err(Fault::TooWide));
}
