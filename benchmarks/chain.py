"""The whole chain of an emergency beside its single leg, on the embedded county."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measure import Case

COUNTY = Path(__file__).resolve().parents[1] / "data"


def asked(legs):
    """Minutes of every resident of the county, from networks that are made before."""
    from carecircle.analysis.asking import Asker, reaches_of, servings_in
    from carecircle.inputs.load import load_inputs
    from carecircle.reach.network.model import Network
    from carecircle.rules import Leg, ReachQuery
    from carecircle.study import load_study

    inputs = load_inputs(load_study(COUNTY))
    network = Network.from_edges(inputs.edges, mode="ambulance")
    out = Leg(("急救中心（站）",), mode="ambulance", direction="from_facility", start="turnout")
    on = Leg(("医院",), mode="ambulance", direction="to_facility")
    query = ReachQuery(legs=[out, on][:legs])
    servings = servings_in(inputs, query)

    def run():  # places are put on the roads anew each time, as in a run
        for _ in range(20):
            frame = Asker(inputs, reaches_of(inputs, {"ambulance": network})).reach(query, *servings)
        return frame["cost"].to_numpy() if legs > 1 else None

    return run


CHAIN = {
    "chain_county": Case(
        "The chain of an emergency in one county: station, patient, hospital; 20 times", "one leg", 0.4, 7,
        {"carecircle": partial(asked, 2), "one leg": partial(asked, 1)},
        note="one leg: the way from the stations to the patients alone, also by carecircle; aim: the chain "
        "within 2.5 times of it.",
    ),
}  # fmt: skip
