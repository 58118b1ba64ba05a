"""A provider of many devices, whose names are as strange as names may be. Its note says how many."""

from peer import Peer

from igloo_wire import CreateDevice, Message, Ready, RegisterEntity, Switch, Text, WriteComponents

NAMES = [
    "客厅的灯在这里亮着真好看",
    "e\u0301cole",
    "👍🏽 thumbs ❤\ufe0f",
    "שלום 12",
    "Zalgo" + "\u0301" * 60,
    "a long name that goes on and on, past the edge of every terminal that people have had so far",
]


def main() -> None:
    peer = Peer()
    messages: list[Message] = []
    for index in range(int(peer.note)):
        name = NAMES[index] if index < len(NAMES) else f"Lamp {index}"
        messages.append(CreateDevice(index, f"d{index}", name))
        messages.append(RegisterEntity(index, 0, "light", "Light", (Switch(index % 2 == 0),)))
        messages.append(RegisterEntity(index, 1, "text", "Says", (Text(name),)))
    peer.say(*messages, Ready())
    number = 0
    while True:
        peer.hear(0.05)
        number += 1
        peer.say(WriteComponents(number % int(peer.note), 1, (Text(f"number {number}"),)))


if __name__ == "__main__":
    main()
