import { datalogic } from './datalogic.js';
import { de2120 } from './de2120.js';
import { generic } from './generic.js';
import { gm65 } from './gm65.js';
import { honeywell } from './honeywell.js';
import { newland } from './newland.js';
import { opticon } from './opticon.js';
import type { Profile, ProfileName } from './profile.js';
import { zebraSsi } from './zebra-ssi.js';

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  generic,
  gm65,
  de2120,
  honeywell,
  'zebra-ssi': zebraSsi,
  newland,
  datalogic,
  opticon,
};
