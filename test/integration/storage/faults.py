# Servers that answer ill, late or not at all; puts that nobody waits for; signatures.
import hashlib
import hmac
import os
import signal
import socket
import time

from bad_server import BadServer, reply
from world import *

behaviour = {}
entries = {}


def answer(method, path, body):
    told = behaviour.get(method)
    if told is not None:
        return told
    if method == "PUT":
        entries[path] = body
        return reply(201)
    if path not in entries:
        return reply(404)
    return reply(200, entries[path]) if method != "HEAD" else reply(200)


def timed(action):
    started = time.time()
    action()
    return time.time() - started


server = BadServer(answer)
value = os.urandom(5000)


def path_of(name):
    return f"/c/{name.hex()[:2]}/{name.hex()[2:]}"


def test_answers():
    """Each is an error that says what was wrong, and never an entry."""
    for told, words in (
        (reply(500), "500"), (reply(200), "empty"), (reply(302, b"", "Location: http://elsewhere/"), "elsewhere"),
        (b"nonsense\r\n\r\n", "HTTP/0.9"), ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", None], "95 bytes"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", None], ""), ([None], ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + bytes(3_000_000), "larger than"),
        (reply(401), "401"), (reply(429, b"", "Retry-After: 1"), "429"), (reply(400), "400"),
    ):
        behaviour["GET"] = told
        client = Helper(server.url, "max-entry-size=1MiB").client()
        refusal(lambda: client.get(KEY), f"GET {server.url}/00/", words)
        behaviour.clear()
        client.stop()
    # A put that is refused; the folder is made once.
    for told, words in ((reply(405), "405"), (reply(413), "413"), (reply(507), "507"), (reply(403), "403")):
        behaviour["PUT"] = told
        client = Helper(server.url).client()
        refusal(lambda: client.put(KEY, value), f"PUT {server.url}/00/", words)
        equal(client.get(KEY), None, "get after a refused put")
        behaviour.clear()
        client.stop()


def test_breaker():
    """An ill server is asked three times, then not at all until it is well."""
    behaviour["GET"] = behaviour["HEAD"] = reply(502)
    client = Helper(server.url).client()
    for _ in range(3):
        refusal(lambda: client.get(KEY), "502")
    asked = len(server.requests)
    for _ in range(50):
        refusal(lambda: client.get(KEY), "not asked", "502")
    equal(len(server.requests), asked, "requests while the server is ill")
    equal(client.state()[:2], (True, True), "state")
    behaviour.clear()
    entries[path_of(KEY)] = value
    started = time.time()
    while client.state()[0]:
        check(time.time() - started < 5, "the breaker does not close")
        time.sleep(0.02)
    equal(client.get(KEY), value, "get after the server is well again")
    metrics = client.metrics()
    equal((metrics["failed_unreachable"], metrics["not_asked"]), (3, 50), "metrics")
    # A server that cannot store may be read.
    behaviour["PUT"] = reply(503, b"", "Retry-After: 60")
    refusal(lambda: client.put(key(1), value), "503")
    refusal(lambda: client.put(key(1), value), "not asked")
    equal(client.state()[:2], (False, True), "state while puts are paused")
    equal(client.get(KEY), value, "get while puts are paused")
    behaviour.clear()
    client.stop()


def test_silence():
    """A server that says nothing is waited for by those who asked at once, not by all who come later."""
    entries[path_of(KEY)] = value
    for silent in ([30], None):
        url = server.url
        if silent:
            behaviour["GET"] = silent
        else:  # its queue for connections is full: as from a black hole
            hole = socket.create_server(("127.0.0.1", 0), backlog=0)
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(hole.getsockname())
            url = f"http://127.0.0.1:{hole.getsockname()[1]}/c"
        helper = Helper(url, "connect-timeout=1500ms", "operation-timeout=1500ms", "request-timeout=1500ms")
        waiting = helper.client()
        waiting.send(0, KEY)
        time.sleep(0.5)
        client = helper.client()
        took = timed(lambda: refusal(lambda: client.get(key(1)), "silent"))
        check(took < 0.2, "refused after", took)
        refusal(waiting.status, "imed out")
        took = timed(lambda: [refusal(lambda: client.get(key(2)), "not asked") for _ in range(100)])
        check(took < 0.5, "100 refusals took", took)
        behaviour.clear()
        client.stop()


def test_sharing():
    """Equal gets at once are one request; what was not there is not asked for again at once."""
    behaviour["GET"] = [0.2, reply(200, value)]
    helper = Helper(server.url)
    many = [helper.client() for _ in range(10)]
    asked = len(server.requests)
    for one in many:
        one.send(0, KEY)
    for one in many:
        equal((one.status(), one.value()), (0, value), "a shared answer")
    equal(len(server.requests), asked + 1, "requests for one key")
    behaviour.clear()
    entries.clear()
    client = many[0]
    asked = len(server.requests)
    equal([client.get(key(1)) for _ in range(3)], [None] * 3, "get of what is not there")
    equal(len(server.requests), asked + 1, "requests for what is not there")
    client.put(key(1), value)
    equal(client.get(key(1)), value, "get after the put")
    equal(client.put(key(1), b"x", overwrite=False), False, "put of what is known to be there")
    client.stop()


def test_queue():
    """Promised puts survive the helper."""
    entries.clear()
    queue = {"DEJA_QUEUE": f"{TOP}/queue"}
    behaviour["PUT"] = reply(502)
    behaviour["HEAD"] = reply(502)
    helper = Helper(server.url, environment=queue)
    client = helper.client()
    check({0x81, 0x83} <= client.capabilities, "capabilities", client.capabilities)
    for number in range(20):
        equal(client.put(key(number), value + bytes([number]), operation=0x81), True, "queued put")
    write("entry", "in a file")
    equal(client.put(key(20), f"{TOP}/entry".encode(), operation=0x81, flags=2), True, "queued put of a file")
    refusal(lambda: client.put(key(21), b"/nonexistent", operation=0x81, flags=2), "No such file")
    equal(client.drain(100), False, "drain with an ill server")
    equal(client.metrics()["queue"], 21, "length of the queue")
    helper.process.kill()
    write("queue/new.torn", "half an entry")
    behaviour.clear()
    client = Helper(server.url, environment=queue).client()
    equal(client.drain(10_000), True, "drain")
    for number in range(20):
        equal(entries.get(path_of(key(number))), value + bytes([number]), "an entry that was queued")
    equal(entries.get(path_of(key(20))), b"in a file", "an entry that was queued as a file")
    equal(os.listdir(f"{TOP}/queue"), [], "what is left of the queue")
    for number in range(50):
        client.put(key(1), bytes([number]), operation=0x81)
    equal(client.drain(10_000), True, "drain")
    equal(entries[path_of(key(1))], bytes([49]), "the last of many puts")
    client.stop()
    check(not {0x81, 0x83} & Helper(server.url).client().capabilities, "a queue without a folder")


def test_signatures():
    entries.clear()
    secret = "0123456789abcdef"
    write("secret", secret + "\n")
    write("other", "fedcba9876543210")
    signer = Helper(server.url, f"sign-key-file={TOP}/secret").client()
    strict = Helper(server.url, f"sign-key-file={TOP}/secret", "require-signature", "miss-memory=0s").client()
    plain = Helper(server.url, "miss-memory=0s").client()
    signer.put(KEY, value)
    stored = entries[path_of(KEY)]
    mac = hmac.digest(secret.encode(), b"deja signature 1\n\x14" + KEY + hashlib.sha256(value).digest(), "sha256")
    equal(stored[:-16], value + mac, "a signed entry")
    for client, what in ((signer, "signer"), (strict, "who requires it"), (plain, "who does not care")):
        equal(client.get(KEY), value, f"get by {what}")
    entries[path_of(key(1))] = stored
    equal(strict.get(key(1)), None, "an entry under another key")
    entries[path_of(KEY)] = bytes([stored[0] ^ 1]) + stored[1:]
    equal((strict.get(KEY), signer.get(KEY)), (None, None), "a changed entry")
    entries[path_of(KEY)] = value
    equal(strict.get(KEY), None, "an entry without a signature")
    equal(signer.get(KEY), None, "an entry that was a miss a moment ago")
    equal(Helper(server.url, f"sign-key-file={TOP}/secret").client().get(KEY), value, "an entry without a signature that needs none")
    entries[path_of(KEY)] = stored
    equal(Helper(server.url, f"sign-key-file={TOP}/other").client().get(KEY), None, "another one's signature")
    equal(strict.metrics()["failed_signature"], 3, "counted signatures")
    for attribute, words in (("require-signature", b"@sign-key-file is missing"), ("sign-key-file=/nonexistent", b"No such file")):
        helper = Helper(server.url, attribute)
        equal(helper.ended(), 1, "exit code")
        check(words in helper.process.stderr.read(), "message")
    # Secrets may come by a descriptor.
    reader, writer = os.pipe()
    os.write(writer, b"CRSH_URL=" + server.url.encode() + b"\0CRSH_NUM_ATTR=1\0CRSH_ATTR_KEY_0=bearer-token\0CRSH_ATTR_VALUE_0=hush\0")
    os.close(writer)
    os.set_inheritable(reader, True)
    client = Helper("http://nowhere.invalid", environment={"DEJA_SECRETS_FD": str(reader)}).client()
    client.get(KEY)
    equal(server.requests[-1][2]["authorization"], "Bearer hush", "a secret by a descriptor")
    client.stop()


for test in (test_answers, test_breaker, test_silence, test_sharing, test_queue, test_signatures):
    took = timed(test)
    if os.environ.get("SHOW_TIMES"):
        print(test.__name__, round(took, 2))
