"""Reads one value a line, in hexadecimal, and writes it again as Twisted does."""

import sys

from twisted.spread import banana, jelly

for line in sys.stdin:
    value = jelly.unjelly(banana.decode(bytes.fromhex(line)))
    print(banana.encode(jelly.jelly(value)).hex(), flush=True)
