"""The application's sound library: what it holds, how it is played and what it must measure."""
