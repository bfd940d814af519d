import type * as Leaflet from 'leaflet';

declare global {
  /** The map that folium made: the page hands it to the function around the bundle. */
  const leafletMap: Leaflet.Map;

  interface Window {
    /** What tests and other pages may ask the map. */
    carecircle: { map: Leaflet.Map; explain: Function; whatif?: object };
  }
}
