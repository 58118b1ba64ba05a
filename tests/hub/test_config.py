"""igloo.toml, and what its owner approves, become a plan of one start or a sentence."""

import os
from pathlib import Path, PurePosixPath

import attrs
import pytest

from igloo_hub.errors import ApprovalNeeded, ConfigError
from igloo_hub.ids import InstanceId
from igloo_hub.owner_files import read_owner_files
from igloo_hub.plan.config import (
    HubConfig,
    InstanceConfig,
    SecretFile,
    default_data_dir,
    load_config,
    parse_config,
)
from igloo_hub.plan.endpoints import Endpoint
from igloo_hub.plan.grants import HubPlaces, StartPlan, plan_start
from igloo_hub.plan.manifest import Manifest, parse_manifest
from tests.hub.test_manifest import FULL, SMALLEST

DEMO = InstanceId("demo")
PLACES = HubPlaces(PurePosixPath("/var/lib/igloo-hub"), PurePosixPath("/srv/home/igloo.toml"))
APPROVED = ("read:/sys/class/net/*/statistics", "write:/srv/photos")


def manifest(text: str = FULL) -> Manifest:
    return parse_manifest(text, "manifest.toml")[0]


def plan(config: InstanceConfig, text: str = FULL) -> StartPlan:
    return plan_start(DEMO, manifest(text), config, PLACES)


def test_everything_that_igloo_toml_may_say() -> None:
    config = parse_config(
        """
        [hub]
        data_dir = "/var/lib/igloo-hub"
        [providers.demo]
        config = { interval = 2, name = "x", on = true }
        secrets = { password = { file = "demo.password" } }
        approve = ["read:/proc/loadavg"]
        [providers.demo-2]
        provider = "demo"
        manifest = "demo/manifest.toml"
        enabled = false
        sandbox = "off"
        accept_missing = ["files"]
        """,
        "igloo.toml",
    )
    assert config.hub.data_dir == "/var/lib/igloo-hub"
    assert config.providers[DEMO].config == {"interval": 2, "name": "x", "on": True}
    assert config.providers[DEMO].secrets == {"password": SecretFile("demo.password")}
    assert config.providers[InstanceId("demo-2")].sandbox == "off"


def test_an_empty_file_is_a_hub_without_providers() -> None:
    assert parse_config("", "igloo.toml") == HubConfig()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[providers.demo]\nenabeld = true",
            "igloo.toml: unknown key enabeld (did you mean enabled?) @ providers['demo']",
        ),
        ("[hub]\nport = 80", "igloo.toml: unknown key port @ hub"),
        ("[provider.demo]", "igloo.toml: unknown key provider (did you mean providers?)"),
        ('[providers.demo]\nsandbox = "of"', "expected 'strict' or 'off', not 'of'"),
        ("[providers.demo]\nenabled = 1", "expected true or false, not 1 @ providers['demo'].enabled"),
        ('[providers.demo]\napprove = "all"', "expected a list, not 'all' @ providers['demo'].approve"),
        ('[providers."../x"]', "an instance's name must be 1 to 32 of a-z"),
        ('[providers.demo]\nprovider = "Demo"', "provider must be the id of a provider"),
        ('[providers.demo]\naccept_missing = ["walls"]', "'walls' is no restriction"),
        ("[providers", "igloo.toml: not valid TOML"),
        ('[providers.demo]\nsecrets = { password = "hunter2" }', 'a secret is named as { file = "NAME" }'),
        (
            '[providers.demo]\nsecrets = { password = { text = "hunter2" } }',
            'a secret is named as { file = "NAME" }',
        ),
        ("[providers.demo]\nsecrets = { password = { file = 1 } }", 'a secret is named as { file = "NAME" }'),
    ],
)
def test_a_bad_key_is_named(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "igloo.toml")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("igloo.toml: ")
    assert "hunter2" not in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"igloo\.toml: there is no such configuration file"):
        load_config(tmp_path / "igloo.toml")


def test_the_data_of_a_user_who_is_not_root_is_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "/home/someone/state")
    assert default_data_dir() == Path("/home/someone/state/igloo-hub")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/igloo-hub")


def test_what_is_approved_becomes_the_plan() -> None:
    start = plan(InstanceConfig(approve=APPROVED, config={"interval": 2}))
    assert [(file.rule.path, file.rule.access, file.optional) for file in start.files] == [
        ("/sys/class/net/*/statistics", "read", True),
        ("/srv/photos", "write", False),
    ]
    assert start.values == {"interval": 2.0}
    assert (start.limits.memory, start.limits.descriptors) == (48 * 1024 * 1024, 64)


def test_a_default_stands_in_for_what_is_not_configured() -> None:
    assert plan(InstanceConfig(approve=APPROVED)).values == {"interval": 5.0}


def test_nothing_runs_without_approval_and_the_sentence_says_what_to_write() -> None:
    with pytest.raises(ApprovalNeeded) as caught:
        plan(InstanceConfig(approve=("write:/srv/photos", "read:/else")))
    sentence = str(caught.value)
    assert "Demo house asks for more than is approved" in sentence
    assert "shows the traffic" in sentence
    assert 'approve = ["write:/srv/photos", "read:/sys/class/net/*/statistics"]' in sentence
    assert "It does not ask for read:/else, which is approved." in sentence
    assert "keeps your photos" not in sentence


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/etc",
        "/home",
        "/home/somebody",
        "/proc",
        "/proc/*",
        "/proc/*/environ",
        "/root",
        "/srv/home",
        "/srv/home/igloo.toml",
        "/sys/*",
        "/tmp",
        "/var/lib",
        "/var/lib/igloo-hub",
        "/var/lib/igloo-hub/providers/other",
    ],
)
def test_some_paths_are_never_granted_whoever_approves(path: str) -> None:
    text = FULL.replace('path = "/srv/photos"', f'path = "{path}"')
    with pytest.raises(ConfigError, match="which is never granted"):
        plan(InstanceConfig(approve=(APPROVED[0], f"write:{path}")), text)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"intervall": 2}, "unknown key intervall (did you mean interval?)"),
        ({"interval": 0.5}, "config.interval: 0.5 is below 1"),
        ({"interval": "2"}, "config.interval: expected real, not '2'"),
    ],
)
def test_configuration_is_held_against_the_manifest(config: dict[str, str | float], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(InstanceConfig(approve=APPROVED, config=dict(config)))
    assert str(caught.value).startswith("igloo.toml: [providers.demo] config")
    assert sentence in str(caught.value)


def test_a_required_value_must_be_set() -> None:
    text = SMALLEST + '[config.host]\ntype = "text"\nlabel = "Address"\nrequired = true\n'
    with pytest.raises(ConfigError, match=r"host \(Address\) must be set"):
        plan(InstanceConfig(), text)


NETWORKED = (
    SMALLEST
    + """
[[grants.connect]]
host = "config:url"
port = "config:url"
why = "the broker that you named"
[[grants.connect]]
host = "api.example"
port = 443
why = "the weather"
[[grants.udp]]
host = "config:host"
port = "config:port"
why = "the lamp that you named"
[config.url]
type = "url"
schemes = ["mqtt", "mqtts"]
label = "Address of the broker"
required = true
[config.host]
type = "host"
label = "Address of the lamp"
[config.port]
type = "port"
label = "Port of the lamp"
default = 38899
[config.ca]
type = "file"
label = "Certificate"
[config.password]
type = "secret"
label = "Password"
"""
)
GRANTED = ("connect:broker.lan:1883", "connect:api.example:443")


def test_a_configured_host_is_granted_when_its_owner_approved_it() -> None:
    config = InstanceConfig(config={"url": "mqtt://Broker.lan"}, approve=GRANTED)
    start = plan(config, NETWORKED)
    assert start.values["url"] == "mqtt://broker.lan:1883"
    assert start.endpoints == {Endpoint("tcp", "broker.lan", 1883), Endpoint("tcp", "api.example", 443)}
    assert start.unasked == ()


def test_what_the_owner_configures_decides_what_is_to_be_approved() -> None:
    config = InstanceConfig(config={"url": "mqtts://[::1]", "host": "10.0.0.9"}, approve=GRANTED)
    with pytest.raises(ApprovalNeeded) as caught:
        plan(config, NETWORKED)
    assert "connect:[::1]:8883 " in str(caught.value)
    assert "the broker that you named" in str(caught.value)
    assert "udp:10.0.0.9:38899 " in str(caught.value)
    assert "the weather" not in str(caught.value)


def test_an_approval_may_be_written_in_another_form_of_the_same_name() -> None:
    approve = ("connect:BROKER.lan.:1883", "connect:api.example:443")
    assert plan(InstanceConfig(config={"url": "mqtt://broker.lan"}, approve=approve), NETWORKED).endpoints


def test_an_approval_that_nobody_asks_for_is_told() -> None:
    approve = (*GRANTED, "connect:brokr.lan:1883", "everything")
    start = plan(InstanceConfig(config={"url": "mqtt://broker.lan"}, approve=approve), NETWORKED)
    assert start.unasked == (
        "connect:brokr.lan:1883 (did you mean connect:broker.lan:1883?)",
        "everything",
    )


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"url": "http://broker.lan"}, "config.url: the address must begin with mqtt:// or mqtts://"),
        (
            {"url": "mqtt://me:hunter2@broker.lan"},
            "config.url: the address must hold no @, and no user name or password",
        ),
        ({"url": "mqtt://0.0.0.0"}, "0.0.0.0:1883 can't be granted: 0.0.0.0 stands for any address"),
        ({"url": "mqtt://a", "host": "224.0.0.1"}, "224.0.0.1:38899 can't be granted: 224.0.0.1 is not one"),
        (
            {"url": "mqtt://a", "host": "127.1"},
            "config.host: '127.1' ends in a number, but is no IPv4 address",
        ),
        (
            {"url": "mqtt://a", "port": 65536},
            "config.port: a port is a whole number from 1 to 65535, not 65536",
        ),
        ({"url": "mqtt://a", "password": "hunter2"}, "config.password: a secret is not written here"),
        ({"url": "mqtt://a", "password": 493817}, "config.password: a secret is not written here"),
        ({"url": "mqtt://a", "password": ["hunter2"]}, "config.password: a secret is not written here"),
        ({"url": "mqtt://me:12/hunter2@b.lan"}, "config.url: the address must hold no @"),
        ({"url": ["mqtt://a"]}, "config.url: expected url, not ['mqtt://a']"),
        ({"url": "mqtt://a", "ca": "\n"}, "config.ca: expected the name of a file"),
    ],
)
def test_a_value_that_no_connection_could_use(config: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(InstanceConfig(config=dict(config), approve=GRANTED), NETWORKED)
    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "493817" not in str(caught.value)


@pytest.mark.parametrize("path", ["/srv/home/mqtt.password", "/srv/home", "/srv/secrets"])
def test_a_secret_of_any_instance_is_never_granted(path: str) -> None:
    places = HubPlaces(
        PurePosixPath("/var/lib/igloo-hub"),
        PurePosixPath("/etc/igloo/igloo.toml"),
        frozenset([PurePosixPath("/srv/home/mqtt.password"), PurePosixPath("/srv/secrets/other/key")]),
    )
    text = FULL.replace('path = "/srv/photos"', f'path = "{path}"')
    with pytest.raises(ConfigError, match="a secret lies there"):
        plan_start(DEMO, manifest(text), InstanceConfig(approve=(APPROVED[0], f"write:{path}")), places)


def networked_with_files(**files: str) -> StartPlan:
    secrets = {"password": SecretFile(files["password"])} if "password" in files else {}
    values = {"ca": files["ca"]} if "ca" in files else {}
    config = InstanceConfig(config={"url": "mqtt://broker.lan", **values}, secrets=secrets, approve=GRANTED)
    folder = files.get("folder", "/srv/home")
    places = HubPlaces(PurePosixPath("/var/lib/igloo-hub"), PurePosixPath(folder, "igloo.toml"))
    return plan_start(DEMO, manifest(NETWORKED), config, places)


def test_files_are_read_from_the_folder_of_igloo_toml(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    secret = tmp_path / "p"
    secret.write_text("hunter2 \n")
    secret.chmod(0o600)
    values, secrets = read_owner_files(networked_with_files(folder=str(tmp_path), ca="ca.pem", password="p"))
    assert values["ca"] == "-----BEGIN CERTIFICATE-----\n"
    assert secrets == {"password": "hunter2 "}


@pytest.mark.parametrize(
    ("mode", "content", "sentence"),
    [
        (0o640, "hunter2", "others may use it (its mode is 0640, which gives them 040); chmod 600 makes"),
        (0o606, "hunter2", "its mode is 0606"),
        (0o600, "\xff", "can't be read"),
        (0o600, "x" * 70_000, "has more than 65,536 bytes"),
        (0o600, None, "can't be read: No such file or directory"),
    ],
)
def test_a_secret_that_is_none(tmp_path: Path, mode: int, content: str | None, sentence: str) -> None:
    secret = tmp_path / "password"
    if content is not None:
        secret.write_text(content, encoding="latin-1")
        secret.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        read_owner_files(networked_with_files(folder=str(tmp_path), password="password"))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(f"password: {secret}: ")
    assert "hunter2" not in str(caught.value)


def test_a_secret_that_is_no_file_holds_up_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password", 0o600)
    with pytest.raises(ConfigError, match="it is no file"):
        read_owner_files(networked_with_files(folder=str(tmp_path), password="password"))


def test_what_a_provider_may_write_is_no_owner_s_file(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "providers" / "demo"
    folder.mkdir(parents=True)
    (folder / "ca.pem").symlink_to("/etc/passwd")
    start = networked_with_files(folder=str(tmp_path), ca="data/providers/demo/ca.pem")
    places = HubPlaces(PurePosixPath(tmp_path, "data"), PurePosixPath(tmp_path, "igloo.toml"))
    with pytest.raises(ConfigError, match="lies where a provider may write"):
        read_owner_files(attrs.evolve(start, places=places))


def test_a_secret_that_the_manifest_does_not_know() -> None:
    config = InstanceConfig(config={"url": "mqtt://a"}, secrets={"pasword": SecretFile("x")})
    with pytest.raises(ConfigError, match=r"secrets: unknown key pasword \(did you mean password\?\)"):
        plan(config, NETWORKED)


def test_a_required_secret_must_be_set() -> None:
    text = NETWORKED.replace('type = "secret"', 'type = "secret"\nrequired = true')
    with pytest.raises(ConfigError, match=r"password \(Password\) must be set, such as secrets = "):
        plan(InstanceConfig(config={"url": "mqtt://a"}), text)
