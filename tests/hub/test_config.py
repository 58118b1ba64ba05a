"""igloo.toml, and what its owner approves, become a plan of one start or a sentence."""

from pathlib import Path, PurePosixPath

import pytest

from igloo_hub.config import HubConfig, InstanceConfig, default_data_dir, load_config, parse_config
from igloo_hub.errors import ApprovalNeeded, ConfigError
from igloo_hub.grants import HubPlaces, StartPlan, plan_start
from igloo_hub.ids import InstanceId
from igloo_hub.manifest import Manifest, parse_manifest
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
        approve = ["read:/proc/loadavg"]
        [providers.demo-2]
        provider = "demo"
        manifest = "demo/manifest.toml"
        enabled = false
        sandbox = "off"
        accept_missing = ["tcp"]
        """,
        "igloo.toml",
    )
    assert config.hub.data_dir == "/var/lib/igloo-hub"
    assert config.providers[DEMO].config == {"interval": 2, "name": "x", "on": True}
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
        ("[providers.demo]\nconfig = { list = [1] }", "config"),
        ('[providers."../x"]', "an instance's name must be 1 to 32 of a-z"),
        ('[providers.demo]\nprovider = "Demo"', "provider must be the id of a provider"),
        ('[providers.demo]\naccept_missing = ["walls"]', "'walls' is no restriction"),
        ("[providers", "igloo.toml: not valid TOML"),
    ],
)
def test_a_bad_key_is_named(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "igloo.toml")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("igloo.toml: ")


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
    assert 'approve = ["write:/srv/photos", "read:/else", "read:/sys/class/net/*/statistics"]' in sentence
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
