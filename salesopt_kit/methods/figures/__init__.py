"""One figure per method card; each draws made-up data on the axes it is given, with the lesson as its title."""

from collections.abc import Callable

from matplotlib.axes import Axes

from salesopt_kit.methods.figures import chance, clusters, comparisons, effects, looks, planning, times, watch, waves

FIGURES: dict[str, Callable[[Axes], None]] = {
    "before_after": effects.before_after,
    "regression_to_the_mean": effects.regression_to_the_mean,
    "did": effects.did,
    "synthetic_control": effects.synthetic_control,
    "interrupted_time_series": effects.interrupted_time_series,
    "event_study": effects.event_study,
    "novelty": effects.novelty,
    "permutation": chance.permutation,
    "wild_bootstrap": chance.wild_bootstrap,
    "placebo_pilot": chance.placebo_pilot,
    "multiplicity": chance.multiplicity,
    "specification_curve": chance.specification_curve,
    "leave_one_out": chance.leave_one_out,
    "cluster_robust": clusters.cluster_robust,
    "cluster_bootstrap": clusters.cluster_bootstrap,
    "design_effect": clusters.design_effect,
    "sample_ratio": planning.sample_ratio,
    "standardised_difference": planning.standardised_difference,
    "power": planning.power,
    "cuped": planning.cuped,
    "difference_of_shares": comparisons.difference_of_shares,
    "exact_tests": comparisons.exact_tests,
    "non_inferiority": comparisons.non_inferiority,
    "welch": comparisons.welch,
    "brunner_munzel": comparisons.brunner_munzel,
    "hodges_lehmann": comparisons.hodges_lehmann,
    "mantel_haenszel": comparisons.mantel_haenszel,
    "survival": times.survival,
    "log_rank": times.log_rank,
    "competing_risks": times.competing_risks,
    "won_in_time": times.won_in_time,
    "obrien_fleming": looks.obrien_fleming,
    "confidence_sequence": looks.confidence_sequence,
    "sequential_ratio": looks.sequential_ratio,
    "xmr": watch.xmr,
    "p_chart": watch.p_chart,
    "u_chart": watch.u_chart,
    "cusum": watch.cusum,
    "ewma": watch.ewma,
    "run_rules": watch.run_rules,
    "stepped_wedge": waves.stepped_wedge,
    "two_way_fixed_effects": waves.two_way_fixed_effects,
    "fade": waves.fade,
}
