"""A finding of the judge becomes a row."""

from kacap.report import model
from kacap.report.wireshark import display_filter
from kacap.verdict.findings import PairFinding
from kacap.verdict.pair_key import PairKey
from kacap.wire.names import address_text, endpoint_text


def finding_row(key: PairKey, found: PairFinding) -> model.Finding:
    """The row of one finding of a pair."""
    streams = tuple([facts.stream for facts in found.connections])
    return model.Finding(
        id=found.cause.id,
        severity=found.severity,
        certainty=found.certainty,
        decided_by=found.decided_by,
        client=address_text(key[0]),
        server=endpoint_text(key[1], key[2]),
        count=len(streams),
        streams=streams,
        title=found.cause.title,
        explanation=found.explanation,
        evidence=tuple(
            model.Evidence(proof.frame, stream, proof.time_ns, proof.text) for stream, proof in found.evidence
        ),
        remedies=tuple(model.Remedy(remedy.stack, remedy.text) for remedy in found.remedies),
        confirm=found.cause.confirm,
        filter=display_filter(streams),
    )
