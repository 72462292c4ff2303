"""Two complete sessions that a newcomer sees after the first start, told as an SDK would upload them."""
