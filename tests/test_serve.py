"""The dashboard's server, asked over real connections: who gets in, what it answers, and that it stays up."""

from __future__ import annotations

import base64
import gzip
import http.client
import io
import json
import re
import signal
import threading
import time
from contextlib import closing, contextmanager, suppress
from datetime import date

import openpyxl
import pytest

from cube_rows import keep_rows, many, row
from payback.errors import UsageError
from payback.pipeline.report import run_server
from payback.publishing.cube.answering import answer
from payback.publishing.cube.folder import kept
from payback.publishing.cube.query import Query
from payback.publishing.dashboard.access import Access, is_loopback
from payback.publishing.dashboard.live import Live, load_cube
from payback.publishing.dashboard.serving import open_place, server
from payback.publishing.html import assets

TOKEN = "a-token-for-tests-only"  # noqa: S105 - opens nothing
PASSWORD = "correct-horse-battery"  # noqa: S105 - opens nothing
EVERYBODY = ".".join("0000")
PATIENCE = 120
"""Seconds after which a test that hangs is ended; nothing is expected to take long."""
ASKED = {"currency": "EUR", "start": "2026-01-01", "end": "2026-12-31", "previous": None}


@pytest.fixture(autouse=True, scope="module")
def _built(tmp_path_factory):
    """Stand-ins of the built front end."""
    folder = tmp_path_factory.mktemp("assets")
    (folder / "payback.js").write_text("'a script'" * 300, encoding="utf-8")
    (folder / "payback.css").write_text("body{}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "FOLDER", folder)
        yield


class Visitor:
    """A browser, or a script, that talks to the server."""

    def __init__(self, port, host="127.0.0.1"):
        self.port, self.host = port, f"{host}:{port}"

    def ask(self, path, body=None, *, method=None, **headers):
        """Return status, headers and content of an answer; names of headers have _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"Host": self.host} | {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps(body) if isinstance(body, dict | list) else body
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, content, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


@contextmanager
def serving(folder, **options):
    """Serve a folder; yield the live data and a visitor."""
    live = Live(folder, lambda: kept(folder))
    place = open_place("127.0.0.1", 0, **options)
    up = threading.Event()
    running = server(live, place, started=up.set)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [place.socket]})
    thread.start()
    try:
        assert up.wait(PATIENCE)
        yield live, Visitor(place.socket.getsockname()[1])
    finally:
        running.should_exit = True
        thread.join(PATIENCE)
        place.socket.close()


@pytest.fixture
def folder(tmp_path):
    """A folder in which a run has kept its cube."""
    keep_rows(tmp_path / "cube", many(300))
    return tmp_path / "cube"


@pytest.fixture(scope="module")
def visitor(tmp_path_factory):
    """Somebody who talks to a server that many tests share; it only answers."""
    folder = tmp_path_factory.mktemp("shared") / "cube"
    keep_rows(folder, many(300))
    with serving(folder, token=TOKEN) as (_, visitor):
        yield visitor


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_the_page_and_its_data_come_to_who_has_the_token(folder):
    """The printed address gives a cookie that scripts cannot read and other sites cannot send, and leads on."""
    with serving(folder, token=TOKEN) as (_, visitor):
        status, headers, content = visitor.ask(f"/?token={TOKEN}")
        cookie = headers["Set-Cookie"]
        session = cookie.split(";")[0]
        page = visitor.ask("/", Cookie=session)
        data = json.loads(visitor.ask("/api/data", Cookie=session)[2])

    assert (status, TOKEN.encode() in content) == (200, False)
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert TOKEN not in cookie
    assert (page[0], b"assets/payback.js" in page[2], b"<noscript>" in page[2]) == (200, True, True)
    assert len(data["campaigns"]) == 7


@pytest.mark.parametrize(
    "path", ["/", "/?token=wrong", "/?token=", "/api/data", "/metrics", "/assets/payback.js", "/nothing"]
)
def test_nobody_gets_in_without_the_token(visitor, path):
    """Whatever is asked for, the answer says nothing but where the token is."""
    status, headers, content = visitor.ask(path)

    assert (status, content) == (401, b"Open the address that payback serve printed: it carries the token.")
    assert "Set-Cookie" not in headers


def test_a_browser_without_the_token_gets_a_page_that_says_where_it_is(visitor):
    """With the status of a refusal, without a script, and without anything of the data."""
    status, headers, content = visitor.ask("/", Accept="text/html,*/*")

    assert (status, b"payback serve" in content, b"<script" in content) == (401, True, False)
    assert "default-src 'none'; style-src 'sha256-" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_answers_are_those_of_the_cube(folder):
    """A query over HTTP gives what the cube gives."""
    query = ASKED | {"channels": ["Search"], "previous": {"start": "2026-01-01", "end": "2026-01-20"}}
    with serving(folder, token=TOKEN) as (live, visitor):
        found = json.loads(visitor.ask("/api/query", query, **BEARER)[2])
        expected = answer(
            live.current().engine.beside,
            Query("EUR", date(2026, 1, 1), date(2026, 12, 31), (date(2026, 1, 1), date(2026, 1, 20)), ("Search",)),
        )

    assert found == expected
    assert [group["key"] for group in found["channel"]] == [["Search"]]


def test_names_stored_as_numbers_give_the_same_answers(folder):
    """The enumerations that save memory change no figure, whatever is filtered."""
    from payback.engine.duckdb import Engine
    from payback.publishing.cube.answering import answer_json

    with Engine() as small, Engine() as plain:
        load_cube(small, kept(folder).cube)
        plain.execute("create table cube as from read_parquet(?)", [str(kept(folder).cube)])
        for extra in (
            {},
            {"channels": ("Search", "nothing")},
            {"countries": ("",), "sources": ("meta",), "campaigns": (1,)},
        ):
            query = Query("EUR", date(2026, 1, 5), date(2026, 2, 20), **extra)
            assert answer_json(small.beside, query, enums=True) == answer_json(plain.rows, query)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row()],
        [row(currency=code) for code in ("EUR", "JPY", "XXX")],
        [row("0", "-5")],
        [row(campaign_name="</script>", channel="<b>'\"", country="x" * 200)],
    ],
    ids=["no data", "one day", "three currencies", "a refund without cost", "markup"],
)
def test_any_data_can_be_served(tmp_path, rows):
    """Page, data and answer come, whatever there is; names are text."""
    keep_rows(tmp_path / "cube", rows)
    with serving(tmp_path / "cube", token=TOKEN) as (_, visitor):
        page, data = visitor.ask("/", **BEARER), visitor.ask("/api/data", **BEARER)
        answer = visitor.ask("/api/query", ASKED, **BEARER)

    assert (page[0], data[0], answer[0]) == (200, 200, 200)
    assert b"<b>" not in page[2].replace(b"<b>0</b>", b"")
    assert [group["key"] for group in json.loads(answer[2])["channel"]] == [[one["channel"]] for one in rows[:1]]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("[::1]:{port}", 200), ("LOCALHOST", 200),
        ("evil.example:{port}", 421), ("127.0.0.1.evil.example", 421), ("192.168.1.7", 421), ("", 421),
        ("user@127.0.0.1", 421), ("127.0.0.1:port", 421), ("localhost.", 421),
    ],
)  # fmt: skip
def test_a_name_that_is_not_ours_is_refused(visitor, host, status):
    """A name that somebody lets point at this machine gets nothing, though the browser would send it."""
    guest = Visitor(visitor.port)
    guest.host = host.format(port=visitor.port)

    assert guest.ask("/api/data", **BEARER)[0] == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "file://127.0.0.1:{port}"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "http://127.0.0.1:{port}"}, 200),
    ],
)
def test_pages_of_other_sites_may_not_ask(visitor, headers, status):
    """A request that a page of another origin has made is refused, cookie or not."""
    sent = {name: value.format(port=visitor.port) for name, value in headers.items()}
    assert visitor.ask("/api/query", ASKED, **BEARER, **sent)[0] == status


def test_every_answer_carries_the_headers_of_safety(folder):
    """Errors too: nothing is framed, guessed at, or told to other sites."""
    with serving(folder, token=TOKEN) as (_, visitor):
        answers = [visitor.ask(path, **BEARER)[1] for path in ("/", "/api/data", "/nothing", "/healthz")]
        answers.append(visitor.ask("/")[1])
        page = visitor.ask("/", **BEARER)[1]["Content-Security-Policy"]

    for headers in answers:
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "server" not in headers
        assert "Access-Control-Allow-Origin" not in headers
    assert "script-src 'self';" in page
    assert "unsafe" not in page.replace("style-src-attr 'unsafe-inline'", "")


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/api/query", {"sql": "select 1"}, {}, 400),
        ("/api/query", "{", {}, 400),
        ("/api/query", "[" * 100_000, {}, 400),
        ("/api/query", ASKED | {"currency": "'; drop table cube; --"}, {}, 200),
        ("/api/query", json.dumps(ASKED), {"Content_Type": "text/plain"}, 415),
        ("/api/query", json.dumps(ASKED | {"channels": ["x" * 400] * 700}), {}, 413),
        ("/api/data", "x", {}, 413),
        ("/nothing", None, {}, 404),
        ("/assets/../secret", None, {}, 404),
        ("/assets/%2e%2e%2fpage.py", None, {}, 404),
        ("/api/export", {"format": "exe"}, {}, 400),
    ],
)
def test_what_is_wrong_is_refused(visitor, path, body, headers, status):
    """Neither SQL nor rubbish nor too much gets in, and the server goes on."""
    assert visitor.ask(path, body, **BEARER, **headers)[0] == status
    assert visitor.ask("/api/query", ASKED, **BEARER)[0] == 200


@pytest.mark.parametrize(("path", "access"), [("/api/query", {"token": TOKEN}), ("/login", {"password": PASSWORD})])
def test_a_body_that_lies_about_its_length_is_cut_off(folder, caplog, path, access):
    """Pieces without a length are counted as they come; whether the sender still hears it is up to the network."""
    with serving(folder, **access) as (_, visitor):
        connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "Host": visitor.host, **BEARER}
        with closing(connection), suppress(http.client.HTTPException, OSError):
            connection.request("POST", path, iter([b" " * 65_536] * 64), headers, encode_chunked=True)
            connection.getresponse()
        answered = f'payback_requests_total{{path="{path}",status="413"}} 1'
        secret = {"Authorization": "Bearer " + next(iter(access.values()))}
        assert answered in visitor.ask("/metrics", **secret)[2].decode().splitlines()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_browser_that_has_the_data_gets_it_once(folder):
    """The tag of an answer saves sending it again; the script may be kept for good."""
    with serving(folder, token=TOKEN) as (_, visitor):
        for path in ("/", "/api/data"):
            tag = visitor.ask(path, **BEARER)[1]["ETag"]
            assert visitor.ask(path, If_None_Match=tag, **BEARER)[::2] == (304, b"")
            assert visitor.ask(path, If_None_Match='"other"', **BEARER)[0] == 200
        status, headers, content = visitor.ask("/assets/payback.js", Accept_Encoding="gzip", **BEARER)

    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(content).decode() == "'a script'" * 300
    assert "immutable" in headers["Cache-Control"]


def test_what_is_seen_goes_along_as_csv_and_workbook(folder):
    """By the writers that let no text become a formula; numbers are numbers."""
    sheet = {
        "name": "Channels é / 2026",
        "currency": "EUR",
        "columns": [{"label": "Channel", "unit": "text"}, {"label": "=Cost", "unit": "money"},
                    {"label": "Day", "unit": "date"}],
        "rows": [["=1+1", 12.5, "2026-01-02"], [None, None, None]],
    }  # fmt: skip
    with serving(folder, token=TOKEN) as (_, visitor):
        csv = visitor.ask("/api/export", sheet | {"format": "csv"}, **BEARER)
        xlsx = visitor.ask("/api/export", sheet | {"format": "xlsx"}, **BEARER)
    cells = openpyxl.load_workbook(io.BytesIO(xlsx[2])).active

    assert csv[2].decode("utf-8-sig").splitlines()[1] == '"\'=1+1",12.5,2026-01-02'
    assert csv[2].decode("utf-8-sig").startswith('"Channel","\'=Cost"')
    assert csv[1]["Content-Disposition"] == 'attachment; filename="Channels-2026.csv"'
    assert (cells["A2"].value, cells["A2"].data_type, cells["B2"].value) == ("=1+1", "s", 12.5)
    assert cells["B1"].data_type == "s"


def test_it_says_how_it_fares(folder):
    """Health without the token, numbers with it."""
    with serving(folder, token=TOKEN) as (_, visitor):
        visitor.ask("/api/query", ASKED, **BEARER)
        visitor.ask("/api/query", ASKED, **BEARER)
        visitor.ask("/" + "x" * 50)
        health = visitor.ask("/healthz")
        lines = visitor.ask("/metrics", **BEARER)[2].decode().splitlines()

    assert (health[0], json.loads(health[2])) == (200, {"status": "ok"})
    assert 'payback_requests_total{path="/api/query",status="200"} 2' in lines
    assert 'payback_requests_total{path="other",status="401"} 1' in lines
    assert "payback_query_seconds_count 2" in lines
    assert "payback_answers_reused_total 1" in lines
    assert all(re.fullmatch(r"# (HELP|TYPE) .*|[a-z_]+(\{.*\})? [0-9.]+", line) for line in lines)


def test_new_data_is_taken_in_between_two_requests(folder):
    """After a run the next answer is that of the new data, and says so; a damaged folder leaves what there was."""
    with serving(folder, token=TOKEN) as (live, visitor):
        first = visitor.ask("/api/query", ASKED, **BEARER)[1]["X-Payback-Version"]
        keep_rows(folder, [row("7")], run_id="2")
        status, headers, content = visitor.ask("/api/query", ASKED, **BEARER)
        cost = json.loads(content)["total"][0]["now"][0][0]
        (folder / "report_data.json").write_text("{", encoding="utf-8")
        after = json.loads(visitor.ask("/api/query", ASKED, **BEARER)[2])["total"][0]["now"][0][0]

    assert (status, cost, after) == (200, 7.0, 7.0)
    assert headers["X-Payback-Version"] != first
    assert live.reloads == 1


def test_data_and_cube_of_two_runs_are_never_mixed(folder):
    """While one thread replaces both over and over, every reader finds a pair that belongs together."""
    done, wrong = threading.Event(), []

    def replace(live):
        number = 0
        while live.reloads < 5 and not done.is_set():
            before = live.reloads
            for _ in range(10):
                number += 1
                keep_rows(folder, [row(str(number))], run_id=str(number))
            while live.reloads == before and not done.is_set():
                done.wait(0.01)  # readers always get to see some of the new ones
        done.set()

    def read(live):
        while not done.is_set():
            snapshot = live.current()
            cost = int(snapshot.engine.beside("select sum(cost) from cube")[0][0])
            if str(cost) != snapshot.kept.data["run_id"]:
                wrong.append((cost, snapshot.kept.data["run_id"]))
                done.set()

    keep_rows(folder, [row("0")], run_id="0")
    live = Live(folder, lambda: kept(folder))
    threads = [threading.Thread(target=one, args=(live,)) for one in (replace, read, read)]
    for thread in threads:
        thread.start()
    hung = not done.wait(PATIENCE)
    done.set()
    for thread in threads:
        thread.join(PATIENCE)

    assert (wrong, hung) == ([], False)
    assert live.reloads >= 5


def test_many_may_ask_at_once(folder):
    """Queries run beside each other and each gets its own answer."""
    answers = {}

    def ask(visitor, number):
        content = visitor.ask("/api/query", ASKED | {"campaigns": [number]}, **BEARER)[2]
        answers[number] = [group["key"] for group in json.loads(content)["campaign"]]

    with serving(folder, token=TOKEN) as (_, visitor):
        threads = [threading.Thread(target=ask, args=(visitor, number)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)

    assert answers == {number: [[str(number)]] for number in range(5)}


def test_with_a_password_people_log_in(folder):
    """The form gives a session; scripts send the password with the request; the token way is closed."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    basic = base64.b64encode(f"anyone:{PASSWORD}".encode()).decode()
    with serving(folder, password=PASSWORD) as (_, visitor):
        there = visitor.ask("/")
        asked = visitor.ask("/login")
        wrong = visitor.ask("/login", "password=wrong", **form)
        right = visitor.ask("/login", "password=correct-horse%2Dbattery", **form)
        session = right[1]["Set-Cookie"].split(";")[0]
        statuses = [
            visitor.ask("/api/data", Cookie=session)[0],
            visitor.ask("/api/data", Authorization=f"Basic {basic}")[0],
            visitor.ask("/api/data", Authorization="Basic %%%")[0],
            visitor.ask(f"/?token={PASSWORD}")[0],
            visitor.ask("/api/data", Cookie=session[:-1])[0],
        ]

    assert (there[0], there[1]["Location"]) == (303, "login")
    assert asked[1]["Referrer-Policy"] == wrong[1]["Referrer-Policy"] == "same-origin"
    assert (asked[0], b'type="password"' in asked[2]) == (200, True)
    assert (wrong[0], "Set-Cookie" in wrong[1], b"not the password" in wrong[2]) == (403, False, True)
    assert (right[0], "HttpOnly" in right[1]["Set-Cookie"]) == (303, True)
    assert statuses == [200, 200, 401, 303, 401]


def test_guessing_is_slowed_down(folder):
    """After ten failures within a minute nobody may try, not even with the right password; sessions go on."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    with serving(folder, password=PASSWORD) as (_, visitor):
        right = visitor.ask("/login", "password=correct-horse%2Dbattery", **form)
        session = right[1]["Set-Cookie"].split(";")[0]
        statuses = [visitor.ask("/login", f"password={number}", **form)[0] for number in range(11)]
        late = visitor.ask("/api/data", Authorization=f"Bearer {PASSWORD}")
        inside = visitor.ask("/api/data", Cookie=session)[0]

    assert statuses == [403] * 10 + [429]
    assert (late[0], 0 < int(late[1]["Retry-After"]) <= 61, inside) == (429, True, 200)


def test_the_log_in_may_not_come_from_another_site(folder):
    """A form on another page cannot log a reader in."""
    with serving(folder, password=PASSWORD) as (_, visitor):
        status = visitor.ask(
            "/login", "password=x", Origin="http://evil.example", Content_Type="application/x-www-form-urlencoded"
        )[0]

    assert status == 403


@pytest.mark.parametrize(
    ("host", "options", "message"),
    [
        (EVERYBODY, {}, "needs a password"),
        ("::", {}, "needs a password"),
        ("192.0.2.1", {}, "needs a password"),
        (EVERYBODY, {"password": "short"}, "too short"),
        ("192.0.2.1", {"password": PASSWORD}, "cannot be listened on"),
    ],
)
def test_an_address_that_others_reach_needs_a_password(host, options, message):
    """Before anything is opened."""
    with pytest.raises(UsageError, match=message):
        open_place(host, 0, **options)


def test_a_taken_port_is_told():
    """The message names the way out."""
    place = open_place("127.0.0.1", 0)
    try:
        with pytest.raises(UsageError, match="cannot be listened on") as caught:
            open_place("127.0.0.1", place.socket.getsockname()[1])
    finally:
        place.socket.close()

    assert "--port 0" in caught.value.hint


def test_every_start_has_its_own_token():
    """Tokens are long, and different each time."""
    places = [open_place("127.0.0.1", 0) for _ in range(2)]
    for place in places:
        place.socket.close()

    tokens = {place.url.partition("token=")[2] for place in places}
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 32


def test_beyond_loopback_addresses_and_given_names_are_ours():
    """Digits cannot be made to point elsewhere; names can, so only known ones are answered."""
    access = Access("secret", has_password=True, hosts=frozenset({"dashboard.example"}), loopback=False)

    assert [access.knows_host(host) for host in ("192.0.2.7:80", "[2001:db8::1]", "dashboard.example:443")] == [
        True
    ] * 3
    assert [access.knows_host(host) for host in ("evil.example", None, "", "a b")] == [False] * 4
    assert [is_loopback(host) for host in ("127.8.9.1", "::1", "localhost", EVERYBODY, "example.org")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_sessions_end():
    """A key that is over, or that nobody gave out, opens nothing."""
    access = Access("secret")
    key = access.open_session()
    access._sessions["old"] = time.monotonic() - 1

    assert [access.has_session(one) for one in (key, "old", "other", None)] == [True, False, False, False]


def test_an_empty_project_is_told_to_run(shop):
    """There is nothing to serve before a run."""
    outcome = shop.run("serve", "--port", "0")

    assert (outcome.code, "payback run" in outcome.err) == (1, True)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), ("\nsecond line", "is empty"), ("short", "too short")]
)
def test_the_file_of_the_password_holds_one(shop, content, message):
    """In its first line."""
    keep_rows(shop.folder / "outputs" / "cube", [row()])
    if content is not None:
        shop.write("secret.txt", content)
    outcome = shop.run("serve", "--host", EVERYBODY, "--port", "0", "--password-file", shop.folder / "secret.txt")

    assert (outcome.code, message in outcome.err) == (2, True)
    assert "second line" not in outcome.err


def test_control_c_stops_it_without_an_error(folder):
    """It is the usual way to stop it: nothing is raised, and the port is free again."""
    live, place = Live(folder, lambda: kept(folder)), open_place("127.0.0.1", 0)
    port = place.socket.getsockname()[1]
    run_server(live, place, lambda: signal.raise_signal(signal.SIGINT))
    again = open_place("127.0.0.1", port)
    again.socket.close()

    assert place.socket.fileno() == -1
