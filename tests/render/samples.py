"""All reports that the renderers are shown in tests, by name."""

from tests.render.build import EMPTY
from tests.render.odd_samples import hostile, nothing_asked_for, opaque, server_closes_idle, truncated
from tests.render.plain_samples import healthy, one_exchange, refused, single_use

SAMPLES = {
    "empty": EMPTY,
    "healthy": healthy(),
    "hostile": hostile(),
    "nothing-asked-for": nothing_asked_for(),
    "one-exchange": one_exchange(),
    "opaque": opaque(),
    "refused": refused(),
    "server-closes-idle": server_closes_idle(),
    "single-use": single_use(),
    "truncated": truncated(),
}
