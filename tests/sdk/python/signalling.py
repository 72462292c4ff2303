"""The half of a LiveKit server that a worker signs on to: it offers one job and follows it. No rooms, no media."""

import asyncio
import secrets
import time

from aiohttp import WSMsgType, web
from livekit import api
from livekit.protocol import agent as protocol
from livekit.protocol import models

ENDED = {protocol.JobStatus.JS_SUCCESS: "success", protocol.JobStatus.JS_FAILED: "failed"}


class Signalling:
    def __init__(self, job: protocol.Job, *, api_key: str, api_secret: str) -> None:
        self.job, self.api_key, self.api_secret = job, api_key, api_secret
        self.outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def listen(self) -> str:
        """Serve on a free port and return the LIVEKIT_URL that leads to it."""
        app = web.Application()
        app.router.add_get("/agent", self._talk_to_worker)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"ws://127.0.0.1:{self.runner.addresses[0][1]}"

    async def close(self) -> None:
        await self.runner.cleanup()

    async def _talk_to_worker(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            if frame.type == WSMsgType.BINARY:
                for answer in self._answers_to(protocol.WorkerMessage.FromString(frame.data)):
                    await socket.send_bytes(answer.SerializeToString())
        return socket

    def _answers_to(self, message: protocol.WorkerMessage) -> list[protocol.ServerMessage]:
        match message.WhichOneof("message"):
            case "register":
                welcome = protocol.RegisterWorkerResponse(
                    worker_id=new_id("AW"), server_info=models.ServerInfo()
                )
                offer = protocol.AvailabilityRequest(job=self.job)
                return [protocol.ServerMessage(register=welcome), protocol.ServerMessage(availability=offer)]
            case "availability":
                token = self._room_token(message.availability.participant_identity)
                return [protocol.ServerMessage(assignment=protocol.JobAssignment(job=self.job, token=token))]
            case "update_job" if message.update_job.status in ENDED and not self.outcome.done():
                self.outcome.set_result(ENDED[message.update_job.status])
            case "ping":
                return [
                    protocol.ServerMessage(pong=protocol.WorkerPong(last_timestamp=message.ping.timestamp))
                ]
        return []

    def _room_token(self, identity: str) -> str:
        grants = api.VideoGrants(room_join=True, room=self.job.room.name, agent=True)
        token = api.AccessToken(self.api_key, self.api_secret).with_identity(identity).with_kind("agent")
        return token.with_grants(grants).to_jwt()


def new_job(*, agent_name: str, rounds: int) -> protocol.Job:
    job_id = new_id("AJ")
    job = protocol.Job(
        id=job_id,
        type=protocol.JobType.JT_ROOM,
        dispatch_id=new_id("AD"),
        room=models.Room(sid=new_id("RM"), name=f"hotel-{job_id[-6:]}", creation_time=int(time.time())),
        agent_name=agent_name,
        metadata=str(rounds),
        enable_recording=True,
    )
    job.state.status = protocol.JobStatus.JS_RUNNING
    job.state.started_at = time.time_ns()
    return job


def new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(6)}"
