"""Run one scripted session of an unmodified livekit-agents SDK, which uploads it to a Playhead.

python tests/sdk/python/drive.py --url=http://127.0.0.1:8000/p/demo --api-key=KEY --api-secret=SECRET

Without these options: what LIVEKIT_OBSERVABILITY_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET say.
"""

import argparse
import asyncio
import json
import logging
import os
import sys

from agent import new_server
from signalling import Signalling, new_job

VARIABLES = {
    "--url": "LIVEKIT_OBSERVABILITY_URL",
    "--api-key": "LIVEKIT_API_KEY",
    "--api-secret": "LIVEKIT_API_SECRET",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option, variable in VARIABLES.items():
        parser.add_argument(option, default=os.environ.get(variable), required=variable not in os.environ)
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often the conversation is held; one takes 30 s"
    )
    parser.add_argument("--agent-name", default="receptionist")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")

    ended = asyncio.run(hold_session(options))
    print(json.dumps(ended))
    sys.exit(0 if ended["outcome"] == "success" else 1)


async def hold_session(options: argparse.Namespace) -> dict[str, str]:
    job = new_job(agent_name=options.agent_name, rounds=options.rounds)
    signalling = Signalling(job, api_key=options.api_key, api_secret=options.api_secret)
    os.environ |= {
        "LIVEKIT_URL": await signalling.listen(),
        "LIVEKIT_API_KEY": options.api_key,
        "LIVEKIT_API_SECRET": options.api_secret,
        "LIVEKIT_OBSERVABILITY_URL": options.url,
    }
    server = new_server(agent_name=options.agent_name)
    running = asyncio.create_task(server.run())
    outcome = await signalling.outcome
    await server.aclose()
    await running
    await signalling.close()
    return {"job_id": job.id, "room_id": job.room.sid, "room_name": job.room.name, "outcome": outcome}


if __name__ == "__main__":
    main()
