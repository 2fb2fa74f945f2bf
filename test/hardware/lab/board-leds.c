// SPDX-License-Identifier: GPL-2.0
/*
 * Two LEDs of the kernel on GPIO lines, "board-green" and "board-relay", as a device tree's gpio-leds
 * make them: the stock leds-gpio drives them.
 */
#include <linux/leds.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static int base = 512;
module_param(base, int, 0444);

static struct gpio_led leds[] = {
	{ .name = "board-green", .default_state = LEDS_GPIO_DEFSTATE_OFF },
	{ .name = "board-relay", .default_state = LEDS_GPIO_DEFSTATE_OFF },
};
static const struct gpio_led_platform_data board = { .leds = leds, .num_leds = ARRAY_SIZE(leds) };

static int __init leds_init(void)
{
	leds[0].gpio = base + 5;
	leds[1].gpio = base + 6;
	return PTR_ERR_OR_ZERO(platform_device_register_data(NULL, "leds-gpio", -1, &board, sizeof(board)));
}
module_init(leds_init);	/* and no exit: they stay until the guest goes */
MODULE_LICENSE("GPL");
