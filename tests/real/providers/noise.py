"""A provider that speaks another protocol."""

import socket
import time

if __name__ == "__main__":
    socket.socket(fileno=3).sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    time.sleep(600)
