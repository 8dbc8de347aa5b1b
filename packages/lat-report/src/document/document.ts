import type { Sheet } from "../figures/contact-sheet.ts";
import type { Figure } from "../figures/render.ts";
import type { Kind } from "../figures/theme.ts";
import type { Piece } from "../text/word-diff.ts";

/**
 * A report before it is HTML or Markdown. Every string is plain text, whatever it holds: the writers escape it, so that
 * text from data or from a network can never become markup.
 */
export interface ReportDocument {
  readonly title: string;
  /** Whether its tables need more than a page's usual width. */
  readonly wide?: boolean;
  /** What was run, in a line. */
  readonly byline: string;
  /** What the study shows. */
  readonly headline: string;
  /** The figures that the headline rests on. */
  readonly evidence: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly type: "heading"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "claim"; readonly claim: string; readonly evidence: string }
  | { readonly type: "warning"; readonly title: string; readonly items: readonly string[] }
  | { readonly type: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
  | Table
  | Figures
  | { readonly type: "fold"; readonly title: string; readonly blocks: readonly Block[] }
  | ContactSheet
  | Transcript;

export interface Table {
  readonly type: "table";
  readonly caption: string;
  /** Titles over so many columns each, which together are all but the first. */
  readonly groups?: readonly { readonly title: string; readonly columns: number }[];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  /** In smaller type below the title: denominators, units. */
  readonly note?: string;
}

export interface Cell {
  readonly text: string;
  /** In smaller type: an interval. */
  readonly note?: string;
  /** Drawn with the kind's mark and colour. */
  readonly kind?: Kind;
  readonly bold?: boolean;
}

/** One figure over the whole width, or several small ones side by side under one caption. */
export interface Figures {
  readonly type: "figures";
  readonly caption: string;
  readonly figures: readonly {
    /** Shown above a panel, and read to those who do not see the figure. */
    readonly title: string;
    /** In smaller type below the title: what the vertical axis shows. */
    readonly note?: string;
    readonly figure: Figure;
    /** The same for a narrow screen, where the figure would not be readable scaled down. */
    readonly narrow?: Figure;
    /** Path of the figure as an image, for readers of the Markdown. */
    readonly image?: string;
  }[];
  /** The kinds whose marks a legend must explain. */
  readonly kinds: readonly Kind[];
}

export interface ContactSheet {
  readonly type: "sheet";
  /** Read to those who do not see it. */
  readonly title: string;
  readonly sheet: Sheet;
  /** Path of the sheet as an image, for readers of the Markdown. */
  readonly image: string;
}

/** What networks answered to one input. */
export interface Transcript {
  readonly type: "transcript";
  readonly input: string;
  /** What the failure would look like. */
  readonly unwanted: string | undefined;
  readonly answers: readonly {
    readonly label: string;
    readonly kind: Kind;
    /** What an attack on this network made of the input; no change where it left it as it is. */
    readonly change?: readonly Piece[];
    readonly output: string;
    readonly failed: boolean;
  }[];
}
