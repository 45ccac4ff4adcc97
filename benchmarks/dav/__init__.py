"""What the comparison with other programs over CalDAV stands on: a server, a proxy that counts, and the programs."""
