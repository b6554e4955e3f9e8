# A server of HTTP that answers as a test wants, well or ill.
import socket
import threading
import time


class BadServer:
    """`answer(method, path, body)` gives the bytes to send, or pieces of them with pauses (numbers) between."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/c"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        held = b""
        try:
            while True:
                while b"\r\n\r\n" not in held:
                    got = client.recv(65536)
                    if not got:
                        return
                    held += got
                head, _, held = held.partition(b"\r\n\r\n")
                lines = head.decode().split("\r\n")
                headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
                size = int(headers.get("content-length", 0))
                while len(held) < size:
                    held += client.recv(65536)
                body, held = held[:size], held[size:]
                method, path, _ = lines[0].split(" ")
                self.requests.append((method, path, headers, body))
                answer = self.answer(method, path, body)
                for piece in answer if isinstance(answer, list) else [answer]:
                    if piece is None:
                        return
                    if isinstance(piece, bytes):
                        client.sendall(piece)
                    else:
                        time.sleep(piece)
        except OSError:
            pass
        finally:
            client.close()


def reply(status=200, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
