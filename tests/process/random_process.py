"""Processes of any shape, for properties that every drawing must have."""

from hypothesis import strategies as st

from salesopt_kit.process import Flow, FlowKind, Node, NodeKind, Process

NAMES = ["Offer", "合同签订", "Analyse request for quotation", "客户信息登记与需求调研分析（第二轮）", "W" * 20]
LANES = ["Sales", "法务部", "Pricing desk", "售后服务部"]


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Return a start, up to eight tasks in up to four lanes, a won end, ends beside tasks, and any flows between."""
    n = draw(st.integers(1, 8))
    tasks = [
        Node(
            f"任务{place}",
            draw(st.sampled_from(NAMES)),
            NodeKind.TASK,
            draw(st.sampled_from(LANES)),
            owner=draw(st.sampled_from(["", "Ann Bär"])),
            inputs=tuple(draw(st.lists(st.sampled_from(NAMES[:4]), max_size=3, unique=True))),
            volume=draw(st.integers(0, 10**6)),
            median_days=draw(st.sampled_from([None, 0.01, 12.34])),
        )
        for place in range(n)
    ]
    won = Node("won", "赢单", NodeKind.END, draw(st.sampled_from(LANES)), volume=12, outputs=("Invoice",))
    leavers = [node for node in tasks if draw(st.booleans())]
    lost = [Node(f"lost_{one.id}", "Closed Lost", NodeKind.END, one.lane, volume=3, beside=one.id) for one in leavers]
    start = Node("start", "Start", NodeKind.START, tasks[0].lane, volume=5)
    ids = [node.id for node in tasks]
    pairs = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from([*ids, "won"])), max_size=14))
    pairs |= set(zip(ids, [*ids[1:], "won"], strict=True)) | {("start", ids[0])}
    ranks = {name: place for place, name in enumerate(["start", *ids, "won"])}
    flows = [_flow(*pair, ranks) for pair in sorted(pairs)]
    flows += [Flow(node.beside, node.id, FlowKind.FORWARD, 3, 0.004) for node in lost]
    return Process("Test 流程", (start, *tasks, won, *lost), tuple(flows))


def _flow(source: str, target: str, ranks: dict[str, int]) -> Flow:
    step = ranks[target] - ranks[source]
    kind = FlowKind.BACK if step <= 0 else FlowKind.FORWARD if step == 1 else FlowKind.SKIP
    return Flow(source, target, kind, 1234, 0.12)
