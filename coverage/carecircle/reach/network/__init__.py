"""A road network of one mode: data with its ways of being changed, kept and snapped to."""

from carecircle.reach.network.model import Array, Metric, Network

__all__ = ["Array", "Metric", "Network"]
