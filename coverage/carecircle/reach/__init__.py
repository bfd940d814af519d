"""Who reaches what: exact searches on road networks, straight lines, and the ledger of people."""
