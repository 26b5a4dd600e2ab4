"""Make the key with which deliveries of notifications are signed (Web Push, VAPID).

    python -m brain.vapid

Prints the variables for the settings of a deployment, and no more: nothing is stored. The key stays
for as long as the deployment lives. With another one, each browser has to subscribe again.
"""

import base64

from cryptography.hazmat.primitives.asymmetric import ec

KEY_BYTES = 32


def new_private_key() -> str:
    """Return a new key of P-256, as the base64url of its bytes."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(KEY_BYTES)).rstrip(b"=").decode()


def main() -> None:
    """Print a new key, and the line for the address, which is to be changed."""
    print(f"BRAIN_VAPID_PRIVATE_KEY={new_private_key()}")
    print("BRAIN_VAPID_SUBJECT=mailto:you@example.org")


if __name__ == "__main__":
    main()
