"""All reports that the renderers are shown in tests, by name."""

from tests.render.build import EMPTY
from tests.render.odd_samples import hostile, opaque, truncated
from tests.render.plain_samples import healthy, one_exchange, refused, single_use

SAMPLES = {
    "empty": EMPTY,
    "healthy": healthy(),
    "hostile": hostile(),
    "one-exchange": one_exchange(),
    "opaque": opaque(),
    "refused": refused(),
    "single-use": single_use(),
    "truncated": truncated(),
}
