"""What comes back: notices of mail servers (RFC 3464), complaints (RFC 5965), automatic answers; read, told apart, and followed.

`reading` turns octets into a `Finding` and needs no database: `opening` takes a mail apart within limits, `reports`, `feedback` and
`automatic` know the three kinds, `judging` says what a failure means. `return_path` makes and opens the address that a mail is
sent under, which names its row and cannot be forged. `taking` stores an event once and draws its consequences; `scoring` counts
soft failures, `marks` says when there are too many; `mailboxes` says where to look.
"""
