"""Later runs of one launch script: DeepSeek-R1 on B300 under the release after a slow one.

InferenceX measured the same model, chips, layouts and loads under SGLang 0.5.10 (in the table) and
under 0.5.12. The threads that proposed the next image quote the first twelve points of each sweep
of 22 May 2026; all of them are here. No fit reads them.
"""

import re

from jevons.model.measurements import Measurement

# Threads 3183 (FP4) and 3175 (FP8) of SemiAnalysisAI/InferenceX, 16 September 2026: nominal lengths
# in and out, requests at once (c), ranks, mean time to first token and per output token, ms.
FP4 = """
1k/1k c1 TP4 EP4 77.36 5.94
1k/1k c1 TP8 EP8 76.4 5.64
1k/1k c2 TP4 EP4 103.71 6.71
1k/1k c2 TP8 EP8 104.23 6.29
1k/1k c4 TP4 EP4 123.3 7.72
1k/1k c4 TP8 EP8 117.34 6.93
1k/1k c8 TP4 EP4 127.66 9.2
1k/1k c8 TP8 EP8 121.78 8
1k/1k c16 TP4 EP4 256.29 11.5
1k/1k c16 TP8 EP8 223.64 9.56
1k/1k c32 TP4 EP4 725.23 14.54
1k/1k c32 TP8 EP8 664.01 11.57
"""
FP8 = """
1k/1k c1 TP8 EP1 70.93 7.04
1k/1k c2 TP8 EP1 117.27 7.64
1k/1k c4 TP8 EP1 128.94 8.3
1k/1k c8 TP8 EP1 146.08 10.12
1k/1k c16 TP8 EP1 312.31 12.35
1k/1k c32 TP8 EP1 421.04 15.46
1k/1k c64 TP8 EP1 623.66 21.17
8k/1k c1 TP4 EP1 380.89 7.76
8k/1k c1 TP8 EP1 288.06 7.23
8k/1k c2 TP4 EP1 443.66 8.87
8k/1k c2 TP8 EP1 351.13 8.08
8k/1k c4 TP4 EP1 525.77 11.11
"""
MEAN_LENGTH = {"1k": "922", "8k": "7373"}  # lengths are drawn from 80 to 100 % of nominal
POINT = re.compile(r"(\d+k)/(\d+k) c(\d+) TP(\d+) EP(\d+) ([\d.]+) ([\d.]+)")


def later_runs() -> tuple[Measurement, ...]:
    """The runs under SGLang 0.5.12, as the measurements of the table are."""
    return tuple(
        Measurement.from_row(
            {
                "case_id": f"LATER-{precision}-{number:02d}",
                "source": "InferenceX",
                "model": "deepseek-v3",
                "chip": "B300",
                "chips": tensor,
                "precision": precision,
                "kv_precision": "fp8",
                "state_precision": "fp32",
                "phase": "serve",
                "batch": users,
                "context_in": MEAN_LENGTH[read],
                "context_out": MEAN_LENGTH[written],
                "tp": tensor,
                "ep": experts,
                "pp": "1",
                "engine": "sglang 0.5.12",
                "metric": "time_per_output_token_ms",
                "value": time,
                "known_on": "2026-09-16",
                "source_title": "InferenceX, proposal of a later SGLang image",
                "source_url": f"https://github.com/SemiAnalysisAI/InferenceX/pull/{thread}",
                "note": f"first token after {wait} ms; published 2026-05-22",
            }
        )
        for precision, thread, text in (("fp4", 3183, FP4), ("fp8", 3175, FP8))
        for number, (read, written, users, tensor, experts, wait, time) in enumerate(
            POINT.findall(text)
        )
    )
