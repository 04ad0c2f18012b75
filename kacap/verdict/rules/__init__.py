"""Why a connection ended: the rule table.

One rule is one row; the first row that applies names the reason. The files hold rows of one kind each; `table` puts
them in order of evidence, which is the only place where the order matters:

    unopened   it was never established            signals   somebody said that it ends
    outside    it is no matter of reuse            at_once   no signal, closed right after a response
    aborts     cut before its exchange was over    idle      no signal, closed after a pause
    races      a request met a close               proxies   of two hops, the one behind the proxy
    network    something between the two sides     ends      nothing speaks against reuse
    leaving    several ended together, or of age
"""

from kacap.verdict.rules.rule import Observation, Rule, Ruling, Sighting
from kacap.verdict.rules.table import OBSERVATIONS, RULES, rule_on

__all__ = ["OBSERVATIONS", "RULES", "Observation", "Rule", "Ruling", "Sighting", "rule_on"]
