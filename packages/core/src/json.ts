/** What JSON can carry. Everything that is stored or sent is of this shape. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
