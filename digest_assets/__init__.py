"""Daily arXiv digests in Chinese, as Dagster data assets. Start reading at `definitions.py`."""
