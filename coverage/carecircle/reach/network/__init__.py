"""A road network of one mode: data with its ways of being changed, kept and snapped to.

What do I come here to change?
- what a network is and how it changes: model; on disk: store
"""

from carecircle.reach.network.model import Array, Metric, Network

__all__ = ["Array", "Metric", "Network"]
