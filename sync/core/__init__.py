"""The decisions of a cycle: pure functions from data to data, without network, disk, clock or log."""
