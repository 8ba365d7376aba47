"""Lambda's Runtime API on the loopback interface, for one process at a time and without threads."""

import os
import select
import socket
import time

PATIENCE_S = 60
REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
INVOCATION = "/2018-06-01/runtime/invocation"


class RuntimeApi:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.connections = {}
        self.poll = select.poll()
        self.poll.register(self.listener, select.POLLIN)
        host, port = self.listener.getsockname()
        self.address = f"{host}:{port}"

    def next(self):
        """Waits until the process asks for an invocation; returns the connection."""
        connection, path, body, _ = self.request()
        if path != f"{INVOCATION}/next":
            raise RuntimeError(f"{path}: {body.decode(errors='replace')}")
        return connection

    def response(self, connection, event):
        """Sends the event; returns the connection, the response, and when all of it was there."""
        connection.sendall(invocation(event))
        connection, path, body, arrived = self.request()
        if path != f"{INVOCATION}/{REQUEST_ID}/response":
            raise RuntimeError(f"{path}: {body.decode(errors='replace')}")
        return connection, body, arrived

    def invoke(self, connection, event):
        """An invocation, until the process asks for the next one; returns that connection."""
        connection, body, _ = self.response(connection, event)
        if body != b'{"batchItemFailures":[]}':
            raise RuntimeError(body.decode(errors="replace"))
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        return self.next()

    def close(self):
        """Closes everything, once the process has ended."""
        self.listener.close()
        for connection, _ in self.connections.values():
            connection.close()

    def request(self):
        """Waits for a request: its connection, path and body, and when all of it was there."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            ready = self.poll.poll(max(0, deadline - time.monotonic()) * 1000)
            if not ready:
                raise TimeoutError("no request")
            for descriptor, _ in ready:
                if descriptor == self.listener.fileno():
                    connection, _ = self.listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.connections[connection.fileno()] = [connection, b""]
                    self.poll.register(connection, select.POLLIN)
                    continue
                state = self.connections[descriptor]
                arrived = state[0].recv(65536)
                now = time.perf_counter()
                if not arrived:
                    # The client keeps one idle connection, and closes others.
                    self.poll.unregister(descriptor)
                    self.connections.pop(descriptor)[0].close()
                    continue
                state[1] += arrived
                request = parse(state[1])
                if request:
                    state[1] = b""
                    return state[0], *request, now


def invocation(event):
    """The response to a request for the next invocation."""
    deadline = int(time.time() * 1000) + 60_000
    arn = "arn:aws:lambda:us-east-1:123456789012:function:orders"
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(event)}\r\n"
        f"Lambda-Runtime-Aws-Request-Id: {REQUEST_ID}\r\n"
        f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {arn}\r\n"
        "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0\r\n"
        "\r\n"
    )
    return head.encode() + event


def parse(received):
    """The path and the body of a request; `None` while it is not complete."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    request_line, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(":", 1) for line in lines)
    if headers.get("transfer-encoding", "").strip() == "chunked":
        body = unchunked(body)
        return None if body is None else (request_line.split(" ")[1], body)
    if len(body) < int(headers.get("content-length", "0")):
        return None
    return request_line.split(" ")[1], body


def unchunked(rest):
    """A body that came in chunks; `None` while it is not complete."""
    body = b""
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        length = int(size.split(b";")[0], 16)
        if len(rest) < length + 2:
            return None
        if length == 0:
            return body
        body, rest = body + rest[:length], rest[length + 2 :]


def environment(api):
    """The environment variables that Lambda sets, and no others."""
    name = "orders"
    return {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "Text",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
    }
