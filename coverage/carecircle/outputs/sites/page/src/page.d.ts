// Written by tests/page_type.py from pages that Python makes; a test holds it equal. Do not edit.

/** A sentence in both languages. */
export interface Said {
  zh: string;
  en: string;
}

export interface Facility {
  name: string;
  what: Said;
  at: [number, number];
}

export interface Site {
  rank: number;
  name: string;
  what: Said;
  kind: Said;
  gain: number;
  total: number;
  at: [number, number];
}

export interface Rule {
  rule: string;
  quote: string;
  lat: number[];
  lon: number[];
  residents: number[];
  rank: number[];
}

export interface Clause {
  rule: string;
  asked: boolean;
  b: string;
  a: string;
  before: Said;
  after: Said;
  was: Said;
  is: Said;
}

export interface Closing {
  name: string;
  rule: string;
  residents: number;
  single: boolean;
}

export interface SitingPage {
  palette: {
    ink: string;
    white: string;
    bad: string;
    gained: string;
    street: string;
  };
  language: string;
  words: Record<string, Said>;
  title: string;
  plan: string;
  answer: Said;
  attributions: string[];
  map_number: string;
  region: GeoJSON.FeatureCollection;
  streets: [number, number][][];
  facilities: Facility[];
  sites: Site[];
  rules: Rule[];
  clauses: Clause[];
  impossible: Said[];
  closings: Closing[];
}
