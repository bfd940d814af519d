import type * as Leaflet from 'leaflet';

declare global {
  interface Window {
    /** What tests may ask the page. */
    carecircle_siting: { map: Leaflet.Map; state: object; draw: Function };
  }
}
