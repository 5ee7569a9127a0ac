"""What nobody in good faith would send to a server, beside requests of those who are; on this machine alone."""
