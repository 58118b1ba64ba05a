//! A hostile peer cannot make the decoder allocate much more than it sends. Alone in its binary: it counts all bytes.

mod common;

use _wire::frame::{MAX_FRAME, PREAMBLE};
use _wire::message::{Decoder, Direction, Message, Writes};
use common::{DOWN, UP, oracle};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes at the peak while a stream is read and everything read is kept, beyond what was there before.
fn peak(direction: Direction, stream: &[u8]) -> usize {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut decoder = Decoder::new(direction, MAX_FRAME);
    let mut writes = Vec::new();
    let mut others = Vec::new();
    // As a connection reads: 64 KiB at a time.
    for chunk in stream.chunks(65_536) {
        decoder.receive_data(chunk);
        while let Ok(Some(message)) = decoder.next_message() {
            match message {
                Message::WriteComponents(write) => writes.push(write),
                other => others.push(other),
            }
        }
    }
    PEAK.load(Ordering::Relaxed) - before
}

/// The same, with the writes in one piece.
fn peak_of_writes(direction: Direction, stream: &[u8]) -> usize {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut decoder = Decoder::new(direction, MAX_FRAME);
    let mut writes = Writes::default();
    let mut others = Vec::new();
    for chunk in stream.chunks(65_536) {
        decoder.receive_data(chunk);
        while let Ok(Some(message)) = decoder.next_after(&mut writes) {
            others.push(message);
        }
    }
    PEAK.load(Ordering::Relaxed) - before
}

/// The same for 8 MiB of pings of which nothing is kept.
fn peak_of_long_stream() -> usize {
    let chunk = frames(&oracle((6_u32, 7_u64)), 10_000).split_off(PREAMBLE.len());
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut decoder = Decoder::new(DOWN, MAX_FRAME);
    decoder.receive_data(&PREAMBLE);
    for _ in 0..128 {
        decoder.receive_data(&chunk);
        while let Ok(Some(_)) = decoder.next_message() {}
    }
    PEAK.load(Ordering::Relaxed) - before
}

fn frames(payload: &[u8], count: usize) -> Vec<u8> {
    let frame = [&u32::try_from(payload.len()).unwrap().to_le_bytes()[..], payload].concat();
    [&PREAMBLE[..], &frame.repeat(count)].concat()
}

/// 16 times what was sent; the constant is one read of the connection.
fn assert_bounded(what: &str, direction: Direction, stream: &[u8]) {
    for peak in [peak(direction, stream), peak_of_writes(direction, stream)] {
        assert!(peak <= 16 * stream.len() + 65_536, "{what}: {peak} bytes for {}", stream.len());
    }
}

#[test]
fn what_is_allocated_is_bounded_by_what_was_sent() {
    let write = |components: Vec<(u16, Vec<u8>)>| oracle((5_u32, 0_u32, 0_u16, components));
    let (light, text, options, unknown) = ((0, vec![]), (37, oracle("\u{7}")), oracle(vec![""; 1024]), (999, vec![]));
    for (what, payload) in [
        ("markers", write(vec![light.clone(); 64])),
        ("many markers", write(vec![light.clone(); 43])), // eleven of these fill a page, and 39 places stay empty
        ("one marker", write(vec![light])),
        ("nothing", write(vec![])),
        ("refused texts", write(vec![text; 64])),
        ("empty texts", write(vec![(42, options); 64])),
        ("short texts", write(vec![(42, oracle(vec!["a"; 1024])); 64])),
        ("empty unknown ones", write(vec![unknown; 64])),
        ("enums", write(vec![(33, oracle(vec![1_u32; 1024])); 64])),
        ("a lie: 60 components", [oracle((5_u32, 0_u32, 0_u16)), vec![60, 0, 0]].concat()),
        ("a lie: a text of 65,536", [oracle((5_u32, 0_u32, 0_u16)), vec![1, 37, 251, 255, 255, 0]].concat()),
        ("a lie: 2^60 components", [oracle((5_u32, 0_u32, 0_u16)), oracle(1_u64 << 60)].concat()),
    ] {
        for count in [1, 20, 2_000] {
            if payload.len() * count < 4 << 20 {
                assert_bounded(what, UP, &frames(&payload, count));
            }
        }
    }
    let configure = |config: Vec<u8>| [oracle((2_u32, "demo", "/")), config, oracle(0_u64)].concat();
    let nulls = [oracle((1_u64, "a", 6_u32, 4_000_u64)), vec![0; 4_000]].concat();
    let deep = [oracle((1_u64, "a")), [6, 1].repeat(400), vec![0]].concat();
    let many = [oracle((1_u64, "a", 6_u32, 4_096_u64)), [6, 2, 0, 0].repeat(4_096)].concat();
    let lies = [oracle((1_u64, "a")), [oracle(6_u32), oracle(4_000_u64)].concat().repeat(15), vec![0; 4_000]].concat();
    for (what, config) in
        [("nulls", nulls), ("too deep", deep), ("too many values", many), ("a lie: lists in lists", lies)]
    {
        assert_bounded(what, DOWN, &frames(&configure(config), 1));
    }
    let custom = |name: &str, parameters: Vec<u8>| [oracle((13_u32, name, 0_u8, 0_u8, "")), parameters].concat();
    let parameter = |name: String| (name, 0_u32, false, "");
    let short: Vec<_> = ('0'..='~').take(64).map(|name| parameter(name.into())).collect();
    let long: Vec<_> = (0..64).map(|n| (format!("{n:0>256}"), 0_u32, true, "x".repeat(200))).collect();
    let result = |value: Vec<u8>| [oracle((14_u32, 0_u64, 0_u32, "")), value].concat();
    let nested = |items: u32| [oracle((6_u32, items)), [6, 0].repeat(items as usize)].concat();
    let map =
        |pairs: Vec<(String, u32)>| oracle((7_u32, pairs.into_iter().collect::<std::collections::BTreeMap<_, _>>()));
    for (what, payload) in [
        ("a custom command", custom("a", oracle(0_u64))),
        ("short parameters", custom("a", oracle(short))),
        ("long parameters", custom("a", oracle(long))),
        ("one name 64 times", custom("a", oracle(vec![parameter("a".into()); 64]))),
        ("a lie: 64 parameters", custom("a", [oracle(64_u64), vec![0; 319]].concat())),
        ("a lie: 2^60 parameters", custom("a", oracle(1_u64 << 60))),
        ("a result of nothing", result(oracle(0_u32))),
        ("an empty text", result(oracle((4_u32, "")))),
        ("an empty list", result(oracle((6_u32, 0_u64)))),
        ("a list of nothing", result(oracle((6_u32, vec![0_u32; 4_000])))),
        ("a short list of nothing", result(oracle((6_u32, vec![0_u32; 20])))),
        ("empty lists", result(nested(4_000))),
        ("a few empty lists", result(nested(10))),
        ("empty texts in a list", result(oracle((6_u32, vec![(4_u32, ""); 4_000])))),
        ("short texts in a list", result(oracle((6_u32, vec![(4_u32, "a"); 4_000])))),
        ("a map", result(map((0..4_000).map(|n| (format!("{n:x}"), 0)).collect()))),
        ("a short map", result(map(('0'..='~').map(|c| (c.into(), 0)).collect()))),
        ("a result too deep", result([6, 1].repeat(400))),
        ("a lie: a list of 4,000", result([oracle((6_u32, 4_000_u64)), [6, 255].repeat(2_000)].concat())),
    ] {
        for count in [1, 20, 2_000] {
            if payload.len() * count < 4 << 20 {
                assert_bounded(what, UP, &frames(&payload, count));
            }
        }
    }
    assert_bounded("a frame that says 1 MiB", UP, &[&PREAMBLE[..], &MAX_FRAME.to_le_bytes()].concat());
    assert_bounded("a frame that says 4 GiB", UP, &[&PREAMBLE[..], &[255; 4]].concat());

    assert!(peak_of_long_stream() < 4 * 65_536, "what was given out is kept");

    let random = (common::message_bytes(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8));
    proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(1_000))
        .run(&random, |((direction, mut bytes), changes)| {
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            assert_bounded("random", direction, &frames(&bytes, 1));
            Ok(())
        })
        .unwrap();
}
