"""Compiled code kept between runs, so that only a version's first run waits for the compiler."""

import os
from pathlib import Path


def folder() -> Path:
    """Where compiled code is kept: in ``$JEVONS_HOME``, else in ``~/.cache/jevons``."""
    home = os.environ.get("JEVONS_HOME")
    return (Path(home) if home else Path.home() / ".cache" / "jevons") / "compiled"


def keep_compiled_code() -> None:
    """Tell JAX to keep what it compiles; where the folder cannot be written it compiles anew."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    import jax

    jax.config.update("jax_compilation_cache_dir", str(folder()))  # type: ignore[no-untyped-call]
    # Small kernels too: hundreds of them make up most of a start.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)  # type: ignore[no-untyped-call]
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)  # type: ignore[no-untyped-call]
