"""What is no receiver is an error that does not repeat it: it may be a mistyped address, and addresses are secrets."""

import pytest
from prefect.blocks.core import Block

from data.settings import Settings
from flows import telling
from flows.telling import NotifyError, send
from reports.writing.digest import Digest

FOUND = Digest("Notes: 1 new gap", ("New gap: customers need to sync.",))
SECRET = "hunter2"


@pytest.mark.parametrize("typed", [f"mailto:jo:{SECRET}@mail.example", f"json://mail.example/a {SECRET}/B", SECRET])
def test_a_mistyped_address_is_not_repeated(typed):
    config = Settings(notify=typed)  # type: ignore[arg-type]
    to = [secret.get_secret_value() for secret in config.notify]
    with pytest.raises(NotifyError, match=r"^UNMET_NOTIFY: holds what is neither an address with ://") as caught:
        send(FOUND, to)
    assert SECRET not in str(caught.value)


def test_what_stands_before_the_first_colon_and_slashes_is_told_only_where_it_is_a_kind():
    with pytest.raises(NotifyError, match=r"^UNMET_NOTIFY: holds an address that does not begin with its") as caught:
        send(FOUND, [f"mailto:jo:{SECRET}@mail.example?from=http://mail.example"])
    assert SECRET not in str(caught.value)


def test_a_piece_of_an_address_that_looks_like_a_block_is_not_repeated(monkeypatch):
    def missing(name):
        raise ValueError(f"Unable to find block document named {name}")

    monkeypatch.setattr(Block, "load", missing)
    with pytest.raises(NotifyError, match="names a Prefect block that is not there") as caught:
        telling._block(f"a/{SECRET}")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__  # a log of the error tells nothing of what it came from
