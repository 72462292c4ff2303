import re

from django.test import Client
from django.urls import reverse

from projects.models import AuditEvent, PrivacySwitches, Project
from tests.pages.reading import open_page, words

EDIT = "projects:privacy-edit"
ALL_ON = dict.fromkeys(("observability", "audio", "transcripts", "traces", "logs"), "on")


def test_the_page_tells_plan_and_retention(owner_client: Client, project: Project) -> None:
    page = open_page(owner_client, EDIT, "acme")

    assert "kept for 30 days" in page
    assert "Build plan" in page
    assert "What is kept counts for sessions that begin after you save" in page


def test_a_switch_is_saved_and_written_down(owner_client: Client, project: Project) -> None:
    form = {name: on for name, on in ALL_ON.items() if name != "audio"} | {"audio_role": "admin"}

    response = owner_client.post(reverse(EDIT, args=["acme"]), form, follow=True)

    said = "Saved. Who may hear recordings counts at once, the rest for sessions that begin from now on."
    assert said in words(response)
    switches = PrivacySwitches.objects.get(project=project)
    assert (switches.audio, switches.traces, switches.audio_role) == (False, True, "admin")
    assert set(AuditEvent.objects.values_list("verb", "target")) == {
        ("privacy.changed", "audio: False"),
        ("privacy.changed", "audio_role: admin"),
    }


def test_an_impossible_choice_saves_nothing(owner_client: Client, project: Project) -> None:
    response = owner_client.post(reverse(EDIT, args=["acme"]), {"audio_role": "everybody"})

    assert response.status_code == 422
    assert "Nothing was saved" in words(response)
    assert PrivacySwitches.objects.get(project=project).observability


def test_who_may_hear_counts_at_once_and_the_page_says_so(owner_client: Client, project: Project) -> None:
    response = owner_client.post(reverse(EDIT, args=["acme"]), ALL_ON | {"audio_role": "owner"}, follow=True)

    assert "Saved. It counts at once." in words(response)
    assert "This counts at once, for recordings that are here already too." in words(response)


def test_saving_what_is_saved_already_changes_nothing(owner_client: Client, project: Project) -> None:
    form = ALL_ON | {"audio_role": PrivacySwitches.objects.get().audio_role}

    response = owner_client.post(reverse(EDIT, args=["acme"]), form, follow=True)

    assert "Nothing was changed." in words(response)
    assert not AuditEvent.objects.exists()


def test_what_somebody_else_saved_meanwhile_stays(owner_client: Client, project: Project) -> None:
    shown = form_of(owner_client)
    PrivacySwitches.objects.update(redaction=True, audio_role="admin")
    del shown["logs"]

    response = owner_client.post(reverse(EDIT, args=["acme"]), shown, follow=True)

    assert "Saved. It counts for sessions that begin from now on." in words(response)
    switches = PrivacySwitches.objects.get(project=project)
    assert (switches.logs, switches.redaction, switches.audio_role) == (False, True, "admin")
    assert [event.target for event in AuditEvent.objects.all()] == ["logs: False"]


def test_an_old_page_saved_unmoved_changes_nothing(owner_client: Client, project: Project) -> None:
    shown = form_of(owner_client)
    PrivacySwitches.objects.update(redaction=True)

    response = owner_client.post(reverse(EDIT, args=["acme"]), shown, follow=True)

    assert "Nothing was changed." in words(response)
    assert PrivacySwitches.objects.get(project=project).redaction


def form_of(client: Client) -> dict[str, str]:
    """What a browser sends of the page as it is shown."""
    page = client.get(reverse(EDIT, args=["acme"])).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(initial-[a-z_]+)" value="([^"]*)"', page)
    return ALL_ON | dict(hidden) | {"audio_role": "viewer"}
