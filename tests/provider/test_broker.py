"""Asking the hub for connections, without an event loop: real descriptors, a clock that is set by hand."""

import fcntl
import logging
import os
import resource
import socket
from collections.abc import Iterator

import pytest

from igloo_provider import ConnectError, NoBroker, NotGranted, ProviderMistake
from igloo_provider.broker import (
    ANSWER_BYTES,
    ANSWER_TIMEOUT,
    BROKER_GONE,
    DESCRIPTORS,
    HIGHEST_NUMBER,
    UNDER_WAY,
    WAITING,
    Answer,
    BrokerClient,
    Request,
    open_broker,
    read_answer,
)


def open_descriptors() -> set[str]:
    with os.scandir("/proc/self/fd") as entries:
        return {entry.name for entry in entries}


@pytest.fixture(autouse=True)
def no_descriptor_stays_open() -> Iterator[None]:
    before = open_descriptors()
    yield
    assert open_descriptors() == before


class Desk:
    """A client, and what its face and the tasks would do."""

    def __init__(self) -> None:
        self.now = 100.0
        self.wakes = 0
        self.woken: list[str] = []
        self.client = BrokerClient(lambda: self.now, self.wake, logging.getLogger("provider.demo"))

    def wake(self) -> None:
        self.wakes += 1

    def ask(self, host: str = "broker.lan", port: int = 1883) -> Request:
        return self.client.ask("tcp", host, port, lambda: self.woken.append(host))

    def sent(self) -> list[str]:
        datagrams = []
        while self.client.has_data_to_send:
            datagrams.append(self.client.data_to_send().decode())
        return datagrams

    def answer(self, words: str | bytes, *descriptors: int, lost: bool = False) -> None:
        data = words.encode() if isinstance(words, str) else words
        self.client.receive_answer(Answer(data, descriptors, lost))


def a_descriptor(kind: int = socket.SOCK_STREAM) -> int:
    """A connected socket, in place of one that a hub made."""
    sock, other = socket.socketpair(type=kind)
    other.close()
    return sock.detach()


def is_open(descriptor: int) -> bool:
    try:
        fcntl.fcntl(descriptor, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def code_of(request: Request) -> str:
    assert request.is_done
    with pytest.raises(ConnectError) as failure:
        request.take()
    return failure.value.code


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ── asking and being answered ──


def test_a_request_is_one_datagram_and_its_answer_a_connected_socket(desk: Desk) -> None:
    request = desk.ask()
    assert (desk.wakes, desk.sent(), request.is_done) == (1, ["1 tcp broker.lan 1883"], False)
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    assert request.is_done
    with request.take() as sock:
        assert not sock.getblocking()
    with pytest.raises(ConnectError, match="taken already"):
        request.take()


def test_answers_come_in_any_order_and_later_words_are_passed_over(desk: Desk) -> None:
    first, second = desk.ask("a.lan"), desk.ask("b.lan")
    assert desk.sent() == ["1 tcp a.lan 1883", "2 tcp b.lan 1883"]
    descriptor = a_descriptor()
    desk.answer("2 connected 192.0.2.8 1883 and more of a later version", descriptor)
    assert (first.is_done, second.is_done) == (False, True)
    with second.take() as sock:
        assert sock.fileno() == descriptor
    desk.answer("1 failed refused nobody listens at a.lan:1883")
    assert code_of(first) == "refused"


def test_a_datagram_socket_is_what_udp_gets(desk: Desk) -> None:
    request = desk.client.ask("udp", "lamp.lan", 38899, lambda: None)
    assert desk.sent() == ["1 udp lamp.lan 38899"]
    desk.answer("1 connected 192.0.2.7 38899", a_descriptor(socket.SOCK_DGRAM))
    request.take().close()


def test_so_many_are_under_way_and_the_rest_wait_in_their_order(desk: Desk) -> None:
    requests = [desk.ask(f"{number}.lan") for number in range(UNDER_WAY + 3)]
    assert [line.split()[2] for line in desk.sent()] == [f"{number}.lan" for number in range(UNDER_WAY)]
    assert requests[UNDER_WAY].deadline == float("inf")
    desk.now += 5
    desk.answer("7 failed refused nobody")
    assert desk.sent() == [f"{UNDER_WAY + 1} tcp {UNDER_WAY}.lan 1883"]
    assert requests[UNDER_WAY].deadline == desk.now + ANSWER_TIMEOUT
    assert desk.woken[-1] == f"{UNDER_WAY}.lan"


def test_no_more_than_a_bounded_number_wait(desk: Desk) -> None:
    for _ in range(UNDER_WAY + WAITING):
        desk.ask()
    with pytest.raises(ConnectError, match="wait to be made already") as failure:
        desk.ask()
    assert failure.value.code == "limit"
    desk.answer("1 failed refused nobody")
    desk.ask()


def test_numbers_begin_anew_and_pass_over_those_under_way(desk: Desk) -> None:
    first = desk.ask()
    desk.client._last_number = HIGHEST_NUMBER - 1
    others = [desk.ask(), desk.ask()]
    assert [request.number for request in [first, *others]] == [1, HIGHEST_NUMBER, 2]


# ── what goes wrong ──


@pytest.mark.parametrize(
    ("words", "kind", "code", "sentence"),
    [
        ("1 failed not-granted the owner has not granted it", NotGranted, "not-granted", "the owner has"),
        (
            "1 failed not-granted the owner has not granted it",
            PermissionError,
            "not-granted",
            "the owner has",
        ),
        ("1 failed refused nobody listens", ConnectionRefusedError, "refused", "nobody listens"),
        ("1 failed timed-out no answer", TimeoutError, "timed-out", "no answer"),
        ("1 failed not-found no address", socket.gaierror, "not-found", "no address"),
        ("1 failed own-address this machine", PermissionError, "own-address", "this machine"),
        ("1 failed unheard-of it rains", ConnectError, "unheard-of", "it rains"),
        ("1 failed limit", ConnectError, "limit", "the hub says only limit"),
        ("1 failed", ConnectError, "error", "makes no sense"),
        (b"1 failed refused \xff\x00\x1b[31m", ConnectError, "refused", "\ufffd\\x00\\x1b[31m"),
    ],
)
def test_a_failure_is_an_error_that_says_where_and_why(
    desk: Desk, words: str | bytes, kind: type[OSError], code: str, sentence: str
) -> None:
    request = desk.ask()
    desk.answer(words)
    with pytest.raises(kind) as failure:
        request.take()
    assert isinstance(failure.value, ConnectError)
    assert failure.value.code == code
    assert (failure.value.host, failure.value.port) == ("broker.lan", 1883)
    assert str(failure.value).startswith(f"broker.lan:1883: {sentence}") or sentence == "makes no sense"
    assert failure.value.errno is not None


def test_a_sentence_that_names_the_place_is_not_given_it_again(desk: Desk) -> None:
    request = desk.ask("fd00::1")
    desk.answer("1 failed not-granted the owner has not granted connect:[fd00::1]:1883")
    with pytest.raises(NotGranted) as failure:
        request.take()
    assert str(failure.value) == "the owner has not granted connect:[fd00::1]:1883"


def test_a_huge_answer_is_cut(desk: Desk) -> None:
    request = desk.ask()
    desk.answer("1 failed " + "c" * 2000 + " " + "word " * 400)
    with pytest.raises(ConnectError) as failure:
        request.take()
    assert len(failure.value.code.encode()) <= 64
    assert len(str(failure.value).encode()) <= 1200


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b" ",
        b"garbage",
        b"\xff\xfe\x00",
        b"0 failed bad-request this has no number",
        b"-1 failed refused no",
        b"+1 connected 192.0.2.7 1883",
        "¹ connected 192.0.2.7 1883".encode(),
        b"1_0 connected 192.0.2.7 1883",
        b"99999999999999999999999 connected 192.0.2.7 1883",
        b"2 connected 192.0.2.7 1883",
        b"\n1 connected 192.0.2.7 1883",
    ],
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_answer_to_nobody_is_noted_once_and_its_descriptors_closed(
    desk: Desk, words: bytes, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    request = desk.ask()
    for _ in range(2):
        descriptors = [a_descriptor() for _ in range(count)]
        desk.answer(words, *descriptors)
        assert not any(is_open(descriptor) for descriptor in descriptors)
    assert caplog.text.count("belongs to no request") == 1
    assert not request.is_done
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    request.take().close()


@pytest.mark.parametrize(
    "words", ["1", "1 connected", "1 connected 192.0.2.7", "1 dances", "1  connected a b"]
)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_an_answer_that_makes_no_sense_fails_its_request(desk: Desk, words: str, count: int) -> None:
    request = desk.ask()
    descriptors = [a_descriptor() for _ in range(count)]
    desk.answer(words, *descriptors)
    assert code_of(request) == "error"
    assert not any(is_open(descriptor) for descriptor in descriptors)


@pytest.mark.parametrize("count", [0, 2, DESCRIPTORS])
def test_a_connection_has_exactly_one_descriptor(desk: Desk, count: int) -> None:
    request = desk.ask()
    desk.answer("1 connected 192.0.2.7 1883", *(a_descriptor() for _ in range(count)))
    assert code_of(request) == "error"


def test_a_failure_that_brings_a_descriptor_closes_it(desk: Desk) -> None:
    request = desk.ask()
    desk.answer("1 failed refused nobody", a_descriptor())
    assert code_of(request) == "refused"


def test_what_is_no_socket_or_one_of_another_kind_is_closed(desk: Desk) -> None:
    read, write = os.pipe()
    os.close(write)
    for number, descriptor in enumerate((read, a_descriptor(socket.SOCK_DGRAM)), 1):
        request = desk.ask()
        desk.answer(f"{number} connected 192.0.2.7 1883", descriptor)
        assert code_of(request) == "error"


def test_a_second_answer_is_closed(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    request = desk.ask()
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    desk.answer("1 failed refused nobody")
    request.take().close()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("host", "port"),
    [("", 1), ("a b", 1), ("a\n2 tcp b", 1), ("a\x00", 1), ("ä.lan", 1), ("a" * 255, 1), ("\ud800", 1)]
    + [("a", port) for port in (0, -1, 65536, 10**30)],
)
def test_what_no_hub_could_do_is_never_asked(desk: Desk, host: str, port: int) -> None:
    with pytest.raises(ConnectError) as failure:
        desk.ask(host, port)
    assert failure.value.code == "bad-request"
    assert len(str(failure.value)) < 400
    assert desk.sent() == []


@pytest.mark.parametrize(("host", "port"), [("a", "1883"), ("a", True), (b"a", 1), (None, 1), ("a", 1.0)])
def test_another_type_is_the_authors_mistake(desk: Desk, host: str, port: int) -> None:
    with pytest.raises(ProviderMistake, match="a host as text and a port as a number"):
        desk.ask(host, port)


# ── nobody waits any more ──


def test_a_request_withdrawn_before_it_was_sent_is_never_sent(desk: Desk) -> None:
    requests = [desk.ask(f"{number}.lan") for number in range(UNDER_WAY + 2)]
    desk.client.withdraw(requests[UNDER_WAY])  # waits its turn
    desk.client.withdraw(requests[3])  # its turn has come; this gives it to the last
    sent = [line.split()[2] for line in desk.sent()]
    assert sent == [f"{number}.lan" for number in (0, 1, 2, *range(4, UNDER_WAY), UNDER_WAY + 1)]


def test_a_withdrawn_request_keeps_its_place_until_the_hub_is_done_with_it(desk: Desk) -> None:
    requests = [desk.ask(f"{number}.lan") for number in range(UNDER_WAY + 1)]
    desk.sent()
    desk.client.withdraw(requests[0])
    assert desk.sent() == []
    descriptor = a_descriptor()
    desk.answer("1 connected 192.0.2.7 1883", descriptor)
    assert not is_open(descriptor)
    assert desk.sent() == [f"{UNDER_WAY + 1} tcp {UNDER_WAY}.lan 1883"]


def test_a_withdrawn_request_that_is_never_answered_gives_up_its_place_in_time(desk: Desk) -> None:
    for _ in range(UNDER_WAY):
        request = desk.ask()
        desk.sent()
        desk.client.withdraw(request)
    desk.now += ANSWER_TIMEOUT
    desk.ask("other.lan")
    assert desk.sent() == [f"{UNDER_WAY + 1} tcp other.lan 1883"]


def test_a_request_withdrawn_after_its_answer_is_closed(desk: Desk) -> None:
    request = desk.ask()
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    desk.client.withdraw(request)
    desk.client.withdraw(request)


def test_what_was_taken_is_left_alone(desk: Desk) -> None:
    request = desk.ask()
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())
    with request.take() as sock:
        desk.client.withdraw(request)
        assert is_open(sock.fileno())


def test_a_hub_that_never_answers_is_given_up_and_its_late_answer_closed(desk: Desk) -> None:
    requests = [desk.ask() for _ in range(UNDER_WAY + 1)]
    desk.sent()
    desk.now += ANSWER_TIMEOUT - 0.1
    desk.client.expire(requests[0])
    assert not requests[0].is_done
    desk.now += 0.1
    desk.client.expire(requests[0])
    with pytest.raises(TimeoutError, match=r"broker\.lan:1883: the hub has not answered for 15 s"):
        requests[0].take()
    assert desk.sent() == [f"{UNDER_WAY + 1} tcp broker.lan 1883"]
    desk.answer("1 connected 192.0.2.7 1883", a_descriptor())


def test_a_hub_that_does_not_even_read_is_given_up(desk: Desk) -> None:
    requests = [desk.ask() for _ in range(3 * UNDER_WAY)]
    for turn in range(3):
        desk.now += ANSWER_TIMEOUT
        for request in requests[turn * UNDER_WAY : (turn + 1) * UNDER_WAY]:
            desk.client.expire(request)
            assert code_of(request) == "timed-out"
    assert desk.sent() == []


def test_when_the_broker_goes_away_everybody_hears_of_it(desk: Desk) -> None:
    requests = [desk.ask() for _ in range(UNDER_WAY + 2)]
    desk.client.withdraw(requests[0])
    desk.client.close()
    for request in requests[1:]:
        with pytest.raises(NoBroker, match=BROKER_GONE):
            request.take()
    with pytest.raises(NoBroker):
        desk.ask()
    assert desk.sent() == []
    desk.answer("2 connected 192.0.2.7 1883", a_descriptor())


# ── the socket ──


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.setblocking(False)
        yield ours, theirs


def test_an_answer_is_read_with_its_descriptors_which_no_child_inherits(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    hub, provider = pair
    with pytest.raises(BlockingIOError):
        read_answer(provider)
    sent = [a_descriptor(), a_descriptor()]
    socket.send_fds(hub, [b"1 connected a b"], sent)
    answer = read_answer(provider)
    assert answer is not None
    assert (answer.data, len(answer.descriptors), answer.lost_descriptors) == (b"1 connected a b", 2, False)
    assert not any(os.get_inheritable(descriptor) for descriptor in answer.descriptors)
    for descriptor in (*sent, *answer.descriptors):
        os.close(descriptor)


def test_more_descriptors_than_anybody_sends_are_closed_by_the_kernel(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    hub, provider = pair
    one = a_descriptor()
    socket.send_fds(hub, [b"x" * (ANSWER_BYTES + 10)], [one] * 200)
    os.close(one)
    answer = read_answer(provider)
    assert answer is not None
    assert len(answer.data) == ANSWER_BYTES
    assert DESCRIPTORS <= len(answer.descriptors) <= DESCRIPTORS + 1  # CMSG_SPACE is aligned
    assert answer.lost_descriptors
    for descriptor in answer.descriptors:
        os.close(descriptor)


def test_a_provider_without_a_free_descriptor_is_told_so(
    desk: Desk, pair: tuple[socket.socket, socket.socket]
) -> None:
    hub, provider = pair
    one = a_descriptor()
    request = desk.ask()
    socket.send_fds(hub, [b"1 connected 192.0.2.7 1883"], [one])
    os.close(one)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The lowest free one is where it would go.
    resource.setrlimit(resource.RLIMIT_NOFILE, (one, hard))
    try:
        answer = read_answer(provider)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer is not None
    desk.client.receive_answer(answer)
    with pytest.raises(ConnectError, match="`descriptors` under \\[limits\\]") as failure:
        request.take()
    assert failure.value.code == "limit"


def test_the_end_of_the_broker_is_no_answer(pair: tuple[socket.socket, socket.socket]) -> None:
    hub, provider = pair
    hub.close()
    assert read_answer(provider) is None


def test_only_the_hubs_kind_of_socket_is_taken_for_the_broker(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    _, provider = pair
    broker = open_broker(os.dup(provider.fileno()))
    assert broker is not None
    with broker:
        assert not broker.getblocking()
        assert not broker.get_inheritable()
    other, another = socket.socketpair()
    read, write = os.pipe()
    with other, another:
        assert open_broker(other.fileno()) is None
        assert open_broker(read) is None
        assert is_open(other.fileno())
    os.close(read)
    os.close(write)
    assert open_broker(read) is None
