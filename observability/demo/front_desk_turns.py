"""Who says what at the front desk, and what the tools do meanwhile."""

from observability.demo.script import Call, Note, Request, Step, Turn

CALENDAR = "https://calendar.example/v1/slots"
INVOICES = "https://invoices.example/v1/invoices"

CALENDAR_TOO_SLOW = Call(
    tool="find_slots",
    arguments={"day": "tuesday", "week": "next"},
    takes_ms=2046,
    output="The calendar did not answer in time. Try again.",
    is_error=True,
    requests=(Request("GET", CALENDAR, after_ms=14, takes_ms=2003, status=0),),
    notes=(
        Note(11, "DEBUG", "asking the calendar for tuesday of next week", {"attempt": 1}),
        Note(2031, "WARN", "calendar gave no answer within 2.0 s", {"attempt": 1, "timeout_s": 2.0}),
    ),
)

CALENDAR_AT_LAST = Call(
    tool="find_slots",
    arguments={"day": "tuesday", "week": "next"},
    takes_ms=1184,
    output="{'day': 'tuesday', 'free': ['09:20', '13:00']}",
    requests=(Request("GET", CALENDAR, after_ms=9, takes_ms=1152),),
    notes=(
        Note(7, "DEBUG", "asking the calendar for tuesday of next week", {"attempt": 2}),
        Note(1166, "INFO", "calendar answered late", {"attempt": 2, "answer_s": 1.15}),
    ),
)

TURNS = (
    Turn(
        instructions="Greet the caller.",
        steps=(Step("Good morning, this is the front desk of the eye clinic. How can I help you?"),),
    ),
    Turn(
        says="Hi, I have to move my appointment on Thursday, something came up at work.",
        steps=(Step("No problem at all. Is that the eye check at half past nine?"),),
        notes=(Note(0, "INFO", "caller recognised", {"visits": 4, "reminders": True}),),
    ),
    Turn(
        says="Yes, that one. Do you have anything on Friday … maybe in the afternoon?",
        steps=(
            Step(
                "Let me have a look.",
                calls=(
                    Call(
                        tool="find_slots",
                        arguments={"day": "friday", "part": "afternoon"},
                        takes_ms=412,
                        output="{'day': 'friday', 'free': ['14:10', '15:45']}",
                        requests=(Request("GET", CALENDAR, after_ms=12, takes_ms=381),),
                        notes=(
                            Note(10, "DEBUG", "asking the calendar for friday afternoon", {"attempt": 1}),
                        ),
                    ),
                ),
            ),
            Step("On Friday I could offer ten past two, or a quarter to four. Would one of them suit you?"),
        ),
    ),
    Turn(
        says="Hmm, that is a bit tight. What about Tuesday next week?",
        steps=(
            Step(calls=(CALENDAR_TOO_SLOW,)),
            Step(calls=(CALENDAR_AT_LAST,)),
            Step("Thank you for waiting. On Tuesday there is twenty past nine, or one o'clock."),
        ),
    ),
    Turn(
        says="One o'clock is perfect.",
        steps=(
            Step(
                calls=(
                    Call(
                        tool="book_slot",
                        arguments={"day": "tuesday", "time": "13:00", "reason": "eye check"},
                        takes_ms=236,
                        output="{'booked': True, 'reference': 'T-1300'}",
                        requests=(Request("POST", CALENDAR, after_ms=8, takes_ms=214, status=201),),
                        notes=(
                            Note(
                                228,
                                "INFO",
                                "appointment moved",
                                {"reference": "T-1300", "replaces": "D-0930"},
                            ),
                        ),
                    ),
                ),
            ),
            Step(
                "Done, you are booked for Tuesday at one. Please come ten minutes early, bring your "
                "insurance card, a list of your medicines, and all the glasses you use, "
                "also the ones for reading.",
                cut_off_ms=7420,
            ),
        ),
    ),
    Turn(
        says="Sorry, may I drive home by myself afterwards?",
        pause_ms=-420,
        steps=(
            Step(
                "Better not. The drops keep your eyes sensitive to light for three hours, so bring somebody."
            ),
        ),
    ),
    Turn(
        says="Okay, good to know. And is parking still free behind the building?",
        steps=(
            Step("Yes, two hours are free. Use the entrance next to the pharmacy, the other one is closed."),
        ),
    ),
    Turn(
        says="And how long will it take altogether?",
        steps=(Step("Plan for ninety minutes. Half of that is waiting until the drops work."),),
    ),
    Turn(
        says="Great. Then I also have a question about my last invoice.",
        steps=(
            Step(
                "Sure, I am putting you through to billing.",
                calls=(Call(tool="transfer_to_billing", arguments={}, takes_ms=3, hands_over_to="billing"),),
            ),
        ),
    ),
    Turn(
        instructions="Introduce yourself and ask for the invoice number.",
        steps=(Step("Hello, billing here. May I have the number of the invoice, please?"),),
    ),
    Turn(
        says="It is four, four, one, seven.",
        steps=(
            Step(
                "Thanks, one second.",
                calls=(
                    Call(
                        tool="find_invoice",
                        arguments={"number": "4417"},
                        takes_ms=318,
                        output="{'number': '4417', 'amount_eur': 42.0, 'state': 'paid'}",
                        requests=(Request("GET", f"{INVOICES}/4417", after_ms=6, takes_ms=297),),
                    ),
                ),
            ),
            Step("Forty two euros for the check in March. It was paid early in April, so nothing is open."),
        ),
    ),
    Turn(
        says="Oh, then I mixed something up. Could you send me the receipt?",
        steps=(
            Step(
                calls=(
                    Call(
                        tool="send_receipt",
                        arguments={"number": "4417", "channel": "email"},
                        takes_ms=174,
                        output="{'sent': True}",
                        requests=(
                            Request("POST", f"{INVOICES}/4417/receipt", after_ms=7, takes_ms=158, status=202),
                        ),
                    ),
                ),
            ),
            Step("It is on its way to the address we have on file."),
        ),
    ),
    Turn(
        says="Wonderful. Will I get a reminder for Tuesday?",
        steps=(Step("Yes, a text message around noon on the day before."),),
    ),
    Turn(
        says="And can I still cancel if something comes up again?",
        steps=(
            Step(
                "Of course. Until the evening before, just answer the message with no, that frees the slot."
            ),
        ),
    ),
    Turn(
        says="Perfect, that is all. Have a nice day!",
        steps=(Step("You too, and see you on Tuesday. Goodbye!"),),
    ),
)
