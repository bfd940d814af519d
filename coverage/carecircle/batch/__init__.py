"""A province in one command: many counties by one template, each a study of its own, none lost.

What do I come here to change?
- what province.toml may say: province; how a county becomes a study of its own: counties, cutting
- the work on one county, and its receipt: county; several at a time on this machine: local (its processes:
  worker), on a cluster: on_dask
- the whole batch, what is done already, the time that is left: running; the roll-up over counties: rollup
"""

from carecircle.batch.county import Job, Receipt, run_county
from carecircle.batch.province import Province, load_province
from carecircle.batch.running import Batch, run_batch

__all__ = ["Batch", "Job", "Province", "Receipt", "load_province", "run_batch", "run_county"]
