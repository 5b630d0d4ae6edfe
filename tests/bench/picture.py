# SPDX-License-Identifier: Apache-2.0
"""The instructions that each guard adds, as bars on a logarithmic scale (SVG)."""

import math
from collections.abc import Sequence
from html import escape

from gate import Measured

WIDTH, LABELS, ROW, TOP = 880, 330, 34, 46
SMALLEST, LARGEST = 3, 9  # powers of ten


def bars(measured: Sequence[Measured]) -> str:
    """Of all but the open place, which adds none."""
    shown = [one for one in measured if one.instructions > 0]
    height = TOP + ROW * len(shown) + 34
    room = WIDTH - LABELS - 90
    scale = room / (LARGEST - SMALLEST)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        ' aria-label="Instructions added to a request by each guard" font-family="sans-serif" font-size="14">',
        '<style>text{fill:#1c2733}.axis{stroke:#c5ced8}.bar{fill:#8a98a8}.own{fill:#0b6e4f}'
        '@media(prefers-color-scheme:dark){text{fill:#e6ebf0}.axis{stroke:#4a5663}.own{fill:#3fbf8f}}</style>',
        '<text x="0" y="18" font-weight="bold">Instructions added to a request (logarithmic scale)</text>',
    ]
    for power in range(SMALLEST, LARGEST + 1):
        x = LABELS + (power - SMALLEST) * scale
        lines += [f'<line class="axis" x1="{x:.0f}" x2="{x:.0f}" y1="{TOP - 10}" y2="{height - 30}"/>',
                  f'<text x="{x:.0f}" y="{height - 10}" text-anchor="middle" font-size="12">10<tspan dy="-5" font-size="9">'
                  f'{power}</tspan></text>']
    for number, one in enumerate(shown):
        y = TOP + number * ROW
        long = max(2.0, (math.log10(one.instructions) - SMALLEST) * scale)
        kind = "own" if one.name.startswith("mod_uzmfa") else "bar"
        lines += [f'<text x="0" y="{y + 15}">{escape(one.name)}</text>',
                  f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{long:.0f}" height="20" rx="2"/>',
                  f'<text x="{LABELS + long + 8:.0f}" y="{y + 15}">{one.instructions:,.0f}</text>']
    return "\n".join([*lines, "</svg>", ""])
