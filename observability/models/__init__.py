from observability.models.archive import Archive
from observability.models.batch import Batch, Signal
from observability.models.compacted import CompactedPart, CompactedSession
from observability.models.export import Export
from observability.models.facts import (
    ErrorFact,
    Fact,
    ModelFact,
    SessionFact,
    ToolFact,
    TurnFact,
    VerdictFact,
)
from observability.models.improvement import ImprovementSample, SampleLink
from observability.models.job import Job
from observability.models.names import SessionNames
from observability.models.recording import Recording
from observability.models.refusal import Refusal
from observability.models.retention import Deletion, PurgeRun, Reconciliation, Tombstone
from observability.models.said import SaidLine
from observability.models.saved_view import SavedView
from observability.models.session import Session
from observability.models.waveform import Waveform

__all__ = [
    "Archive",
    "Batch",
    "CompactedPart",
    "CompactedSession",
    "Deletion",
    "ErrorFact",
    "Export",
    "Fact",
    "ImprovementSample",
    "Job",
    "ModelFact",
    "PurgeRun",
    "Reconciliation",
    "Recording",
    "Refusal",
    "SaidLine",
    "SampleLink",
    "SavedView",
    "Session",
    "SessionFact",
    "SessionNames",
    "Signal",
    "Tombstone",
    "ToolFact",
    "TurnFact",
    "VerdictFact",
    "Waveform",
]
