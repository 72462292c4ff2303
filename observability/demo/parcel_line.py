"""A short call that goes wrong: tracking is down, the model fails, a question is never answered."""

from observability.demo.script import (
    Attempt,
    Call,
    Caller,
    Ending,
    Evaluation,
    Note,
    Request,
    Role,
    Script,
    Step,
    Tool,
    Turn,
)

OVERLOADED = "message='the model is overloaded', status_code=503, retryable=True"

CLERK = Role(
    label="parcel_clerk",
    instructions="You help people who wait for a parcel. Look parcels up before you answer. Promise nothing.",
    tools=(
        Tool("change_address", "Send a parcel to another address."),
        Tool("track_parcel", "Say where a parcel is."),
    ),
)

TRACKING_DOWN = Call(
    tool="track_parcel",
    arguments={"number": "802615"},
    takes_ms=734,
    output="An internal error occurred",
    is_error=True,
    crash="tracking answered 502 Bad Gateway",
    requests=(
        Request("GET", "https://tracking.example/parcels/802615", after_ms=11, takes_ms=716, status=502),
    ),
    notes=(Note(9, "DEBUG", "looking up parcel 802615", logger="parcel-line"),),
)

TURNS = (
    Turn(
        instructions="Greet the caller.",
        steps=(Step("Hello, this is the parcel line. What can I do for you?"),),
    ),
    Turn(
        says="My parcel was due yesterday. Can you see where it is?",
        steps=(Step("Sure, I can look that up. What is the tracking number?"),),
    ),
    Turn(
        says="Eight zero two, six one five.",
        steps=(
            Step("One moment please.", calls=(TRACKING_DOWN,)),
            Step("I am sorry, I cannot reach the tracking system at the moment."),
        ),
        notes=(Note(0, "INFO", "tracking number understood", {"digits": 6}, logger="parcel-line"),),
    ),
    Turn(
        says="Then please send it to my office instead, I am there all week.",
        failed_attempts=(
            Attempt(takes_ms=318, retry_after_ms=100, message=OVERLOADED),
            Attempt(takes_ms=294, retry_after_ms=2000, message=OVERLOADED),
            Attempt(takes_ms=341, retry_after_ms=0, message=OVERLOADED),
        ),
    ),
    Turn(
        says="Hello? Are you still there?",
        pause_ms=1460,
        steps=(
            Step("Yes, I am still here. I could not change the address, a colleague will call you back."),
        ),
    ),
    Turn(
        says="No, that does not help me. Never mind.",
        steps=(Step("I understand, and I am sorry about that."),),
    ),
)

EVALUATIONS = (
    Evaluation(
        name="task_completion",
        verdict="fail",
        reasoning="The parcel was not found, and the new address met with silence, then with a no.",
        criteria="Pass if the caller's requests were completed, handed over, or rightly declined.",
    ),
    Evaluation(
        name="accuracy",
        verdict="pass",
        reasoning="The agent said plainly that tracking could not be reached and made nothing up.",
        criteria="Pass if everything the agent states is supported by its tools or instructions.",
    ),
)

PARCEL_LINE = Script(
    name="parcel_line",
    agent_name="parcel-line",
    room_name="parcel-call-2204",
    caller=Caller(
        participant_id="PA_demo_guest_2204",
        identity="web-guest-2204",
        kind="PARTICIPANT_KIND_STANDARD",
    ),
    roles=(CLERK,),
    turns=TURNS,
    tags={"language:en": {}, "needs-callback": {"queue": "evening", "priority": 2}},
    ending=Ending(
        close_reason="participant_disconnected",
        summary_reason="CR_PARTICIPANT_DISCONNECTED",
        shutdown_reason="caller left",
        outcome="fail",
        outcome_reason="neither tracking nor the new address worked",
        evaluations=EVALUATIONS,
    ),
)
