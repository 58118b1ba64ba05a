"""Devices that speak MQTT and announce themselves by Home Assistant's discovery convention."""
