"""The port library: what a connector's author needs, and one folder per vendor."""
