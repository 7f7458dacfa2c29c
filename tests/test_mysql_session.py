"""Connections to MySQL: logging in, locks, retries, and errors that teach and keep secrets."""
# ruff: noqa: PT012, S106 - errors are raised within a transaction and come out of it; the passwords are made up

from __future__ import annotations

import pickle
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_rows import write
from payback.errors import ConfigurationError, WarehouseBusyError, WarehouseError, WarehouseInterruptedError
from payback.warehouse.mysql.address import Address
from payback.warehouse.mysql.locking import lock_name
from payback.warehouse.mysql.problems import translated
from payback.warehouse.mysql.session import Session, check_version
from payback.warehouse.mysql.warehouse import MySQLWarehouse
from payback.warehouse.opening import open_warehouse
from payback.warehouse.retries import retried


@pytest.fixture
def session(mysql_address):
    """Return a session on an empty database."""
    opened = Session(mysql_address)
    yield opened
    opened.close()


def test_url_wins_over_parts_and_hides_its_password():
    """All parts of a URL are understood, also escaped ones, and none of its texts shows the password."""
    address = Address.from_parts(
        url="mysql+pymysql://ana:p%40ss@db.example.com:3307/shop?tls=required&timeout=60", user="root", password="other"
    )
    assert (address.user, address.password, address.port, address.database) == ("ana", "p@ss", 3307, "shop")
    assert (address.tls, address.timeout) == ("required", 60.0)
    assert "p@ss" not in str(address) + repr(address)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://ana:secret@db/shop", "no address of a MySQL database"),
        ("mysql://ana:secret@db:99999/shop", "no valid port"),
        ("mysql://ana:secret@db/shop?speed=fast", r"option that is not known(.|\n)*got: speed"),
        ("mysql://ana:secret@db/shop?tls=maybe", r"unknown TLS mode(.|\n)*verify_ca"),
    ],
)
def test_bad_url_is_explained_without_its_password(url, message):
    """What is wrong with an address is said, and its password is not."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        Address.from_url(url)
    assert "secret" not in str(caught.value)


def test_wrong_password(mysql_address):
    """A wrong password is a matter of configuration; the message has the place and the hint, not the password."""
    with pytest.raises(ConfigurationError, match="refuses this user or password") as caught:
        MySQLWarehouse(replace(mysql_address, password="wrong-secret"))
    assert mysql_address.database in str(caught.value)
    assert "wrong-secret" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_missing_database(mysql_address):
    """A database that is not there names the command that makes it."""
    with pytest.raises(ConfigurationError, match=r"no such database(.|\n)*payback db create"):
        MySQLWarehouse(replace(mysql_address, database="not_there"))


def test_server_without_a_free_connection_is_explained(mysql_address, mysql_server):
    """An account that has all the connections it may have is told so, and not that the server does not answer."""
    mysql_server.execute("create user pb_one identified by 'Long-password-1' with max_user_connections 1")
    held = mysql_server.connect(user="pb_one", password="Long-password-1")
    try:
        with pytest.raises(WarehouseError, match=r"no connection left(.|\n)*max_user_connections"):
            MySQLWarehouse(replace(mysql_address, user="pb_one", password="Long-password-1"))
    finally:
        held.close()
        mysql_server.execute("drop user pb_one")


def test_server_that_is_not_there_fails_at_once(mysql_address, caplog):
    """A closed port is no reason to try again."""
    with pytest.raises(WarehouseError, match=r"does not answer(.|\n)*mysql\.host and mysql\.port"):
        MySQLWarehouse(replace(mysql_address, port=1))
    assert "trying again" not in caplog.text


@pytest.mark.parametrize("version", ["5.7.44", "10.5.8-MariaDB", "5.5.5-10.3.1-MariaDB"])
def test_old_server_is_refused(version):
    """The message has the version that was found and the one that is needed."""
    with pytest.raises(ConfigurationError, match=f"too old(.|\n)*{version}(.|\n)*8.0 or newer"):
        check_version(version, Address())


@pytest.mark.parametrize("version", ["8.0.11", "8.4.5", "9.7.4-2", "26.7.0", "11.4.2-MariaDB", "5.5.5-10.11.6-MariaDB"])
def test_new_server_is_welcome(version):
    """MySQL 8.0 and everything after it, under either way of counting versions."""
    check_version(version, Address())


def test_second_writer_learns_who_writes(mysql_address):
    """While one run writes, another is told which session holds the lock; afterwards it may write."""
    first, second = MySQLWarehouse(mysql_address), MySQLWarehouse(mysql_address)
    write(first)
    with pytest.raises(
        WarehouseBusyError, match=r"another run of Payback(.|\n)*session \d+ of payback from .*, process \d+"
    ):
        write(second, load_id=2)
    assert second.read("campaigns").num_rows == 1
    first.close()
    write(second, load_id=2)
    second.close()


def test_names_of_locks_are_short_and_differ():
    """MySQL's locks have names of at most 64 signs."""
    names = {lock_name("x" * length) for length in range(1, 65)}
    assert len(names) == 64
    assert max(map(len, names)) <= 64


def test_only_interrupted_work_is_tried_again(monkeypatch):
    """A broken connection is worth another try, a wrong statement is not."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    tries = []

    def work(error, times):
        tries.append(1)
        if len(tries) < times:
            raise error
        return "done"

    assert retried(lambda: work(WarehouseInterruptedError("broken"), 3)) == "done"
    tries.clear()
    with pytest.raises(WarehouseError, match="wrong"):
        retried(lambda: work(WarehouseError("wrong"), 3))
    assert len(tries) == 1


def test_deadlock_is_worth_another_try(session, mysql_server):
    """Of two transactions that wait for each other the server ends one, and that one's error says try again."""
    database = session.address.database
    mysql_server.execute(
        "create table t (n int primary key, v int)", "insert into t values (1, 0), (2, 0)", database=database
    )
    other = mysql_server.connect(database=database)
    other.begin()
    other.query("update t set v = 1 where n = 2")
    # The server ends the transaction that changed less.
    other.query("insert into t values (3, 0), (4, 0), (5, 0)")
    with pytest.raises(WarehouseInterruptedError, match="deadlock"), session.transaction():
        session.execute("update t set v = 1 where n = 1")
        waiting = threading.Thread(target=lambda: other.query("update t set v = 2 where n = 1"))
        waiting.start()
        time.sleep(0.5)
        session.execute("update t set v = 2 where n = 2")
    waiting.join()
    other.rollback()
    other.close()


def test_lock_of_another_session_is_no_reason_to_try_again(session, mysql_server):
    """A row that somebody holds for long gives an error that says so, once."""
    database = session.address.database
    mysql_server.execute("create table t (n int primary key)", "insert into t values (1)", database=database)
    other = mysql_server.connect(database=database)
    other.begin()
    other.query("delete from t")
    with pytest.raises(WarehouseBusyError, match="another session holds rows"), session.transaction():
        session.execute("set session innodb_lock_wait_timeout = 1")
        session.execute("delete from t")
    other.rollback()
    other.close()


def test_broken_connection_ends_the_transaction_and_the_next_one_works(session, mysql_server):
    """A session that an administrator ends loses its transaction and its lock, and gets both anew."""
    mysql_server.execute("create table t (n int)", database=session.address.database)
    with pytest.raises(WarehouseInterruptedError, match="nothing was changed"), session.transaction():
        session.execute("insert into t values (1)")
        mysql_server.execute(f"kill {session.writer.connection.thread_id()}")
        session.execute("insert into t values (2)")
    with session.transaction():
        session.execute("insert into t values (3)")
    assert session.rows("select n from t") == [(3,)]


def test_reading_survives_connections_that_were_cut(session, mysql_server):
    """Connections that waited in the pool and were cut are replaced without a word."""
    session.rows("select 1")
    for (number,) in mysql_server.execute("select id from information_schema.processlist where db = "
                                          f"'{session.address.database}'"):  # fmt: skip
        mysql_server.execute(f"kill {number}")
    assert session.rows("select 2") == [(2,)]


def test_server_that_stays_silent_is_given_up(mysql_address):
    """An answer that does not come in time is an error with a hint, not an endless wait."""
    session = Session(replace(mysql_address, timeout=1))
    with pytest.raises(WarehouseError, match=r"did not answer in time(.|\n)*disk full"):
        session.rows("select sleep(5)")
    session.close()


def test_encryption_is_what_was_asked_for(mysql_address):
    """required encrypts, disabled does not."""
    for tls, encrypted in (("required", True), ("preferred", True), ("disabled", False)):
        session = Session(replace(mysql_address, tls=tls))
        ((_, cipher),) = session.rows("show session status like 'Ssl_cipher'")
        session.close()
        assert bool(cipher) is encrypted


def test_server_is_checked_where_asked(mysql_address, mysql_server):
    """With the certificate that signed the server's the connection comes about, without it not."""
    if not mysql_server.owned or mysql_server.programs.kind != "mysql":
        pytest.skip("needs the files of a server of our own")
    authority = mysql_server.folder / "data" / "ca.pem"
    session = Session(replace(mysql_address, tls="verify_ca", tls_ca=authority))
    assert session.rows("select 1") == [(1,)]
    session.close()
    for address in (
        replace(mysql_address, tls="verify_ca"),
        replace(mysql_address, tls="verify_identity", tls_ca=authority),
    ):
        with pytest.raises(ConfigurationError, match=r"no trusted encrypted connection(.|\n)*mysql\.tls_ca"):
            Session(address).rows("select 1")


def test_rows_that_must_be_encrypted_are_not_read_in_plain_text(mysql_address):
    """The fast reader knows no TLS, so it is used on this machine or where encryption is switched off, never else."""
    assert replace(mysql_address, host="localhost").may_be_plain
    assert replace(mysql_address, host="db.example.com", tls="disabled").may_be_plain
    for address in (replace(mysql_address, host="db.example.com"), replace(mysql_address, tls="required")):
        assert not address.may_be_plain


def test_account_that_must_encrypt_reads_encrypted(mysql_address, mysql_server):
    """An account with `require ssl`, as `payback db grants` prints it, reads over the encrypted connection."""
    mysql_server.execute(
        "create user pb_ssl identified by 'Long-password-1' require ssl",
        f"grant all on `{mysql_address.database}`.* to pb_ssl",
    )
    try:
        warehouse = MySQLWarehouse(replace(mysql_address, user="pb_ssl", password="Long-password-1"))
        assert not warehouse.session.may_be_plain
        write(warehouse)
        assert warehouse.read("campaigns").num_rows == 1
        warehouse.close()
    finally:
        mysql_server.execute("drop user pb_ssl")


def test_server_that_asks_for_a_file_gets_none(session, tmp_path):
    """A server may ask for any file in answer to any statement; only our own stream is ever sent."""
    secret = tmp_path / "secret.txt"
    secret.write_text("1\n", encoding="utf-8")
    connection = session._connect()
    connection.query("create temporary table t (n int)")
    with pytest.raises(RuntimeError, match="local_infile"):
        connection.query(f"load data local infile '{secret.as_posix()}' into table t")
    connection._force_close()


@pytest.mark.parametrize("code", [1045, 1213, 2013, 2003, 1114, 1153, 9999])
def test_no_error_shows_the_password(code):
    """Whatever the driver says, the password is taken out; the error survives pickling, as workers need."""
    import pymysql

    address = Address(password="hunter2", host="db.example.com")
    error = translated(pymysql.err.OperationalError(code, "said hunter2"), address)
    assert "hunter2" not in str(error) + repr(error.__dict__)
    assert "db.example.com" in str(pickle.loads(pickle.dumps(error)))  # noqa: S301 - our own bytes


def test_kind_is_chosen_by_name(mysql_address):
    """`open_warehouse` knows MySQL by the settings' names."""
    server = {"url": None, "host": mysql_address.host, "port": mysql_address.port, "user": mysql_address.user,
              "password": mysql_address.password, "database": mysql_address.database}  # fmt: skip
    warehouse = open_warehouse("mysql", Path("unused"), server=server, threads=1)
    assert warehouse.ledger_state() == "0 0 0 0 0"
    warehouse.close()
