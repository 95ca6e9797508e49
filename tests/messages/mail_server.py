"""A small mail server for tests that can refuse, hang and recover."""

import socketserver
import threading
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; ``mood`` says how it behaves, ``mails`` holds what it has taken.

    Moods: ``"well"``; ``"busy"`` (421 at once); ``"greylists"`` (450 to the receiver); ``"knows_nobody"`` (550 to the
    receiver); ``"dislikes"`` (554 to the text); ``"hangs"`` (says nothing from the beginning); ``"hangs_at_receiver"``;
    ``"hangs_at_text"`` (takes the text and does not say so).
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mood = "well"
        self.mails: list[bytes] = []
        self.stopping = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def hang(self) -> None:
        self.server.stopping.wait(20)

    def handle(self) -> None:
        try:
            self.talk()
        except (TimeoutError, ConnectionError):
            pass

    def talk(self) -> None:
        mood = self.server.mood
        if mood == "hangs":
            return self.hang()
        if mood == "busy":
            return self.say("421 Too busy")
        self.say("220 Ready")
        for raw in self.rfile:
            word = raw.split(b":")[0].split()[0].upper() if raw.split() else b""
            if word == b"RCPT" and mood == "hangs_at_receiver":
                return self.hang()
            if word == b"RCPT" and mood in ("greylists", "knows_nobody"):
                self.say("450 Later" if mood == "greylists" else "550 No such user")
            elif word == b"DATA":
                self.say("354 Go on")
                if not self.take(mood):
                    return None
            elif word == b"QUIT":
                return self.say("221 Bye")
            else:
                self.say("250 Well")
        return None

    def take(self, mood: str) -> bool:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        if mood == "dislikes":
            self.say("554 This is spam")
            return True
        self.server.mails.append(b"".join(lines))
        if mood == "hangs_at_text":
            self.hang()
            return False
        self.say("250 Taken")
        return True
