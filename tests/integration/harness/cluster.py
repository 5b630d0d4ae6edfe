# SPDX-License-Identifier: Apache-2.0
"""Several nodes on one database, behind a balancer."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .browser import Browser
from .httpd import answers, free_port
from .paths import HAPROXY
from .site import Site, User

NODE = "X-Node"  # the header that tells which node has answered
PATIENCE = 10  # seconds for a start or a stop


class Balancer:
    """haproxy, which passes TLS on as it is: each connection to the next node, and none to a node that takes none."""

    def __init__(self, folder: Path, nodes: Sequence[int]) -> None:
        self.port = free_port()
        self._folder = folder
        self._nodes = nodes
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        configuration = self._folder / "haproxy.cfg"
        configuration.write_text("\n".join([
            "defaults", "mode tcp", "balance roundrobin", "retries 2", "option redispatch 1",
            "timeout connect 2s", "timeout client 60s", "timeout server 60s", "timeout check 2s",
            "listen nodes", f"bind 127.0.0.1:{self.port}",
            "default-server check inter 500ms fastinter 100ms fall 2 rise 1 observe layer4",
            *(f"server node{number} 127.0.0.1:{port}" for number, port in enumerate(self._nodes, 1)),
            ""]))
        with (self._folder / "haproxy.log").open("wb") as log:
            self._process = subprocess.Popen([HAPROXY, "-db", "-f", configuration], stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not answers(self.port):
            is_late = self._process.poll() is not None or time.monotonic() > deadline
            assert not is_late, (self._folder / "haproxy.log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None


class Cluster:
    """Nodes that share keys and database, each a whole httpd of its own, and the address that people know."""

    def __init__(self, build: Callable[..., Site], count: int = 3, *, server: Sequence[str] = (), **options: Any) -> None:
        self.nodes: list[Site] = []
        for number in range(1, count + 1):
            like = {"like": self.nodes[0]} if self.nodes else {}
            self.nodes.append(build("pgsql", server=[*server, f'Header always set {NODE} "{number}"'], **like, **options))
        self.database = self.nodes[0].database
        self._balancer = Balancer(self.nodes[0].httpd.root, [node.httpd.port for node in self.nodes])

    def start(self) -> None:
        for node in self.nodes:
            node.httpd.start()
        self._balancer.start()

    def stop(self) -> None:
        """Stop the balancer; the nodes are stopped by whoever built them."""
        self._balancer.stop()

    def node(self, number: int) -> Site:
        """One node, by its number from 1 on."""
        return self.nodes[number - 1]

    def restart(self) -> None:
        """Restart every node."""
        for node in self.nodes:
            node.httpd.restart()

    def browser(self, headers: Mapping[str, str] | None = None) -> Browser:
        """Somebody new, who comes by way of the balancer."""
        one = self.nodes[0]
        return Browser(self._balancer.port, one.certificate.client(), one.clock, headers=headers)

    def add_user(self, name: str | None = None, **options: Any) -> User:
        return self.nodes[0].add_user(name, **options)

    def sign_in(self, user: User) -> Browser:
        """A browser in which the user has passed the first factor."""
        return self.nodes[0].sign_in(user, self.browser())

    def verify(self, user: User) -> Browser:
        """A browser in which the user has passed both factors; the first time by enrolling."""
        return self.nodes[0].verify(user, self.browser())

    def enrolled_user(self, name: str | None = None, **options: Any) -> User:
        """A user with an app who is signed in nowhere that matters."""
        user = self.add_user(name, **options)
        self.verify(user).close()
        return user


def node_of(answer: Any) -> int:
    """The number of the node that has answered."""
    return int(answer.headers[NODE])
