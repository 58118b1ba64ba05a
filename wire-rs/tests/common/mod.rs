//! Random messages, each with the bytes that the `bincode` crate makes of the same fields: an oracle that shares no
//! code with ours. A message is written for it as a tuple, because Bincode writes of a struct only its fields.
#![allow(dead_code, reason = "each test binary uses a part")]

use _wire::codec::Writer;
use _wire::component::{Payload, Schema};
use _wire::generated::{Component, SCHEMAS};
use _wire::message::{Direction, Message};
use proptest::prelude::*;

pub const UP: Direction = Direction::ProviderToHub;
pub const DOWN: Direction = Direction::HubToProvider;

/// The bytes that bincode makes of a value.
pub fn oracle(value: impl bincode::Encode) -> Vec<u8> {
    bincode::encode_to_vec(value, bincode::config::standard()).unwrap()
}

/// What we make of a message: the payload of its frame.
pub fn ours(message: &Message) -> Vec<u8> {
    let mut writer = Writer::default();
    message.encode(&mut writer);
    let frame = writer.into_bytes();
    assert_eq!(frame[..4], u32::try_from(frame.len() - 4).unwrap().to_le_bytes());
    frame[4..].to_vec()
}

/// A component for bincode: its id and its payload, which Bincode writes with its length in front.
pub type Delimited = (u16, Vec<u8>);

/// A value that a component of this schema may have, and its payload by bincode.
pub fn payload_of(schema: &'static Schema) -> BoxedStrategy<Vec<u8>> {
    let real = {
        let (low, high) = (schema.minimum.max(-1e300), schema.maximum.min(1e300));
        prop_oneof![Just(low), Just(high), low..=high, (0.0_f64.clamp(low, high))..=high].boxed()
    };
    match (schema.kind, schema.element) {
        ("marker", _) => Just(Vec::new()).boxed(),
        ("boolean", _) => any::<bool>().prop_map(oracle).boxed(),
        ("integer", _) if schema.maximum.is_finite() => (0..=15_i64).prop_map(oracle).boxed(),
        ("integer", _) => integers().prop_map(oracle).boxed(),
        ("real", _) => real.prop_map(oracle).boxed(),
        ("text", _) => text().prop_map(oracle).boxed(),
        ("colour", _) => [0.0..=1.0, 0.0..=1.0, 0.0..=1.0_f64].prop_map(|[r, g, b]| oracle((r, g, b))).boxed(),
        ("date", _) => (1..=9999_u16, 1..=12_u8, 1..=28_u8).prop_map(oracle).boxed(),
        ("time", _) => (0..24_u8, 0..60_u8, 0..60_u8, 0..1_000_000_u32).prop_map(oracle).boxed(),
        ("limits", _) => {
            (-1e9..0.0_f64, prop_oneof![Just(f64::INFINITY), 0.0..1e9_f64], 0.0..10.0_f64).prop_map(oracle).boxed()
        }
        ("enum", _) => any::<u32>().prop_map(oracle).boxed(),
        ("list", Some("text")) => prop::collection::vec(text(), 0..300)
            .prop_map(|texts| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>())
            .prop_map(oracle)
            .boxed(),
        ("list", Some("real")) => prop::collection::vec(real, 2..=3).prop_map(oracle).boxed(),
        ("list", Some("component")) => prop::collection::vec(any::<u16>(), 0..300).prop_map(oracle).boxed(),
        ("list", Some(_)) => prop::collection::vec(any::<u32>(), 0..300).prop_map(oracle).boxed(),
        ("event", None) => (1..=u32::MAX).prop_map(oracle).boxed(),
        ("event", Some("text")) => (1..=u32::MAX, text()).prop_map(oracle).boxed(),
        ("event", Some(_)) => (1..=u32::MAX, any::<u32>()).prop_map(oracle).boxed(),
        other => panic!("a kind without a strategy: {other:?}"),
    }
}

/// What a component holds, again by bincode, from our view of it.
pub fn payload_seen(component: &Component) -> Vec<u8> {
    match component.payload() {
        Payload::Marker => Vec::new(),
        Payload::Boolean(value) => oracle(value),
        Payload::Integer(value) => oracle(value),
        Payload::Real(value) => oracle(value),
        Payload::Text(value) => oracle(value),
        Payload::Color(color) => oracle((color.red, color.green, color.blue)),
        Payload::Date(date) => oracle((date.year, date.month, date.day)),
        Payload::Time(time) => oracle((time.hour, time.minute, time.second, time.microsecond)),
        Payload::Enum(number) => oracle(number),
        Payload::Limits(limits) => oracle((limits.minimum, limits.maximum, limits.step)),
        Payload::Texts(texts) => oracle(texts.iter().map(|text| &**text).collect::<Vec<_>>()),
        Payload::Reals(values) => oracle(values.to_vec()),
        Payload::Ids(ids) => oracle(ids.to_vec()),
        Payload::Enums(numbers) => oracle((0..numbers.count()).map(|n| numbers.number(n)).collect::<Vec<_>>()),
        Payload::Event { count } => oracle(count),
        Payload::EnumEvent { count, kind } => oracle((count, kind)),
        Payload::TextEvent { count, text } => oracle((count, text)),
        Payload::Unknown(payload) => payload.to_vec(),
    }
}

pub fn integers() -> impl Strategy<Value = i64> {
    let edges = vec![0, 125, 126, -125, -126, 250, 251, 65535, 65536, 1 << 32, i64::MAX, i64::MIN];
    prop_oneof![prop::sample::select(edges), any::<i64>()]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-zA-Z0-9 äß€😀\n\t]{0,20}", "[a-z]{240,260}"]
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 äß€😀]{0,30}"
}

fn key() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_.:-]{1,60}"
}

fn components() -> impl Strategy<Value = Vec<Delimited>> {
    let known = prop::sample::select(&SCHEMAS[..]).prop_flat_map(|schema| {
        let schema = &SCHEMAS[usize::from(schema.id)];
        payload_of(schema).prop_map(move |payload| (schema.id, payload))
    });
    let newer = (223..=u16::MAX, prop::collection::vec(any::<u8>(), 0..300));
    prop::collection::vec(prop_oneof![4 => known, 1 => newer], 0..8)
}

/// The payload of a write; in some a value is refused.
pub fn write_bytes() -> impl Strategy<Value = Vec<u8>> {
    let (device, too_humid) = (any::<(u32, u16)>(), any::<prop::sample::Index>());
    (device, components(), prop::option::weighted(0.2, too_humid)).prop_map(|((device, entity), mut rows, place)| {
        if let Some(place) = place {
            rows.insert(place.index(rows.len() + 1), (7, oracle(130.0)));
        }
        oracle((5_u32, device, entity, rows))
    })
}

/// What a custom command belongs to: the provider, a device, an entity.
fn scope() -> impl Strategy<Value = (Option<u32>, Option<u16>)> {
    prop_oneof![
        Just((None, None)),
        any::<u32>().prop_map(|device| (Some(device), None)),
        any::<(u32, u16)>().prop_map(|(device, entity)| (Some(device), Some(entity))),
    ]
}

/// A parameter of a custom command but for its name: kind, whether it is required, description.
fn parameter() -> impl Strategy<Value = (u32, bool, String)> {
    (prop_oneof![0..8_u32, any::<u32>()], any::<bool>(), text())
}

/// A value as bincode writes it: a tag, then what belongs to it.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(oracle(0_u32)),
        any::<bool>().prop_map(|value| oracle((1_u32, value))),
        integers().prop_map(|value| oracle((2_u32, value))),
        any::<f64>().prop_map(|value| oracle((3_u32, value))),
        any::<String>().prop_map(|value| oracle((4_u32, value))),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|value| oracle((5_u32, value))),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| [
                oracle((6_u32, items.len() as u64)),
                items.concat()
            ]
            .concat()),
            prop::collection::btree_map(key(), inner, 0..5).prop_map(|map| [oracle(7_u32), map_bytes(&map)].concat()),
        ]
    })
}

fn map_bytes(map: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let pairs = map.iter().flat_map(|(key, value)| [oracle(key), value.clone()].concat());
    oracle(map.len() as u64).into_iter().chain(pairs).collect()
}

/// The payload of any message of any direction, by bincode.
pub fn message_bytes() -> impl Strategy<Value = (Direction, Vec<u8>)> {
    let hello = (any::<(u32, u32, u16, u32, u64, u32)>(), key(), name(), name(), name(), any::<u64>())
        .prop_map(|((a, b, c, d, e, f), g, h, i, j, k)| oracle((0_u32, a, b, c, d, e, f, g, h, i, j, k)));
    let reject = (any::<u32>(), text()).prop_map(|(a, b)| oracle((1_u32, a, b)));
    let up = prop_oneof![
        Just(oracle(2_u32)),
        (any::<u32>(), key(), name()).prop_map(|(a, b, c)| oracle((3_u32, a, b, c))),
        (any::<(u32, u16)>(), key(), name(), components()).prop_map(|((a, b), c, d, e)| oracle((4_u32, a, b, c, d, e))),
        (any::<(u32, u16)>(), components()).prop_map(|((a, b), c)| oracle((5_u32, a, b, c))),
        any::<u32>().prop_map(|a| oracle((6_u32, a))),
        any::<(u32, u16)>().prop_map(|(a, b)| oracle((7_u32, a, b))),
        (any::<(u32, bool)>(), text()).prop_map(|((a, b), c)| oracle((8_u32, a, b, c))),
        (any::<u32>(), text()).prop_map(|(a, b)| oracle((9_u32, a, b))),
        (any::<(u64, u32)>(), text()).prop_map(|((a, b), c)| oracle((10_u32, a, b, c))),
        (any::<u32>(), text()).prop_map(|(a, b)| oracle((11_u32, a, b))),
        any::<u64>().prop_map(|a| oracle((12_u32, a))),
        (key(), scope(), text(), prop::collection::btree_map(key(), parameter(), 0..6)).prop_map(|(a, b, c, d)| {
            // No name is there twice, and they are in no order.
            let parameters: Vec<_> =
                d.into_iter().rev().map(|(name, (kind, required, text))| (name, kind, required, text)).collect();
            oracle((13_u32, a, b, c, parameters))
        }),
        (any::<(u64, u32)>(), text(), value()).prop_map(|((a, b), c, d)| [oracle((14_u32, a, b, c)), d].concat()),
    ];
    let configuration = (
        key(),
        any::<String>(),
        prop::collection::btree_map(key(), value(), 0..6),
        prop::collection::btree_map(key(), any::<String>(), 0..4),
    );
    let down = prop_oneof![
        configuration.prop_map(|(a, b, c, d)| {
            let secrets = d.into_iter().map(|(key, text)| (key, oracle(text))).collect();
            [oracle((2_u32, a, b)), map_bytes(&c), map_bytes(&secrets)].concat()
        }),
        (any::<(u32, u64)>(), name()).prop_map(|((a, b), c)| oracle((3_u32, a, b, c))),
        (any::<(u64, u64, u32, u16)>(), components()).prop_map(|((a, b, c, d), e)| oracle((4_u32, a, b, c, d, e))),
        (any::<(u32, Option<u32>, Option<u16>, Option<u16>, u32)>(), text())
            .prop_map(|((a, b, c, d, e), f)| oracle((5_u32, a, b, c, d, e, f))),
        any::<u64>().prop_map(|a| oracle((6_u32, a))),
        text().prop_map(|a| oracle((7_u32, a))),
        (any::<(u64, u64)>(), key(), scope(), prop::collection::btree_map(key(), value(), 0..6))
            .prop_map(|((a, b), c, d, e)| [oracle((8_u32, a, b, c, d)), map_bytes(&e)].concat()),
        any::<u32>().prop_map(|a| oracle((9_u32, a))),
    ];
    prop_oneof![
        1 => (prop::sample::select(&[UP, DOWN][..]), prop_oneof![hello, reject]),
        8 => up.prop_map(|bytes| (UP, bytes)),
        5 => down.prop_map(|bytes| (DOWN, bytes)),
    ]
}

/// A message without what was refused while reading.
pub fn without_refused(mut message: Message) -> Message {
    match &mut message {
        Message::RegisterEntity(entity) => entity.components.refused = Box::default(),
        Message::WriteComponents(write) => write.components.refused = Box::default(),
        Message::WriteRequest(request) => request.components.refused = Box::default(),
        _ => {}
    }
    message
}

/// How many components of a message were refused.
pub fn refused(message: &Message) -> usize {
    match message {
        Message::RegisterEntity(entity) => entity.components.refused.len(),
        Message::WriteComponents(write) => write.components.refused.len(),
        Message::WriteRequest(request) => request.components.refused.len(),
        _ => 0,
    }
}
