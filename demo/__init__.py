"""One diagnostic, from request to referral, as each persona gets it over HTTP."""
