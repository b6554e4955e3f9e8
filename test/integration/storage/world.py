# What the tests of deja-storage share: a client of the helper protocol, the helper, and real servers on loopback.
import atexit
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

STORAGE, TOP = sys.argv[1], sys.argv[2]
KEY = bytes(range(20))
children = []


def stop_children():
    for child in reversed(children):
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()


atexit.register(stop_children)


def check(condition, *what):
    if not condition:
        raise SystemExit("FAIL " + " ".join(str(one) for one in what))


def equal(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def key(number):
    return bytes([number]) + KEY[1:]


class Error(Exception):
    pass


class Client:
    """One connection to a helper; an answer of an error is raised."""

    def __init__(self, path, wait=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(wait)
        self.socket.connect(path)
        version, count = self.read(2)
        equal(version, 1, "version")
        self.capabilities = set(self.read(count))

    def read(self, size):
        out = b""
        while len(out) < size:
            got = self.socket.recv(size - len(out))
            if not got:
                raise EOFError(f"the helper closed the connection after {out!r}")
            out += got
        return out

    def text(self):
        return self.read(self.read(1)[0]).decode()

    def value(self):
        return self.read(struct.unpack("=Q", self.read(8))[0])

    def send(self, operation, name=None, rest=b""):
        head = bytes([operation])
        if name is not None:
            head += bytes([len(name)]) + name
        self.socket.sendall(head + rest)

    def status(self):
        status = self.read(1)[0]
        if status == 2:
            raise Error(self.text())
        return status

    def get(self, name):
        self.send(0, name)
        return None if self.status() == 1 else self.value()

    def put(self, name, value, overwrite=True, operation=1, flags=0):
        self.send(operation, name, bytes([flags | overwrite]) + struct.pack("=Q", len(value)) + value)
        return self.status() == 0

    def remove(self, name):
        self.send(2, name)
        return self.status() == 0

    def stop(self):
        self.send(3)
        try:
            self.read(1)
        except (EOFError, ConnectionResetError):
            pass

    def info(self):
        self.send(4)
        return [self.text()] + [self.text() for _ in range(self.read(1)[0])]

    def exists(self, name):
        self.send(5, name)
        self.status()
        return self.read(1)[0] == 1

    def drain(self, milliseconds):
        self.send(0x83, rest=struct.pack("=Q", milliseconds))
        return self.status() == 0

    def metrics(self):
        import json

        self.send(0x84)
        self.status()
        return json.loads(self.value())

    def state(self):
        self.send(0x86)
        self.status()
        paused, median = struct.unpack("=BQ", self.read(9))
        return bool(paused & 1), bool(paused & 2), median

    def close(self):
        self.socket.close()


def refusal(action, *words):
    """The error that a helper answers; it holds all of `words`."""
    try:
        found = action()
    except Error as error:
        for word in words:
            check(word in str(error), f"'{error}' does not say '{word}'")
        return str(error)
    raise SystemExit(f"FAIL {words}: {found!r} instead of an error")


def hand_over(descriptor):
    if descriptor != 3:
        os.dup2(descriptor, 3)
    os.set_inheritable(3, True)


class Helper:
    """deja-storage for one URL; `activated`: it gets its socket, bound, as descriptor 3."""

    count = 0

    def __init__(self, url, *attributes, activated=True, idle=60, environment={}):
        Helper.count += 1
        self.path = f"{TOP}/helper{Helper.count}.sock"
        self.log = f"{TOP}/helper{Helper.count}.log"
        variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        variables |= {"CRSH_IPC_ENDPOINT": self.path, "CRSH_URL": url, "CRSH_IDLE_TIMEOUT": str(idle), "CRSH_LOGFILE": self.log}
        variables |= {"CRSH_NUM_ATTR": str(len(attributes))} | environment
        for place, attribute in enumerate(attributes):
            name, _, value = attribute.partition("=")
            variables |= {f"CRSH_ATTR_KEY_{place}": name, f"CRSH_ATTR_VALUE_{place}": value or "true"}
        listener = None
        if activated:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(self.path)
            listener.listen(64)
            variables["DEJA_LISTEN_FD"] = "3"
        self.process = subprocess.Popen(
            [STORAGE], env=variables, close_fds=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=(lambda: hand_over(listener.fileno())) if activated else None)
        children.append(self.process)
        if listener:
            listener.close()

    def client(self, wait=10):
        for _ in range(1000):
            try:
                return Client(self.path, wait)
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None:
                    raise SystemExit(f"FAIL the helper ended: {self.process.stderr.read().decode()}")
                time.sleep(0.005)
        raise SystemExit("FAIL no helper")

    def ended(self, seconds=5):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise SystemExit("FAIL the helper does not end")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start_server(words, port=None, path=None, **more):
    """Starts a server and waits until it listens."""
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=open(f"{TOP}/server.log", "ab"), **more)
    children.append(child)
    for _ in range(1000):
        try:
            if path:
                socket.socket(socket.AF_UNIX).connect(path)
            else:
                socket.create_connection(("127.0.0.1", port)).close()
            return child
        except OSError:
            check(child.poll() is None, f"{words[0]} ended:", open(f"{TOP}/server.log").read())
            time.sleep(0.01)
    raise SystemExit(f"FAIL {words[0]} does not listen")


def stop_server(child):
    child.terminate()
    child.wait(10)


def have(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def write(name, text):
    with open(f"{TOP}/{name}", "w") as file:
        file.write(text)
    return f"{TOP}/{name}"


def certificates():
    """An authority of this test's own, a server's and a client's certificate by it."""
    folder = f"{TOP}/tls"
    if os.path.exists(folder):
        return folder
    os.mkdir(folder)
    run = lambda *words: subprocess.run(("openssl",) + words, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test authority", "-days", "2")
    write("tls/names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name in ("server", "client"):
        run("req", *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "2", "-extfile", "names")
    return folder


def nginx(port, more="", server="", root=None):
    """nginx as a WebDAV server that makes folders by itself."""
    root = root or f"{TOP}/nginx{port}"
    os.makedirs(root + "/files", exist_ok=True)
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = write(f"nginx{port}.conf", f"""
{user} worker_processes 1; daemon off; pid {root}/pid; error_log {root}/errors;
events {{ worker_connections 200; }}
http {{
  log_format used '$request_method $uri $status $connection $http_user_agent $server_protocol'; access_log {root}/log used;
  client_body_temp_path {root}/temporary; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f; scgi_temp_path {root}/s; uwsgi_temp_path {root}/u;
  client_max_body_size 100m;
  server {{
    listen 127.0.0.1:{port}{' ssl http2' if 'ssl' in server else ''}; {server}
    location / {{ root {root}/files; dav_methods PUT DELETE MKCOL; create_full_put_path on; {more} }}
  }}
}}
""")
    return start_server([have("nginx"), "-c", configuration], port), root
