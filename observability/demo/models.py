"""The models that the demo agents claim to use. None of them exists."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    label: str
    provider: str = "demo"

    @property
    def metadata(self) -> dict[str, str]:
        return {"model_name": self.name, "model_provider": self.provider}

    @property
    def span_attributes(self) -> dict[str, Any]:
        return {"gen_ai.request.model": self.name, "gen_ai.provider.name": self.provider}

    @property
    def point_attributes(self) -> dict[str, str]:
        return {"model_provider": self.provider, "model_name": self.name}


LLM = Model("chat-medium-2", "demo.llm.LLM")
STT = Model("listen-3", "demo.stt.STT")
TTS = Model("voice-calm-1", "demo.tts.TTS")
