"""Stand-ins for the models of a voice agent, written against the SDK's public plugin classes."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from livekit import rtc
from livekit.agents import APIStatusError, llm, stt, tts, utils, vad
from livekit.agents.language import LanguageCode
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from sound import LOUDSPEAKER_HZ, MICROPHONE_HZ, Microphone, is_loud, voice


@dataclass
class Hearing:
    """How long it has been loud, and then quiet; speech is over after `patience_s` of quiet."""

    patience_s: float
    heard_s: float = 0.0
    speech_s: float = 0.0
    silence_s: float = 0.0

    def hear(self, frame: rtc.AudioFrame) -> str:
        before_s, loud = self.speech_s, is_loud(frame)
        self.heard_s += frame.duration
        self.speech_s += frame.duration if loud else 0.0
        self.silence_s = 0.0 if loud else self.silence_s + frame.duration
        if loud and not before_s:
            return "started"
        if self.speech_s and self.silence_s >= self.patience_s:
            self.speech_s = 0.0
            return "ended"
        return "speaking" if self.speech_s else "quiet"


async def frames_of(channel: AsyncIterator[object]) -> AsyncIterator[rtc.AudioFrame]:
    async for item in channel:
        if isinstance(item, rtc.AudioFrame):
            yield item


class LoudnessVAD(vad.VAD):
    model, provider = "loudness", "playhead"

    def __init__(self) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=0.02))

    def stream(self) -> vad.VADStream:
        return LoudnessStream(self)


class LoudnessStream(vad.VADStream):
    async def _main_task(self) -> None:
        hearing = Hearing(patience_s=0.3)
        speech: list[rtc.AudioFrame] = []
        async for frame in frames_of(self._input_ch):
            change = hearing.hear(frame)
            speech = [] if change == "quiet" else [*speech, frame]
            if change == "started":
                self._tell(vad.VADEventType.START_OF_SPEECH, hearing, speech)
            elif change == "ended":
                self._tell(vad.VADEventType.END_OF_SPEECH, hearing, speech)
            self._tell(vad.VADEventType.INFERENCE_DONE, hearing, [frame])

    def _tell(self, kind: vad.VADEventType, hearing: Hearing, frames: list[rtc.AudioFrame]) -> None:
        event = vad.VADEvent(
            type=kind,
            samples_index=int(hearing.heard_s * MICROPHONE_HZ),
            timestamp=hearing.heard_s,
            speech_duration=hearing.speech_s,
            silence_duration=hearing.silence_s,
            frames=frames,
            probability=0.0 if hearing.silence_s else 1.0,
            speaking=bool(hearing.speech_s),
            raw_accumulated_speech=hearing.speech_s,
            raw_accumulated_silence=hearing.silence_s,
        )
        self._event_ch.send_nowait(event)


class PromptedSTT(stt.STT):
    """Hears when somebody speaks, and is told by the microphone what."""

    model, provider = "prompted-stt", "playhead"

    def __init__(self, microphone: Microphone) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self.microphone = microphone

    async def _recognize_impl(self, *_: object, **__: object) -> stt.SpeechEvent:
        raise RuntimeError("The script only streams.")

    def stream(self, *, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_: object) -> stt.RecognizeStream:
        return PromptedStream(stt=self, conn_options=conn_options, sample_rate=MICROPHONE_HZ)


class PromptedStream(stt.RecognizeStream):
    async def _run(self) -> None:
        hearing = Hearing(patience_s=0.15)
        async for frame in frames_of(self._input_ch):
            change = hearing.hear(frame)
            if change == "started":
                self._tell(stt.SpeechEventType.START_OF_SPEECH)
            elif change == "ended":
                text = self._stt.microphone.words
                words = stt.SpeechData(language=LanguageCode("en"), text=text, confidence=0.94)
                self._tell(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[words])
                self._tell(stt.SpeechEventType.END_OF_SPEECH)

    def _tell(self, kind: stt.SpeechEventType, **more: object) -> None:
        self._event_ch.send_nowait(stt.SpeechEvent(type=kind, **more))


class ConfidentTurnDetector:
    """Holds every pause for the end of the turn."""

    model, provider = "confident-eou", "playhead"

    async def unlikely_threshold(self, language: object) -> float:
        return 0.15

    async def supports_language(self, language: object) -> bool:
        return True

    async def predict_end_of_turn(self, chat_ctx: llm.ChatContext, *, timeout: float | None = None) -> float:
        return 0.87


@dataclass
class Reply:
    text: str = ""
    tool: str | None = None
    arguments: dict = field(default_factory=dict)
    error: str | None = None


class ScriptedLLM(llm.LLM):
    model, provider = "scripted-llm", "playhead"

    def __init__(self, reply_to: Callable[[llm.ChatContext], Reply]) -> None:
        super().__init__()
        self.reply_to = reply_to

    def chat(
        self, *, chat_ctx, tools=None, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_: object
    ) -> llm.LLMStream:
        return ScriptedLLMStream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class ScriptedLLMStream(llm.LLMStream):
    async def _run(self) -> None:
        reply = self._llm.reply_to(self._chat_ctx)
        await asyncio.sleep(0.5 if reply.error else 0.15)  # an error so late that the agent is seen to think
        if reply.error:
            raise APIStatusError(reply.error, status_code=400)
        for word in re.findall(r"\S+\s*", reply.text):
            self._tell(delta=llm.ChoiceDelta(role="assistant", content=word))
        if reply.tool:
            arguments, call_id = json.dumps(reply.arguments), utils.shortuuid("call_")
            call = llm.FunctionToolCall(name=reply.tool, arguments=arguments, call_id=call_id)
            self._tell(delta=llm.ChoiceDelta(role="assistant", tool_calls=[call]))
        self._tell(usage=llm.CompletionUsage(prompt_tokens=100, completion_tokens=20, total_tokens=120))

    def _tell(self, **chunk: object) -> None:
        self._event_ch.send_nowait(llm.ChatChunk(id="scripted", **chunk))


class HummingTTS(tts.TTS):
    model, provider = "humming-tts", "playhead"

    def __init__(self, *, pitch_hz: float) -> None:
        streams = tts.TTSCapabilities(streaming=True)
        super().__init__(capabilities=streams, sample_rate=LOUDSPEAKER_HZ, num_channels=1)
        self.pitch_hz = pitch_hz

    def synthesize(self, *_: object, **__: object) -> tts.ChunkedStream:
        raise RuntimeError("The script only streams.")

    def stream(self, *, conn_options=DEFAULT_API_CONNECT_OPTIONS) -> tts.SynthesizeStream:
        return HummingStream(tts=self, conn_options=conn_options)


class HummingStream(tts.SynthesizeStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid(),
            sample_rate=LOUDSPEAKER_HZ,
            num_channels=1,
            mime_type="audio/pcm",
            stream=True,
        )
        text = "".join([part async for part in self._input_ch if isinstance(part, str)])
        self._mark_started()
        await asyncio.sleep(0.1)
        output_emitter.start_segment(segment_id=utils.shortuuid())
        output_emitter.push(voice(text, rate_hz=LOUDSPEAKER_HZ, pitch_hz=self._tts.pitch_hz).tobytes())
        output_emitter.end_segment()
