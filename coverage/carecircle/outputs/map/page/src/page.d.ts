// Written by tests/page_type.py from pages that Python makes; a test holds it equal. Do not edit.

/** A sentence in both languages. */
export interface Said {
  zh: string;
  en: string;
}

/** A column of a block: offset, count, type, whether each number adds to the one before, the block. */
export type Column = [number, number, string, boolean, string];

/** Outlines or lines: their points, how many each ring has, how many rings each shape. */
export interface Shapes {
  x: Column;
  y: Column;
  lengths: Column;
  rings: Column;
}

export interface Finding {
  zh: string;
  en: string;
  level: string;
  file: string;
  row: number | null;
  lon: number | null;
  lat: number | null;
}

export interface Areas {
  names: string[];
  ids: string[];
  level: number[];
  parent: number[];
  label: number[][];
  shapes: Shapes;
}

export interface Site {
  kind: string;
  facility: number;
  name: string;
  rank: number | null;
  people: number | null;
  lon: number;
  lat: number;
  category: Said;
}

export interface Facilities {
  x: Column;
  y: Column;
  placed: Column;
  ids: string[];
  names: string[];
  category: number[];
  status: string[];
  roles: string[][];
  inside: boolean[];
}

export interface Query {
  unit: string;
  step: number;
  mode: string | null;
  metric: string;
  direction: string;
  label: Said;
  cost: Column;
  facility: Column;
  status: Column;
  reasons: string[];
  serving: number[];
  start: number[] | null;
  startNew: number;
  before: {
    cost: Column;
    facility: Column;
    status: Column;
  } | null;
  chain: boolean;
  legs: number[];
  passing: number;
  call: number;
  dispatch: number;
  scene: number;
  mustered: boolean;
}

export interface Clause {
  rule: string;
  cited: Said;
  quote: string;
  kind: string;
  byMean: boolean;
  title: Said;
  outcome: string;
  state: string;
  mark: string;
  modality: Said;
  softeners: string[];
  result: Said;
  reason: Said;
  onTrack: Said | null;
  observed: Said;
  target: Said;
  targetSource: Said | null;
  margin: Said | null;
  flip: Said | null;
  stands: Said[];
  affected: number;
  share: number | null;
  shareTarget: number | null;
  byRoad: {
    observed: number;
    paperOnly: number;
  } | null;
  alternatives: Said[];
  ledger: {
    total: number;
    outside: number;
    no_data: number;
    unsnapped: number;
    unreachable: number;
    covered: number;
    not_covered: number;
  } | null;
  missing: Said[];
  assumptions: Said[];
  contradicts: unknown[];
  units: {
    id: string;
    name: string;
    outcome: string;
    state: string;
    observed: Said;
    residents: number;
    waived: Said | null;
    area: number;
    facility: number;
  }[];
  counties: {
    name: string;
    numerator: number | null;
    denominator: number | null;
    observed: Said;
    outcome: string;
    said: Said;
  }[];
  asked: number[];
  people: Column | null;
  query: number | null;
  road: number | null;
  limitQuery: number | null;
  limitRoad: number | null;
  radius: number | null;
  loadRange: number[] | null;
  scope: string;
  load: {
    residents: number;
    facilities: number;
  } | null;
  surface: number | null;
  limit: number | null;
  factor: number;
  turnout: number;
  unsure: boolean;
  before: {
    outcome: string;
    observed: Said;
    affected: number;
    people: Column | null;
  } | null;
}

export interface Kind {
  category: string;
  designations: string[];
  serves: number[];
  counts: string[];
  offered: boolean;
  zh: string;
  en: string;
}

export interface ModeWays {
  nodes: number;
  accessKph: number;
  mostSnap: number;
  ends: Column[];
  seconds: Column[];
  metres: Column[];
  allowed: Column;
  component: Column;
  line: Column;
  demand: {
    street: Column;
    position: Column;
    metres: Column;
  };
  facility: {
    street: Column;
    position: Column;
    metres: Column;
  };
}

export interface GroundField {
  slow: Column;
  values: number[] | null;
  law: number;
  base: number;
  steepest: number | null;
  once: boolean;
  walked: boolean;
  streets: Column;
}

export interface Ground {
  rows: number;
  columns: number;
  left: number;
  wide: number;
  top: number;
  high: number;
  degrees: boolean;
  moves: number;
  most: number;
  east: Column;
  north: Column;
  noHeight: number;
  elevation: Column | null;
  fields: Record<string, GroundField>;
  pieces: {
    counts: Column;
    share: Column;
    row: Column;
    column: Column;
  };
  demand: {
    row: Column;
    column: Column;
  };
  facility: {
    row: Column;
    column: Column;
  };
}

export interface Ways {
  projection: {
    a: number;
    f: number;
    lon0: number;
    k0: number;
    x0: number;
    y0: number;
  };
  modes: Record<string, ModeWays>;
  x: Column;
  y: Column;
  lengths: Column;
  facility: {
    x: Column;
    west: number;
    y: Column;
    south: number;
  };
  demand: {
    x: Column;
    west: number;
    y: Column;
    south: number;
  };
  terrain: Ground | null;
}

export interface Accessed {
  title: Said;
  more: boolean;
  breaks: number[];
  classes: Column;
  worst: Column;
  unreached: Said;
  worstTitle: Said;
  worstSays: Said;
  worstGroups: unknown[];
  places: number[][];
}

export interface Page {
  palette: {
    ink: string;
    land: string;
    bad: string;
    good: string;
    paperOnly: string;
    gapUnsure: string;
    asked: string;
    unknown: string;
    unknownCell: string;
    unasked: string;
    times: string[];
    shares: {
      from: number;
      colour: string;
    }[];
    outcomes: {
      PASS: string;
      FAIL: string;
      NOT_ASSESSED: null;
      NO_THRESHOLD: string;
      WAIVED: string;
    };
    population: string[];
    urban: (string | null)[];
    paper: string[];
    catchments: string[];
    findings: {
      error: string;
      warning: string;
      note: string;
    };
    cutOff: {
      unsnapped: string;
      island: string;
      one_way: string;
      beyond: string;
      closed: string;
      cut_off: string;
    };
    white: string;
    sea: string;
    focus: string;
    ruler: string;
    region: string;
    facility: string;
    water: string;
    shore: string;
    unitFail: string;
    road: string;
    lane: string;
    border: string;
    villageBorder: string;
    catchmentBorder: string;
    townName: string;
    villageName: string;
    lanes: string;
    sites: {
      added: string;
      closed: string;
      proposed: string;
    };
  };
  numbers: {
    timeBreaks: number[];
    unreached: number;
    fine: number;
    placeStep: number;
    unsnappedTolerated: number;
  };
  language: string;
  words: Record<string, Said>;
  study: {
    title: string;
    name: string;
    year: number;
    plan: string;
    notice: Said;
    attributions: string[];
    mapNumber: string;
    attribution: string;
    created: string;
    version: string;
    hash: string;
  };
  answer: {
    people: number;
    tally: Record<string, number>;
    says: Said;
  };
  ledger: {
    total: number;
    inside: number;
    outside: number;
    no_data: number;
  };
  beside: Said[];
  findings: Finding[];
  simplified: unknown[];
  bounds: number[];
  region: Shapes;
  areas: Areas;
  levels: {
    id: string;
    index: number;
  }[];
  roads: {
    rank: number;
    shapes: Shapes;
  }[];
  water: {
    areas: Shapes;
    lines: Shapes;
  };
  islands: Record<string, {
    shapes: Shapes;
    parts: number;
  }>;
  lanes: {
    shapes: Shapes;
    residents: number;
    metres: number;
    groups: {
      zh: string;
      en: string;
      level: string;
      file: string;
      row: null;
      lon: number;
      lat: number;
      residents: number;
      minutes: number;
      metres: number;
    }[];
    verdicts: Said[];
  } | null;
  sites: Site[];
  hasBaseline: boolean;
  basemap: {
    tiles: Record<string, string>;
    least: number;
    most: number;
  } | null;
  tileServer: {
    url: string;
  } | null;
  tianditu: string;
  categories: {
    id: string;
    shape: string;
    zh: string;
    en: string;
  }[];
  facilities: Facilities;
  demand: {
    x: Column;
    y: Column;
    placed: Column;
    residents: Column;
    area: Column;
    urban: Column;
    spacing: number;
  };
  queries: Query[];
  surfaces: {
    png: string;
    bounds: number[];
  }[];
  clauses: Clause[];
  order: number[];
  kinds: Kind[];
  ways: Ways;
  whatifOff: null;
  access?: Accessed[];
}
