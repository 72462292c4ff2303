from django.db import models


class Waveform(models.Model):
    """What a worker made of a recording: where its peaks lie and who speaks when. It can be made again."""

    recording = models.OneToOneField(
        "observability.Recording", on_delete=models.CASCADE, related_name="waveform"
    )
    version = models.PositiveSmallIntegerField(help_text="Of the analysis; an older one is made again.")
    name = models.CharField(
        max_length=200, blank=True, help_text="Key of the peaks in storage; empty if none."
    )
    channels = models.PositiveSmallIntegerField(default=0)
    sample_rate_hz = models.PositiveIntegerField(default=0)
    sample_count = models.PositiveBigIntegerField(default=0, help_text="Per channel.")
    speech = models.JSONField(
        default=dict,
        help_text="Stretches [from, to] in ms of the file, by user and agent; null where unknown.",
    )
    problem = models.CharField(
        max_length=200, blank=True, help_text="Why it was not made, or not of the whole file."
    )
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"waveform of {self.recording}"
