"""A client for the tests: logs in at the port it is given, tries things, and says what was wrong."""

import gc
import sys

from twisted.cred import credentials
from twisted.internet import defer, reactor, task
from twisted.spread import pb


class Mind(pb.Referenceable):
    def remote_greet(self, name):
        return "hello " + name


class Adder(pb.Referenceable):
    def remote_add(self, number, times=1):
        return 100 + number * times

    def remote_odd(self):
        raise ValueError("it is odd")


@defer.inlineCallbacks
def refused(port, password):
    factory = pb.PBClientFactory()
    reactor.connectTCP("127.0.0.1", port, factory)
    try:
        yield factory.login(credentials.UsernamePassword(b"bob", password), Mind())
    except pb.RemoteError as failure:
        assert failure.remoteType == b"twisted.cred.error.UnauthorizedLogin", failure.remoteType
    else:
        raise AssertionError("the wrong password opened")
    factory.disconnect()


@defer.inlineCallbacks
def tried(port):
    factory = pb.PBClientFactory()
    reactor.connectTCP("127.0.0.1", port, factory)
    inside = yield factory.login(credentials.UsernamePassword(b"bob", b"sesame"), Mind())

    word = ["x"]
    for value in [
        None, True, False, 0, -1, 2**31, -(2**40), 2**200, 1.5, b"\x00\xff", "t\u00e4xt", [1, [2]], (1, "two"),
        {"a": 1, b"b": [None]}, {1, 2}, frozenset([3]), [word, word], b"message", "list", b"x" * 640 * 1024,
    ]:
        answer = yield inside.callRemote("echo", value)
        assert answer == value and type(answer) is type(value), (answer, value)

    try:
        yield inside.callRemote("fail")
    except pb.RemoteError as failure:
        assert failure.remoteType == b"app.Odd", failure.remoteType
    else:
        raise AssertionError("it did not fail")

    try:
        yield inside.callRemote("nosuch")
    except pb.RemoteError as failure:
        assert failure.remoteType == b"twisted.spread.flavors.NoSuchMethod", failure.remoteType
    else:
        raise AssertionError("it did not fail")

    adder = Adder()
    assert (yield inside.callRemote("ask", adder, 5)) == 110
    assert (yield inside.callRemote("echo", adder)) is adder
    assert (yield inside.callRemote("told", adder)) == "builtins.ValueError: it is odd"

    theirs = yield inside.callRemote("adder")
    assert (yield theirs.callRemote("add", 5, times=3)) == 115
    assert (yield inside.callRemote("is_yours", theirs))
    many = yield defer.gatherResults([theirs.callRemote("add", number) for number in range(500)])
    assert many == [100 + number for number in range(500)], many

    del theirs
    gc.collect()
    for _ in range(200):
        exported = yield inside.callRemote("exported")
        if exported == 1:
            break
        yield task.deferLater(reactor, 0.02, lambda: None)
    assert exported == 1, exported
    broker = inside.broker
    # The mind alone is still held by the other end.
    assert len(broker.localObjects) == 1, broker.localObjects
    factory.disconnect()


@defer.inlineCallbacks
def main(_):
    port = int(sys.argv[1])
    yield refused(port, b"wrong")
    yield tried(port)
    print("all is well", flush=True)


task.react(main)
