"""The machine that the hub runs on, as a device."""
