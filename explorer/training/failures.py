"""What the machine refuses, said in words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from explorer.errors import GpuMemoryError, JobError, MachineMemoryError
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Generator

_NO_MEMORY = mark("This machine has too little memory for this training.")
_SMALLER = mark("Lower the batch size, the width or the image size.")
_NO_CPU_MEMORY = ("can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory is too small, of a GPU or of the machine."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    # The CPU's allocator has no exception type of its own.
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_CPU_MEMORY)


@contextmanager
def explained() -> Generator[None]:
    """Turn too little memory and a disk that cannot be written into sentences.

    Raises:
        JobError: Instead of those.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        found = GpuMemoryError(_("The GPU has too little memory for this training."), _(_SMALLER))
    except MemoryError:
        found = MachineMemoryError(_(_NO_MEMORY), _(_SMALLER))
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        found = MachineMemoryError(_(_NO_MEMORY), _(_SMALLER))
    except OSError as error:
        raise JobError(
            _("The run cannot be written: {reason}.").format(reason=error.strerror or error),
            _("Check the folder and the free space of the disk."),
        ) from error
    else:
        return
    raise found
