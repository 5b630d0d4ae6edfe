# SPDX-License-Identifier: Apache-2.0
"""A double of Twilio Verify: a server of ours that answers the TOTP calls as Twilio's documents say it does."""

from .behaviours import (
    answer_then, empty_object, error, half_answer, hang, http_status, latency, lose_answer, not_json, oversized, redirect,
    reset)
from .double import TwilioDouble
from .exchange import Answer, Call
from .totp_code import code_at

__all__ = [
    "Answer", "Call", "TwilioDouble", "answer_then", "code_at", "empty_object", "error", "half_answer", "hang",
    "http_status", "latency", "lose_answer", "not_json", "oversized", "redirect", "reset"]
