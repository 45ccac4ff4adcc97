"""What a stranger's XML may do to us, which is nothing; and passwords that are proved without being sent."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
import requests

from connectors.caldav.auth import Digest
from connectors.caldav.since import Mark, understood
from connectors.caldav.unmoved import settled
from connectors.caldav.wire import CAL, Cut, Malformed, Refusal, multistatus, parsed, refusal

ROW = (
    "<d:response><d:href>/x.ics</d:href><d:propstat><d:prop><c:calendar-data>{}</c:calendar-data></d:prop></d:propstat>"
    "</d:response>"
)
ALL = '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{}</d:multistatus>'


def told(body: bytes) -> str:
    return multistatus(body).responses[0].properties[f"{CAL}calendar-data"].text


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a []><a/>',
    ],
)
def test_a_document_type_is_refused_before_it_is_read(document):
    encoding = "utf-16" if "utf-16" in document else "utf-8"
    with pytest.raises(Malformed, match="document type"):
        parsed(document.encode(encoding))


def test_what_nests_deep_is_refused_soon():
    tracemalloc.start()
    with pytest.raises(Malformed, match="nests deeper"):
        parsed(b"<a>" * 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_what_xml_can_not_hold_is_left_out_and_the_rest_is_read():
    """Some servers pass on what one client once wrote; one task may not stop them all."""
    assert told(ALL.format(ROW.format("a\x08b&#8;c&#x1F;d&#x0b;e&#13;&#10;f&#9;g\tü")).encode()) == "abcde\r\nf\tg\tü"


@pytest.mark.parametrize("size", [0, 1, 60, 150, 200])
def test_an_answer_that_breaks_off_is_told_from_one_that_is_wrong(size):
    with pytest.raises(Cut):
        parsed(ALL.format(ROW.format("x")).encode()[:size])


@pytest.mark.parametrize(
    "body", [b"{}", b"text", b"<a></b>", b"<a/><b/>", b"\xff\xfe\xff", b'<?xml version="1.0" encoding="x-none"?><a/>']
)
def test_what_is_no_xml_is_malformed(body):
    with pytest.raises(Malformed):
        parsed(body)
    assert refusal(body) == Refusal()


SABRE = '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception>{}</d:error>'


@pytest.mark.parametrize(
    ("body", "condition", "words"),
    [
        pytest.param(
            '<error xmlns="DAV:"><c:no-uid-conflict xmlns:c="urn:ietf:params:xml:ns:caldav"/></error>',
            "no-uid-conflict",
            "",
            id="by the protocol",
        ),
        pytest.param(
            '<error xmlns="DAV:"><responsedescription>No such\ntoken</responsedescription><valid-sync-token/></error>',
            "valid-sync-token",
            "No such token",
            id="with words",
        ),
        pytest.param(
            SABRE.format("<s:message>An If-Match header was specified</s:message><s:header>If-Match</s:header>"),
            "",
            "An If-Match header was specified",
            id="sabre names none",
        ),
        pytest.param(SABRE.format("<s:message/><d:valid-sync-token/>"), "valid-sync-token", "", id="sabre names one"),
    ],
)
def test_a_refusal_names_its_precondition_and_says_why(body, condition, words):
    assert refusal(body.encode()) == Refusal(condition=condition, words=words)


@pytest.mark.parametrize("value", ["", "{}", "[]", "no cursor", '{"form": 1, "names": 3}', '{"form": 2, "token": "x"}'])
def test_a_cursor_that_is_none_of_ours_is_none(value):
    assert understood(value) is None


def test_a_cursor_is_understood_again():
    mark = Mark(token="t", tag="g", tags={"a.ics": "x"}, names={"b.ics": "uid"}, deaf=True)
    assert understood(mark.told()) == mark
    assert (mark.uid("b.ics"), mark.uid("a.ics")) == ("uid", "a")


@pytest.mark.parametrize(
    ("algorithm", "answer"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_answers_as_the_example_of_its_document(algorithm, answer):
    """RFC 7616, 3.9.1."""
    auth = Digest("Mufasa", "Circle of Life")
    auth._own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    challenge = (
        f'Basic realm="x", Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    assert auth.learn(challenge)
    request = requests.Request("GET", "http://www.example.org/dir/index.html", auth=auth).prepare()
    assert f'response="{answer}"' in request.headers["Authorization"]
    assert "nc=00000001" in request.headers["Authorization"]
    assert not auth.learn(challenge), "a second refusal is one"
    assert auth.learn(f"{challenge}, stale=TRUE")


@pytest.mark.parametrize("challenge", ["", "Basic realm=x", "Digest realm=x", 'Digest nonce="x", algorithm=SHA-999'])
def test_a_challenge_that_can_not_be_met_is_a_refusal(challenge):
    assert not Digest("u", "p").learn(challenge)


@pytest.mark.parametrize(("seconds", "is_settled"), [(0, False), (4.9, False), (5, True), (3600, True), (-60, False)])
def test_a_change_counts_as_the_last_when_another_would_show(seconds, is_settled):
    told = "Sun, 01 Mar 2026 09:00:00 GMT"
    then = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert settled(told, then + timedelta(seconds=seconds)) == (told if is_settled else "")


@pytest.mark.parametrize("told", ["", "yesterday", "Sun, 01 Mar 2026"])
def test_what_is_no_time_of_a_change_tells_nothing(told):
    assert settled(told, datetime(2027, 3, 1, tzinfo=UTC)) == ""
    assert settled("Sun, 01 Mar 2026 09:00:00 GMT", None) == ""
