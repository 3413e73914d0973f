"""Meta's limits for templates in characters and counts (component pages of 2025-11, coupon page of 2025-12)."""

NAME = 512
HEADER = 60
BODY = 1024
FOOTER = 60
LABEL = 25
URL = 2000
PHONE = 20
CODE_EXAMPLE = 15  # the component page; the coupon page says 20 since 2025-12
CODE = 20
PAYLOAD = 128
BUTTONS = 10
URL_BUTTONS = 2
PHONE_BUTTONS = 1
COPY_CODE_BUTTONS = 1
SHOWN_BUTTONS = 3  # more hide behind "See all options"
TTL_UTILITY = (30, 43_200)  # seconds
TTL_MARKETING = (43_200, 2_592_000)
