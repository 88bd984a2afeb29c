"""A server for the tests: prints its port and ends with its standard input."""

import sys

from twisted.cred import checkers, portal
from twisted.internet import defer, reactor, stdio
from twisted.internet.protocol import Protocol
from twisted.spread import pb
from zope.interface import implementer


class Odd(Exception):
    pass


class Adder(pb.Referenceable):
    def __init__(self, to):
        self.to = to

    def remote_add(self, number, times=1):
        return self.to + number * times


class Perspective(pb.Avatar):
    def __init__(self, mind):
        self.mind = mind
        self.adder = Adder(100)
        self.kept = None

    def perspective_echo(self, value):
        # What goes home has to be held until it is there.
        self.kept = value
        return value

    def perspective_fail(self):
        raise Odd("it is odd")

    def perspective_fail_later(self):
        return defer.fail(Odd("it was odd"))

    def perspective_shared(self):
        word = ["x"]
        return {"both": [word, word], "again": (word, {"in": word})}

    def perspective_adder(self):
        return self.adder

    def perspective_is_yours(self, adder):
        return adder is self.adder

    def perspective_ask(self, asked, number):
        return asked.callRemote("add", number, times=2)

    def perspective_counts(self):
        broker = self.mind.broker
        lent = [number for number in broker.localObjects if number not in ("root", b"root")]
        return [len(lent), len(broker.waitingForAnswers)]


@implementer(portal.IRealm)
class Realm:
    @defer.inlineCallbacks
    def requestAvatar(self, name, mind, *interfaces):
        greeting = yield mind.callRemote("greet", name.decode())
        assert greeting == "hello " + name.decode(), greeting
        return pb.IPerspective, Perspective(mind), lambda: print("left", flush=True)


class End(Protocol):
    def connectionLost(self, reason):
        reactor.stop()


checker = checkers.InMemoryUsernamePasswordDatabaseDontUse(bob=b"sesame")
factory = pb.PBServerFactory(portal.Portal(Realm(), [checker]))
port = reactor.listenTCP(0, factory, interface="127.0.0.1")
print(port.getHost().port, flush=True)
stdio.StandardIO(End())
reactor.run()
sys.exit(0)
