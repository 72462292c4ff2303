"""A voice agent like any other, whose caller, models and loudspeaker are scripted by ../conversation.json."""

import asyncio
import json
import logging
import time
from pathlib import Path

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, function_tool, llm
from livekit.agents.evals import JudgeGroup, conciseness_judge, task_completion_judge
from livekit.agents.voice.transcription import TranscriptSynchronizer
from models import ConfidentTurnDetector, HummingTTS, LoudnessVAD, PromptedSTT, Reply, ScriptedLLM
from sound import Captions, Loudspeaker, Microphone

CONVERSATION = json.loads((Path(__file__).parent.parent / "conversation.json").read_text(encoding="utf-8"))
TURNS = CONVERSATION["turns"]
BY_WORDS = {turn["say"]: turn for turn in TURNS}
BY_TOOL = {turn["tool"]: turn for turn in TURNS if "tool" in turn}

log = logging.getLogger("hotel")
log.setLevel(logging.DEBUG)


class Desk(Agent):
    """A desk of the hotel; a call begins at the reception and may be handed to billing."""

    def __init__(self, desk: str) -> None:
        pitch_hz = {"reception": 210, "billing": 170}[desk]
        super().__init__(
            id=desk, instructions=f"You are the {desk} of a hotel.", tts=HummingTTS(pitch_hz=pitch_hz)
        )

    async def on_enter(self) -> None:
        log.info("%s answers", self.id, extra={"desk": self.id, "vip": True, "ratio": 0.5})
        self.session.generate_reply(instructions="Greet the caller.")

    @function_tool
    async def room_price(self, kind: str, nights: int) -> str:
        """Price of a room."""
        log.debug("looking up the price of a %s room", kind)
        time.sleep(0.3)  # blocks the event loop, which the SDK reports as a stall
        return BY_TOOL["room_price"]["output"]

    @function_tool
    async def book_table(self, guests: int) -> str:
        """Book a table in the restaurant."""
        raise llm.ToolError(BY_TOOL["book_table"]["tool_error"])

    @function_tool
    async def transfer_to_billing(self) -> tuple[Agent, str]:
        """Hand the caller over to billing."""
        return Desk("billing"), BY_TOOL["transfer_to_billing"]["output"]


def scripted_reply(context: llm.ChatContext) -> Reply:
    said = [item for item in context.items if item.type in ("message", "function_call_output")]
    if said[-1].type == "function_call_output":
        return Reply(BY_TOOL[said[-1].name].get("then", ""))
    if turn := BY_WORDS.get(said[-1].text_content):
        error = turn.get("model_error")
        return Reply(turn.get("answer", ""), turn.get("tool"), turn.get("arguments", {}), error)
    billing = any(
        "You are the billing" in (item.text_content or "") for item in said if item.type == "message"
    )
    return Reply(CONVERSATION["greetings"]["billing" if billing else "reception"])


async def converse(session: AgentSession, microphone: Microphone, *, rounds: int) -> None:
    await has_answered(session)
    for turn in TURNS * rounds:
        await microphone.say(turn["say"])
        if pause_s := turn.get("interrupted_after_s"):
            await reaches(session, "speaking")
            await asyncio.sleep(pause_s)
        else:
            await has_answered(session)


async def has_answered(session: AgentSession) -> None:
    """The agent has begun to answer and has then been quiet for a moment."""
    await reaches(session, "thinking", "speaking")
    quiet_s = 0.0
    while quiet_s < 0.35:
        await asyncio.sleep(0.05)
        quiet_s = quiet_s + 0.05 if session.agent_state == "listening" else 0.0


async def reaches(session: AgentSession, *states: str) -> None:
    async with asyncio.timeout(10):
        while session.agent_state not in states:
            await asyncio.sleep(0.02)


async def answer_call(ctx: JobContext) -> None:
    microphone, loudspeaker = Microphone(), Loudspeaker()
    session = AgentSession(
        stt=PromptedSTT(microphone),
        vad=LoudnessVAD(),
        llm=ScriptedLLM(scripted_reply),
        turn_handling={
            "turn_detection": ConfidentTurnDetector(),
            "endpointing": {"min_delay": 0.3, "max_delay": 1.0},
            "interruption": {"min_duration": 0.3, "mode": "vad"},
        },
        aec_warmup_duration=None,
        session_close_transcript_timeout=0.1,
    )
    spoken = TranscriptSynchronizer(next_in_chain_audio=loudspeaker, next_in_chain_text=Captions())
    session.output.audio, session.output.transcription = spoken.audio_output, spoken.text_output
    session.input.audio = microphone
    ctx.tagger.add("language:en")
    ctx.tagger.add("caller:returning", metadata={"visits": 3})

    await session.start(agent=Desk("reception"), record=True)
    listening = asyncio.create_task(microphone.stay_on())
    try:
        await converse(session, microphone, rounds=int(ctx.job.metadata))
        ctx.tagger.success(reason="the caller said goodbye")
    except TimeoutError:
        log.exception("the conversation broke off")
    finally:
        listening.cancel()
        ctx.shutdown(reason="the caller hung up")


async def judge(ctx: JobContext) -> None:
    judges = JudgeGroup(llm=ScriptedLLM(verdict_on), judges=[task_completion_judge(), conciseness_judge()])
    await judges.evaluate(ctx.make_session_report().chat_history)


def verdict_on(context: llm.ChatContext) -> Reply:
    asked = " ".join(item.text_content or "" for item in context.items if item.type == "message")
    verdict, reasoning = (
        ("fail", "too many words") if "concise" in asked else ("pass", "the caller got an answer")
    )
    return Reply(tool="submit_verdict", arguments={"verdict": verdict, "reasoning": reasoning})


def new_server(*, agent_name: str) -> AgentServer:
    server = AgentServer(load_fnc=lambda: 0.0, num_idle_processes=1, port=0)
    server.rtc_session(answer_call, agent_name=agent_name, on_session_end=judge)
    return server
