"""Celery's settings of a worker: dagster-celery reads the module of this name from the folder where celery is started.

Celery itself is the container's first process, and not `dagster-celery worker start`, which passes no signal on: so
a worker that is told to stop ends the run that it has and takes no other.
"""

import os

broker_url = result_backend = os.environ["DIGEST_REDIS_URL"]
worker_concurrency = 1
worker_disable_prefetch = True  # a run waits in the queue for whoever is free, not behind another run
worker_prefetch_multiplier = 1
