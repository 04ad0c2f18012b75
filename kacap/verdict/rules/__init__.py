"""Why a connection ended: the rule table.

One rule is one row; the first row that applies names the reason. The files hold rows of one kind each; `table` puts
them in order of evidence, which is the only place where the order matters, and `ruling` asks them:

    unopened    it was never established
    early       the answer came before the request was complete; a request that never came
    outside     it is no matter of reuse, or the capture hides it
    races       a request met a close
    network     something between the two sides (`foreign`: who wrote a RST)
    framing     the messages leave no way to tell where the next one begins
    truncated   the server cut an exchange before it was over
    aborts      the client did
    proxies     of two hops, the one behind the proxy (`proxy_pairs`, `two_hops`)
    signals     somebody said that it ends
    server      the server said so, or closed at once, for a reason that shows
    leaving     several ended together, or of age
    at_once     no signal, closed by the client right after a response (`pool_limits`, `pool_pairs`)
    idle        no signal, closed after a pause (`idle_figures`, `idle_pairs`)
    ends        nothing speaks against reuse
"""

from kacap.verdict.rules.rule import Observation, Rule, Ruling, Sighting
from kacap.verdict.rules.ruling import observe, rule_on, rulings_of
from kacap.verdict.rules.table import OBSERVATIONS, RULES

__all__ = ["OBSERVATIONS", "RULES", "Observation", "Rule", "Ruling", "Sighting", "observe", "rule_on", "rulings_of"]
