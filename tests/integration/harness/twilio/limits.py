# SPDX-License-Identifier: Apache-2.0
"""Twilio's built-in limits."""

from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR


@dataclass
class Limits:
    """Tests may lower them."""

    attempts_per_factor: int = 5
    attempts_per_challenge: int = 5  # the code sent at the creation counts: Twilio does not say whether it does
    challenges_per_hour: int = 50
    challenges_per_day: int = 100
    challenges_per_day_of_short_codes: int = 10
    short_code: int = 4
    factors_per_entity: int = 100
    new_factors_per_day: int = 100
    unverified_lifetime: float = HOUR  # Twilio says 1 to 24 hours


def count_since(moments: list[float], start: float) -> int:
    """How many moments lie after another."""
    return sum(moment > start for moment in moments)
