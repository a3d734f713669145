"""Who asked to be told hears what moved: a real receiver on loopback, real Prefect, nights that follow each other."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data.settings import Settings
from flows.demo.site import DemoSite
from flows.telling import NotifyError, harmless, receivers, send
from reports.writing.digest import Digest

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-in-the-address"
FOUND = Digest("Notes: 1 new gap", ("New gap: customers need to call @everyone <!here>.", "Second line."))

NIGHTS = """
import json, os, sys
from flows import quiet
quiet.prepare(screen=True)
from pydantic import SecretStr
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from flows import run

home, receiver, refusing, connected, nowhere = sys.argv[1:]
CustomWebhookNotificationBlock(
    name="loopback", url=receiver, method="POST", json_data={"title": "{{subject}}", "message": "{{body}}"},
).save("team")

def night(notify, connect_to, market=None):
    if market:
        text = open(f"{home}/markets/notes.toml").read()
        open(f"{home}/markets/notes.toml", "w").write(market + text)
    os.environ |= {"UNMET_NOTIFY": notify, "UNMET_CONNECT_TO": connect_to}
    print("CODE", run.nightly([]), flush=True)

to = receiver.replace("http://", "json://")
night(to, nowhere)                                      # a listing that nobody answers for: how it stands
night(to, nowhere)                                      # nothing moved
night(refusing.replace("http://", "json://"), connected)  # it recovers, and the receiver is broken
night(to, connected)                                    # told now
night("", connected)                                    # nobody to tell
night("", nowhere, 'notify = ["custom-webhook/team"]\\n')  # by the block that the market names
"""


class Receiver:
    """Takes what is posted to it; answers 500 to paths that begin with /broken, and to the next `fails` others."""

    def __init__(self):
        self.got = []
        self.fails = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                broken = self.path.startswith("/broken") or outer.fails > 0
                outer.fails -= broken
                if not broken:
                    outer.got.append((body["title"], body["message"]))
                self.send_response(500 if broken else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver():
    there = Receiver()
    yield there
    there.server.shutdown()
    there.server.server_close()


def test_all_are_told_and_those_who_cannot_be_are_named_without_their_secret(receiver):
    address = receiver.url.replace("http://", f"json://user:{SECRET}@")
    assert send(FOUND, [address]) == []
    assert send(FOUND, [f"{address}/broken/{SECRET}", address]) == ["json://…"]
    title, message = receiver.got[0]
    assert (title, len(receiver.got)) == ("Notes: 1 new gap", 2)
    assert message == "New gap: customers need to call @\u200beveryone ‹!here›.\nSecond line."


def test_who_does_not_take_it_is_tried_again_and_the_others_hear_it_once(receiver):
    other = Receiver()
    other.fails = 2
    taken = []
    to = [there.url.replace("http://", "json://") for there in (receiver, other)]
    assert send(FOUND, to, [0, 0], lambda: taken.append(len(other.got))) == []
    assert (len(receiver.got), len(other.got), taken) == (1, 1, [0])
    other.fails = 3
    assert send(FOUND, to, [0], lambda: taken.append(1)) == ["json://…"]
    assert (len(receiver.got), len(other.got), taken) == (2, 1, [0, 1])
    other.server.shutdown()
    other.server.server_close()


NIGHT_OF = """
import sys
from flows import quiet
quiet.prepare(screen=True)
from flows.nightly import nightly
state = nightly(return_state=True)
print(state.name, "|", state.message)
"""
GOOD = """name = "Good"
[competitors.a]
name = "A"
[[competitors.a.exports]]
path = "../reviews.csv"
source = "x"
"""


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_one_market_whose_file_is_wrong_stops_no_other_and_is_told(unmet, receiver):
    markets = unmet.home / "markets"
    markets.mkdir()
    (unmet.home / "reviews.csv").write_text("id,body,rating\n1,It crashes.,1\n", "utf-8")
    (markets / "a.toml").write_text('name = "A"\n', "utf-8")
    (markets / "b.toml").write_text(GOOD, "utf-8")
    (markets / "c.toml").write_text(GOOD + 'columns = { body = "no such" }\n', "utf-8")
    env = unmet.env | {
        "UNMET_NOTIFY": receiver.url.replace("http://", "json://"), "UNMET_RETRY_SECONDS": "[]",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    for night in range(2):
        done = subprocess.run(
            [sys.executable, "-c", NIGHT_OF],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.stdout == "Failed | 2/7 states failed.\n", done.stderr
        assert len(receiver.got) == 3, f"night {night}: told once"
    (first, why), (good, _), (third, column) = receiver.got
    assert (first, third) == ("a: no report", "Good: no report")
    assert why.startswith(f"No report could be made: {markets}/a.toml: no competitors; add one as")
    assert "no such" in column
    assert good.startswith("Good: ")
    assert sorted(p.name for p in (unmet.home / "out").iterdir() if p.is_dir()) == ["a", "b", "c"]
    (markets / "a.toml").unlink()
    (markets / "c.toml").unlink()
    (markets / "B.toml").write_text(GOOD, "utf-8")  # of the name of another; nobody hears of that one twice a night
    done = subprocess.run(
        [sys.executable, "-c", NIGHT_OF], cwd=ROOT, env=env, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.stdout == "Failed | 1/4 states failed.\n", done.stderr
    assert len(receiver.got) == 3
    assert (unmet.home / "out" / "b" / "latest.md").is_file()


def test_an_address_that_is_none_is_told_before_anybody_hears(receiver):
    with pytest.raises(NotifyError, match=r"^UNMET_NOTIFY: the nonsense address is none") as caught:
        send(FOUND, [receiver.url.replace("http://", "json://"), f"nonsense://{SECRET}"])
    assert SECRET not in str(caught.value)
    assert receiver.got == []


def test_names_call_nobody():
    assert harmless("a@b <!channel> <b>") == "a@\u200bb ‹!channel› ‹b›"


def test_the_market_s_own_receivers_come_before_those_of_the_settings():
    config = Settings(notify="slack-webhook/all json://h")  # type: ignore[arg-type]
    assert receivers(MarketLike(()), config) == ["slack-webhook/all", "json://h"]
    assert receivers(MarketLike(("teams-webhook/one",)), config) == ["teams-webhook/one"]
    assert "json://h" not in repr(config)


class MarketLike:
    """A market, as far as its receivers go."""

    def __init__(self, notify):
        self.notify = notify


@pytest.mark.flow
def test_nights_that_follow_each_other(unmet, receiver):
    (unmet.home / "markets").mkdir()
    (unmet.home / "markets" / "notes.toml").write_text(
        'name = "Notes"\n[competitors.billory]\nname = "Billory"\nlistings = [\n'
        '  { url = "http://appstore.example/us/app/billory/id900000001", source = "app_store" },\n'
        '  { url = "http://directory.example/software/billory", source = "schema_org" },\n]\n',
        "utf-8",
    )
    with DemoSite() as site:
        connected = site.connect_to
        nowhere = connected | {"directory.example": "127.0.0.1:1"}
        env = unmet.env | {
            "UNMET_PAUSE_SECONDS": "0", "UNMET_RETRY_SECONDS": "[]", "UNMET_TRIES": "1", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        arguments = [str(unmet.home), receiver.url, f"{receiver.url}/broken/{SECRET}"]
        arguments += map(json.dumps, (connected, nowhere))
        done = subprocess.run(
            [sys.executable, "-c", NIGHTS, *arguments],
            cwd=ROOT, env=env, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes = [line for line in done.stdout.splitlines() if line.startswith("CODE")]
    assert codes == ["CODE 1", "CODE 1", "CODE 1", "CODE 0", "CODE 0", "CODE 1"], done.stderr
    first, recovered, broke = receiver.got
    assert first[0].startswith("Notes: ")
    lines = first[1].splitlines()
    assert lines[0].startswith("From now on you hear of this market")
    assert lines[-1].startswith("Broke: Billory, http://directory.example/software/billory: unreachable: ")
    assert recovered[0].startswith("Notes: ")
    assert "Works again: Billory, http://directory.example/software/billory; it was broken since" in recovered[1]
    assert broke[0] == "Notes: 1 source broke"
    written = [p for p in unmet.home.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    assert written == []
    assert SECRET not in done.stdout + done.stderr
