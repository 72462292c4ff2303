"""A good call with something to look at: a slow calendar, an interruption, a handoff, a happy caller."""

from observability.demo.front_desk_turns import TURNS
from observability.demo.script import Caller, Ending, Evaluation, Role, Script, Tool

RECEPTIONIST = Role(
    label="receptionist",
    instructions=(
        "You answer the phone of an eye clinic. Be brief and friendly. Offer two times at once, never more. "
        "Give no medical advice beyond the leaflet. Hand questions about invoices to billing."
    ),
    tools=(
        Tool("book_slot", "Book a free appointment."),
        Tool("find_slots", "List free appointments of a day."),
        Tool("transfer_to_billing", "Hand the caller over to billing."),
    ),
)

BILLING = Role(
    label="billing",
    instructions="You answer questions about the clinic's invoices. Always ask for the invoice number first.",
    tools=(
        Tool("find_invoice", "Find an invoice by its number."),
        Tool("send_receipt", "Send a receipt to the address on file."),
    ),
)

EVALUATIONS = (
    Evaluation(
        name="task_completion",
        verdict="pass",
        reasoning="The appointment was moved to Tuesday at one and the receipt for invoice 4417 was sent.",
        criteria="Pass if the caller's requests were completed, handed over, or rightly declined.",
    ),
    Evaluation(
        name="conciseness",
        verdict="maybe",
        reasoning="Most answers are short, but the list of things to bring made the caller cut in.",
        criteria="Pass if the answers are as brief as the matter allows.",
    ),
    Evaluation(
        name="tool_use",
        verdict="pass",
        reasoning="The calendar timed out once; the agent asked again and did not invent a time.",
        criteria="Pass if the right tools were called and their results were used truthfully.",
    ),
)

FRONT_DESK = Script(
    name="front_desk",
    agent_name="front-desk",
    room_name="clinic-call-0317",
    caller=Caller(
        participant_id="PA_demo_caller_0317",
        identity="caller-0317",
        kind="PARTICIPANT_KIND_SIP",
        sip={
            "callID": "SCL_demo_0317",
            "callStatus": "active",
            "ruleID": "SDR_demo_day",
            "trunkID": "ST_demo_desk",
        },
    ),
    roles=(RECEPTIONIST, BILLING),
    turns=TURNS,
    tags={"caller:returning": {"visits": 4}, "language:en": {}},
    ending=Ending(
        close_reason="participant_disconnected",
        summary_reason="CR_PARTICIPANT_DISCONNECTED",
        shutdown_reason="caller hung up",
        outcome="success",
        outcome_reason="the appointment was moved",
        evaluations=EVALUATIONS,
    ),
)
