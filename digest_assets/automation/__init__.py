"""What Dagster does by itself: jobs, schedules, sensors, and which dates they ask for.

`jobs`, `schedules` and `sensors` make digests; `freshness` looks whether the newest is there; `deliveries` tries again
what was not delivered; `failures` tells of failed runs. `celery_runs` is for several machines
(docs/scale-out.md).
"""
