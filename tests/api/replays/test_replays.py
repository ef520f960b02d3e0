"""A replay from the verdict to its outcome, with the real engine and an endpoint over a real socket."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from spanledger_store import Store
from tests.api.replays.conftest import Desk, claim, open_desk
from tests.api.replays.endpoint import Endpoint
from tests.correlator.span_rows import hex_id

Clock = list[datetime]
PAGE = (Path(__file__).parents[3] / "docs" / "replays.md").read_text(encoding="utf-8")


def findings(plan: dict[str, Any]) -> dict[str, str]:
    """The verdict of each finding by its code."""
    return {one["code"]: one["verdict"] for one in plan["evidence"]}


def root_of(word: str) -> str:
    """The claim that an exception is about."""
    return word.partition("/")[2].partition("~")[0]


def test_a_safe_replay_is_sent_at_once_and_its_success_resolves_the_exception(desk: Desk) -> None:
    word = desk.refused_claim()
    plan = desk.plan(word)
    assert (plan["verdict"], plan["needs_approval"], plan["approval"]) == ("safe", False, None)
    assert findings(plan) == {"no_later_success": "safe", "nothing_done": "safe"}

    root = root_of(word)
    replay = desk.ask(word).json()
    assert replay["state"] == "sent", replay
    (order,) = desk.endpoint.orders
    assert order.said["type"] == "replay.requested"
    assert order.said["data"] == {
        "replay_id": replay["id"],
        "dry_run": False,
        "tenant": "default",
        "process": "claim-flow",
        "transaction": f"claim-flow/{root}",
        "step": "claim.booked",
        "entity": {"type": "claim", "id": root},
        "attempt": 2,
        "failed": order.said["data"]["failed"],
    }
    assert order.said["data"]["failed"]["span_id"] == hex_id(f"{root}-booked-1", 8) == replay["failed_span_id"]
    documented = json.loads(PAGE.split("```json\n", 1)[1].split("```", 1)[0])
    assert order.said["data"]["failed"].keys() == documented["data"]["failed"].keys()
    assert order.said["data"].keys() == documented["data"].keys()
    assert order.said.keys() == documented.keys()
    assert order.headers["webhook-id"] == order.headers["idempotency-key"] == replay["id"]
    assert order.trace_id == replay["trace_id"]
    assert [(one["event"], one["who"]) for one in replay["history"]] == [
        ("asked", "mia@example.com"),
        ("sending", "mia@example.com"),
        ("answered", "claim-booking"),
    ]
    assert replay["history"][-1]["status"] == 202
    exception = desk.get(f"/v1/exceptions/{word}").json()
    assert (exception["history"][-1]["action"], exception["history"][-1]["why"]) == ("replay_asked", "corrected")

    desk.wait(minutes=5)
    booked = claim(root, "booked", desk.minute(), "2", system="ledger", replay_of=replay["id"])
    desk.tell(booked)
    found = desk.replay(replay)
    assert found["state"] == "succeeded"
    assert found["attempt"]["span_id"] == booked.span_id
    exception = desk.get(f"/v1/exceptions/{word}").json()
    assert (exception["state"], exception["resolution"]) == ("resolved", "succeeded")
    assert desk.ask(word).json()["code"] == "already_resolved"
    listed = desk.get("/v1/replays?state=succeeded&who=mia@example.com&step=claim.booked&limit=1").json()
    assert listed["items"][0]["id"] == replay["id"]
    assert desk.get("/v1/replays?who=nobody").json()["count"] == 0


def test_what_is_large_waits_for_another_person(desk: Desk) -> None:
    word = desk.refused_claim(amount="1000.01")
    assert desk.plan(word)["approval"] == "EUR 1,000.01 is at stake."
    replay = desk.ask(word, "both").json()
    assert (replay["state"], desk.endpoint.orders) == ("waiting", [])
    assert desk.decide(replay, "both", "approve").json()["code"] == "same_person"
    assert desk.decide(replay, "both", "refuse").json()["code"] == "same_person"
    assert desk.decide(replay, "mia", "approve").json()["code"] == "role_missing"
    assert desk.decide(replay, "jonas", "withdraw").json()["code"] == "role_missing"
    assert desk.ask(word).json()["code"] == "replay_under_way"
    found = desk.decide(replay, "jonas", "approve").json()
    assert found["state"] == "sent"
    assert [one["event"] for one in found["history"]] == ["asked", "approved", "sending", "answered"]
    assert len(desk.endpoint.orders) == 1
    assert desk.decide(replay, "jonas", "approve").json()["code"] == "replay_decided"
    assert desk.decide(replay, "jonas", "refuse").json()["code"] == "replay_decided"
    assert desk.decide(replay, "mia", "withdraw").json()["code"] == "replay_decided"


def test_whoever_does_not_see_the_money_always_needs_another(desk: Desk) -> None:
    small, large = desk.refused_claim(amount="1"), desk.refused_claim(amount="99999")
    plans = [desk.plan(word, "otto") for word in (small, large)]
    assert {plan["approval"] for plan in plans} == {"The credential does not see how much is at stake."}
    assert desk.ask(small, "otto").json()["state"] == "waiting"


def test_a_viewer_may_look_and_not_ask(desk: Desk) -> None:
    word = desk.refused_claim()
    assert desk.plan(word, "vera")["verdict"] == "safe"
    assert desk.ask(word, "vera").json()["code"] == "role_missing"
    desk.endpoint.text = "Acme GmbH has paid 150.00"
    replay = desk.ask(word).json()
    assert replay["history"][-1]["answer"] == desk.endpoint.text
    assert "Acme" not in desk.get(f"/v1/replays/{replay['id']}", "vera").text


def test_a_narrowed_credential_does_not_know_of_the_others(desk: Desk) -> None:
    replay = desk.ask(desk.refused_claim()).json()
    elsewhere: list[dict[str, Any]] = [{"legal_entities": ["US01"]}, {"processes": ["time-to-bill"]}]
    for scope in elsewhere:
        assert desk.get(f"/v1/replays/{replay['id']}", **scope).status_code == 404
        assert desk.get("/v1/replays", **scope).json()["items"] == []
    found = desk.get("/v1/replays", legal_entities=["DE01"]).json()["items"]
    assert replay["id"] in {one["id"] for one in found}


def test_refused_and_withdrawn_replays_make_room_for_another(desk: Desk) -> None:
    word = desk.refused_claim(amount="5000")
    for who, action, state in (("jonas", "refuse", "refused"), ("mia", "withdraw", "withdrawn")):
        replay = desk.ask(word).json()
        assert desk.decide(replay, who, action).json()["state"] == state
    waiting = desk.ask(word).json()
    assert waiting["state"] == "waiting"
    desk.wait(days=8)
    assert desk.replay(waiting)["state"] == "expired"
    assert desk.endpoint.orders == []


def test_a_closed_period_is_refused_until_somebody_vouches_and_another_approves(desk: Desk) -> None:
    word = desk.refused_claim("closed_period", outcome="rejected")
    assert desk.plan(word)["verdict"] == "unsafe"
    refused = desk.ask(word).json()
    assert refused["code"] == "replay_unsafe"
    assert "period is closed" in refused["detail"]
    replay = desk.ask(word, vouched=["period_closed"]).json()
    assert (replay["state"], replay["vouched"]) == ("waiting", ["period_closed"])
    assert desk.decide(replay, "jonas", "approve").json()["state"] == "sent"


def test_an_endpoint_that_honours_keys_takes_the_risk_away(store: Store, endpoint: Endpoint, now: Clock) -> None:
    for desk in open_desk(store, endpoint, now, idempotent="true"):
        assert desk.plan(desk.refused_claim("timeout", key="K1"))["verdict"] == "safe"
        assert desk.plan(desk.refused_claim("timeout"))["verdict"] == "duplicate_risk"


def test_what_succeeded_under_the_same_key_is_not_repeated(desk: Desk) -> None:
    word = desk.refused_claim(key="K9")
    desk.tell(claim("C77", "booked", desk.minute(), "1", system="ledger", key="K9"))
    assert findings(desk.plan(word))["key_succeeded"] == "unsafe"
    assert desk.ask(word).json()["code"] == "replay_unsafe"
    assert desk.endpoint.orders == []


def test_things_that_changed_meanwhile_are_seen_before_it_is_sent(desk: Desk) -> None:
    word = desk.refused_claim(amount="5000", key="K5")
    replay = desk.ask(word).json()
    desk.tell(claim("C78", "booked", desk.minute(), "1", system="ledger", key="K5"))
    assert desk.decide(replay, "jonas", "approve").json()["code"] == "replay_unsafe"
    assert desk.endpoint.orders == []
    assert desk.decide(replay, "mia", "withdraw").json()["state"] == "withdrawn"


def test_a_dry_run_asks_the_endpoint_and_begins_nothing(desk: Desk) -> None:
    word = desk.refused_claim()
    desk.endpoint.status, desk.endpoint.text = 200, "would book it"
    answer = desk.post(f"/v1/exceptions/{word}/replay/dry-run", "mia", {})
    assert answer.status_code == 200, answer.text
    assert answer.json()["answer"] == {"event": "answered", "status": 200, "text": "would book it"}
    assert [one.said["data"]["dry_run"] for one in desk.endpoint.orders] == [True]
    assert word not in {one["exception"] for one in desk.get("/v1/replays").json()["items"]}
    assert "replay_under_way" not in findings(desk.plan(word))


def test_without_understanding_for_it_a_dry_run_is_not_sent(store: Store, endpoint: Endpoint, now: Clock) -> None:
    for desk in open_desk(store, endpoint, now, dry_run="false"):
        answer = desk.post(f"/v1/exceptions/{desk.refused_claim()}/replay/dry-run", "mia", {}).json()
        assert (answer["verdict"], answer["answer"], endpoint.orders) == ("safe", None, [])


def test_an_endpoint_that_declines_and_points_elsewhere_is_not_followed(desk: Desk) -> None:
    desk.endpoint.status = 302
    word = desk.refused_claim()
    replay = desk.ask(word).json()
    assert (replay["state"], len(desk.endpoint.orders)) == ("declined", 1)
    assert "replayed_before" in findings(desk.plan(word))
    desk.endpoint.status = 202
    assert desk.ask(word).json()["state"] == "sent"


def test_an_endpoint_that_breaks_off_may_have_taken_it(desk: Desk) -> None:
    desk.endpoint.silent = True
    word = desk.refused_claim()
    replay = desk.ask(word).json()
    assert replay["state"] == "unanswered"
    assert desk.ask(word).json()["code"] == "replay_under_way"
    desk.wait(minutes=61)
    assert desk.replay(replay)["state"] == "no_attempt"


def test_an_endpoint_that_is_slow_is_not_waited_for_longer_than_it_may_take(desk: Desk) -> None:
    word = desk.refused_claim()
    desk.endpoint.hold.clear()
    assert desk.ask(word).json()["state"] == "unanswered"


def test_an_endpoint_that_is_not_there(store: Store, endpoint: Endpoint, now: Clock) -> None:
    for desk in open_desk(store, endpoint, now, url="http://127.0.0.1:9/replay"):
        word = desk.refused_claim()
        replay = desk.ask(word).json()
        assert replay["state"] == "not_delivered"
        assert desk.ask(word).json()["state"] == "not_delivered"


def test_an_attempt_that_names_nothing_counts_where_the_step_happens_once(desk: Desk) -> None:
    word = desk.refused_claim()
    replay = desk.ask(word).json()
    desk.wait(minutes=2)
    refused = claim(
        root_of(word), "booked", desk.minute(), "2", system="ledger", outcome="rejected", error=("validation", "", "")
    )
    desk.tell(refused)
    found = desk.replay(replay)
    assert (found["state"], found["attempt"]["span_id"]) == ("failed", None)


def test_an_attempt_in_the_orders_trace_is_its(desk: Desk) -> None:
    word = desk.refused_claim()
    replay = desk.ask(word).json()
    desk.wait(minutes=2)
    row = claim(root_of(word), "booked", desk.minute(), "2", system="ledger").columns(uuid.uuid4())
    row |= {"TraceId": replay["trace_id"], "StoredAt": desk.now[0]}
    desk.store.insert("spans", [list(row.values())], list(row))
    desk.correlator.catch_up()
    assert desk.replay(replay)["attempt"]["trace_id"] == replay["trace_id"]


def test_of_many_who_ask_at_once_one_is_heard(desk: Desk) -> None:
    word = desk.refused_claim()
    answers: list[Any] = []
    together = threading.Barrier(6)

    def ask() -> None:
        together.wait()
        answers.append(desk.ask(word))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert {answer.json().get("code") for answer in answers} == {None, "replay_under_way"}
    assert len(desk.endpoint.orders) == 1


def test_of_two_processes_that_ask_at_once_at_most_one_is_heard(store: Store, endpoint: Endpoint, now: Clock) -> None:
    """Two applications share the store and no lock: none may see room that the other has taken."""
    for one in open_desk(store, endpoint, now):
        for other in open_desk(store, endpoint, now):
            for _ in range(2):
                word = one.refused_claim()
                together = threading.Barrier(2)
                answers: list[Any] = []

                def ask(desk: Desk) -> None:
                    together.wait()  # noqa: B023 - joined within the loop
                    answers.append(desk.ask(word))  # noqa: B023

                before = len(endpoint.orders)
                threads = [threading.Thread(target=ask, args=(desk,)) for desk in (one, other)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                heard = [answer for answer in answers if answer.status_code == 200]
                assert len(heard) == len(endpoint.orders) - before <= 1


def test_one_failed_attempt_in_two_processes_is_replayed_once(desk: Desk) -> None:
    word = desk.refused_claim()
    beside = word.replace("claim-flow/", "ledger-feed/")
    assert desk.plan(beside)["verdict"] == "safe"
    assert desk.ask(word).json()["state"] == "sent"
    assert findings(desk.plan(beside))["replay_under_way"] == "unsafe"
    narrowed = desk.get(f"/v1/exceptions/{beside}/replay", processes=["ledger-feed"]).json()
    assert findings(narrowed)["replay_under_way"] == "unsafe"
    assert desk.ask(beside).json()["code"] == "replay_under_way"
    assert len(desk.endpoint.orders) == 1


def test_a_process_that_died_while_it_sent_leaves_a_replay_that_is_not_sent_again(desk: Desk) -> None:
    word = desk.refused_claim()
    replay = desk.ask(word).json()
    desk.store.command(
        f"DELETE FROM replay_events WHERE Event = 'answered' AND ReplayId = '{replay['id']}' SETTINGS mutations_sync = 2, lightweight_deletes_sync = 2"
    )
    assert desk.replay(replay)["state"] == "sending"
    desk.wait(minutes=3)
    assert desk.replay(replay)["state"] == "unanswered"
    assert desk.ask(word).json()["code"] == "replay_under_way"
    assert len(desk.endpoint.orders) == 1


def test_what_cannot_be_replayed_says_why(desk: Desk) -> None:
    word = desk.refused_claim(service="somebody-else")
    refused = desk.get(f"/v1/exceptions/{word}/replay").json()
    assert refused["code"] == "no_replay_endpoint"
    assert "somebody-else in ledger" in refused["detail"]
    desk.tell(claim("P1", "paid", desk.minute(), system="bank"), claim("P1", "filed", desk.minute()))
    desk.wait(minutes=1)
    missing = desk.get("/v1/exceptions?q=P1").json()["items"][0]["id"]
    assert "missing_step" in missing
    assert desk.get(f"/v1/exceptions/{missing}/replay").json()["code"] == "not_replayable"
    assert desk.get("/v1/exceptions/claim-flow/C0~failed_step~claim.booked~20260101T000000Z/replay").status_code == 404
    assert desk.get("/v1/replays/0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11").json()["code"] == "not_found"
    assert desk.get("/v1/replays/none").json()["code"] == "invalid_value"


def test_as_of_a_past_moment_a_replay_was_what_it_was_then(desk: Desk) -> None:
    word = desk.refused_claim(amount="5000")
    replay = desk.ask(word).json()
    asked = desk.now[0]
    desk.wait(minutes=2)
    desk.decide(replay, "jonas", "approve")
    desk.wait(minutes=2)
    then = desk.get(f"/v1/replays/{replay['id']}?as_of={asked.isoformat().replace('+', '%2B')}").json()
    assert (then["state"], [one["event"] for one in then["history"]]) == ("waiting", ["asked"])
    assert desk.replay(replay)["state"] == "sent"
