-- What the shop sells, and the devices and places its visitors come from. A person keeps both.
set variable products = [
    {'id': 'ZE-101', 'name': 'Zweipersonenzelt Fjell 2', 'category': 'Zelte', 'cents': 17990},
    {'id': 'ZE-103', 'name': 'Familienzelt Fjord 4', 'category': 'Zelte', 'cents': 29900},
    {'id': 'ZE-120', 'name': 'Zeltunterlage', 'category': 'Zelte', 'cents': 2495},
    {'id': 'ZE-131', 'name': 'Heringe, 10 Stück', 'category': 'Zelte', 'cents': 1290},
    {'id': 'SC-201', 'name': 'Daunenschlafsack Polar', 'category': 'Schlafen', 'cents': 14900},
    {'id': 'SC-204', 'name': 'Sommerschlafsack', 'category': 'Schlafen', 'cents': 5990},
    {'id': 'SC-220', 'name': 'Isomatte Light', 'category': 'Schlafen', 'cents': 7995},
    {'id': 'SC-231', 'name': 'Reisekissen', 'category': 'Schlafen', 'cents': 2490},
    {'id': 'RU-301', 'name': 'Trekkingrucksack 55 l', 'category': 'Rucksäcke', 'cents': 12995},
    {'id': 'RU-305', 'name': 'Tagesrucksack 22 l', 'category': 'Rucksäcke', 'cents': 6495},
    {'id': 'RU-322', 'name': 'Regenhülle', 'category': 'Rucksäcke', 'cents': 1995},
    {'id': 'SH-401', 'name': 'Wanderschuh Alta "Mid"', 'category': 'Schuhe', 'cents': 13995},
    {'id': 'SH-404', 'name': 'Trailrunningschuh Vent', 'category': 'Schuhe', 'cents': 10995},
    {'id': 'SH-420', 'name': 'Merinosocken, 2 Paar', 'category': 'Schuhe', 'cents': 2790},
    {'id': 'JA-501', 'name': 'Regenjacke Skagen', 'category': 'Jacken', 'cents': 9990},
    {'id': 'JA-503', 'name': 'Daunenjacke Tind', 'category': 'Jacken', 'cents': 13990},
    {'id': 'JA-510', 'name': 'Fleecejacke', 'category': 'Jacken', 'cents': 5490},
    {'id': 'JA-533', 'name': 'Mütze', 'category': 'Jacken', 'cents': 1990},
    {'id': 'KU-601', 'name': 'Gaskocher Pico', 'category': 'Küche', 'cents': 3995},
    {'id': 'KU-604', 'name': 'Topfset, 3-teilig', 'category': 'Küche', 'cents': 4990},
    {'id': 'KU-610', 'name': 'Trinkflasche 1 l', 'category': 'Küche', 'cents': 2295},
    {'id': 'LI-701', 'name': 'Stirnlampe 400', 'category': 'Licht', 'cents': 3990},
    {'id': 'LI-704', 'name': 'Zeltlaterne', 'category': 'Licht', 'cents': 2990},
    {'id': 'GU-900', 'name': 'Gutschein', 'category': 'Gutscheine', 'cents': 5000}
];

set variable devices = [
    {'category': 'mobile', 'brand': 'Apple', 'model': 'iPhone', 'system': 'iOS', 'version': 'iOS 18.5', 'browser': 'Safari'},
    {'category': 'mobile', 'brand': 'Apple', 'model': 'iPhone', 'system': 'iOS', 'version': 'iOS 17.7', 'browser': 'Safari'},
    {'category': 'mobile', 'brand': 'Samsung', 'model': 'SM-S921B', 'system': 'Android', 'version': 'Android 15', 'browser': 'Chrome'},
    {'category': 'mobile', 'brand': 'Google', 'model': 'Pixel 8', 'system': 'Android', 'version': 'Android 15', 'browser': 'Chrome'},
    {'category': 'mobile', 'brand': 'Xiaomi', 'model': '2312DRA50G', 'system': 'Android', 'version': 'Android 14', 'browser': 'Samsung Internet'},
    {'category': 'desktop', 'brand': 'Microsoft', 'model': null, 'system': 'Windows', 'version': 'Windows 11', 'browser': 'Edge'},
    {'category': 'desktop', 'brand': 'Microsoft', 'model': null, 'system': 'Windows', 'version': 'Windows 10', 'browser': 'Firefox'},
    {'category': 'desktop', 'brand': 'Apple', 'model': null, 'system': 'Macintosh', 'version': 'Macintosh Intel 10.15', 'browser': 'Chrome'},
    {'category': 'tablet', 'brand': 'Apple', 'model': 'iPad', 'system': 'iOS', 'version': 'iOS 18.5', 'browser': 'Safari'}
];

set variable places = [
    {'country': 'Germany', 'region': 'Berlin', 'city': 'Berlin', 'part': 'Western Europe', 'language': 'de-de'},
    {'country': 'Germany', 'region': 'Bavaria', 'city': 'Munich', 'part': 'Western Europe', 'language': 'de-de'},
    {'country': 'Germany', 'region': 'Hamburg', 'city': 'Hamburg', 'part': 'Western Europe', 'language': 'de-de'},
    {'country': 'Germany', 'region': 'North Rhine-Westphalia', 'city': 'Cologne', 'part': 'Western Europe', 'language': 'de-de'},
    {'country': 'Germany', 'region': 'Saxony', 'city': '(not set)', 'part': 'Western Europe', 'language': 'de-de'},
    {'country': 'Austria', 'region': 'Vienna', 'city': 'Vienna', 'part': 'Western Europe', 'language': 'de-at'},
    {'country': 'Switzerland', 'region': 'Zurich', 'city': 'Zurich', 'part': 'Western Europe', 'language': 'de-ch'},
    {'country': 'France', 'region': 'Île-de-France', 'city': 'Paris', 'part': 'Western Europe', 'language': 'fr-fr'},
    {'country': 'Netherlands', 'region': 'North Holland', 'city': 'Amsterdam', 'part': 'Western Europe', 'language': 'nl-nl'},
    {'country': 'Denmark', 'region': 'Capital Region', 'city': 'Copenhagen', 'part': 'Northern Europe', 'language': 'da-dk'}
];

set variable machine = {
    'category': 'desktop', 'brand': null, 'model': null, 'system': 'Linux', 'version': 'Linux', 'browser': 'Chrome'
};
set variable machine_room = {
    'country': 'United States', 'region': 'Virginia', 'city': 'Ashburn', 'part': 'Northern America', 'language': 'en-us'
}
