"""Native sparse attention: tokens that each branch touches, and the speed-up that follows.

A query attends to a compressed vector every ``stride`` tokens, to the tokens of ``blocks``
selected blocks, and to a window of the last tokens. Source: Native Sparse Attention, arXiv
2502.11089 (table 4, figure 6).
"""

from dataclasses import dataclass

READ = 2  # bytes of a key or value element in BF16
ACCUMULATE = 8  # bytes to read and write back the FP32 gradient of an element
BACKWARD_ARITHMETIC = 2.5  # FlashAttention: five matrix products backward, two forward


@dataclass(frozen=True, slots=True)
class SparseAttention:
    """Sizes in tokens: compression stride, selected block, blocks selected, window."""

    stride: int = 16
    block: int = 64
    blocks: int = 16
    window: int = 512

    @property
    def selected(self) -> int:
        """Tokens of the selected blocks."""
        return self.blocks * self.block

    def decode_tokens(self, context: float) -> float:
        """Tokens loaded to decode one token: ``s/d + n l' + w``.

        >>> [SparseAttention().decode_tokens(s) for s in (8192, 16384, 32768, 65536)]
        [2048.0, 2560.0, 3584.0, 5632.0]
        """
        return context / self.stride + self.selected + self.window

    def compressed_tokens(self, context: float) -> float:
        """Mean tokens of the compressed branch over a causal sequence."""
        return context / 2 / self.stride

    def near_tokens(self, context: float) -> float:
        """Mean tokens of the selected and the window branch over a causal sequence."""
        return causal_mean(context, self.selected) + causal_mean(context, self.window)

    def forward_speedup(self, context: float) -> float:
        """Full over sparse attention in the forward pass: the ratio of tokens attended.

        Both spend the same FLOP on a token attended and reach the same share of the peak.
        """
        sparse = self.compressed_tokens(context) + self.near_tokens(context)
        return causal_mean(context, context) / sparse

    def backward_speedup(self, context: float) -> float:
        """Full over sparse attention in the backward pass.

        Full attention and the compressed branch are bound by arithmetic, 2.5 times the forward's.
        The selected and the window branch are bound by what they read for each group of queries:
        keys and values, and the FP32 gradients of both, which several queries add to, so that they
        are read and written back: 2 + 8 bytes an element against 2 forward, a factor of 5. That
        the gradients are accumulated so is an assumption about the kernel.
        """
        gathered = (READ + ACCUMULATE) / READ / BACKWARD_ARITHMETIC
        sparse = self.compressed_tokens(context) + gathered * self.near_tokens(context)
        return causal_mean(context, context) / sparse


def causal_mean(context: float, limit: float) -> float:
    """Mean over positions ``t`` of a sequence of ``min(t, limit)``: ``k - k^2 / 2s``.

    >>> causal_mean(100, 100), causal_mean(100, 10)
    (50.0, 9.5)
    """
    bound = min(limit, context)
    return bound - bound**2 / (2 * context)
