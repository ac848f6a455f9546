"""The story: what each persona asks, and what the platform answers. Nothing is printed here.

No figure is computed or written down here: each is in a row that somebody read.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo.cast import Chapter, Person, Row, Scene, eventually, forge, press_pay
from local.scratch import Platform

TYPED = "It grinds when braking. Easier by phone: 415-555-2671"
PART = "The pad set is a Bosch 0986494524, DTC C1201 is unrelated."


@dataclass(slots=True)
class Story:
    """The chapters told so far, and the rows that a reader asks for at the end."""

    chapters: list[Chapter] = field(default_factory=list)
    books: Row = field(default_factory=dict)
    statement: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "chapters": [chapter.as_json() for chapter in self.chapters],
            "books": self.books,
            "mechanic_statement": self.statement,
            "ledger": self.entries,
        }


def tell(platform: Platform, chapter_told: Callable[[Chapter], None] = lambda _: None) -> Story:
    """Play the whole story on a seeded platform; each chapter is handed over when it is complete.

    Raises AssertionError where something that must be refused is answered.
    """
    return Teller(platform, chapter_told).tell()


class Teller:
    """Plays the story chapter by chapter, passing ids from one to the next."""

    def __init__(self, platform: Platform, chapter_told: Callable[[Chapter], None]) -> None:
        self.story = Story()
        self.chapter_told = chapter_told
        self.ana, self.max, self.zoe, self.walt, self.wanda, self.wes, self.ada = (
            Person(platform, name, self.scene)
            for name in ("ana", "max", "zoe", "walt", "wanda", "wes", "ada")
        )
        self.platform = platform
        self.payments_made = 0

    def scene(self, scene: Scene) -> None:
        self.story.chapters[-1].scenes.append(scene)

    def chapter(self, title: str) -> None:
        self._hand_over()
        self.story.chapters.append(Chapter(len(self.story.chapters) + 1, title))

    def _hand_over(self) -> None:
        if self.story.chapters:
            self.chapter_told(self.story.chapters[-1])

    def tell(self) -> Story:
        self.request()
        self.pay_diagnostic()
        self.queue()
        self.chat()
        self.refusals()
        self.complete()
        self.escalate()
        self.quote()
        self.approve()
        self.repair()
        self.ledger()
        self._hand_over()
        return self.story

    def request(self) -> None:
        self.chapter("Ana asks for a diagnostic")
        asked = self.ana.do(
            "request_session",
            category="brakes",
            concern="Grinding noise when braking",
            vehicle_year=2016,
            vehicle_make="Honda",
            vehicle_model="Civic",
            vehicle_colour="grey",
            vin="1HGCM82633A004352",
        )
        self.session, payment = asked["session_id"], asked["payment_id"]
        (self.payment,) = self.ana.read(
            "customer_payments", "id,purpose,amount_cents,currency,status", id=payment
        )

    def pay_diagnostic(self) -> None:
        self.chapter("She pays on a page that stands in for Stripe's; a forged event pays nothing")
        forge(self.platform, self.scene)
        self._pay(self.payment["id"])
        eventually(lambda: self._session(show=False)["status"] == "paid")
        self._session()

    def queue(self) -> None:
        self.chapter("Mechanics see a car that waits, and nobody's name; Max accepts")
        self.zoe.read("mechanic_queue")
        self.thread = self.max.do("accept_session", session_id=self.session)
        self.max.read(
            "mechanic_sessions",
            "status,customer_first_name,concern,vehicle_make,vehicle_model,vin",
            id=self.session,
        )

    def chat(self) -> None:
        self.chapter("A telephone number as typed, and as delivered to Max's socket")
        (thread,) = self.max.read("mechanic_threads", "topic,is_open", id=self.thread)
        self.topic = thread["topic"]
        self.ana.do("preview_message", body=TYPED)
        heard = self.max.listen(self.topic, lambda: self._say(self.ana, TYPED), "message")
        self.scene(Scene(self.max.who, f"hears on {self.topic[:15]}…", [_spoken(heard)]))
        self._say(self.max, PART)
        self._conversation(self.ana)

    def refusals(self) -> None:
        self.chapter("What nobody gets")
        self.max.is_refused(
            "GET mechanic_sessions?select=phone",
            lambda: self.max.read("mechanic_sessions", "phone", show=False),
        )
        self.max.is_refused(
            "GET mechanic_sessions?last_name=eq.Alvarez",
            lambda: self.max.read("mechanic_sessions", show=False, last_name="Alvarez"),
        )
        self.max.is_refused(
            "GET customer_profile", lambda: self.max.read("customer_profile", show=False)
        )
        contacts = self.max.client.schema("app").table("contact_details").select("phone")
        self.max.is_refused("GET contact_details  (schema app)", contacts.execute)
        self.zoe.read("mechanic_sessions", "id", id=self.session)
        self.zoe.is_refused(
            "send_message to Max's thread", lambda: self._say(self.zoe, "Hi", False)
        )
        try:
            self.zoe.listen(self.topic, lambda: None, "message")
        except PermissionError as error:
            code, _, says = json.loads(str(error))["reason"].partition(": ")
            self.scene(Scene(self.zoe.who, "joins Max's topic", refused=code, says=says))
        else:
            raise AssertionError("a stranger joined the topic")

    def complete(self) -> None:
        self.chapter("Max completes the session; what he saw of Ana is gone")
        self.max.do(
            "complete_session",
            session_id=self.session,
            summary="Front brake pads are worn; the discs are scored.",
            diagnosis="Front pads at 2 mm, discs below minimum thickness.",
            recommended_services=["brakes"],
        )
        self.max.read(
            "mechanic_sessions",
            "status,customer_first_name,concern,vehicle_make,vin,summary,diagnosis",
            id=self.session,
        )
        self._conversation(self.max)
        self.max.is_refused("send_message", lambda: self._say(self.max, "One more thing", False))

    def escalate(self) -> None:
        self.chapter("He escalates; the worker invites workshops, and each sees only its own offer")
        self.walt.read("workshop_cases")
        self.max.do("escalate_session", session_id=self.session)
        offers = {
            person.name: self._offer(person)["id"] for person in (self.walt, self.wanda, self.wes)
        }
        self.offers = offers
        columns = "customer_first_name,customer_last_initial,city,vehicle_make,vehicle_model,vin,diagnosis"
        self.walt.read("workshop_cases", columns)
        self.wes.do("decline_offer", offer_id=offers["wes"], code="no_capacity")
        self.wes.read("workshop_cases", columns)
        self.wes.read("workshop_offers", "outcome,decline_code,quoted_cents")
        self.ada.read(
            "admin_offers", "workshop_name,rank,score,terms,config_version,eligible_count"
        )

    def quote(self) -> None:
        self.chapter("Two workshops quote, and learn nothing of each other")
        self.quotes = {
            "walt": self._quote(self.walt, parts=70000, labour=50000),
            "wanda": self._quote(self.wanda, parts=76000, labour=57000),
        }
        for advisor in (self.walt, self.wanda):
            advisor.read("workshop_quotes", "status,parts_cents,labour_cents,total_cents,currency")
        self.wanda.read("workshop_quotes", "total_cents", id=self.quotes["walt"])
        self.walt.read("workshop_quotes", "total_cents", id=self.quotes["wanda"])
        self.ana.read(
            "customer_quotes", "workshop_name,total_cents,currency,rating,distance_km,status"
        )

    def approve(self) -> None:
        self.chapter("Ana chooses Northside and pays; Harbor Auto has lost the case")
        payment_id = self.ana.do("approve_quote", quote_id=self.quotes["walt"])
        self.wanda.read("workshop_offers", "outcome,quote_status,quoted_cents")
        self.wanda.read("workshop_cases", "customer_first_name,vehicle_make,diagnosis")
        self.wanda.is_refused(
            "accept_offer again",
            lambda: self.wanda.do("accept_offer", show=False, offer_id=self.offers["wanda"]),
        )
        (payment,) = self.ana.read(
            "customer_payments", "id,purpose,amount_cents,currency,status", id=payment_id
        )
        self._pay(payment["id"])
        eventually(lambda: self._escalation(show=False)["status"] == "paid")

    def repair(self) -> None:
        self.chapter("The car is repaired")
        self.walt.do("finish_repair", offer_id=self.offers["walt"])
        self.ana.do("confirm_repair", escalation_id=self._escalation(show=False)["id"])
        self._escalation()

    def ledger(self) -> None:
        self.chapter("Who earned what")
        eventually(self._is_settled)
        self.story.statement = self.max.read(
            "mechanic_statement", "description,amount_cents,currency,account,is_held"
        )
        self.walt.read("workshop_statement", "description,amount_cents,currency,account,is_held")
        self.max.read("mechanic_escalations", "status,referral_status,referral_cents")
        self.story.entries = self.ada.read(
            "admin_ledger_entries", "description,account,amount_cents,currency"
        )
        self.story.books = self._books()
        self.max.is_refused("GET admin_books", lambda: self.max.read("admin_books", show=False))

    def _pay(self, payment_id: str) -> None:
        """Through the service's page: what it tells of is delivered as Stripe's would be."""
        status, answer = self.ana.post("/checkout", {"payment_id": payment_id})
        if status != 201:
            raise AssertionError(f"no payment page was opened: {status} {answer}")
        self.scene(Scene(self.ana.who, "POST /checkout", [{"status": status}]))
        warning, came_to = press_pay(answer["checkout_url"])
        back = came_to.rpartition("?")[2]
        self.scene(Scene(self.ana.who, "presses Pay", [{"page": warning, "came_back_with": back}]))
        self.payments_made += 1

    def _is_settled(self) -> bool:
        """Whether the worker has applied every event, the last of each payment being its fee's."""
        events = self.ada.read("admin_stripe_events", "type,state", show=False)
        fees = sum(event["type"] == "charge.updated" for event in events)
        return fees == self.payments_made and all(event["state"] == "done" for event in events)

    def _books(self, show: bool = True) -> Row:
        (books,) = self.ada.read("admin_books", show=show)
        return books

    def _session(self, show: bool = True) -> Row:
        (session,) = self.ana.read(
            "customer_sessions", "status,category,vehicle_make,concern", show, id=self.session
        )
        return session

    def _escalation(self, show: bool = True) -> Row:
        (escalation,) = self.ana.read("customer_escalations", "id,status,category", show)
        return escalation

    def _say(self, person: Person, body: str, show: bool = True) -> Row:
        sent: Row = person.do(
            "send_message",
            show,
            thread_id=self.thread,
            body=body,
            client_message_id=str(uuid.uuid4()),
        )
        return sent

    def _offer(self, advisor: Person) -> Row:
        offers: list[Row] = eventually(lambda: advisor.read("workshop_offers", show=False))
        return offers[0]

    def _conversation(self, person: Person) -> None:
        person.read("messages", "position,sender,body", order="position", thread_id=self.thread)

    def _quote(self, advisor: Person, parts: int, labour: int) -> str:
        offer_id = self.offers[advisor.name]
        advisor.do("accept_offer", show=False, offer_id=offer_id)
        quote_id: str = advisor.do(
            "draft_quote",
            show=False,
            offer_id=offer_id,
            items=[
                {
                    "kind": "part",
                    "description": "Front pads and discs",
                    "quantity": 1,
                    "unit_cents": parts,
                },
                {"kind": "labour", "description": "Fitting", "quantity": 1, "unit_cents": labour},
            ],
            notes="Two years' warranty on parts.",
            warranty_months=24,
        )
        advisor.do("send_quote", quote_id=quote_id)
        return quote_id


def _spoken(payload: Row) -> Row:
    return {key: payload[key] for key in ("position", "sender", "body")}
