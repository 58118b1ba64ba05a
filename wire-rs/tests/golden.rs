//! The golden vectors of every revision: bytes, value, the same bytes; and what is refused, in which words. Python
//! reads the same files and checks the values.

mod common;

use _wire::message::{Direction, Message};
use common::{ours, refused};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn golden_vectors_are_read_and_written_as_recorded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden");
    let mut seen = [0; 3];
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let [what, way, text, hex] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let direction = if way == "up" { Direction::ProviderToHub } else { Direction::HubToProvider };
            let payload = bytes(hex);
            let message = Message::decode(direction, &payload);
            match what {
                "message" => {
                    let message = message.unwrap().unwrap_or_else(|| panic!("unknown message: {text}"));
                    assert_eq!(ours(&message), payload, "{text}");
                    assert_eq!(refused(&message), 0, "{text}");
                    seen[0] += 1;
                }
                "refused" => {
                    let Ok(Some(Message::WriteComponents(write))) = message else { panic!("{text}") };
                    assert_eq!(write.components.refused[0].to_string(), text);
                    assert!(write.components.valid.is_empty(), "{text}");
                    seen[1] += 1;
                }
                "fault" => {
                    assert_eq!(message.unwrap_err().to_string(), text);
                    seen[2] += 1;
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(seen[0] > 880 && seen[1] > 20 && seen[2] > 50, "{seen:?}");
}
