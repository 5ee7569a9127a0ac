"""What a server must reach: a load script on `nst-tf serve` as a process, with AlexNet's features on relu5."""
