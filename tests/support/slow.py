"""A shop on loopback that does not come to an end."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 240


class Shop:
    """A shop with two pages of reviews, of which the second does not come, for any number of products."""

    def __init__(self):
        self.asked, self.over = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/robots.txt":
                    self.send_error(404)
                    return
                if "page=2" in self.path:
                    outer.asked.set()
                    outer.over.wait(SECONDS)
                    return
                body = outer.page(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path):
        """Two reviews, and where the next ones are."""
        told = [
            {"@type": "Review", "reviewBody": f"It loses my notes, {path} {n}.", "author": "A", "reviewRating": 2}
            for n in range(2)
        ]
        product = {"@context": "https://schema.org", "@type": "Product", "name": "Ink", "review": told}
        onward = f'<link rel="next" href="{path}?page=2">'
        return f'<html><head>{onward}<script type="application/ld+json">{json.dumps(product)}</script></head></html>'

    def close(self):
        """Lets go who still waits."""
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
