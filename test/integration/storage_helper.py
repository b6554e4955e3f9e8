"""A helper of remote storage for tests, and the ways in which helpers go wrong.

Started as deja starts helpers (docs/remote.md). The URL's path is a directory that gets a file for each entry; the attribute `mode` says how
it behaves: well, or hang, error, lie, truncate, oversize, close. Its process number is put into <directory>/pid, a line for each start.
"""
import os
import socket
import struct
import sys
import threading

endpoint = os.environ["CRSH_IPC_ENDPOINT"]
directory = os.environ["CRSH_URL"].split(":", 1)[1]
attributes = {
    os.environ[f"CRSH_ATTR_KEY_{i}"]: os.environ[f"CRSH_ATTR_VALUE_{i}"] for i in range(int(os.environ.get("CRSH_NUM_ATTR", "0")))
}
mode = attributes.get("mode", "well")


def receive(client, size):
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def path_of(client):
    return os.path.join(directory, receive(client, receive(client, 1)[0]).hex())


def answer_get(path):
    if mode == "lie":  # with the entry of another key
        others = [n for n in sorted(os.listdir(directory)) if n != "pid" and n[-2:] == path[-2:] and not path.endswith(n)]
        path = os.path.join(directory, others[0]) if others else path
    if not os.path.exists(path):
        return b"\x01"
    with open(path, "rb") as file:
        data = file.read()
    size = struct.pack("=Q", len(data))
    if mode == "truncate":
        return b"\x00" + size + data[: len(data) // 2]
    if mode == "oversize":
        return b"\x00" + struct.pack("=Q", 1 << 62) + data
    return b"\x00" + size + data


def serve(client):
    client.sendall(b"\x01\x02\x00\x02")
    while True:
        request = receive(client, 1)[0]
        if request == 3:
            client.sendall(b"\x00")
            os.unlink(endpoint)
            os._exit(0)
        path = path_of(client)
        if request == 1:
            receive(client, 1)
            data = receive(client, struct.unpack("=Q", receive(client, 8))[0])
        if mode == "hang" and request == 0:
            threading.Event().wait()
        if mode == "close" and request == 0:
            return client.close()
        if mode == "error" and request == 0:
            client.sendall(b"\x02\x05sorry")
        elif request == 0:
            client.sendall(answer_get(path))
            if mode == "truncate":
                return client.close()
        elif request == 1:
            with open(path + ".new", "wb") as file:
                file.write(data)
            os.rename(path + ".new", path)
            client.sendall(b"\x00")
        elif request == 2:
            if os.path.exists(path):
                os.unlink(path)
            client.sendall(b"\x00")
        else:
            client.sendall(b"\x00" + (b"\x01" if os.path.exists(path) else b"\x00"))


def serve_to_the_end(client):
    try:
        serve(client)
    except (EOFError, OSError):
        client.close()


def main():
    os.makedirs(directory, exist_ok=True)
    os.umask(0o077)
    if os.path.exists(endpoint):
        os.unlink(endpoint)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(endpoint)
        server.listen(64)
        with open(os.path.join(directory, "pid"), "a") as file:
            file.write(f"{os.getpid()}\n")
        server.settimeout(60)  # a test that is over leaves nobody behind
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve_to_the_end, args=(client,), daemon=True).start()


sys.exit(main())
