# The helper protocol: greeting, limits, clients that break off, ends.
import os
import signal
import socket
import subprocess
import time

from bad_server import BadServer, reply
from world import *

entries = {}


def memory_server(method, path, body):
    if method == "PUT":
        entries[path] = body
        return reply(201)
    if method == "DELETE":
        return reply(204 if entries.pop(path, None) is not None else 404)
    if path not in entries:
        return reply(404)
    return reply(200, entries[path]) if method == "GET" else f"HTTP/1.1 200 OK\r\nContent-Length: {len(entries[path])}\r\n\r\n".encode()


server = BadServer(memory_server)
helper = Helper(server.url, "max-entry-size=1MiB", "nonsense=x")
client = helper.client()
check({0, 1, 2} <= client.capabilities, "capabilities", client.capabilities)

# Every verb.
equal(client.get(KEY), None, "get of what is not there")
equal(client.exists(KEY), False, "exists")
equal(client.put(KEY, b"some bytes\0"), True, "put")
equal(client.get(KEY), b"some bytes\0", "get")
equal(client.exists(KEY), True, "exists")
equal(server.requests[-1][1], "/c/00/" + KEY.hex()[2:], "the path of an entry")
equal(client.remove(KEY), True, "remove")
equal(client.remove(KEY), False, "remove of what is not there")
large = os.urandom(400_000)
equal(client.put(KEY, large), True, "put of a large entry")
equal(client.get(KEY), large, "get of a large entry")
info = client.info()
check(info[0].startswith("deja-storage ") and any("nonsense" in line for line in info), "info", info)

# An entry that is too large is read to its end and refused; the connection goes on.
refusal(lambda: client.put(key(1), bytes(2_000_000)), "larger than 1048576 bytes")
equal(client.get(key(1)), None, "get after a refused put")
entries["/c/02/" + KEY.hex()[2:]] = bytes(2_000_000)
refusal(lambda: client.get(key(2)), "larger than")

# What is too short for the name of an entry is refused.
refusal(lambda: client.get(b""), "too short")
refusal(lambda: client.put(b"abc", b"x"), "too short")

# Requests in small pieces, and two at once.
for byte in bytes([0, 20]) + KEY:
    client.socket.sendall(bytes([byte]))
equal((client.status(), client.value()), (0, large), "a request byte by byte")
client.socket.sendall((bytes([0, 20]) + KEY) * 2)
equal([(client.status(), client.value()) for _ in range(2)], [(0, large)] * 2, "two requests at once")

# Clients that break off or talk nonsense cost nobody else anything.
for words in (b"", b"\xff", b"\x01", b"\x01\x14" + KEY + b"\x01" + struct.pack("=Q", 1000) + b"short", b"\x01\x14" + KEY + b"\x01" + b"\xff" * 8, b"\0\x14" + KEY):
    other = helper.client()
    other.socket.sendall(words)
    other.close()
equal(client.get(KEY), large, "get after clients that broke off")

# Many clients at once, each with a thread of its own.
many = [helper.client() for _ in range(50)]
for one in many:
    one.send(0, KEY)
for one in many:
    equal((one.status(), one.value()), (0, large), "one of many clients")
check(server.connections <= 40, "connections to the server are shared:", server.connections)

# Neither the end of a build nor its Ctrl-C ends it; its socket is its own.
for ending in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
    helper.process.send_signal(ending)
equal(client.get(KEY), large, "get after signals")
equal(os.getsid(helper.process.pid), helper.process.pid, "session")
equal(os.readlink(f"/proc/{helper.process.pid}/cwd"), "/", "folder")

client.stop()
equal(helper.ended(), 0, "exit code after STOP")
check(not os.path.exists(helper.path), "the socket is left behind")

# Without a socket given to it, it binds one, for its owner only; a dead one's name is taken over, a living one's is not.
helper = Helper(server.url, activated=False)
client = helper.client()
equal(os.stat(helper.path).st_mode & 0o777, 0o700, "mode of the socket")
variables = os.environ | {"CRSH_IPC_ENDPOINT": helper.path, "CRSH_URL": server.url}
second = subprocess.run([STORAGE], env=variables, capture_output=True, timeout=10)
check(second.returncode == 1 and b"another program listens" in second.stderr, "a second helper", second)
equal(client.get(KEY), large, "get while a second helper was refused")
helper.process.kill()
helper.process.wait()
third = subprocess.Popen([STORAGE], env=variables)
children.append(third)
deadline = time.time() + 5
while True:
    try:
        client = Client(helper.path)
        break
    except (ConnectionRefusedError, FileNotFoundError):
        check(time.time() < deadline, "a dead helper's socket is not taken over")
        time.sleep(0.01)
client.stop()
third.wait(5)

# What it cannot do it says, and ends.
for more, words in (({"CRSH_IPC_ENDPOINT": "/nonexistent/a"}, b"No such file"), ({"CRSH_URL": "nonsense://x/y"}, b"knows no such scheme"), ({"CRSH_URL": ""}, b"CRSH_URL")):
    run = subprocess.run([STORAGE], env=variables | more, capture_output=True, timeout=10)
    check(run.returncode == 1 and words in run.stderr, "exit", run)

# Idle, it goes by itself; a client that only listens keeps it.
helper = Helper(server.url, idle=1)
client = helper.client()
time.sleep(1.3)
equal(client.get(KEY), large, "get of a quiet client")
client.close()
started = time.time()
equal(helper.ended(), 0, "exit code of an idle helper")
check(time.time() - started > 0.8, "it ended early")
check(not os.path.exists(helper.path), "the socket of an idle helper is left behind")
