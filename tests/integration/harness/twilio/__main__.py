# SPDX-License-Identifier: Apache-2.0
"""The double by hand: `/usr/bin/python3 tests/integration/harness/twilio --port 8444`."""

import argparse
import signal
import sys
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from harness.twilio import TwilioDouble, control


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="twilio", description="A double of Twilio Verify (TOTP) on a loopback port, until SIGINT or SIGTERM.",
        epilog=control.HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.add_argument("--certificate", type=Path, help="PEM; with it the double speaks https")
    parser.add_argument("--key", type=Path, help="PEM; default: in the certificate's file")
    parser.add_argument("--account-sid", default="AC" + 32 * "0", help="default: %(default)s")
    parser.add_argument("--auth-token", default="demo-token", help="default: %(default)s")
    parser.add_argument("--service-sid", default="VA" + 32 * "0", help="default: %(default)s")
    parser.add_argument("--issuer", help="what authenticator apps show")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    double = TwilioDouble(port=asked.port, certificate=asked.certificate, key=asked.key,
                          account_sid=asked.account_sid, auth_token=asked.auth_token, service_sid=asked.service_sid)
    double.service.totp.issuer = asked.issuer
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with double:
        print(f"ready {double.url}", flush=True)
        signal.sigwait(signals)


main()
