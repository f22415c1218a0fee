"""Fill what one table lacks from another, without ever doubling a row."""

import ibis
import ibis.expr.types as ir


def filled(rows: ir.Table, other: ir.Table, key: str, other_key: str, *names: str) -> ir.Table:
    """Return `rows` with nulls in the columns `names` taken from `other`, where `key` equals `other_key`.

    Of several rows of `other` with one key the greatest value counts: any rule does, as long as it is always the same.
    """
    once = other.group_by(matched_key=other[other_key]).aggregate(
        **{f"other_{name}": other[name].max() for name in names}
    )
    joined = rows.left_join(once, rows[key] == once.matched_key)
    taken = {name: ibis.coalesce(joined[name], joined[f"other_{name}"]) for name in names}
    return joined.mutate(**taken).drop("matched_key", *(f"other_{name}" for name in names))
