"""What the hub finds out of this machine for a provider's start."""

from pathlib import Path

import pytest

from igloo_hub.launch import time_zone


def test_the_time_zone_is_the_machine_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    zone = tmp_path / "usr/share/zoneinfo/Europe/Berlin"
    zone.parent.mkdir(parents=True)
    zone.write_text("TZif")
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    assert time_zone(str(link)) == "Europe/Berlin"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert time_zone(str(link)) == "Asia/Tokyo"


def test_a_machine_without_a_named_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    copy = tmp_path / "localtime"
    copy.write_text("TZif")
    assert time_zone(str(copy)) is None
    assert time_zone(str(tmp_path / "missing")) is None
