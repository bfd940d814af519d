"""A process that does one county after another: a line of JSON in for each, a line of JSON out.

It ends when nobody listens any more, in the midst of a county too: what it was writing is then cleared away
by whoever comes next, and no two processes are ever at one county.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading

from carecircle.batch.county import Job, run_county


def main() -> None:
    """Read jobs until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # whatever a library prints is none of the answers
    jobs: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            jobs.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        receipt = run_county(Job(**json.loads(jobs.get())))
        answers.write(json.dumps(receipt.to_dict()) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
